"""A process that does nothing but judge: what it may take, how it collects garbage. Knows nothing of submissions."""

from __future__ import annotations

import gc
import resource
from pathlib import Path

# Bytes of address space beyond what the process has when it is ready. An honest class takes 0.2 GB of it, pytest and
# the libraries of the suites included; what a hidden test makes of an answer, by broadcasting two arrays for example,
# is known to nobody before it is there.
ROOM_BYTES = 2**30


def collect_seldom() -> None:
    """Look for garbage less often.

    An answer's syntax trees are many small objects that live for a while, and hardly ever a cycle: looking at them took
    a thirtieth of the time.
    """
    gc.set_threshold(20_000)


def limit_memory() -> None:
    """From now on take ROOM_BYTES more at most: what asks for more raises MemoryError. Processes made later inherit it,
    and may set their own."""
    statistics = Path("/proc/self/statm")
    if not statistics.exists():  # not Linux, where no submission is judged but a trusted one
        return
    taken = int(statistics.read_text().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = taken + ROOM_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
