"""How much is drawn at once: a few threads, a short queue, and then 503.

Who finds the queue full waits a moment for room before the refusal: those who would
ask again at once take no time from what is drawn.

What waits together is drawn together, by one thread at a time: one call of the network
for many is quicker, and two threads would only wait for each other's turn in Python.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from digitgan.serving.problems import Problem

T = TypeVar("T")
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
    """A bounded pool of threads that draw while the event loop goes on."""

    def __init__(self, workers: int, queue: int, max_wait: float = MAX_WAIT):
        self.limit: int = workers + queue
        self._room = asyncio.Semaphore(self.limit)
        self._max_wait = max_wait
        self._tasks: set[asyncio.Task] = set()  # one for each place that is taken
        # By what draws them, while they wait or a thread is at them.
        self._waiting: dict[Draw, deque[tuple[Any, Future]]] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(workers, "drawing")

    @property
    def busy(self) -> int:
        """How many drawings are under way or wait, ``limit`` at most."""
        return len(self._tasks)

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
        future: Future = Future()
        result = asyncio.create_task(self._keep_place(future))
        self._tasks.add(result)
        result.add_done_callback(self._tasks.discard)
        with self._lock:
            if draw not in self._waiting:
                self._waiting[draw] = deque()
                self._pool.submit(self._draw_waiting, draw)
            self._waiting[draw].append((request, future))
        try:
            await asyncio.wait({result}, timeout=self._max_wait)
        except asyncio.CancelledError:
            future.cancel()  # nobody waits for it any more
            raise
        if not result.done() and future.cancel():  # what has begun is finished
            raise self._full()
        return await asyncio.shield(result)

    async def _keep_place(self, future: Future) -> Any:
        """Wait for what is drawn or given up, also when its client has left."""
        try:
            return await asyncio.wrap_future(future)
        finally:
            self._room.release()

    def _draw_waiting(self, draw: Draw) -> None:
        """Draw requests that wait, and leave the thread to others before the next."""
        with self._lock:
            waiting = self._waiting[draw]
            batch = [waiting.popleft() for _ in range(min(len(waiting), MAX_TOGETHER))]
        batch = [one for one in batch if one[1].set_running_or_notify_cancel()]
        if batch:
            try:
                answers = draw([request for request, _ in batch])
            except Exception as error:  # to be raised where it is waited for
                answers = [error] * len(batch)
            for (_, future), answer in zip(batch, answers, strict=True):
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)
        with self._lock:
            if waiting:
                self._pool.submit(self._draw_waiting, draw)
            else:
                del self._waiting[draw]

    def _full(self) -> Problem:
        line = f"{self.busy} requests are being drawn or wait: try again"
        return Problem(503, line, {"Retry-After": str(RETRY_AFTER)})

    def close(self) -> None:
        """Finish what has begun."""
        with self._lock:
            for _, future in chain(*self._waiting.values()):
                future.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)
