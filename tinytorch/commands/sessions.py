"""The change between two sessions: results of the same benchmark, measured at two times. Prints and reads nothing.

Rounds of two sessions are independent samples, except in Server, where rounds of one seed have the same arrivals. Where
both sessions measured the same baseline, the ratio to it is compared, in which the machine's own change cancels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tinytorch.benchmarking import Results, Run

LEAST_ROUNDS = 6
Logs = npt.NDArray[np.float64]


class NotComparableError(ValueError):
    """Two results that do not answer the same question."""


@dataclass(frozen=True)
class Change:
    """New over old, for something where less is better; `paired` where a shared baseline cancels the machine."""

    scenario: str
    quantity: str
    ratio: float
    low: float
    high: float
    verdict: str
    paired: bool


def is_paired(old: Results, new: Results) -> bool:
    """Return whether both measured a baseline of the same name."""
    return old.baseline_name is not None and old.baseline_name == new.baseline_name


def machine_change(old: Results, new: Results) -> float:
    """Return how many times as long the baseline took in the new session: Single-Stream, medians; 1.0 without it."""
    from tinytorch.benchmarking import percentile

    if "single_stream" not in old or "single_stream" not in new:
        return 1.0
    times = [[percentile(run.latency_ns, 0.5) for run in one["single_stream"].runs["baseline"]] for one in (old, new)]
    return float(np.median(times[1]) / np.median(times[0]))


def compare_results(old: Results, new: Results, margin: float, confidence: float = 0.95) -> list[Change]:
    """Return the change of every quantity: intervals on logs of the rounds at a Bonferroni level.

    Raises NotComparableError if a result has fewer than 6 rounds, or a time of 0 ns.
    """
    from tinytorch.benchmarking import Interval, verdict
    from tinytorch.looks import level_of

    paired, changes = is_paired(old, new), []
    if old.planned or new.planned:  # the rounds ended at a look that the data chose: every look has to hold
        confidence = 1 - level_of(1 - confidence)
    rows = list(_log_rounds(old, new, paired))
    if paired and abs(math.log(machine_change(old, new))) > math.log1p(margin):
        rows = [row for row in rows if row[0] != "server"]  # a queue grows faster than the machine slows down
    for scenario, quantity, before, after in rows:
        rounds = min(len(before), len(after))
        if rounds < LEAST_ROUNDS:
            raise NotComparableError(f"{scenario} has {rounds} rounds where {LEAST_ROUNDS} are the least; use --rounds")
        between = matched if scenario == "server" and same_arrivals(old, new) else welch
        strict = Interval(*between(before, after, 1 - (1 - confidence) / len(rows)), confidence)
        ratio = math.exp(after.mean() - before.mean())
        word = verdict(strict, strict, margin)
        changes.append(Change(scenario, quantity, ratio, strict.low, strict.high, word, paired))
    return changes


def side_by_side(old: Results, new: Results) -> list[dict[str, str | float]]:
    """Return both medians over the rounds of every quantity, ms: what two sessions show that share no baseline."""
    from tinytorch.benchmarking import QUANTITIES

    quantities: Mapping[tuple[str, str], Callable[[Run], float]] = QUANTITIES
    rows: list[dict[str, str | float]] = []
    for (scenario, quantity), value in quantities.items():
        runs = [one[scenario].runs["model"] if scenario in one else [] for one in (old, new)]
        medians = [float(np.median([value(run) for run in each])) for each in runs if each]
        if len(medians) == 2:
            facts = {"old_ms": medians[0], "new_ms": medians[1]}
            rows.append({"scenario": scenario, "quantity": quantity} | facts)
    return rows


def same_arrivals(old: Results, new: Results) -> bool:
    """Return whether the rounds of both had their Server queries due at the same moments: one seed, one length."""
    due = [[run.scheduled_ns - run.scheduled_ns[0] for run in one["server"].runs["model"]] for one in (old, new)]
    return len(due[0]) == len(due[1]) and all(map(np.array_equal, *due))


def welch(before: Logs, after: Logs, confidence: float) -> tuple[float, float]:
    """Return the interval of the ratio after / before from logs of independent rounds. Source: Welch 1947."""
    terms = [float(logs.var(ddof=1)) / len(logs) for logs in (before, after)]
    squares = sum(term**2 / (len(logs) - 1) for term, logs in zip(terms, (before, after), strict=True))
    return _exact_or_t(float(after.mean() - before.mean()), sum(terms), sum(terms) ** 2 / (squares or 1), confidence)


def matched(before: Logs, after: Logs, confidence: float) -> tuple[float, float]:
    """Return the interval of the ratio from logs of rounds of which each pair had the same arrivals."""
    change = after - before
    variance = float(change.var(ddof=1)) / len(change)
    return _exact_or_t(float(change.mean()), variance, len(change) - 1, confidence)


def _exact_or_t(difference: float, variance: float, freedom: float, confidence: float) -> tuple[float, float]:
    from scipy import stats

    if math.sqrt(variance) < 1e-12:  # virtual time: every round took the same, up to rounding
        return math.exp(difference), math.exp(difference)
    half = float(stats.t.ppf((1 + confidence) / 2, freedom)) * math.sqrt(variance)
    return math.exp(difference - half), math.exp(difference + half)


def _log_rounds(old: Results, new: Results, paired: bool) -> Iterator[tuple[str, str, Logs, Logs]]:
    from tinytorch.benchmarking import QUANTITIES

    quantities: Mapping[tuple[str, str], Callable[[Run], float]] = QUANTITIES
    for (scenario, quantity), value in quantities.items():
        if scenario not in old:
            continue
        logs = []
        for results in (old, new):
            arms = ("model", "baseline") if paired else ("model",)
            times = [np.array([value(run) for run in results[scenario].runs[arm]]) for arm in arms]
            if not all((each > 0).all() for each in times) or len({len(each) for each in times}) > 1:
                raise NotComparableError(f"{scenario} has a {quantity} of 0, or rounds without it; run it again")
            logs.append(np.log(times[0]) - (np.log(times[1]) if paired else 0))
        yield scenario, quantity, logs[0], logs[1]
