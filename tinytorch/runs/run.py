"""A run: what happened to each sample of one model in one scenario. Knows no clock, no model and no statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
UNANSWERED = "unanswered"  # told from an answer by identity


class QueryLog:
    """What happened to each of `n` samples: three moments in ns, int64, -1 until they happen.

    `outputs[i]` is what the model returned for the batch that begins with sample i, and UNANSWERED elsewhere.
    """

    def __init__(self, n: int) -> None:
        self.scheduled = np.full(n, -1, dtype=np.int64)
        self.issued = np.full(n, -1, dtype=np.int64)
        self.completed = np.full(n, -1, dtype=np.int64)
        self.outputs: list[Any] = [UNANSWERED] * n
        self.kept: list[int] = []  # samples whose outputs are to be kept, in order,
        self.rows: list[Array] = []  # and those outputs, as far as they were checked:
        self.checked = 0  # so far
        self.bad: int | None = None  # the sample with which a bad answer begins
        self.kind = ""  # what the model answers with, as `outputs.kind_of` names it; '': not known yet
        self.warm_up = False  # nothing here is timed for a result, so that each answer may be waited for afterwards
        self.wait: Any = None  # what waits for an answer that was not there yet when the model returned

    def __repr__(self) -> str:
        return f"<QueryLog: {self.done} of {len(self.completed)} completed>"

    @property
    def done(self) -> int:
        """How many samples, counted from the first, were completed before one that was not."""
        missing = np.flatnonzero(self.completed < 0)
        return int(missing[0]) if missing.size else len(self.completed)

    def fill(self, scheduled: Any, issued: Any, completed: Any, outputs: Sequence[Any] = ()) -> None:
        """Write whole columns, each of shape (n,); `outputs` where there are any."""
        self.scheduled[:], self.issued[:], self.completed[:] = scheduled, issued, completed
        self.outputs[: len(outputs)] = outputs


@dataclass(frozen=True, eq=False)
class Run:
    """One run of one model: when each of its n samples was due, issued and completed (int64 ns, shape (n,))."""

    scenario: str
    scheduled_ns: IntArray
    issued_ns: IntArray
    completed_ns: IntArray
    sample_indices: IntArray
    kept: IntArray  # positions (k,) whose outputs were kept
    outputs: Array  # (k, ...)
    error: str | None = None
    preempted: int = 0  # involuntary context switches of the process meanwhile
    cpu_ns: int = 0  # processor time of the process meanwhile; 0: not measured

    @property
    def n(self) -> int:
        """How many samples were completed."""
        return len(self.completed_ns)

    @property
    def latency_ns(self) -> IntArray:
        """Completed - scheduled, shape (n,): waiting counts. Source: MLPerf Inference rules, definition of latency."""
        return self.completed_ns - self.scheduled_ns

    @property
    def duration_ns(self) -> int:
        """From the first sample's due time to the last completion."""
        return int(self.completed_ns.max() - self.scheduled_ns[0]) if self.n else 0

    @property
    def timed(self) -> bool:
        """Whether the clock shows that time passed in it, so that a rate can be had: it has a headline number."""
        served = self.n > 0 and self.scenario == "server"
        spread = not served or bool(self.scheduled_ns[-1] > self.scheduled_ns[0])
        return self.n > 1 and self.duration_ns > 0 and bool(spread)

    @property
    def lag_ns(self) -> IntArray:
        """How late each sample was issued though it was due and the model was free, shape (n,)."""
        free = np.concatenate([self.scheduled_ns[:1], self.completed_ns[:-1]])  # when the sample before was completed
        if (free > self.issued_ns).any():  # batches, several at a time: when the last one that was by then, was
            finished = np.sort(self.completed_ns)
            earlier = np.minimum(np.searchsorted(finished, self.issued_ns, side="right"), np.arange(self.n))
            free = np.where(earlier > 0, finished[earlier - 1], self.scheduled_ns)
        lag: IntArray = np.subtract(self.issued_ns, np.maximum(self.scheduled_ns, free, out=free), out=free)
        return lag


class RunFailed(RuntimeError):  # noqa: N818  a run fails; the model's own error is the cause
    """A model failed in mid-run. `runs` holds what was measured before, one Run per model."""

    def __init__(self, message: str, scenario: str, query: int, arm: int, runs: Sequence[Run]) -> None:
        super().__init__(message)
        self.scenario, self.query, self.arm, self.runs = scenario, query, arm, list(runs)


def freeze(scenario: str, log: QueryLog, sample_indices: IntArray, error: str | None = None) -> Run:
    """Return the completed part of `log` as a Run, with the outputs that it keeps."""
    done = log.done  # read once: a worker may still be at it
    scheduled, issued, completed = (moment[:done] for moment in (log.scheduled, log.issued, log.completed))
    indices, kept = np.asarray(sample_indices[:done], dtype=np.int64), np.array(log.kept[: len(log.rows)], np.int64)
    if len({row.shape for row in log.rows}) > 1:  # texts of different lengths, say
        outputs = np.empty(len(log.rows), dtype=object)
        outputs[:] = log.rows
    else:
        outputs = np.array(log.rows)
    return Run(scenario, scheduled, issued, completed, indices, kept, outputs, error)


def end_to_end(runs: Sequence[Run]) -> Run:
    """Return the rounds laid end to end as one run: times are shifted so that each starts where the last one ended."""
    shift, parts = 0, []
    for run in runs:
        offset = shift - (int(run.scheduled_ns[0]) if run.n else 0)
        parts.append((run.scheduled_ns + offset, run.issued_ns + offset, run.completed_ns + offset))
        shift += run.duration_ns
    scheduled, issued, completed = (np.concatenate(moment) for moment in zip(*parts, strict=True))
    indices = np.concatenate([run.sample_indices for run in runs])
    error = next((run.error for run in runs if run.error), None)
    return Run(runs[0].scenario, scheduled, issued, completed, indices, np.empty(0, np.int64), np.empty(0), error)
