"""The load generator: issues queries on a schedule and writes down what happened. Knows no statistics."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "4. Load generator"; make it again with
# `tinytorch export`.

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from queue import SimpleQueue
from typing import Any

import numpy as np

from tinytorch.deadline import deadline

from .clock import NS_PER_S, Clock
from .sut import Array, IntArray, Model

__all__ = [
    "KEPT_OUTPUTS",
    "QueryLog",
    "Run",
    "RunFailed",
    "answered",
    "batching_server",
    "concurrent_server",
    "find_bad_answer",
    "freeze",
    "interleaved",
    "multi_stream",
    "offline",
    "record",
    "server",
    "single_stream",
    "usage",
]


class QueryLog:
    """What happened to each of `n` samples: three moments in ns, int64, -1 until they happen.

    `outputs[i]` is what the model returned for the batch that begins with sample i, and None elsewhere.
    """

    def __init__(self, n: int) -> None:
        self.scheduled = np.full(n, -1, dtype=np.int64)
        self.issued = np.full(n, -1, dtype=np.int64)
        self.completed = np.full(n, -1, dtype=np.int64)
        self.outputs: list[Any] = [None] * n

    @property
    def done(self) -> int:
        """How many samples, counted from the first, were completed before one that was not."""
        missing = np.flatnonzero(self.completed < 0)
        return int(missing[0]) if missing.size else len(self.completed)


def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    """Issue each query when the one before has completed. Fills `log`: scheduled, issued, completed, outputs."""
    log.issued = log.scheduled  # one and the same moment in this scenario
    now, outputs = clock.now_ns, log.outputs
    scheduled, completed = log.scheduled.data, log.completed.data  # cheaper to write to than the arrays themselves
    for i, query in enumerate(queries):
        scheduled[i] = now()
        outputs[i] = model(query)
        completed[i] = now()


def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    """Issue query i at `arrivals_ns[i]` ns after the start, or as soon after as the model is free (one FIFO server).

    Fills `log`: scheduled, issued, completed, outputs. Source: MLPerf Inference rules, Server scenario, latency.
    """
    now, wait_until = clock.now_ns, clock.wait_until_ns
    log.scheduled[:] = now() + arrivals_ns
    scheduled, issued, completed = log.scheduled.data, log.issued.data, log.completed.data  # cheap to read and write
    for i, query in enumerate(queries):
        if now() < scheduled[i]:
            wait_until(scheduled[i])
        issued[i] = now()
        log.outputs[i] = model(query)
        completed[i] = now()


def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    """Issue all `inputs` (n, ...) in batches of `batch_size`, back to back. Fills `log`, one entry a sample."""
    log.scheduled[:] = clock.now_ns()
    for first in range(0, len(inputs), batch_size):
        batch = slice(first, first + batch_size)
        log.issued[batch] = clock.now_ns()
        log.outputs[first] = model(inputs[batch])
        log.completed[batch] = clock.now_ns()


def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    """Issue query i to `models[order[i, 0]]`, then to `models[order[i, 1]]`, ...; each fills its own log."""
    now = clock.now_ns
    for log in logs:
        log.issued = log.scheduled
    arms = [
        (model, log.scheduled.data, log.completed.data, log.outputs) for model, log in zip(models, logs, strict=True)
    ]
    for i, (query, turns) in enumerate(zip(queries, order.tolist(), strict=True)):
        for arm in turns:
            model, scheduled, completed, outputs = arms[arm]
            scheduled[i] = now()
            outputs[i] = model(query)
            completed[i] = now()


def multi_stream(model: Model, inputs: Array, samples_per_query: int, clock: Clock, log: QueryLog) -> None:
    """Issue `inputs` (n, ...) in queries of several samples, each when the one before has completed."""
    for first in range(0, len(inputs), samples_per_query):
        query = slice(first, first + samples_per_query)
        log.scheduled[query] = log.issued[query] = clock.now_ns()
        log.outputs[first] = model(inputs[query])
        log.completed[query] = clock.now_ns()


def batching_server(
    model: Model,
    inputs: Array,
    arrivals_ns: IntArray,
    clock: Clock,
    log: QueryLog,
    max_batch: int,
    batch_timeout_ns: int = 0,
) -> None:
    """Serve `inputs` (n, ...) as `server` does, but issue together what has queued up, at most `max_batch` samples.

    The first of a batch waits up to `batch_timeout_ns` for the batch to fill.
    """
    due = clock.now_ns() + arrivals_ns
    log.scheduled[:] = due
    first = 0
    while first < len(due):
        full = int(due[min(first + max_batch, len(due)) - 1])
        clock.wait_until_ns(min(full, int(due[first]) + batch_timeout_ns))
        ready = int(np.searchsorted(due, clock.now_ns(), side="right"))
        batch = slice(first, min(max(ready, first + 1), first + max_batch))
        log.issued[batch] = clock.now_ns()
        log.outputs[first] = model(inputs[batch])
        log.completed[batch] = clock.now_ns()
        first = batch.stop


def concurrent_server(
    model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog, workers: int
) -> None:
    """Serve as `server` does with `workers` threads; `issued` is when a query was handed to them.

    The clock must be one on which threads wait in real time. Raises what the model raises.
    """
    todo: SimpleQueue[int | None] = SimpleQueue()
    errors: list[BaseException] = []

    def serve() -> None:
        while (i := todo.get()) is not None and not errors:
            try:
                log.outputs[i] = model(queries[i])
                log.completed[i] = clock.now_ns()
            except BaseException as error:  # noqa: BLE001  raised below, in the thread that issues
                errors.append(error)

    threads = [threading.Thread(target=serve, daemon=True) for _ in range(workers)]  # one that hangs is not waited for
    for thread in threads:
        thread.start()
    start = clock.now_ns()
    try:
        for i, arrival in enumerate(arrivals_ns.tolist()):
            log.scheduled[i] = start + arrival
            clock.wait_until_ns(start + arrival)
            log.issued[i] = clock.now_ns()
            todo.put(i)
            if errors:
                break
    finally:
        for _ in threads:
            todo.put(None)
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


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
    def lag_ns(self) -> IntArray:
        """How late each sample was issued though it was due and the model was free, shape (n,)."""
        finished = np.concatenate([[np.iinfo(np.int64).min], np.sort(self.completed_ns)])
        free = finished[np.searchsorted(finished, self.issued_ns, side="right") - 1]
        lag: IntArray = self.issued_ns - np.maximum(self.scheduled_ns, free)
        return lag


class RunFailed(RuntimeError):  # noqa: N818  a run fails; the model's own error is the cause
    """A model failed in mid-run. `runs` holds what was measured before, one Run per model."""

    def __init__(self, message: str, scenario: str, query: int, arm: int, runs: Sequence[Run]) -> None:
        super().__init__(message)
        self.scenario, self.query, self.arm, self.runs = scenario, query, arm, list(runs)


KEPT_OUTPUTS = 64  # enough to catch a model that answers wrongly one time in twenty, with 96 % certainty


def answered(log: QueryLog) -> IntArray:
    """Return the samples with which answered batches begin, in order."""
    flags = np.fromiter(map(operator.is_not, log.outputs, repeat(None)), dtype=bool, count=len(log.outputs))
    return np.flatnonzero(flags)


def freeze(scenario: str, log: QueryLog, sample_indices: IntArray, kept: IntArray, error: str | None = None) -> Run:
    """Return the completed part of `log` as a Run that keeps the outputs at the positions `kept`."""
    first = answered(log)
    batch = np.searchsorted(first, kept, side="right") - 1
    rows = [np.asarray(log.outputs[first[b]])[i - first[b]] for i, b in zip(kept, batch, strict=True)]
    done = log.done  # read once: a worker may still be at it
    scheduled, issued, completed = (moment[:done] for moment in (log.scheduled, log.issued, log.completed))
    indices = np.asarray(sample_indices[:done], dtype=np.int64)
    if len({row.shape for row in rows}) > 1:  # texts of different lengths, say
        outputs = np.empty(len(rows), dtype=object)
        outputs[:] = rows
    else:
        outputs = np.array(rows)
    return Run(scenario, scheduled, issued, completed, indices, kept, outputs, error)


def usage() -> tuple[int, int]:
    """Return this process's involuntary context switches and processor time in ns; zeros where the system has none."""
    try:
        import resource
    except ImportError:  # Windows, Pyodide
        return 0, 0
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_nivcsw, round((used.ru_utime + used.ru_stime) * NS_PER_S)


