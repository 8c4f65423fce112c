"""The processor: its cores, its name and what it can compute with."""

import os
import platform
import re
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
CPU_MAX = Path("/sys/fs/cgroup/cpu.max")  # of this container: quota and period


def available_cores() -> int:
    """Return how many cores this process may use, by affinity and container's quota."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    quota, _, period = _text(CPU_MAX).partition(" ")
    if quota.isdigit():
        cores = min(cores, -(-int(quota) // int(period)))
    return max(1, cores)


def processor_name() -> str:
    """Return the name of the processor, or of its architecture where none is known."""
    names = re.findall(r"model name\s*:\s*(.+)", _text(CPUINFO))
    return names[0] if names else platform.machine()


def has_bfloat16() -> bool:
    """Whether the processor computes in bfloat16 by itself."""
    return "_bf16" in _text(CPUINFO)


def _text(path: Path) -> str:
    """Return what Linux says in a file; nothing elsewhere."""
    return path.read_text() if path.exists() else ""
