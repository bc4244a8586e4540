"""What two systems showed in the same rounds, side by side. Knows runs; decides nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tinytorch.looks import doubt, level_of, spent
from tinytorch.runs.drivers import Step
from tinytorch.runs.results import StoredResults
from tinytorch.runs.run import FloatArray, Run

Values = tuple[list[float], list[float]]  # of either system, shape (rounds,) each

BY_QUERY = ("single_stream", "median latency")  # the ratio of a round is the median of its queries' ratios


@dataclass(frozen=True, eq=False)
class Pair:
    """One quantity of model and baseline: a value a round of each, less being better, and whether the runs count.

    `ratios` are the rounds' ratios where they are not those of the values. `planned`: the number of rounds was not
    fixed, and after which of them there was a look was.
    """

    scenario: str
    quantity: str
    model: Sequence[float]
    baseline: Sequence[float]
    counts: bool
    cliffs_delta: float = math.nan
    ratios: Sequence[float] = ()
    planned: bool = False

    @property
    def each_ratio(self) -> FloatArray:
        """The ratio, model over baseline, of each round, shape (rounds,)."""
        if len(self.ratios):
            return np.asarray(self.ratios, dtype=float)
        return np.asarray(np.asarray(self.model, dtype=float) / np.asarray(self.baseline, dtype=float))

    def facts(self, ratio: Any, p_adjusted: float, verdict: str) -> tuple[Any, ...]:
        """Return what a comparison states, in the order of its fields, of an estimate and what was concluded from it.

        `ratio` has the fields ratio, interval (low, high, confidence) and p_value; less is better.
        """
        medians = float(np.median(self.model)), float(np.median(self.baseline))
        stated = self.scenario, self.quantity, "ms", *medians, ratio.ratio, ratio.interval, ratio.p_value
        return *stated, p_adjusted, verdict, self.cliffs_delta


def doubt_of(pair: Pair, margin: float) -> float:
    """Return the p-value of a verdict on the pair: how surprising its rounds are if the truth is the margin's edge.

    With planned looks that of all looks together. Below alpha exactly where the interval at 1 - alpha decides.
    """
    p_value = doubt(pair.each_ratio, margin)
    return spent(p_value) if pair.planned else p_value


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


def of_pair(estimate: Step, kind: Callable[..., Any], interval: Callable[..., Any]) -> Step:
    """Return what estimates a pair's ratio at a confidence by `estimate(model, baseline, confidence)`.

    Where every round has the same ratio it is that one, exact. With planned looks the interval holds at all of them
    together, and the p-value is that of all of them. `kind(ratio, interval, p_value)` and `interval(low, high,
    confidence)` are what an estimate is made of.
    """

    def ratio_of(pair: Pair, confidence: float = 0.95) -> Any:
        """Return the ratio of the pair's rounds, its interval at this confidence, and its p-value."""
        ratios = pair.each_ratio
        ratio = exact_ratio(ratios, np.ones_like(ratios))
        if ratio is not None:
            return kind(ratio, interval(ratio, ratio, confidence), float(math.isclose(ratio, 1)))
        level = 1 - level_of(1 - confidence) if pair.planned else confidence
        found, (low, high, _), p_value = estimate(ratios, np.ones_like(ratios), level)
        return kind(found, interval(low, high, confidence), spent(p_value) if pair.planned else p_value)

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
            by_query = query_ratios(results, scenario, quantity)
            found.append(Pair(scenario, quantity, *values, counts, delta, by_query, results.planned))
    return found


def query_ratios(results: StoredResults, scenario: str, quantity: str) -> Sequence[float]:
    """Return the median over a Single-Stream round's queries of the ratio of both models, (rounds,); () if unpaired.

    Each query went to both right after one another, so what disturbs the machine for longer cancels. () for any other
    quantity than the median latency.
    """
    if (scenario, quantity) != BY_QUERY:
        return ()
    runs = results[scenario].runs
    both = zip(runs["model"], runs["baseline"], strict=False)
    whole = [pair for pair in both if all(run.n and run.error is None for run in pair)]
    if not all(one.n == other.n and min(one.latency_ns.min(), other.latency_ns.min()) > 0 for one, other in whole):
        return ()
    return [float(np.exp(np.median(np.log(one.latency_ns) - np.log(other.latency_ns)))) for one, other in whole]


def _single_values(results: StoredResults, scenario: str, values: Values) -> tuple[npt.ArrayLike, npt.ArrayLike]:
    """What of either system is drawn at random: a query, or a round where a query has no time of its own."""
    if scenario == "offline":
        return values
    return results[scenario].latency_ns("model"), results[scenario].latency_ns("baseline")
