"""Pitfalls of latencies in time order: warm-up, drift, steps, dependence, runs too short. Sorting destroys all of it.

Raw latencies look independent because rare stalls of a thousand times the median fill their variance; on the log scale,
clipped, real traces hold an n of a fifth to a fortieth. Knows arrays in time order, not runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .arguments import FloatArray, check_latencies
from .pitfall import Pitfall


def batch_medians(values: FloatArray, batches: int) -> FloatArray:
    """Return the medians of consecutive batches of almost equal size, shape (batches,)."""
    return np.array([np.median(batch) for batch in np.array_split(values, batches)])


def slow_warm_up(latency_ns: Any) -> Pitfall | None:
    """Return a pitfall if the first 1 % (at least 5) are over 1.10 times and 6 MAD above the second half's median.

    Found: 98 % of decays from +25 % over 50 to 300 calls; flagged in vain: 1 %. None for n < 100.
    """
    from scipy import stats

    values = check_latencies(latency_ns, virtual=True)
    if len(values) < 100:
        return None
    first, second_half = float(np.median(values[: max(5, len(values) // 100)])), values[len(values) // 2 :]
    settled = float(np.median(second_half))
    mad = float(stats.median_abs_deviation(second_half))
    if first <= 1.10 * settled or first - settled <= 6 * mad:
        return None
    evidence = f"the first calls took {first / settled:.2f} times the median of the second half"
    return Pitfall("slow warm-up", "the model was still warming up", evidence, "make more warm-up calls")


def level_step(latency_ns: Any, rng: np.random.Generator, least: float = 0.05) -> Pitfall | None:
    """Return a pitfall if the level jumps: CUSUM of 40 log batch medians, 199 permutations, p <= 0.01, over `least`.

    Found: 98 % of steps of 10 %; flagged in vain: 3 %. `rng` draws the permutations. None for n < 200. Source: otava
    looks for such steps over commits, Barrett et al. 2017 over iterations.
    """
    values = check_latencies(latency_ns, virtual=True)
    if len(values) < 200:
        return None
    logs = np.log(batch_medians(values, 40))
    centred = logs - logs.mean()
    path = np.abs(np.cumsum(centred)[:-1])
    permuted = rng.permuted(np.tile(centred, (199, 1)), axis=1)
    as_large = np.count_nonzero(np.abs(np.cumsum(permuted, axis=1)[:, :-1]).max(axis=1) >= path.max() - 1e-12)
    at = int(np.argmax(path)) + 1
    step = float(np.expm1(np.median(logs[at:]) - np.median(logs[:at])))
    if (1 + as_large) / 200 > 0.01 or abs(step) <= least:
        return None
    evidence = f"{step:+.0%} after {at / 40:.0%} of the calls"
    remedy = "look for a throttled or shared core; run again, in more rounds"
    return Pitfall("level step", "latency jumped to another level", evidence, remedy)


def _autocorrelations(latency_ns: Any) -> FloatArray:
    """Return the autocorrelations of log latencies clipped at the 97.5th percentile, lags 0 to n - 1."""
    values = check_latencies(latency_ns, virtual=True)
    logs = np.log(np.minimum(values, np.quantile(values, 0.975)))
    centred = logs - logs.mean()
    if np.ptp(logs) == 0:
        return np.zeros_like(logs)
    size = 1 << (2 * len(logs) - 1).bit_length()
    covariances = np.fft.irfft(np.abs(np.fft.rfft(centred, size)) ** 2, size)[: len(logs)]
    return np.asarray(covariances / covariances[0])


def effective_sample_size(latency_ns: Any) -> float:
    """Return how many independent queries would tell as much, between 1 and n.

    On log latencies clipped at the 97.5th percentile, by Geyer's initial positive sequence (1992). Constant latencies
    count in full.
    """
    rho = _autocorrelations(latency_ns)
    n = len(rho)
    pairs = rho[: n // 2 * 2].reshape(-1, 2).sum(axis=1)
    ends = np.flatnonzero(pairs <= 0)
    kept = pairs[: ends[0]] if len(ends) else pairs
    return float(np.clip(n / max(2 * kept.sum() - 1, 1.0), 1.0, n))


def autocorrelation(latency_ns: Any) -> Pitfall | None:
    """Return a note if the effective sample size is under half of n and the lag-1 autocorrelation over 3 / sqrt(n).

    Found: 92 % of AR(0.5) series, all of AR(0.9); flagged in vain: no shuffled trace. It fires on 9 of 10 real traces,
    and rightly: intervals over queries are too narrow there. None for n < 100.
    """
    rho = _autocorrelations(latency_ns)
    n = len(rho)
    if n < 100 or rho[1] <= 3 / np.sqrt(n):
        return None
    size = effective_sample_size(latency_ns)
    if size >= 0.5 * n:
        return None
    evidence = f"{n} queries tell as much as {size:.0f} independent ones; lag-1 autocorrelation {rho[1]:.2f}"
    remedy = "take intervals over rounds, not over queries"
    return Pitfall("autocorrelation", "the latencies are not independent", evidence, remedy, "note")


def too_short(
    duration_ns: int, min_duration_ns: int, latency_ns: Any | None = None, *, most_growth: float = 2.0
) -> Pitfall | None:
    """Return a pitfall if the run was shorter than asked, or, with its latencies, shorter than its own memory.

    The latter: batch means of log latencies, clipped as above, vary `most_growth` times as much at a 20th of the run
    as at an 80th, in units of one query. Independent queries keep them equal. Needs 1,600 queries. Source: MLPerf's
    minimum duration. Raises ValueError for a negative duration.
    """
    if duration_ns < 0 or min_duration_ns < 0:
        raise ValueError(f"durations are 0 or more, got duration_ns = {duration_ns}, minimum {min_duration_ns}")
    if duration_ns < min_duration_ns:
        evidence = f"{duration_ns / 1e9:.3f} s where {min_duration_ns / 1e9:.3f} s are asked"
        remedy = "run longer, or ask for less and say so"
        return Pitfall("too short", "the run was too short", evidence, remedy, "invalid")
    if latency_ns is None:
        return None
    values = check_latencies(latency_ns, virtual=True)
    if len(values) < 1600 or np.ptp(values) == 0:
        return None
    growth = _growth(np.log(np.minimum(values, np.quantile(values, 0.975))))
    if growth <= most_growth:
        return None
    evidence = f"from batches of {len(values) // 80} to {len(values) // 20} queries the variance grew {growth:.1f}-fold"
    return Pitfall("too short", "the run is shorter than its own memory", evidence, "run longer, in more rounds")


def _growth(logs: FloatArray) -> float:
    """Return the variance of 20 batch means over that of 80, each times the batch's length."""
    short = logs[: len(logs) // 80 * 80].reshape(80, -1).mean(axis=1)
    long = short.reshape(20, 4).mean(axis=1)
    return float(4 * long.var(ddof=1) / max(short.var(ddof=1), 1e-300))
