"""Clocks: a virtual one that moves only when told to, beside the machine's. Knows no model and no query."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "2. Clock"; make it again with `tinytorch
# export`.

from __future__ import annotations

from tinytorch.machine.clock import Clock, RealClock, clock_step_ns, timer_step_ns
from tinytorch.runs import NS_PER_MS, NS_PER_S, ScriptedModel

__all__ = [
    "NS_PER_MS",
    "NS_PER_S",
    "Clock",
    "RealClock",
    "ScriptedModel",
    "VirtualClock",
    "clock_step_ns",
    "timer_step_ns",
]


class VirtualClock:
    """A clock that moves only when told to. Starts at `start_ns`."""

    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns

    def now_ns(self) -> int:
        """Return the time in ns."""
        return self._now_ns

    def wait_until_ns(self, due_ns: int) -> None:
        """Move the time to `due_ns`, or leave it where that is past."""
        self._now_ns = max(self._now_ns, due_ns)

    def advance_ns(self, duration_ns: int) -> None:
        """Let `duration_ns` of work pass. Raises ValueError if it is negative."""
        if duration_ns < 0:
            raise ValueError(
                f"time never goes back: advance_ns needs 0 or more, got {duration_ns}"
            )
        self._now_ns += duration_ns
