"""The server's clock, and whether it has jumped. Knows nothing of submissions.

Wall time may be set while the mailbox runs, by a person or by a time server; the monotonic clock may not. Where the two
come apart by more than TOLERATED_S since the process began, the wall clock has jumped by the difference.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

TOLERATED_S = 30.0  # a time server slews a clock by 0.5 ms a second, which is 30 s in 17 hours


@dataclass(frozen=True)
class Reading:
    """What the clock showed, in seconds since 1970, and by how much it had jumped (s; 0 where it had not)."""

    at: float
    jumped_s: float = 0.0

    @property
    def earliest(self) -> float:
        """The earlier of what the clock shows and what it would show without the jump."""
        return min(self.at, self.at - self.jumped_s)


class ServerClock:
    """Wall time beside monotonic time, both as functions that return seconds."""

    def __init__(self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._since, self._anchor = monotonic(), wall()

    def read(self) -> Reading:
        """Return the time. A small drift moves the anchor along, so that only a jump counts as one."""
        at, running = self._wall(), self._monotonic()
        jumped = at - (self._anchor + running - self._since)
        if abs(jumped) > TOLERATED_S:
            return Reading(at, jumped)
        self._anchor, self._since = at, running
        return Reading(at)
