"""Intervals of measurements: how far a mean or a median may be off. Knows nothing of time or models."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "7. Intervals"; make it again with
# `tinytorch export`.

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Interval", "mean_interval", "median_interval"]


class Interval(NamedTuple):
    """From `low` to `high`; covers the truth in a share `confidence` of all uses."""

    low: float
    high: float
    confidence: float


def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """Return Student's t interval of the mean of independent values.

    Raises ValueError for fewer than 2 values, for values that are not finite, and for a
    confidence outside (0, 1).
    """
    from scipy import stats

    sample = np.asarray(values, dtype=float)
    if sample.size < 2 or not np.isfinite(sample).all():
        raise ValueError(
            f"an interval needs 2 finite values or more, got {sample.size}"
        )
    if not 0 < confidence < 1:
        raise ValueError(f"confidence lies between 0 and 1, as 0.95, got {confidence}")
    error = sample.std(ddof=1) / math.sqrt(sample.size)
    half = stats.t.ppf((1 + confidence) / 2, sample.size - 1) * error
    return Interval(
        float(sample.mean() - half), float(sample.mean() + half), confidence
    )


def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """Return the exact order-statistic interval of the median.

    Raises ValueError where n is too small for one, for values that are not finite, and
    for a confidence outside (0, 1).
    """
    from scipy import stats

    ordered = np.sort(np.asarray(values, dtype=float))
    n = ordered.size
    if not np.isfinite(ordered).all():
        raise ValueError(f"an interval needs finite values, got others among {n}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence lies between 0 and 1, as 0.95, got {confidence}")
    tail = (1 - confidence) / 2
    left_out = int(stats.binom.ppf(tail, n, 0.5))  # one too many unless it is exact
    left_out -= bool(stats.binom.cdf(left_out, n, 0.5) > tail)
    if left_out < 0:
        raise ValueError(
            f"{n} values give no {confidence:.0%} interval; run more rounds"
        )
    return Interval(
        float(ordered[left_out]), float(ordered[n - 1 - left_out]), confidence
    )
