"""Schedules: when each query is due, with which sample, and which model goes first. Knows nothing of models or data."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "3. Schedule"; make it again with
# `tinytorch export`.

from __future__ import annotations

import math

import numpy as np

from tinytorch.runs import NS_PER_S, IntArray

__all__ = ["coin_flip_order", "poisson_arrivals", "sample_order"]


def poisson_arrivals(
    target_qps: float, duration_ns: int, rng: np.random.Generator
) -> IntArray:
    """Return increasing arrival times in [0, duration_ns), int64, ns after the start.

    Raises ValueError if `target_qps` is not positive and finite. Source: MLPerf
    Inference rules, Server scenario.
    """
    if not (math.isfinite(target_qps) and target_qps > 0):
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}")
    expected = duration_ns * target_qps / NS_PER_S
    n_drawn = int(expected + 10 * math.sqrt(expected) + 20)  # ten deviations more
    arrivals = np.cumsum(rng.exponential(NS_PER_S / target_qps, size=n_drawn))
    return arrivals[arrivals < duration_ns].astype(np.int64)


def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    """Return `n_queries` indices in [0, n_samples), int64, uniform with replacement."""
    return rng.integers(0, n_samples, size=n_queries, dtype=np.int64)


def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    """Return (n_queries, n_arms), int64: each row a random order of 0 .. n_arms - 1."""
    rows = np.tile(np.arange(n_arms, dtype=np.int64), (n_queries, 1))
    return rng.permuted(rows, axis=1)
