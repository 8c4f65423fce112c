"""The processor: its cores, its name and what it can compute with."""

import os
import platform
import re
from pathlib import Path


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor_name() -> str:
    """Return the name of the processor, or of its architecture where none is known."""
    names = re.findall(r"model name\s*:\s*(.+)", _cpuinfo())
    return names[0] if names else platform.machine()


def has_bfloat16() -> bool:
    """Whether the processor computes in bfloat16 by itself."""
    return "_bf16" in _cpuinfo()


def _cpuinfo() -> str:
    """Return what Linux says of the processor; nothing elsewhere."""
    path = Path("/proc/cpuinfo")
    return path.read_text() if path.exists() else ""
