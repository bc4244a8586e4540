"""Statistics of measurements: percentiles, intervals, many tests at once. Knows nothing of time or models."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "5. Statistics"; make it again with
# `tinytorch export`.

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Interval", "holm", "mean_interval", "median_interval", "min_queries_for", "percentile"]


class Interval(NamedTuple):
    """From `low` to `high`, made by a procedure that covers the true value in a share `confidence` of all uses."""

    low: float
    high: float
    confidence: float


def percentile(values: npt.ArrayLike, p: float) -> float:
    """Return sorted(values)[floor(n * p)], for example p = 0.9. Source: MLPerf LoadGen.

    Raises ValueError for no values, for values that are not finite, and for p outside (0, 1).
    """
    sample = np.array(values, dtype=float)
    if sample.ndim != 1 or sample.size == 0 or not np.isfinite(sample).all():
        raise ValueError(f"a percentile needs at least one value, all finite and one-dimensional, got {sample.shape}")
    if not 0 < p < 1:
        raise ValueError(f"p lies between 0 and 1, for example 0.9 for the 90th percentile, got {p}")
    position = math.floor(sample.size * p)
    sample.partition(position)  # puts there what belongs there in sorted order, and no more
    return float(sample[position])


def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """Return Student's t interval of the mean of independent values. Raises ValueError for fewer than 2."""
    from scipy import stats

    sample = np.asarray(values, dtype=float)
    if sample.size < 2 or not np.isfinite(sample).all():
        raise ValueError(
            f"an interval needs at least 2 values, got {sample.size}, and only finite ones; run more rounds"
        )
    if not 0 < confidence < 1:
        raise ValueError(f"confidence lies between 0 and 1, for example 0.95, got {confidence}")
    half = stats.t.ppf((1 + confidence) / 2, sample.size - 1) * sample.std(ddof=1) / math.sqrt(sample.size)
    return Interval(float(sample.mean() - half), float(sample.mean() + half), confidence)


def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """Return the exact order-statistic interval of the median. Raises ValueError where n is too small for one."""
    from scipy import stats

    ordered = np.sort(np.asarray(values, dtype=float))
    n = ordered.size
    if not np.isfinite(ordered).all():
        raise ValueError(
            f"an interval needs finite values, got {np.count_nonzero(~np.isfinite(ordered))} others of {n}"
        )
    if not 0 < confidence < 1:
        raise ValueError(f"confidence lies between 0 and 1, for example 0.95, got {confidence}")
    tail = (1 - confidence) / 2
    skipped = int(stats.binom.ppf(tail, n, 0.5))  # the least count with P >= tail: one too many unless they are equal
    skipped -= bool(stats.binom.cdf(skipped, n, 0.5) > tail)
    if skipped < 0:
        raise ValueError(f"{n} values give no {confidence:.0%} interval of the median; 6 is the least for 95 %")
    return Interval(float(ordered[skipped]), float(ordered[n - 1 - skipped]), confidence)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's adjusted p-values in the order of the input. Source: Holm 1979."""
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError(f"p-values lie between 0 and 1, got {list(p_values)}")
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(np.argsort(p_values, kind="stable").tolist()):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def min_queries_for(p: float, confidence: float = 0.99) -> int:
    """Return MLPerf's early-stopping floor: the least n with P(Bin(n, 1 - p) <= 1) < 1 - confidence.

    64 for p = 0.9, 662 for p = 0.99. It assumes that queries are independent.
    """
    if not (0 < p < 1 and 0 < confidence < 1):
        raise ValueError(f"p and confidence lie between 0 and 1, got {p} and {confidence}")
    n = 2
    while p**n + n * (1 - p) * p ** (n - 1) >= 1 - confidence:
        n += 1
    return n
