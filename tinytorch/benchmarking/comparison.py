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
    exact_first,
    model_and_baseline,
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
    "ratio_of_rounds",
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
    interval: Interval  # at the level that Holm's procedure asks for
    equivalence_interval: Interval
    p_value: float
    p_adjusted: float
    verdict: str  # 'no claim' where a run of either does not count
    required_rounds: int | None = None  # to resolve the margin
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


ratio_of_rounds = exact_first(paired_ratio, RatioEstimate, Interval)


def compare_control(results: Results, confidence: float) -> RatioEstimate | None:
    """Return the A/A control, by median latency; None where it did not run."""
    pair = paired_values(results, "single_stream", latency_ms(0.5), "control", "model")
    return None if pair is None else paired_ratio(*pair, confidence)


def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = ratio_of_rounds,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    """Return a Comparison for each pair of `pairs_of(results)`, adjusted together.

    Its parts: `ratio_of(model_values, baseline_values, confidence)`,
    `adjust(p_values)`, `decide(interval, equivalence_interval, margin)`.
    """
    pairs, found, alpha = pairs_of(results), [], 1 - confidence
    plain = [ratio_of(pair.model, pair.baseline, confidence) for pair in pairs]
    p_values = [ratio.p_value for ratio in plain]
    for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values), strict=True):
        k = sum(other >= p_value for other in p_values)
        ratio = ratio_of(pair.model, pair.baseline, 1 - alpha / k)
        wide = ratio_of(pair.model, pair.baseline, 1 - 2 * alpha).interval
        word = decide(ratio.interval, wide, margin) if pair.counts else "no claim"
        facts = pair.facts(ratio, wide, adjusted, word, margin)
        found.append(Comparison(*facts))
    return found
