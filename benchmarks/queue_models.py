"""Queues whose latencies are known exactly: simulated by Lindley's recursion, and their distributions by theory.

One FIFO server, Poisson arrivals, service times with mean 1: exponential ("M/M/1") or all equal ("M/D/1"). A latency is
the wait and the service. Everything is in units of the mean service time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Queue = Literal["M/M/1", "M/D/1"]


def latencies(queue: Queue, utilisation: float, n: int, rng: np.random.Generator, runs: int = 1) -> FloatArray:
    """Return the latencies of `runs` runs that each start with an empty queue, shape (runs, n)."""
    gaps = rng.exponential(1 / utilisation, size=(runs, n))
    services = np.ones((runs, n)) if queue == "M/D/1" else rng.exponential(size=(runs, n))
    return waits(gaps, services) + services


def waits(gaps: FloatArray, services: FloatArray) -> FloatArray:
    """Return how long each query waits, shape (runs, n): Lindley's wait[i+1] = max(0, wait[i] + service[i] - gap[i+1]).

    Without a loop it is the walk of these steps, seen from its lowest point so far.
    """
    steps = np.zeros_like(services)
    steps[:, 1:] = services[:, :-1] - gaps[:, 1:]
    walk = np.cumsum(steps, axis=1)
    return walk - np.minimum.accumulate(walk, axis=1)


def over_share(queue: Queue, utilisation: float, target: float) -> float:
    """Return the share of latencies over `target` in the long run, exactly."""
    if queue == "M/M/1":  # exponential with rate 1 - utilisation
        return math.exp(-(1 - utilisation) * target)
    return 1 - _md1_waits_within(utilisation, target - 1)


def target_for(queue: Queue, utilisation: float, share: float) -> float:
    """Return the target that just `share` of the latencies exceed."""
    return _falling_root(lambda target: over_share(queue, utilisation, target) - share, 0.0, 40 / (1 - utilisation))


def peak_utilisation(queue: Queue, target: float, share: float) -> float:
    """Return the utilisation, which is also the rate, at which just `share` of the latencies exceed `target`."""
    return _falling_root(lambda utilisation: share - over_share(queue, utilisation, target), 1e-6, 1 - 1e-6)


def _md1_waits_within(utilisation: float, x: float) -> float:
    """P(wait <= x) for M/D/1: Franx (2001), a sum of positive terms and therefore stable."""
    if x < 0:
        return 0.0
    k = math.floor(x) + 1
    queued = np.cumsum(_md1_sizes(utilisation, k + 1))[1:]  # P(at most j wait) is P(at most j + 1 are in the system)
    mean = utilisation * (k - x)
    term, total = math.exp(-mean), 0.0
    for j in range(k):
        total += float(queued[k - 1 - j]) * term
        term *= mean / (j + 1)
    return total


def _md1_sizes(utilisation: float, n: int) -> FloatArray:
    """P(0), ..., P(n) queries in the system: as many cross each level upwards as downwards."""
    arrivals, tails, term = 0.0, [], math.exp(-utilisation)
    for j in range(n + 1):
        arrivals += term
        tails.append(max(0.0, 1 - arrivals))  # P(more than j arrive during one service)
        term *= utilisation / (j + 1)
    sizes = [1 - utilisation]
    for j in range(n):
        upwards = sizes[0] * tails[j] + sum(sizes[i] * tails[j - i + 1] for i in range(1, j + 1))
        sizes.append(upwards * math.exp(utilisation))
    return np.array(sizes)


def _falling_root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where `function`, positive at `low` and falling, becomes 0."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return (low + high) / 2
