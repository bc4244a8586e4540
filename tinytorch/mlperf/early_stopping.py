"""MLPerf's early stopping, from the exact incomplete beta function: how many independent queries prove a percentile."""

from __future__ import annotations

import sys
from bisect import bisect_left

import numpy as np
import numpy.typing as npt

CONFIDENCE = 0.99  # MLPerf's


def early_stopping_queries(t: int, p: float, confidence: float = CONFIDENCE) -> int:
    """Return MLPerf's h(t) + t: how many queries prove the percentile `p` when `t` of them are over the latency.

    It is the least n with P(Bin(n, 1 - p) <= t) < 1 - confidence, and assumes that queries are independent. Raises
    ValueError for a negative `t`, or for `p` or `confidence` outside (0, 1).
    """
    from scipy.special import betainc

    _check_shares(p, confidence)
    if t < 0:
        raise ValueError(f"a number of slow queries is 0 or more, got t = {t}")
    candidates = range(1, min(1 << 40, sys.maxsize))  # WebAssembly counts with 32 bits
    return t + 1 + bisect_left(candidates, True, key=lambda h: bool(betainc(h, t + 1, p) < 1 - confidence))


def min_queries_for(p: float, confidence: float = CONFIDENCE) -> int:
    """Return MLPerf's floor: the least number of queries that prove the percentile `p`, one of them being slow.

    That is `early_stopping_queries(1, p, confidence)`: 64 for p = 0.9, 662 for p = 0.99. Raises ValueError for `p` or
    `confidence` outside (0, 1).
    """
    return early_stopping_queries(1, p, confidence)


def early_stopping_discard(n: int, p: float) -> int:
    """Return how many of `n` latencies MLPerf discards, from the highest down, before it takes its estimate.

    That is t - 1 for the largest t >= 1 with h(t) + t <= n. Raises ValueError if n is below h(1) + 1, or for `p`
    outside (0, 1).
    """
    from scipy.special import betainc

    _check_shares(p, CONFIDENCE)
    largest_t = bisect_left(range(1, n), True, key=lambda t: bool(betainc(n - t, t + 1, p) >= 1 - CONFIDENCE))
    if largest_t == 0:
        raise ValueError(
            f"early stopping at the percentile {100 * p:g} needs at least {min_queries_for(p)} queries, "
            f"got {n}; issue more"
        )
    return largest_t - 1


def early_stopping_estimate(latencies: npt.ArrayLike, p: float) -> float:
    """Return MLPerf's early-stopping estimate of the percentile `p`, in the unit of `latencies`, in any order.

    Raises ValueError for values that are not finite, and where `early_stopping_discard` does.
    """
    rising = np.sort(np.asarray(latencies, dtype=float))
    if others := int(np.count_nonzero(~np.isfinite(rising))):
        raise ValueError(f"an estimate needs finite latencies, got {others} others")
    return float(rising[-1 - early_stopping_discard(rising.size, p)])


def _check_shares(p: float, confidence: float) -> None:
    for name, share in (("p", p), ("confidence", confidence)):
        if not 0 < share < 1:
            raise ValueError(f"{name} lies between 0 and 1, for example 0.9, got {share}")
