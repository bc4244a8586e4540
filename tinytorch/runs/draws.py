"""What a round draws: seeds that belong to one purpose each, samples, arrivals. Knows no model and measures nothing.

How samples and arrivals are drawn is handed in; with `mlperf_trace` they are as MLPerf LoadGen draws them.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable

import numpy as np

from tinytorch.mlperf import loadgen_arrivals, loadgen_samples
from tinytorch.runs.run import IntArray
from tinytorch.runs.settings import NS_PER_S, Settings

SEEDS = {"samples": "sample_index_seed", "schedule": "schedule_seed", "kept": "accuracy_log_seed"}
SampleOrder = Callable[[int, int, np.random.Generator], IntArray]  # n queries, n samples, rng -> (n,)
Arrivals = Callable[[float, int, np.random.Generator], IntArray]  # qps, duration in ns, rng -> due times in ns


def generator(settings: Settings, number: int, purpose: str, scenario: str = "") -> np.random.Generator:
    """Return the random numbers for one purpose in one scenario of round `number`: the same seeds, the same draws.

    What is drawn for one purpose does not depend on how much was drawn for another, so timing changes no schedule.
    """
    own = getattr(settings, SEEDS[purpose]) if purpose in SEEDS else 0
    words = [zlib.crc32(purpose.encode()), zlib.crc32(scenario.encode())]
    return np.random.default_rng([settings.seed, own, number, *words])


def draw_samples(
    draw: SampleOrder, settings: Settings, number: int, scenario: str, n: int, n_samples: int, size: int = 1
) -> IntArray:
    """Return which samples n queries hold, shape (n * size,): one drawn a query, and the size - 1 that follow it.

    With `mlperf_trace` they are as LoadGen draws them (round 0: its seeds).
    """
    if settings.mlperf_trace:
        seeds = settings.qsl_seed, settings.sample_index_seed + number
        return loadgen_samples(n, n_samples, n_samples, *seeds, samples_per_query=size)
    first = draw(n, n_samples, generator(settings, number, "samples", scenario))
    return (first[:, np.newaxis] + np.arange(size)).ravel() % n_samples


def draw_arrivals(
    draw: Arrivals, settings: Settings, number: int, qps: float, min_queries: int, min_duration_ns: int
) -> IntArray:
    """Return Poisson arrivals that are at least `min_queries` and last at least `min_duration_ns`."""
    least = max(min_duration_ns * qps / NS_PER_S, min_queries)
    enough = least + 10 * math.sqrt(least) + 20  # ten standard deviations more than needed
    if settings.mlperf_trace:
        arrivals = loadgen_arrivals(qps, int(enough), settings.schedule_seed + number)
    else:
        arrivals = draw(qps, int(enough * NS_PER_S / qps), generator(settings, number, "schedule"))
    long_enough = int(np.searchsorted(arrivals, arrivals[0] + min_duration_ns)) + 1
    return arrivals[: max(min_queries, long_enough)]


def easy_load(pace_ns: Iterable[float]) -> float:
    """Return 0.3 of what the slowest model can serve, at most 1000 per second: some queue, but no endless one."""
    return min(1_000.0, 0.3 * NS_PER_S / max(pace_ns))
