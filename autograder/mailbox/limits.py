"""How often somebody may ask: buckets that fill up steadily, held in memory. Knows nothing of who is who.

Each process of the web side has its own, so with N processes N times as much passes.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST = 20_000  # callers that are remembered; of more, those are forgotten who have been silent longest


class TooOftenError(RuntimeError):
    """Somebody asks too often; `wait_s` says for how many seconds they should not. The message is one sentence."""

    def __init__(self, said: str, wait_s: float) -> None:
        super().__init__(said)
        self.wait_s = max(1, round(wait_s))


class Buckets:
    """One bucket a caller: `per_minute` go through at once, then as many a minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._line = threading.Lock()

    def take(self, who: str) -> None:
        """Count one. Raises TooOftenError for the one that is too many."""
        with self._line:
            left, wait_s = self._left(who)
            if wait_s:
                raise TooOftenError(f"too often: at most {self._per_minute} a minute; wait {wait_s:.0f} s", wait_s)
            self._held[who] = (left - 1, self._clock())
            self._held.move_to_end(who)
            while len(self._held) > MOST:
                self._held.popitem(last=False)

    def look(self, who: str) -> None:
        """Raise TooOftenError where `take` would; counts nothing."""
        with self._line:
            _, wait_s = self._left(who)
        if wait_s:
            raise TooOftenError(f"too often: at most {self._per_minute} a minute; wait {wait_s:.0f} s", wait_s)

    def _left(self, who: str) -> tuple[float, float]:
        """Return how many may go through, and how many seconds to wait for one, 0 for none."""
        left, at = self._held.get(who, (float(self._per_minute), self._clock()))
        left = min(self._per_minute, left + (self._clock() - at) * self._per_minute / 60)
        return left, 0.0 if left >= 1 else max(1.0, (1 - left) * 60 / self._per_minute)
