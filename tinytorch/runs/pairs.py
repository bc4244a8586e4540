"""What two systems showed in the same rounds, side by side. Knows runs; decides nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tinytorch.runs.drivers import Step
from tinytorch.runs.results import StoredResults
from tinytorch.runs.run import Run

Values = tuple[list[float], list[float]]  # of either system, shape (rounds,) each


@dataclass(frozen=True, eq=False)
class Pair:
    """One quantity of model and baseline: a value a round of each, less being better, and whether the runs count."""

    scenario: str
    quantity: str
    model: Sequence[float]
    baseline: Sequence[float]
    counts: bool
    cliffs_delta: float = math.nan

    def facts(self, ratio: Any, equivalence: Any, p_adjusted: float, verdict: str, margin: float) -> tuple[Any, ...]:
        """Return what a comparison states, in the order of its fields, of an estimate and what was concluded from it.

        `ratio` has the fields ratio, interval (low, high, confidence) and p_value; less is better.
        """
        medians = float(np.median(self.model)), float(np.median(self.baseline))
        open_still = verdict == "not resolved" and ratio.interval[1] > ratio.ratio  # more rounds narrow no exact one
        more = self.rounds_needed(ratio.ratio, ratio.interval[1], margin) if open_still else None
        stated = self.scenario, self.quantity, "ms", *medians, ratio.ratio, ratio.interval, equivalence
        return *stated, ratio.p_value, p_adjusted, verdict, more, self.cliffs_delta

    def rounds_needed(self, ratio: float, high: float, margin: float) -> int:
        """Return how many rounds would make an interval that reaches from `ratio` to `high` as narrow as the margin."""
        n, half = len(self.model), math.log(high / ratio)
        return max(n + 1, math.ceil(n * (half / math.log(1 + margin)) ** 2))


def varies(ones: npt.ArrayLike, others: npt.ArrayLike) -> bool:
    """Return whether the rounds' ratios are two or more and differ by more than rounding: else there is no interval.

    A value of 0 took less than a step of the clock, so there is no ratio either.
    """
    if not (np.all(np.asarray(ones) > 0) and np.all(np.asarray(others) > 0)):
        return False
    ratios = np.asarray(ones, dtype=float) / np.asarray(others, dtype=float)
    return ratios.size > 1 and float(np.ptp(ratios)) > 1e-12 * float(np.abs(ratios).max())


def exact_ratio(ones: npt.ArrayLike, others: npt.ArrayLike) -> float | None:
    """Return the ratio that all rounds, two or more, have up to rounding: it is known without statistics; else None."""
    first, second = np.asarray(ones, dtype=float), np.asarray(others, dtype=float)
    positive = bool((first > 0).all() and (second > 0).all())
    return None if first.size < 2 or not positive or varies(first, second) else float(first[0] / second[0])


def exact_first(estimate: Step, kind: Callable[..., Any], interval: Callable[..., Any]) -> Step:
    """Return `estimate(model, baseline, confidence)`, but where every round has the same ratio that one, exact.

    `kind(ratio, interval, p_value)` and `interval(low, high, confidence)` are what an estimate is made of.
    """

    def ratio_of(model: Sequence[float], baseline: Sequence[float], confidence: float = 0.95) -> Any:
        """Return the ratio of the rounds: exact where it never varies."""
        ratio = exact_ratio(model, baseline)
        if ratio is None:
            return estimate(model, baseline, confidence)
        return kind(ratio, interval(ratio, ratio, confidence), float(math.isclose(ratio, 1)))

    return ratio_of


def cliffs_delta(model: npt.ArrayLike, baseline: npt.ArrayLike) -> float:
    """Return P(a model's value is greater) - P(it is less), from -1 to 1. Source: Cliff 1993."""
    from scipy import stats

    model, baseline = np.asarray(model), np.asarray(baseline)
    return float(2 * stats.mannwhitneyu(model, baseline).statistic / (model.size * baseline.size) - 1)


def paired_values(
    results: StoredResults, scenario: str, value: Callable[[Run], float], one: str, other: str, exact: bool = False
) -> Values | None:
    """Return the value of each round that both arms ended; None where the rounds' ratios do not vary.

    With `exact` also where they are one and the same ratio.
    """
    runs = results[scenario].runs if scenario in results else {}
    both = zip(runs.get(one, []), runs.get(other, []), strict=False)
    whole = [pair for pair in both if all(run.n and run.error is None for run in pair)]
    ones, others = ([value(pair[arm]) for pair in whole] for arm in (0, 1))
    wanted = varies(ones, others) or (exact and exact_ratio(ones, others) is not None)
    return (ones, others) if wanted else None


def model_and_baseline(
    results: StoredResults, quantities: Mapping[tuple[str, str], Callable[[Run], float]], exact: bool = False
) -> list[Pair]:
    """Return a pair a scenario and quantity: the values of each round that both ended, where their ratio varies.

    With `exact` also where all rounds have the same ratio, of which there is no t test: `exact_ratio` gives it.
    """
    found = []
    for (scenario, quantity), value in quantities.items():
        values = paired_values(results, scenario, value, "model", "baseline", exact)
        if values is not None:
            counts = not any(results[scenario].reasons[arm] for arm in ("model", "baseline"))
            delta = cliffs_delta(*_single_values(results, scenario, values))
            found.append(Pair(scenario, quantity, *values, counts, delta))
    return found


def _single_values(results: StoredResults, scenario: str, values: Values) -> tuple[npt.ArrayLike, npt.ArrayLike]:
    """What of either system is drawn at random: a query, or a round where a query has no time of its own."""
    if scenario == "offline":
        return values
    return results[scenario].latency_ns("model"), results[scenario].latency_ns("baseline")