def find_bad_answer(log: QueryLog) -> tuple[int, str] | None:
    """Return (sample, what is wrong) of the first batch answered with None, a wrong count or NaN, or None."""
    first = answered(log)
    if log.done and (not first.size or first[0] > 0):
        return 0, "the model returned None"
    outputs = [log.outputs[i] for i in first.tolist()]
    sizes = np.diff(first, append=log.done)
    try:
        counts = np.fromiter(map(len, outputs), np.int64, len(outputs))
    except TypeError:  # a bare number has no length
        counts = np.array([np.shape(one)[0] if np.ndim(one) else 0 for one in outputs])
    if (wrong := np.flatnonzero(counts != sizes)).size:
        i, count, size = int(first[wrong[0]]), int(counts[wrong[0]]), int(sizes[wrong[0]])
        if 0 < count < size and log.issued[i + count] != log.issued[i]:
            return i + count, "the model returned None"
        return i, f"{size} samples went in, {count} outputs came back; return an array of shape (n, ...)"
    for one in dict(zip(map(id, outputs), outputs, strict=True)).values():
        rows = np.asarray(one)
        if rows.dtype.kind in "fc" and np.isnan(rows).any():
            culprit = next(i for i, other in zip(first.tolist(), outputs, strict=True) if other is one)
            return culprit, "the outputs hold NaN"
    return None


