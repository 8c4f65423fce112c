"""How much is drawn at once: a few threads, a short queue, and then 503."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from digitgan.serving.problems import Problem

RETRY_AFTER = 1  # seconds
PATIENCE = 5.0  # seconds to wait for a thread


class DrawPool:
    """A bounded pool that draws beside the event loop.

    Attributes:
        most: How many may be drawn or wait at once.
        busy: How many are or do.
    """

    def __init__(self, workers: int, waiting: int, patience: float = PATIENCE):
        """Start with nothing to do.

        Args:
            workers: Threads that draw, 1 or more.
            waiting: How many may wait for one, 0 or more.
            patience: How long, in seconds.
        """
        self.most, self.busy = workers + waiting, 0
        self._patience = patience
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(workers, "drawing")

    async def run(self, work: Callable, *arguments):
        """Do some work in a thread and return what it returns.

        Raises:
            Problem: 503, as many as may be are at it or wait, or none got done in time.
        """
        with self._lock:
            if self.busy >= self.most:
                raise self._full()
            future = self._pool.submit(work, *arguments)
            self.busy += 1
        future.add_done_callback(self._done)
        answer = asyncio.wrap_future(future)
        try:
            await asyncio.wait({answer}, timeout=self._patience)
        except asyncio.CancelledError:
            future.cancel()  # nobody waits for it any more
            raise
        if not answer.done() and future.cancel():  # what has begun is finished
            raise self._full()
        return await answer

    def _full(self) -> Problem:
        line = f"{self.busy} requests are being drawn or wait: try again"
        return Problem(503, line, {"Retry-After": str(RETRY_AFTER)})

    def _done(self, _: Future) -> None:
        with self._lock:
            self.busy -= 1

    def close(self) -> None:
        """Finish what has begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)
