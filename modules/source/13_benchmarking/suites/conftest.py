"""What the hidden suites share: a clock and scripted models that live here, in the trusted process. The student's code
uses them through the pipe, so what it does with them is seen here and not reported by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement of the clock: "wait" or "advance", what was asked for (due time or duration), and the time after."""

    how: str
    asked_ns: int
    now_ns: int


class VirtualClock:
    """Time that moves only when someone waits or works; `history` holds each movement."""

    student_sees = ("now_ns", "wait_until_ns", "advance_ns")
    student_reads = ("now_ns",)

    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns
        self.history: list[Moved] = []

    def now_ns(self) -> int:
        """Return the time in ns."""
        return self._now_ns

    def wait_until_ns(self, due_ns: int) -> None:
        """Move to `due_ns`, if that is not past."""
        due = _whole(due_ns)
        self._now_ns = max(self._now_ns, due)
        self.history.append(Moved("wait", due, self._now_ns))

    def advance_ns(self, duration_ns: int) -> None:
        """Move on by `duration_ns`."""
        duration = _whole(duration_ns)
        if duration < 0:
            raise ValueError(f"time only moves forward, got {duration} ns")
        self._now_ns += duration
        self.history.append(Moved("advance", duration, self._now_ns))

    @property
    def waits(self) -> list[int]:
        """The due times (ns) that were waited for, in order."""
        return [moved.asked_ns for moved in self.history if moved.how == "wait"]


class ScriptedModel:
    """A model whose calls take a set time on the clock. It keeps the batches (n, ...) that it was given and when (ns).

    `per_batch_ns` is the time of every call, or one for each, over and over; to it comes `per_sample_ns` a sample and
    `stall_ns` on every `stall_every`-th call. It returns `answer(batch)`, else zeros (n, 1). Call number `fails_at`
    raises `error` instead, after its time.
    """

    def __init__(
        self,
        clock: VirtualClock,
        per_batch_ns: int | Sequence[int] = 1_000_000,
        *,
        per_sample_ns: int = 0,
        stall_every: int = 0,
        stall_ns: int = 0,
        answer: Callable[[Any], Any] | None = None,
        fails_at: int | None = None,
        error: Exception | None = None,
    ) -> None:
        self._clock, self._answer = clock, answer
        self._per_batch_ns = [per_batch_ns] if isinstance(per_batch_ns, int) else [int(ns) for ns in per_batch_ns]
        self._per_sample_ns, self._stall_every, self._stall_ns = per_sample_ns, stall_every, stall_ns
        self._fails_at, self._error = fails_at, error or RuntimeError("the model failed")
        self.batches: list[Any] = []
        self.began: list[int] = []
        self.ended: list[int] = []

    def __call__(self, batch: Any) -> Any:
        if type(batch) is not np.ndarray or batch.ndim == 0:
            raise ValueError("the model takes an array with one row a sample")
        number = len(self.batches)
        self.batches.append(batch)
        self.began.append(self._clock.now_ns())
        stalled = self._stall_every and (number + 1) % self._stall_every == 0
        took = self._per_batch_ns[number % len(self._per_batch_ns)] + self._per_sample_ns * len(batch)
        self._clock.advance_ns(took + (self._stall_ns if stalled else 0))
        self.ended.append(self._clock.now_ns())
        if number == self._fails_at:
            raise self._error
        return np.zeros((len(batch), 1)) if self._answer is None else self._answer(batch)

    @property
    def calls(self) -> int:
        """How often it was called."""
        return len(self.batches)

    @property
    def batch_sizes(self) -> list[int]:
        """How many samples each call held."""
        return [len(batch) for batch in self.batches]


def _whole(ns: Any) -> int:
    if isinstance(ns, bool) or not isinstance(ns, int | np.integer):
        raise TypeError(f"times are whole nanoseconds, got {type(ns).__name__}")
    return int(ns)


@pytest.fixture
def clock() -> VirtualClock:
    """A clock of this test's own, at 0."""
    return VirtualClock()


@pytest.fixture
def scripted(clock: VirtualClock) -> Callable[..., ScriptedModel]:
    """Make models on this test's clock: `scripted(per_batch_ns=5_000_000)`."""
    return lambda *args, **kwargs: ScriptedModel(clock, *args, **kwargs)
