"""Limits that the worker's process sets on itself before a stranger's code runs."""

from __future__ import annotations

from pathlib import Path

_PAGES = Path("/proc/self/statm")


def confine(memory_mib: int) -> None:
    """Leave no core file; allow this much more address space than is in use now (0: no limit).

    Where the system has no such limits, nothing is done: the deadline is left.
    """
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_mib and _PAGES.exists():
        in_use = int(_PAGES.read_text().split()[0]) * resource.getpagesize()
        most = in_use + (memory_mib << 20)
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
