"""What holds of the moments of any real run: one thing after another, on a clock with steps. Knows no statistics."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from tinytorch.benchmarking import Results
from tinytorch.runs.run import IntArray, Run
from tinytorch.runs.settings import NS_PER_S, Settings

PAUSE = 10, 5 * NS_PER_S  # between two rounds: so many times what it is between others, and so much more, in ns


def impossible(results: Results) -> Iterator[str]:
    """Yield what cannot be in a run that took place."""
    for scenario, result in results.items():
        for arm, runs in result.runs.items():
            for number, run in enumerate(runs):
                where = f"{scenario}, round {number + 1}, {arm}"
                yield from (f"{where}: {problem}" for problem in broken(run, result.settings))
    yield from overlapping(results)
    if not results.virtual_time:
        yield from off_the_grid(results)


def broken(run: Run, settings: Settings) -> Iterator[str]:
    """Yield what cannot be within one run."""
    due, issued, completed = run.scheduled_ns, run.issued_ns, run.completed_ns
    if early := np.flatnonzero(issued < due).tolist():
        yield f"query {early[0]} was issued {due[early[0]] - issued[early[0]]:,} ns before it was due"
    if early := np.flatnonzero(completed < issued).tolist():
        yield f"query {early[0]} was completed before it was issued"
    if run.scenario in ("single_stream", "multi_stream") and (late := np.flatnonzero(issued != due).tolist()):
        yield f"query {late[0]} is due when it is issued, in this scenario, and these moments differ"
    if run.scenario == "offline" and run.n and (due != due[0]).any():
        yield "all samples are due at the start, in this scenario, and these moments differ"
    yield from one_at_a_time(run, settings)


def one_at_a_time(run: Run, settings: Settings) -> Iterator[str]:
    """Yield where a query was issued while the one before was being answered, or a batch has too many samples."""
    if run.scenario == "server" and settings.workers > 1:  # handed over when due, whoever is free
        if (np.diff(run.issued_ns) < 0).any():
            yield "queries were handed over in another order than they were due"
        return
    starts = batches(run, settings)
    if not len(starts):
        return
    ends = np.append(starts[1:], run.n) - 1
    inside = np.repeat(starts, ends - starts + 1)
    if (run.issued_ns != run.issued_ns[inside]).any() or (run.completed_ns != run.completed_ns[inside]).any():
        yield "samples of one batch were issued or completed at different moments"
    if overlap := np.flatnonzero(run.issued_ns[starts[1:]] < run.completed_ns[ends[:-1]]).tolist():
        yield f"query {starts[overlap[0] + 1]} was issued while the one before was being answered"


def batches(run: Run, settings: Settings) -> IntArray:
    """Return where each batch of a run begins."""
    sizes = {"offline": settings.batch_size, "multi_stream": settings.samples_per_query}
    if run.scenario == "server" and settings.max_batch > 1:
        new = np.diff(run.issued_ns, prepend=-1) != 0
        return np.flatnonzero(new)
    return np.arange(0, run.n, sizes.get(run.scenario, 1))


def overlapping(results: Results) -> Iterator[str]:
    """Yield where two models were asked at once, rounds are out of order, or the machine was left between them."""
    rounds = max((len(runs) for result in results.values() for runs in result.runs.values()), default=0)
    spans = []
    for which in range(rounds):
        of_round: list[tuple[int, int]] = []
        for scenario, result in results.items():
            runs = {arm: each[which] for arm, each in result.runs.items() if which < len(each) and each[which].n}
            if scenario == "single_stream" and (two := both_asked(runs)):
                yield f"single_stream, round {which + 1}: {two}"
            first = [int(run.scheduled_ns[0]) for run in runs.values()]
            last = [int(run.completed_ns.max()) for run in runs.values()]
            if scenario == "single_stream" and runs:  # in turns: one span
                first, last = [min(first)], [max(last)]
            of_round += zip(first, last, strict=True)
        of_round.sort()
        if any(later[0] < earlier[1] for earlier, later in pairwise(of_round)):
            yield f"round {which + 1}: two runs took place at the same time"
        if of_round:
            spans.append((of_round[0][0], max(end for _, end in of_round)))
    yield from spliced(spans)


def both_asked(runs: dict[str, Run]) -> str:
    """Return where a model was asked before another one had answered; '' where none was."""
    if not runs:
        return ""
    starts = np.concatenate([run.issued_ns for run in runs.values()])
    ends = np.concatenate([run.completed_ns for run in runs.values()])
    order = np.lexsort((ends, starts))
    wrong = np.flatnonzero(starts[order][1:] < ends[order][:-1])
    return "a model was asked before another one had answered" if wrong.size else ""


def spliced(spans: list[tuple[int, int]]) -> Iterator[str]:
    """Yield where a round begins before the last one has ended, or so long after it as after no other."""
    pauses = [later[0] - earlier[1] for earlier, later in pairwise(spans)]
    for number, pause in enumerate(pauses):
        others = pauses[:number] + pauses[number + 1 :]
        if pause < 0:
            yield f"round {number + 2} began before round {number + 1} had ended: they are of two runs"
        elif others and pause > PAUSE[0] * max(0, float(np.median(others))) + PAUSE[1]:
            usual = float(np.median(others)) / NS_PER_S
            yield (
                f"{pause / NS_PER_S:.3g} s lie between rounds {number + 1} and {number + 2}, {usual:.3g} s between "
                "others: they are of two runs, or the process was stopped in between"
            )


def off_the_grid(results: Results) -> Iterator[str]:
    """Yield where the times cannot have been read from a clock with the smallest step that was seen in reading it.

    That step is the clock's own, or what a reading takes where that is longer: times need not be multiples of it, but
    none is much shorter, and they are not all multiples of a longer one.
    """
    step, moments, took = results.clock_step_ns, list[IntArray](), list[IntArray]()
    for result in results.values():
        for run in (run for runs in result.runs.values() for run in runs):
            moments += [run.issued_ns, run.completed_ns]
            took.append(run.completed_ns - run.issued_ns)
    if not moments or sum(map(len, moments)) < 100:
        return
    if step <= 0:
        yield "it says that it is of the machine's clock, but not how fine its steps are"
        return
    grid = int(np.gcd.reduce(np.diff(np.concatenate(moments))))
    if grid > step:
        yield f"all times are multiples of {grid:,} ns, the clock was seen to take steps of {step:,} ns"
    short = np.concatenate(took)
    if too_short := np.count_nonzero((short > 0) & (short < step // 2)):
        yield f"{too_short:,} queries took a time under half a step of the clock, {step:,} ns"
