"""Whether a result has the runs, queries and looks that its settings ask for. Draws nothing.

Where planned looks ended the rounds early, the settings were lowered to what was due by then; what had been asked is
known up to a rounding, and the bound here leaves room for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tinytorch.benchmarking import METRICS, MOST_SAMPLES, Results, Run
from tinytorch.looks import looks
from tinytorch.mlperf import early_stopping_queries
from tinytorch.runs.enough import may_end
from tinytorch.verifying.drawn import asked_of_server


def other_parts(results: Results) -> Iterator[str]:
    """Yield what is missing or too much: without these parts nothing else can be looked into."""
    if type(results.n_samples) is not int or results.n_samples < 1:
        yield f"a data set has 1 sample or more, this one {results.n_samples!r}"
    labels = {} if results.labels is None else {"labels": results.labels}
    answers = {f"answers of the {arm}": each for arm, each in (*results.classes.items(), *results.scores.items())}
    for name, numbers in (answers | labels).items():
        if len(numbers) != results.n_samples:
            yield f"each of {results.n_samples} samples has one answer and one label, there are {len(numbers)} {name}"
    for scenario, result in results.items():
        control = ["control"] if scenario == "single_stream" and results.settings.control else []
        arms = ["model", *([] if results.baseline_name is None else ["baseline"]), *control]
        if scenario not in METRICS:
            yield f"the scenarios are {', '.join(METRICS)}, the file has {scenario!r}"
        elif set(result.runs) != set(arms):
            yield f"{scenario}: these settings ask for runs of {', '.join(arms)}, it has {', '.join(result.runs)}"


def not_asked(results: Results) -> Iterator[str]:
    """Yield where there are fewer queries than asked, larger batches, or rounds that ended at another look."""
    counted = results.rounds_measured or 0
    for scenario, result in results.items():
        for arm, runs in result.runs.items():
            for number, run in enumerate(runs[:counted]):
                where = f"{scenario}, round {number + 1}"
                yield from (f"{where}: {problem}" for problem in wrong_count(results, run, arm))
    if results.ended and results.planned:
        yield from other_looks(results, counted)


def wrong_count(results: Results, run: Run, arm: str) -> Iterator[str]:
    """Yield where one run has too few queries, or a batch of Server too many. Of Server, arrivals are counted."""
    settings, drawn = results.settings, run.scenario == "server"
    if drawn:
        largest = largest_batch(run)
        if settings.workers == 1 and largest > settings.max_batch > 1:
            yield f"these settings allow batches of {settings.max_batch}, the {arm} has one of {largest}"
        return
    size = settings.samples_per_query if run.scenario == "multi_stream" else 1
    least = min(least_queries(results, run.scenario), MOST_SAMPLES // size)
    if run.n // size < least:
        yield f"these settings ask for {least:,} queries or more, the {arm} has {run.n // size:,} (deleted)"


def largest_batch(run: Run) -> int:
    """Return how many queries of a Server run were issued together; those that took no time are left out."""
    issued = run.issued_ns[run.completed_ns > run.issued_ns]
    return int(np.unique(issued, return_counts=True)[1].max()) if issued.size else 0


def least_queries(results: Results, scenario: str) -> int:
    """Return how many queries a round has at the least."""
    settings = results.settings
    whole = (asked_of_server(results)[0][0] - 1) * settings.at_least + 1  # before it was rounded up to a round's part
    least = [math.ceil(whole / settings.limit)]
    if settings.rounds is None:
        least.append(math.ceil(early_stopping_queries(1, 0.9) / settings.at_least))
    if scenario == "multi_stream":
        least.append(math.ceil(early_stopping_queries(1, 0.99) / settings.at_least))
    return max(least)


def other_looks(results: Results, done: int) -> Iterator[str]:
    """Yield where the rounds did not end at the first planned look that left nothing open."""
    for look in looks(results.settings.limit):
        if look < done and may_end(until(results, look))[0]:
            yield f"nothing was open after {look} rounds, and planned looks end there: these went on to {done}"
            return
    if not may_end(until(results, done))[0]:
        yield f"planned looks end where nothing is open, and after {done} rounds something was"


def until(results: Results, look: int) -> Results:
    """Return the results as they were after so many rounds."""
    held = {
        name: replace(result, runs={arm: runs[:look] for arm, runs in result.runs.items()})
        for name, result in results.items()
    }
    return replace(results, scenarios=held, rounds_measured=look, ended=False)
