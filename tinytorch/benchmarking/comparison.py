"""Comparison: model against baseline, round by round, and what the ratio shows. Knows results, not what may be
wrong.
"""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "8. Comparison"; make it again with
# `tinytorch export`.

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tinytorch.runs import (
    NS_PER_MS,
    Pair,
    Run,
    Step,
    cliffs_delta,
    doubt_of,
    model_and_baseline,
    of_pair,
    paired_values,
    varies,
)

from .scenarios import Results, percentile
from .stats import Interval, mean_interval

__all__ = [
    "QUANTITIES",
    "Comparison",
    "Pair",
    "RatioEstimate",
    "cliffs_delta",
    "compare",
    "compare_control",
    "holm",
    "latency_ms",
    "paired_ratio",
    "ratio_of_pair",
    "round_pairs",
    "varies",
    "verdict",
]


class RatioEstimate(NamedTuple):
    """Model over baseline, where less is better: below 1 the model is better."""

    ratio: float
    interval: Interval
    p_value: float  # of no difference, two-sided


def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    """Return the geometric mean of the rounds' ratios, its t interval, and its p-value.

    Both have shape (rounds,). Raises ValueError for unequal lengths, fewer than 2, or
    values that are not positive. `interval_of(values, confidence)` is that of a mean.
    """
    from scipy import stats

    model = np.asarray(model_values, dtype=float)
    baseline = np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or model.size < 2:
        sizes = f"{model.size} and {baseline.size}"
        raise ValueError(
            f"needs two pairs or more, got {sizes} values; run more rounds"
        )
    if min(model.min(), baseline.min()) <= 0:
        raise ValueError("a ratio needs positive values on either side")
    differences = np.log(model) - np.log(baseline)
    low, high, _ = interval_of(differences, confidence)
    p_value = float(stats.ttest_1samp(differences, 0.0).pvalue)
    interval = Interval(math.exp(low), math.exp(high), confidence)
    return RatioEstimate(math.exp(differences.mean()), interval, p_value)


def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    """Return 'faster', 'slower', 'equivalent' or 'not resolved'; below 1 is faster."""
    least, most = 1 / (1 + margin), 1 + margin
    if interval.high < least:
        return "faster"
    if interval.low > most:
        return "slower"
    if least < equivalence_interval.low and equivalence_interval.high < most:
        return "equivalent"
    return "not resolved"


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's adjusted p-values in the order of the input. Source: Holm 1979."""
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError(f"p-values lie between 0 and 1, got {list(p_values)}")
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(np.argsort(p_values, kind="stable").tolist()):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


@dataclass(frozen=True)
class Comparison:
    """One quantity, model against baseline. Below 1 the model is better."""

    scenario: str
    quantity: str
    unit: str
    model_value: float  # medians over the rounds
    baseline_value: float
    ratio: float
    interval: Interval  # at the level at which Holm's procedure decides: it decided
    p_value: float  # of no difference
    p_adjusted: float  # of the verdict, Holm's: resolved where it is below alpha
    verdict: str  # 'no claim' where a run of either does not count
    cliffs_delta: float = math.nan  # P(model slower) - P(model faster), of two queries


def latency_ms(p: float) -> Callable[[Run], float]:
    """Return the function that gives a run's latency percentile in ms."""
    return lambda run: percentile(run.latency_ns, p) / NS_PER_MS


QUANTITIES: dict[tuple[str, str], Callable[[Run], float]] = {
    ("single_stream", "median latency"): latency_ms(0.5),
    ("single_stream", "90th percentile latency"): latency_ms(0.9),
    ("server", "90th percentile latency"): latency_ms(0.9),
    ("offline", "time per sample"): lambda run: run.duration_ns / run.n / NS_PER_MS,
    ("multi_stream", "99th percentile latency"): latency_ms(0.99),
}


def round_pairs(results: Results) -> list[Pair]:
    """Return a pair for each quantity that both have in two rounds or more."""
    return model_and_baseline(results, QUANTITIES, exact=True)


ratio_of_pair = of_pair(paired_ratio, RatioEstimate, Interval)


def compare_control(results: Results, confidence: float) -> RatioEstimate | None:
    """Return the A/A control, by median latency; None where it did not run."""
    pair = paired_values(results, "single_stream", latency_ms(0.5), "control", "model")
    if pair is None:
        return None
    control = Pair("single_stream", "control", *pair, True, planned=results.planned)
    found: RatioEstimate = ratio_of_pair(control, confidence)
    return found


def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    """Return a Comparison for each pair of `pairs_of(results)`, adjusted together.

    Its parts: `doubt_of(pair, margin)`, `adjust(p_values)`, `ratio_of(pair, level)`,
    `decide(interval, equivalence_interval, margin)`.
    """
    pairs, found, alpha = pairs_of(results), [], 1 - confidence
    doubts = [doubt_of(pair, margin) for pair in pairs]
    for pair, doubt, adjusted in zip(pairs, doubts, adjust(doubts), strict=True):
        ratio = ratio_of(pair, 1 - alpha * doubt / adjusted)
        word = decide(ratio.interval, ratio.interval, margin)
        facts = pair.facts(ratio, adjusted, word if pair.counts else "no claim")
        found.append(Comparison(*facts))
    return found
