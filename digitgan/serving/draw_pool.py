"""How much is drawn at once: a few threads, a short queue, and then 503.

Who finds the queue full waits a moment for room before the refusal: those who would
ask again at once take no time from what is drawn.

What waits together is drawn together: one call of the network for many is quicker.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from digitgan.serving.problems import Problem

T = TypeVar("T")
GATHER = 0.002  # seconds that a request waits for others, while some are drawn
RETRY_AFTER = 1  # seconds; also for room in the queue
MAX_WAIT = 5.0  # seconds for a thread
MAX_TOGETHER = 8  # requests: more would only take memory

# Gets requests and returns for each what it asked for, or the error that it meets.
Draw = Callable[[Sequence[Any]], Sequence[Any]]


def _alone(draw: Callable[..., T], requests: Sequence[Any]) -> list[T]:
    """Draw the one request, its arguments, that waits for it."""
    (arguments,) = requests
    return [draw(*arguments)]


class DrawPool:
    """A bounded pool of threads that draw while the event loop goes on.

    Attributes:
        limit: How many drawings may be under way or wait.
        busy: How many are or do.
    """

    def __init__(self, workers: int, queue: int, max_wait: float = MAX_WAIT):
        self.limit = workers + queue
        self.busy = 0
        self._threads = ThreadPoolExecutor(workers, "drawing")
        self._workers = self._idle = workers
        self._room = asyncio.Semaphore(self.limit)
        self._max_wait = max_wait
        # By what draws them, the answers that wait, and what each asks for.
        self._waiting: dict[Draw, dict[asyncio.Future, Any]] = {}

    async def run(self, draw: Callable[..., T], *arguments: Any) -> T:
        """Draw in a thread; a :class:`Problem` (503) where none is free in time."""
        return await self.run_together(partial(_alone, draw), arguments)

    async def run_together(self, draw: Draw, request: Any) -> Any:
        """Draw in a thread, with the other requests of the same function that wait."""
        try:
            async with asyncio.timeout(RETRY_AFTER):
                await self._room.acquire()  # who came first is first
        except TimeoutError:
            raise self._full() from None
        self.busy += 1
        answer: asyncio.Future = asyncio.get_running_loop().create_future()
        answer.add_done_callback(self._leave)
        self._waiting.setdefault(draw, {})[answer] = request
        if self._idle < self._workers:
            asyncio.get_running_loop().call_later(GATHER, self._draw_next)
        else:
            self._draw_next()
        try:
            await asyncio.wait({answer}, timeout=self._max_wait)
        except asyncio.CancelledError:
            self._give_up(draw, answer)  # nobody waits for it any more
            raise
        if not answer.done() and self._give_up(draw, answer):
            raise self._full()
        return await asyncio.shield(answer)  # what has begun is finished

    def _leave(self, answer: asyncio.Future) -> None:
        """Free the place of what is drawn or given up."""
        self.busy -= 1
        self._room.release()
        if not answer.cancelled():
            answer.exception()  # has been seen, also where its client has left

    def _give_up(self, draw: Draw, answer: asyncio.Future) -> bool:
        """Cancel an answer, unless it has begun; return whether."""
        waits = answer in self._waiting.get(draw, {})
        if waits:
            del self._waiting[draw][answer]
            answer.cancel()
        return waits

    def _draw_next(self) -> None:
        """Give idle threads what waits: some of one kind, then it is others' turn."""
        while self._idle and self._waiting:
            draw = next(iter(self._waiting))
            waiting = self._waiting.pop(draw)
            batch = dict(islice(waiting.items(), MAX_TOGETHER))
            if rest := dict(islice(waiting.items(), MAX_TOGETHER, None)):
                self._waiting[draw] = rest
            if batch:
                self._idle -= 1
                drawn = self._threads.submit(draw, list(batch.values()))
                answer = partial(self._answer, list(batch))
                asyncio.wrap_future(drawn).add_done_callback(answer)

    def _answer(self, answers: list[asyncio.Future], drawn: asyncio.Future) -> None:
        """Hand out what was drawn, or why it was not."""
        self._idle += 1
        error = drawn.exception()
        results = [error] * len(answers) if error else drawn.result()
        for answer, result in zip(answers, results, strict=True):
            if isinstance(result, Exception):
                answer.set_exception(result)
            else:
                answer.set_result(result)
        self._draw_next()

    def _full(self) -> Problem:
        line = f"{self.busy} requests are being drawn or wait: try again"
        return Problem(503, line, {"Retry-After": str(RETRY_AFTER)})

    async def close(self) -> None:
        """Finish what has begun."""
        for draw, waiting in self._waiting.items():
            for answer in list(waiting):
                self._give_up(draw, answer)
        await asyncio.to_thread(self._threads.shutdown)
