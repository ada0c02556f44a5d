"""Limits that the worker's process sets on itself before a stranger's code runs."""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path

_PAGES = Path("/proc/self/statm")
_FILE_BYTES, _OPEN_FILES = 16 << 20, 256


def confine(memory_mib: int, cpu_s: float = math.inf) -> None:
    """Limit memory, processor time, files, locked memory; leave no core file.

    Where the system has no such limits, nothing is done: the deadline is left.

    Args:
        memory_mib: address space beyond what is in use now; 0 for no limit.
        cpu_s: processor time beyond what was used, and for all threads together.
    """
    try:
        import resource
    except ImportError:
        return
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, _FILE_BYTES)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _lower(resource.RLIMIT_MEMLOCK, 0)
    with suppress(AttributeError):  # Linux has it
        _lower(resource.RLIMIT_MSGQUEUE, 0)
    if cpu_s != math.inf:
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        _lower(resource.RLIMIT_CPU, math.ceil(used + cpu_s) + 1)
    if memory_mib and _PAGES.exists():
        in_use = int(_PAGES.read_text().split()[0]) * resource.getpagesize()
        _lower(resource.RLIMIT_AS, in_use + (memory_mib << 20))


def _lower(kind: int, most: int) -> None:
    import resource

    hard = resource.getrlimit(kind)[1]
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(kind, (most, most))
