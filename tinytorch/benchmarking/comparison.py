"""Comparison: model against baseline, round by round, and what the ratio shows. Knows results, not what may be
wrong.
"""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "8. Comparison"; make it again with
# `tinytorch export`.

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .clock import NS_PER_MS
from .loadgen import Run
from .results import Results
from .stats import Interval, holm, mean_interval, percentile

__all__ = [
    "QUANTITIES",
    "Comparison",
    "RatioEstimate",
    "cliffs_delta",
    "compare",
    "compare_control",
    "latency_ms",
    "paired_ratio",
    "round_pairs",
    "varies",
    "verdict",
]


class RatioEstimate(NamedTuple):
    """Model divided by baseline, for something where less is better: below 1 the model is better."""

    ratio: float
    interval: Interval
    p_value: float  # of no difference, two-sided


def paired_ratio(
    model_values: npt.ArrayLike, baseline_values: npt.ArrayLike, confidence: float = 0.95
) -> RatioEstimate:
    """Return the geometric mean of the rounds' ratios with its t interval on the log scale and its p-value.

    Both have shape (rounds,). Raises ValueError for unequal lengths, fewer than 2, or values that are not positive.
    """
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or not (np.all(model > 0) and np.all(baseline > 0)):
        raise ValueError(f"pairs need as many positive values on either side, got {model.size} and {baseline.size}")
    differences = np.log(model) - np.log(baseline)
    low, high, _ = mean_interval(differences, confidence)
    p_value = float(stats.ttest_1samp(differences, 0.0).pvalue)
    interval = Interval(math.exp(low), math.exp(high), confidence)
    return RatioEstimate(math.exp(differences.mean()), interval, p_value)


def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    """Return 'faster', 'slower', 'equivalent' or 'not resolved' for a ratio below 1 if the model is better."""
    least, most = 1 / (1 + margin), 1 + margin
    if interval.high < least:
        return "faster"
    if interval.low > most:
        return "slower"
    if least < equivalence_interval.low and equivalence_interval.high < most:
        return "equivalent"
    return "not resolved"


@dataclass(frozen=True)
class Comparison:
    """One quantity, model against baseline. The ratio is below 1 where the model is better."""

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
    required_rounds: int | None  # to resolve the margin; None where it is resolved
    cliffs_delta: float = math.nan  # P(model slower) - P(model faster) of two queries drawn at random


def latency_ms(p: float) -> Callable[[Run], float]:
    """Return the function that gives a run's latency percentile in ms."""
    return lambda run: percentile(run.latency_ns, p) / NS_PER_MS


QUANTITIES: dict[tuple[str, str], Callable[[Run], float]] = {
    ("single_stream", "median latency"): latency_ms(0.5),
    ("single_stream", "90th percentile latency"): latency_ms(0.9),
    ("server", "90th percentile latency"): latency_ms(0.9),
    ("offline", "time per sample"): lambda run: run.duration_ns / run.n / NS_PER_MS,
}


def cliffs_delta(model: npt.ArrayLike, baseline: npt.ArrayLike) -> float:
    """Return P(a model's value is greater) - P(it is less), from -1 to 1. Source: Cliff 1993."""
    from scipy import stats

    model, baseline = np.asarray(model), np.asarray(baseline)
    return float(2 * stats.mannwhitneyu(model, baseline).statistic / (model.size * baseline.size) - 1)


def varies(ones: npt.ArrayLike, others: npt.ArrayLike) -> bool:
    """Return whether the rounds' ratios are two or more and differ by more than rounding: else there is no interval.

    A value of 0 took less than a step of the clock, so there is no ratio either.
    """
    if not (np.all(np.asarray(ones) > 0) and np.all(np.asarray(others) > 0)):
        return False
    ratios = np.asarray(ones, dtype=float) / np.asarray(others, dtype=float)
    return ratios.size > 1 and float(np.ptp(ratios)) > 1e-12 * float(np.abs(ratios).max())


def compare_control(results: Results, confidence: float) -> RatioEstimate | None:
    """Return the A/A control: the model's rebuild against the model, median latency; None where it did not run."""
    runs = results["single_stream"].runs if "single_stream" in results else {}
    medians = [[percentile(run.latency_ns, 0.5) for run in runs.get(arm, []) if run.n] for arm in ("control", "model")]
    n = min(map(len, medians))
    control, model = (np.array(values[:n]) for values in medians)
    return paired_ratio(control, model, confidence) if varies(control, model) else None


def round_pairs(results: Results) -> dict[tuple[str, str], tuple[list[float], list[float]]]:
    """Return, by scenario and quantity, the values of model and baseline in each round that both of them ended."""
    pairs = {}
    for (scenario, quantity), value in QUANTITIES.items():
        runs = results[scenario].runs if scenario in results else {}
        if {"model", "baseline"} <= set(runs):
            both = zip(runs["model"], runs["baseline"], strict=False)
            whole = [pair for pair in both if all(run.n and run.error is None for run in pair)]
            model, baseline = ([value(pair[arm]) for pair in whole] for arm in (0, 1))
            if varies(model, baseline):
                pairs[scenario, quantity] = model, baseline
    return pairs


def compare(results: Results, confidence: float, margin: float) -> list[Comparison]:
    """Return one comparison per quantity whose ratio varied between rounds, Holm-adjusted over all of them."""
    pairs = round_pairs(results)
    p_values = [paired_ratio(*pair).p_value for pair in pairs.values()]
    comparisons = []
    for (scenario, quantity), p_value, p_adjusted in zip(pairs, p_values, holm(p_values), strict=True):
        model, baseline = pairs[scenario, quantity]
        level = 1 - (1 - confidence) / sum(other >= p_value for other in p_values)
        estimate = paired_ratio(model, baseline, level)
        equivalence = paired_ratio(model, baseline, 1 - 2 * (1 - confidence)).interval
        counts = not any(results[scenario].reasons[arm] for arm in ("model", "baseline"))
        word = verdict(estimate.interval, equivalence, margin) if counts else "no claim"
        half = math.log(estimate.interval.high / estimate.ratio)
        enough = max(len(model) + 1, math.ceil(len(model) * (half / math.log(1 + margin)) ** 2))
        more = enough if word == "not resolved" else None
        values = float(np.median(model)), float(np.median(baseline))
        drawn = (model, baseline) if scenario == "offline" else map(results[scenario].latency_ns, ("model", "baseline"))
        comparisons.append(
            Comparison(
                scenario, quantity, "ms", *values, estimate.ratio, estimate.interval, equivalence,
                p_value, p_adjusted, word, more, cliffs_delta(*drawn),
            )
        )  # fmt: skip
    return comparisons
