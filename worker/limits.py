"""How long a worker may take and how much memory it may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How long a worker may take, in seconds, and how much memory it may use.

    Attributes:
        start_s: for the start of the process and the import of the framework.
        load_s: for loading the file.
        call_s: for each bind or call.
        total_s: for everything together, counted while the judge waits.
        memory_mib: address space beyond what the framework itself takes; 0 for no limit.
    """

    start_s: float = 120.0
    load_s: float = 60.0
    call_s: float = 30.0
    total_s: float = 900.0
    memory_mib: int = 4096
