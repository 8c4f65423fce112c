"""The processes that others begin, as Linux shows them."""

from contextlib import suppress
from pathlib import Path

import pytest

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks into /proc"
)


def workers(parent):
    """Return the folders in /proc of the processes that Python spawned for one."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (path / "stat").read_text().rpartition(")")[2].split()
            is_worker = b"spawn_main" in (path / "cmdline").read_bytes()
            if int(fields[1]) == parent and is_worker:
                found.append(path)
    return found
