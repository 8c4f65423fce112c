"""The memory that reading a file from anywhere may take: bounded by the kernel.

Few parsers can be told how much they may take, so Linux is: past the bound an
allocation fails, and the file is refused. Elsewhere nothing is enforced.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digitgan import limits

LARGE = 10**8  # bytes of a file
STATM, PAGES_OF_DATA = Path("/proc/self/statm"), 5


class MemoryBound:
    """One for the process; blocks that overlap share that of the first.

    Attributes:
        enforced: Whether it binds: on Linux, in a command, whose process is nobody
            else's.
        active: Whether a block is entered; one within it needs no bound of its own.
    """

    def __init__(self):
        self.enforced = self.active = False
        self._lock, self._blocks, self._outside = threading.Lock(), 0, (0, 0)

    @contextmanager
    def __call__(self, path: Path) -> Iterator[None]:
        """Let the process take so much memory more as the reading of a path may.

        Raises:
            MemoryError: In the block, by whoever asks for more.
        """
        import resource

        with self._lock:
            self._blocks += 1
            self.active = True
            if self._blocks == 1:
                self._outside = soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
                most = _used() + _allowed(path)
                most = min([most, *(limit for limit in (soft, hard) if limit >= 0)])
                resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
        try:
            yield
        finally:
            with self._lock:
                self._blocks -= 1
                self.active = self._blocks > 0
                if not self.active:
                    resource.setrlimit(resource.RLIMIT_DATA, self._outside)


def _used() -> int:
    """Return the bytes of this process that the kernel's bound is about."""
    pages = STATM.read_text().split()[PAGES_OF_DATA]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _allowed(path: Path) -> int:
    """Return the bytes that the reading of a file, or of a folder of some, may take."""
    files = path.rglob("*") if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files if file.is_file())
    return limits.READING if size <= LARGE else limits.READING_LARGE * size


memory_bound = MemoryBound()
