"""Ways to call two systems different: ours, and those that take one trace of each. All on many trials at once.

A trial of a rival is two rows of latencies; a trial of ours is two rows of rounds' medians. Ours is written here for
many trials at once and held against the package's own functions trial by trial. Measures nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tinytorch.benchmarking import Interval, paired_ratio, verdict

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Rival = Callable[[FloatArray, FloatArray, np.random.Generator], BoolArray]

ALPHA, MARGIN, RESAMPLES = 0.05, 0.01, 999
CHECKED = 10  # trials of each call that are held against the package


class Comparisons(NamedTuple):
    """Our design on many trials: p-values, verdicts, and the intervals of the ratio, each (trials,)."""

    p_values: FloatArray
    verdicts: npt.NDArray[np.str_]
    low: FloatArray
    high: FloatArray

    def share(self, *words: str) -> float:
        """Return the share of trials with one of these verdicts."""
        return float(np.isin(self.verdicts, words).mean())

    @property
    def significant(self) -> float:
        """Return the share of trials with p < 0.05."""
        return float((self.p_values < ALPHA).mean())


def paired_rounds(model: FloatArray, baseline: FloatArray) -> Comparisons:
    """Compare the rounds' values (trials, rounds) of two systems as the package does, for every trial.

    Raises RuntimeError where the package says something else.
    """
    from scipy.special import stdtr, stdtrit

    differences = np.log(model) - np.log(baseline)
    rounds = differences.shape[1]
    means = differences.mean(axis=1)
    errors = np.maximum(differences.std(axis=1, ddof=1) / np.sqrt(rounds), 1e-300)
    p_values = 2 * stdtr(rounds - 1, -np.abs(means / errors))
    half = stdtrit(rounds - 1, 1 - ALPHA / 2) * errors
    bounds = np.exp(means - half), np.exp(means + half)
    intervals = [Interval(low, high, 1 - ALPHA) for low, high in zip(*(each.tolist() for each in bounds), strict=True)]
    words = [verdict(interval, interval, MARGIN) for interval in intervals]
    for i in range(min(CHECKED, len(means))):
        expected = paired_ratio(model[i], baseline[i])
        if not np.allclose([p_values[i], bounds[0][i], bounds[1][i]], [expected.p_value, *expected.interval[:2]]):
            raise RuntimeError(f"trial {i}: p = {p_values[i]} here, {expected.p_value} by paired_ratio")
    return Comparisons(p_values, np.array(words), bounds[0], bounds[1])


def incumbent(a: FloatArray, b: FloatArray, rng: np.random.Generator) -> BoolArray:
    """TinyTorch 2024: p = 2 (1 - |t| / (|t| + sqrt(df))), which is no p-value and can be 2."""
    n = a.shape[1]
    t = np.abs(a.mean(axis=1) - b.mean(axis=1)) / np.sqrt((a.var(axis=1, ddof=1) + b.var(axis=1, ddof=1)) / n)
    return np.asarray(2 * (1 - t / (t + np.sqrt(2 * n - 2))) < ALPHA)


def welch(a: FloatArray, b: FloatArray, rng: np.random.Generator) -> BoolArray:
    """Welch's t-test of the means."""
    from scipy import stats

    return np.asarray(stats.ttest_ind(a, b, axis=1, equal_var=False).pvalue < ALPHA)


def mann_whitney(a: FloatArray, b: FloatArray, rng: np.random.Generator) -> BoolArray:
    """Mann-Whitney's U test, as google/benchmark and benchstat use it."""
    from scipy import stats

    return np.asarray(stats.mannwhitneyu(a, b, axis=1, method="asymptotic").pvalue < ALPHA)


def bootstrap_mean(a: FloatArray, b: FloatArray, rng: np.random.Generator) -> BoolArray:
    """Percentile bootstrap of the difference of means; all trials share the resamples, which costs nothing."""
    n = a.shape[1]
    counts = [rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES).astype(np.float64).T / n for _ in range(2)]
    differences = a @ counts[0] - b @ counts[1]
    return _outside(differences, 0.0)


def bootstrap_median(a: FloatArray, b: FloatArray, rng: np.random.Generator) -> BoolArray:
    """Percentile bootstrap of the ratio of medians, drawn exactly: a resample's order statistic is a Beta variable."""
    n = a.shape[1]
    medians = []
    for values in (a, b):
        positions = (n * rng.beta((n + 1) / 2, (n + 1) / 2, size=RESAMPLES)).astype(np.int64)
        medians.append(np.sort(values, axis=1)[:, positions])
    return _outside(np.log(medians[0]) - np.log(medians[1]), 0.0)


def _outside(resampled: FloatArray, value: float) -> BoolArray:
    low, high = np.quantile(resampled, [ALPHA / 2, 1 - ALPHA / 2], axis=1)
    return np.asarray((value < low) | (value > high))


RIVALS: dict[str, Rival] = {
    "Welch t": welch,
    "Mann-Whitney": mann_whitney,
    "bootstrap of the mean": bootstrap_mean,
    "bootstrap of the median": bootstrap_median,
    "TinyTorch 2024": incumbent,
}
