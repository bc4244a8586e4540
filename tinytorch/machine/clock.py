"""The machine's clock: what time it is, how to wait for a moment, and how fine its steps are. Knows no model."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Protocol


class Clock(Protocol):
    """What a load generator asks of a clock. All times are integer nanoseconds."""

    def now_ns(self) -> int: ...

    def wait_until_ns(self, due_ns: int, /) -> None: ...


class RealClock:
    """The machine's monotonic clock. A sleep alone wakes up late, so the last stretch is spent looking at the clock."""

    elsewhere = False  # whether models run in other processes: then this one's processor time is not theirs
    SPIN_NS = 80_000  # a little over the 50 us timer slack of Linux; spinning longer invites the scheduler to step in

    now_ns = staticmethod(time.perf_counter_ns)

    def __init__(self, shares: bool = False) -> None:
        self.shares = shares  # let other threads run in the last stretch

    def wait_until_ns(self, due_ns: int) -> None:
        """Return at `due_ns` or, if that is past, at once."""
        while (left := due_ns - time.perf_counter_ns()) > self.SPIN_NS:
            time.sleep((left - self.SPIN_NS) / 1_000_000_000)
        while time.perf_counter_ns() < due_ns:
            if self.shares:
                time.sleep(0)


def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    """Return the smallest positive difference between consecutive readings of a clock, in ns.

    Raises ValueError if the clock never moved.
    """
    stamps = [now_ns() for _ in range(readings)]
    steps = [later - earlier for earlier, later in pairwise(stamps) if later > earlier]
    if not steps:
        raise ValueError(f"the clock did not move in {readings} readings; it cannot time anything that short")
    return min(steps)


def clock_step_ns(clock: Clock) -> int:
    """Return the smallest step seen in reading the machine's clock, 0 for a virtual one. In a browser it is large."""
    return timer_step_ns(clock.now_ns, 100_000) if isinstance(clock, RealClock) else 0
