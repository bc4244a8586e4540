"""The load generator: issues queries on a schedule and writes down what happened. Knows no statistics."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "4. Load generator"; make it again with
# `tinytorch export`.

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise, repeat
from operator import is_
from queue import SimpleQueue
from typing import Any

import numpy as np

from tinytorch.machine.deadline import deadline
from tinytorch.runs.outputs import first_bad, one_and_the_same, rows_of

from .clock import NS_PER_S, Clock
from .sut import Array, IntArray, Model

__all__ = [
    "KEPT_OUTPUTS",
    "PART",
    "UNANSWERED",
    "Queries",
    "QueryLog",
    "Run",
    "RunFailed",
    "batching_server",
    "concurrent_server",
    "freeze",
    "interleaved",
    "look",
    "multi_stream",
    "offline",
    "record",
    "server",
    "single_stream",
    "usage",
]


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
        self.rows: list[Array] = []  # and those outputs, as far as they were looked at:
        self.seen = 0  # so far
        self.bad: int | None = None  # the sample with which a bad answer begins

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
    now, wait_until, outputs = clock.now_ns, clock.wait_until_ns, log.outputs
    start = free = now()
    np.add(arrivals_ns, start, out=log.scheduled)
    scheduled, issued, completed = log.scheduled.data, log.issued.data, log.completed.data  # cheap to read and write
    for i, query in enumerate(queries):
        if free < scheduled[i]:
            wait_until(scheduled[i])
        issued[i] = now()
        outputs[i] = model(query)
        completed[i] = free = now()


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
    for i, (query, turns) in enumerate(zip(queries, order, strict=True)):
        for arm in turns.tolist():
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


KEPT_OUTPUTS = 64  # enough to catch a model that answers wrongly one time in twenty, with 96 % certainty
PART = 2048  # queries: so many outputs wait to be looked at


def look(log: QueryLog, end: int, final: bool = False) -> None:
    """Look at the outputs before sample `end`: check each, keep the rows drawn, and let the others go.

    What is not written yet, and batches, wait for the `final` look. Raises ValueError for a bad answer.
    """
    first, part = log.seen, log.outputs[log.seen : end]
    if not part:
        return
    starts: Sequence[int] = range(len(part))
    same = one_and_the_same(part)
    outputs, sizes = (part[:1], [1]) if same else (part, [1] * len(part))
    if any(map(is_, outputs, repeat(UNANSWERED))):
        if not final:
            return
        starts = [i for i, output in enumerate(part) if output is not UNANSWERED]
        outputs, sizes = [part[i] for i in starts], [after - i for i, after in pairwise([*starts, len(part)])]
        if not starts or starts[0] > 0:
            log.bad = first
            raise ValueError("no output was written to the log")
    if wrong := first_bad(outputs, sizes):
        log.bad = first + starts[wrong[0]]
        raise ValueError(wrong[1])
    for i in log.kept[len(log.rows) : bisect_left(log.kept, end)]:
        start = starts[bisect_right(starts, i - first) - 1]
        log.rows.append(rows_of(rows_of(part[start])[i - first - start]).copy())
    log.seen = end
    if not same:
        log.outputs[first:end] = [None] * len(part)


class Queries(list[Array]):
    """Queries in a list. Whoever goes through them has what was answered looked at after every PART of them."""

    def __init__(self, queries: Iterable[Array], logs: Sequence[QueryLog]) -> None:
        super().__init__(queries)
        self.logs = logs

    def __iter__(self) -> Iterator[Array]:
        return chain.from_iterable(self.parts())

    def parts(self) -> Iterator[list[Array]]:
        """Yield the queries in lists of at most PART."""
        for first in range(0, len(self), PART):
            for log in self.logs:
                look(log, first)
            yield self[first : first + PART]


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


def usage() -> tuple[int, int]:
    """Return this process's involuntary context switches and processor time in ns; zeros where the system has none."""
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:  # Windows; JupyterLite's kernel, which has an empty module of that name
        return 0, 0
    used = getrusage(RUSAGE_SELF)
    return used.ru_nivcsw, round((used.ru_utime + used.ru_stime) * NS_PER_S)


def record(
    scenario: str,
    drive: Callable[[], None],
    logs: Sequence[QueryLog],
    sample_indices: IntArray,
    rng: np.random.Generator,
    deadline_s: float = 0.0,
    arms: Sequence[str] = ("model",),
) -> list[Run]:
    """Call `drive`, which fills `logs`, one for each of `arms`, and return one Run per log. `rng` draws what is kept.

    Raises RunFailed, with the cause and the runs so far, if the model raises, takes longer than `deadline_s` (0: no
    limit), is interrupted from the keyboard, or answers with NaN or a wrong number of outputs.
    """
    for log in logs:
        n = len(log.completed)
        log.kept = np.sort(rng.choice(n, size=min(n, KEPT_OUTPUTS), replace=False)).tolist()
    before = usage()
    try:
        with deadline(deadline_s):
            drive()
        after = usage()
        for log in logs:
            look(log, log.done, final=True)
            log.outputs.clear()
        runs = [freeze(scenario, log, sample_indices) for log in logs]
    except (Exception, KeyboardInterrupt) as error:
        bad = [(number, log.bad) for number, log in enumerate(logs) if log.bad is not None]
        unfinished = [
            (number, log.done) for number, log in enumerate(logs) if np.count_nonzero(log.scheduled >= 0) > log.done
        ]
        arm, query = [*bad, *unfinished, (0, 0)][0]
        cause = f"{type(error).__name__}: {error}".removesuffix(": ")
        name = arms[arm] if arm < len(arms) else "model"
        message = f"{scenario}: the {name} failed at query {query} with {cause}; what was measured is kept in .runs"
        errors = [cause if number == arm else None for number in range(len(logs))]
        runs = [freeze(scenario, log, sample_indices, text) for log, text in zip(logs, errors, strict=True)]
        raise RunFailed(message, scenario, query, arm, runs) from error
    return [replace(run, preempted=after[0] - before[0], cpu_ns=after[1] - before[1]) for run in runs]
