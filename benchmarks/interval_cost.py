"""What intervals of mean, median and 90th percentile of 24,576 latencies cost: ours and scipy's BCa bootstrap.

24,576 is MLPerf's number of samples for a 90th percentile. Ours are Student's t and exact order statistics; BCa runs
with batch=64, because with the default it asks for 9 GiB.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from order_statistics import percentile_interval
from traces import FloatArray

from tinytorch.benchmarking import mean_interval, median_interval

N, RESAMPLES, BATCH, REPETITIONS = 24_576, 9_999, 64, 25
MIB = 1 << 20
Interval = Callable[[FloatArray], Any]


@dataclass(frozen=True)
class Cost:
    """One interval: ms and MiB of ours, ms of BCa (None where it was not run), and both intervals."""

    name: str
    ms: float
    mib: float
    bca_ms: float | None
    ours: tuple[float, float]
    bca: tuple[float, float] | None


def p90(sample: FloatArray, axis: int = -1) -> Any:
    """Return the 90th percentile without interpolation."""
    return np.quantile(sample, 0.9, axis=axis, method="higher")


OURS: dict[str, tuple[Interval, Callable[..., Any]]] = {
    "mean, t": (mean_interval, np.mean),
    "median, order statistics": (partial(percentile_interval, p=0.5), np.median),
    "p90, order statistics": (partial(percentile_interval, p=0.9), p90),
}


def milliseconds(interval: Interval, values: FloatArray) -> float:
    """Return the median time of a call, after one that imported what it needs."""
    interval(values)
    times = []
    for _ in range(REPETITIONS):
        start = time.perf_counter_ns()
        interval(values)
        times.append(time.perf_counter_ns() - start)
    return float(np.median(times)) / 1e6


def peak_mib(interval: Interval, values: FloatArray) -> float:
    """Return how much memory a call takes at its peak, numpy's arrays included."""
    tracemalloc.start()
    interval(values)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / MIB


def resamples(quick: bool) -> int:
    """Return how many resamples BCa draws."""
    return RESAMPLES // 10 if quick else RESAMPLES


def bca(values: FloatArray, statistic: Callable[..., Any], n_resamples: int) -> tuple[float, tuple[float, float]]:
    """Return the time in ms and the interval of scipy's BCa bootstrap."""
    from scipy import stats

    start = time.perf_counter_ns()
    found = stats.bootstrap(
        (values,), statistic, n_resamples=n_resamples, batch=BATCH, rng=np.random.default_rng(13), method="BCa"
    ).confidence_interval
    return (time.perf_counter_ns() - start) / 1e6, (float(found.low), float(found.high))


def costs(rng: np.random.Generator, quick: bool) -> list[Cost]:
    """Return the costs on log-normal latencies; `quick`: BCa of the mean only, fewer resamples."""
    values = 20_000 * rng.lognormal(0, 0.2, N)
    found = []
    for name, (interval, statistic) in OURS.items():
        skipped = quick and not name.startswith("mean")
        bca_ms, theirs = (None, None) if skipped else bca(values, statistic, resamples(quick))
        low, high = interval(values)[:2]
        found.append(
            Cost(name, milliseconds(interval, values), peak_mib(interval, values), bca_ms, (low, high), theirs)
        )
    return found


def lesson_median_ms(rng: np.random.Generator) -> float:
    """Return what the lesson's own interval of the median costs; it works out all n tails."""
    return milliseconds(median_interval, rng.lognormal(0, 0.2, N))
