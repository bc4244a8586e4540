"""Whether the rounds may end: a fixed number is reached, or, where looks are planned, nothing is open any more.

The questions are the ratios of the quantities that a report compares, read off the runs as they are. Asks for no part
of the lesson, so a mistake there neither stops the rounds nor keeps them going.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tinytorch.looks import OPEN, looks, standing
from tinytorch.runs.pairs import paired_values, query_ratios
from tinytorch.runs.results import StoredResults
from tinytorch.runs.run import FloatArray, Run
from tinytorch.runs.settings import NS_PER_S


def at(share: float) -> Callable[[Run], float]:
    """Return what gives a run's latency at this share of its queries, ns: the smallest that so many do not exceed."""
    return lambda run: float(np.quantile(run.latency_ns, share, method="inverted_cdf"))


QUESTIONS: dict[tuple[str, str], Callable[[Run], float]] = {
    ("single_stream", "median latency"): at(0.5),
    ("single_stream", "90th percentile latency"): at(0.9),
    ("server", "90th percentile latency"): at(0.9),
    ("offline", "time per sample"): lambda run: run.duration_ns / run.n,
    ("multi_stream", "99th percentile latency"): at(0.99),
}


def open_questions(results: StoredResults) -> list[tuple[str, str]]:
    """Return, at a planned look, scenario and quantity of what more rounds may still tell."""
    rows = ratios_of(results)
    settings = results.settings
    words = standing(list(rows.values()), settings.margin, settings.confidence, settings.limit)
    return [row for row, word in zip(rows, words, strict=True) if word == OPEN]


def ratios_of(results: StoredResults) -> dict[tuple[str, str], FloatArray]:
    """Return the rounds' ratios (rounds,) of model and baseline by scenario and quantity."""
    found = {}
    for row, value in QUESTIONS.items():
        values = paired_values(results, row[0], value, "model", "baseline", exact=True)
        if values is not None:
            by_query = query_ratios(results, *row)
            found[row] = np.asarray(by_query) if by_query else np.divide(*values)
    return found


def may_end(results: StoredResults) -> tuple[bool, list[tuple[str, str]]]:
    """Return whether the rounds may end, and what is open: at a planned look, else nothing."""
    settings, done = results.settings, results.rounds_measured or 0
    if not results.planned or done >= settings.limit:
        return done >= settings.limit, []
    least = math.ceil(1 - math.log2(1 - settings.confidence))  # with fewer no interval of a median exists
    if done < least or done not in looks(settings.limit):
        return False, []
    still = open_questions(results)
    return not still, still


def end(results: StoredResults) -> None:
    """Note that planned looks ended the rounds. Of what was asked of all of them, only the part until then was due."""
    settings, done = results.settings, results.rounds_measured or 0
    results.ended = results.planned
    if not results.planned or done == settings.limit:
        return
    asked = {name: getattr(settings, name) for name in ("min_queries", "min_duration_ns")}
    part = {name: math.ceil(whole * done / settings.limit) for name, whole in asked.items()}
    stated = [f"{n['min_queries']:,} queries and {n['min_duration_ns'] / NS_PER_S:.3g} s" for n in (asked, part)]
    note = f"{settings.limit} rounds would have had {stated[0]} a scenario; {done} were enough, so {stated[1]} were due"
    results.notes.append(note)
    results.settle(replace(settings, **part))
