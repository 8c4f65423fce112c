"""How much is drawn at once: a few threads, a short queue, and then 503."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from digitgan.serving.problems import Problem

T = TypeVar("T")
RETRY_AFTER = 1  # seconds
MAX_WAIT = 5.0  # seconds for a thread


class DrawPool:
    """A bounded pool of threads that draw while the event loop goes on."""

    def __init__(self, workers: int, queue: int, max_wait: float = MAX_WAIT):
        """Start with threads, and room for drawings that wait some seconds for one."""
        self.limit, self._max_wait = workers + queue, max_wait
        self._futures: set[Future] = set()
        self._pool = ThreadPoolExecutor(workers, "drawing")

    @property
    def busy(self) -> int:
        """How many drawings are under way or wait, ``limit`` at most."""
        return len(self._futures)

    async def run(self, draw: Callable[..., T], *arguments) -> T:
        """Draw in a thread; a :class:`Problem` (503) where none is free in time."""
        if self.busy >= self.limit:
            raise self._full()
        future = self._pool.submit(draw, *arguments)
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        result = asyncio.wrap_future(future)
        try:
            await asyncio.wait({result}, timeout=self._max_wait)
        except asyncio.CancelledError:
            future.cancel()  # nobody waits for it any more
            raise
        if not result.done() and future.cancel():  # what has begun is finished
            raise self._full()
        return await result

    def _full(self) -> Problem:
        line = f"{self.busy} requests are being drawn or wait: try again"
        return Problem(503, line, {"Retry-After": str(RETRY_AFTER)})

    def close(self) -> None:
        """Finish what has begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)