def record(
    scenario: str,
    drive: Callable[[], None],
    logs: Sequence[QueryLog],
    sample_indices: IntArray,
    rng: np.random.Generator,
    deadline_s: float = 0.0,
    arms: Sequence[str] = ("model",),
) -> list[Run]:
    """Call `drive`, which fills `logs`, one for each of `arms`, and return one Run per log.

    Raises RunFailed, with the cause and the runs so far, if the model raises, takes longer than `deadline_s` (0: no
    limit), is interrupted from the keyboard, or answers with NaN or a wrong number of outputs.
    """
    arm, query = 0, 0
    before = usage()
    try:
        with deadline(deadline_s):
            drive()
        after = usage()
        for number, log in enumerate(logs):
            if bad := find_bad_answer(log):
                arm, query = number, bad[0]
                raise ValueError(bad[1])
        kept = [np.sort(rng.choice(log.done, size=min(log.done, KEPT_OUTPUTS), replace=False)) for log in logs]
        runs = [freeze(scenario, log, sample_indices, positions) for log, positions in zip(logs, kept, strict=True)]
    except (Exception, KeyboardInterrupt) as error:
        unfinished = [i for i, log in enumerate(logs) if np.count_nonzero(log.scheduled >= 0) > log.done]
        if unfinished:
            arm, query = unfinished[0], logs[unfinished[0]].done
        cause = f"{type(error).__name__}: {error}".removesuffix(": ")
        name = arms[arm] if arm < len(arms) else "model"
        message = f"{scenario}: the {name} failed at query {query} with {cause}; what was measured is kept in .runs"
        nothing = np.empty(0, np.int64)
        errors = [cause if number == arm else None for number in range(len(logs))]
        runs = [freeze(scenario, log, sample_indices, nothing, text) for log, text in zip(logs, errors, strict=True)]
        raise RunFailed(message, scenario, query, arm, runs) from error
    return [replace(run, preempted=after[0] - before[0], cpu_ns=after[1] - before[1]) for run in runs]
