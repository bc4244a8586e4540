"""Clocks: what time it is and how to wait for a moment. Knows nothing of models or queries."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "2. Clock"; make it again with `tinytorch
# export`.

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Protocol, Self

import numpy as np

from .sut import Array

__all__ = ["NS_PER_MS", "NS_PER_S", "Clock", "RealClock", "ScriptedModel", "VirtualClock", "timer_step_ns"]


NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000


class Clock(Protocol):
    """What the load generator asks of a clock. All times are integer nanoseconds."""

    def now_ns(self) -> int: ...

    def wait_until_ns(self, due_ns: int, /) -> None: ...


class RealClock:
    """The machine's monotonic clock. A sleep alone wakes up late, so the last stretch is spent looking at the clock."""

    SPIN_NS = 80_000  # a little over the 50 us timer slack of Linux; spinning longer invites the scheduler to step in

    now_ns = staticmethod(time.perf_counter_ns)

    def __init__(self, shares: bool = False) -> None:
        self.shares = shares  # let other threads run in the last stretch

    def wait_until_ns(self, due_ns: int) -> None:
        """Return at `due_ns` or, if that is past, at once."""
        while (left := due_ns - time.perf_counter_ns()) > self.SPIN_NS:
            time.sleep((left - self.SPIN_NS) / NS_PER_S)
        while time.perf_counter_ns() < due_ns:
            if self.shares:
                time.sleep(0)


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
            raise ValueError(f"time never goes back: advance_ns needs 0 or more, got {duration_ns}")
        self._now_ns += duration_ns


def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    """Return the smallest positive difference between consecutive readings of the clock, in ns.

    Raises ValueError if the clock never moved.
    """
    stamps = [now_ns() for _ in range(readings)]
    steps = [later - earlier for earlier, later in pairwise(stamps) if later > earlier]
    if not steps:
        raise ValueError(f"the clock did not move in {readings} readings; it cannot time anything that short")
    return min(steps)


class ScriptedModel:
    """A model for virtual time: a batch of n takes `per_batch_ns + n * per_sample_ns`, every `stall_every`th more."""

    def __init__(
        self, clock: VirtualClock, per_batch_ns: int, per_sample_ns: int = 0, stall_every: int = 0, stall_ns: int = 0
    ) -> None:
        self.clock, self.per_batch_ns, self.per_sample_ns = clock, per_batch_ns, per_sample_ns
        self.stall_every, self.stall_ns = stall_every, stall_ns
        self.batch_sizes: list[int] = []

    def __call__(self, batch: Array) -> Array:
        """Let the scripted time pass and return zeros of shape (n, 1)."""
        self.batch_sizes.append(len(batch))
        stalls = self.stall_every > 0 and len(self.batch_sizes) % self.stall_every == 0
        self.clock.advance_ns(self.per_batch_ns + len(batch) * self.per_sample_ns + (self.stall_ns if stalls else 0))
        return np.zeros((len(batch), 1))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy the script, share the clock: there is one time."""
        return type(self)(self.clock, self.per_batch_ns, self.per_sample_ns, self.stall_every, self.stall_ns)
