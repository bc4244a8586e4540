"""Measures a run: has a driver fill logs, checks the answers, keeps a few, and keeps what a failure left.

A million outputs need not fit in memory: between two timed queries, when no time is being taken, the outputs that came
so far are checked, those drawn are kept, and the others are let go. Knows no scenario's rules and no statistics.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from inspect import iscoroutine
from itertools import chain, pairwise, repeat
from operator import is_
from typing import Any

import numpy as np

from tinytorch.machine.deadline import deadline
from tinytorch.runs.later import way_to_wait
from tinytorch.runs.outputs import first_bad, kind_of, one_and_the_same, rows_of
from tinytorch.runs.run import UNANSWERED, Array, IntArray, QueryLog, Run, RunFailed, freeze
from tinytorch.runs.settings import NS_PER_S

KEPT_OUTPUTS = 64  # enough to catch a model that answers wrongly one time in twenty, with 96 % certainty
UNCHECKED = 2048  # queries: so many outputs wait to be checked


def check_outputs_so_far(log: QueryLog, end: int, final: bool = False) -> None:
    """Check the outputs before sample `end`, keep the rows drawn, and let the others go.

    What is not written yet, and batches, wait for the `final` check. Raises ValueError for a bad answer.
    """
    first, waiting = log.checked, log.outputs[log.checked : end]
    if not waiting:
        return
    if log.warm_up or not log.kind or log.wait:
        waiting = waited_for(log, waiting)
    starts: Sequence[int] = range(len(waiting))
    same = one_and_the_same(waiting)
    outputs, sizes = (waiting[:1], [1]) if same else (waiting, [1] * len(waiting))
    if any(map(is_, outputs, repeat(UNANSWERED))):
        if not final:
            return
        starts = [i for i, output in enumerate(waiting) if output is not UNANSWERED]
        outputs, sizes = [waiting[i] for i in starts], [after - i for i, after in pairwise([*starts, len(waiting)])]
        if not starts or starts[0] > 0:
            log.bad = first
            raise ValueError("no output was written to the log")
    if wrong := first_bad(outputs, sizes, log.kind):
        log.bad = first + starts[wrong[0]]
        raise ValueError(wrong[1])
    log.kind = log.kind or kind_of(outputs[0])
    for i in log.kept[len(log.rows) : bisect_left(log.kept, end)]:
        start = starts[bisect_right(starts, i - first) - 1]
        log.rows.append(rows_of(rows_of(waiting[start])[i - first - start]).copy())
    log.checked = end
    if not same:
        log.outputs[first:end] = [None] * len(waiting)


def waited_for(log: QueryLog, outputs: list[Any]) -> list[Any]:
    """Return the outputs once they are there, and note in the log what it takes to wait for them.

    Raises TypeError for outputs that nothing can wait for.
    """
    try:
        log.wait = next((way_to_wait(one) for one in outputs if one is not UNANSWERED), None)
    except TypeError:
        for one in filter(iscoroutine, outputs):
            one.close()  # Python would say of each that nobody awaited it
        raise
    return outputs if log.wait is None else [one if one is UNANSWERED else log.wait(one) for one in outputs]


class Queries(list[Array]):
    """Queries in a list. Going through them has the outputs that came so far checked after every UNCHECKED of them."""

    def __init__(self, queries: Iterable[Array], logs: Sequence[QueryLog]) -> None:
        super().__init__(queries)
        self.logs = logs

    def __iter__(self) -> Iterator[Array]:
        return chain.from_iterable(self.chunks())

    def chunks(self) -> Iterator[list[Array]]:
        """Yield the queries in lists of at most UNCHECKED."""
        for first in range(0, len(self), UNCHECKED):
            for log in self.logs:
                check_outputs_so_far(log, first)
            yield self[first : first + UNCHECKED]


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
    order: IntArray | None = None,
) -> list[Run]:
    """Call `drive`, which fills `logs`, one for each of `arms`, and return one Run per log. `rng` draws what is kept.

    `order` (n, arms) says whose turn it was, where several models are asked in turns. Raises RunFailed, with the cause
    and the runs so far, if the model raises, takes longer than `deadline_s` (0: no limit), is interrupted or told to
    exit, or answers with NaN or a wrong number of outputs.
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
            check_outputs_so_far(log, log.done, final=True)
            log.outputs.clear()
        runs = [freeze(scenario, log, sample_indices) for log in logs]
    except (Exception, KeyboardInterrupt, SystemExit) as error:
        arm, query = who_failed(logs, order)
        cause = f"{type(error).__name__}: {error}".removesuffix(": ")
        name = arms[arm] if arm < len(arms) else "model"
        message = f"{scenario}: the {name} failed at query {query} with {cause}; what was measured is kept in .runs"
        errors = [cause if number == arm else None for number in range(len(logs))]
        runs = [freeze(scenario, log, sample_indices, text) for log, text in zip(logs, errors, strict=True)]
        raise RunFailed(message, scenario, query, arm, runs) from error
    return [replace(run, preempted=after[0] - before[0], cpu_ns=after[1] - before[1]) for run in runs]


def who_failed(logs: Sequence[QueryLog], order: IntArray | None) -> tuple[int, int]:
    """Return (arm, query) that was being answered when the drive ended: told by what was completed, in turn.

    Nothing but `completed` is asked: a driver may write down the other moments whenever it likes. Without the `order`
    of several models the one that has completed the fewest is taken.
    """
    bad = [(number, log.bad) for number, log in enumerate(logs) if log.bad is not None]
    if bad:
        return bad[0]
    if order is None or len(logs) == 1:
        done = [log.done for log in logs]
        return done.index(min(done)), min(done)
    query, turn = divmod(sum(int(np.count_nonzero(log.completed >= 0)) for log in logs), len(logs))
    return (int(order[query, turn]), query) if query < len(order) else (0, query)
