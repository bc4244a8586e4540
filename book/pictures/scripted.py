"""Models for the pictures: what a call takes is written down, so that a run on virtual time is always the same.

All of them go through the load generator of `tinytorch.benchmarking`; only the model's speed is scripted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tinytorch.benchmarking import (
    NS_PER_MS,
    NS_PER_S,
    Array,
    Clock,
    IntArray,
    Model,
    QueryLog,
    VirtualClock,
    server,
    single_stream,
)

__all__ = ["MS", "S", "Timed", "ask", "noise", "one_by_one", "queries", "serve"]

MS, S = NS_PER_MS, NS_PER_S


class Timed:
    """A model whose call number i, counted from 0, takes `times_ns[i]` of virtual time."""

    def __init__(self, clock: VirtualClock, times_ns: Array) -> None:
        self.clock, self.times_ns, self.calls = clock, np.rint(times_ns).astype(np.int64).tolist(), 0

    def __call__(self, batch: Array) -> Array:
        """Let the scripted time pass and return zeros (n, 1)."""
        self.clock.advance_ns(self.times_ns[self.calls])
        self.calls += 1
        return np.zeros((len(batch), 1))


def noise(n: int, rng: np.random.Generator, spread: float = 0.02) -> Array:
    """Return n factors around 1, log-normal: most within `spread`, a few well above."""
    factors: Array = rng.lognormal(0, spread, n) * np.where(rng.random(n) < 0.02, 1 + rng.exponential(0.3, n), 1)
    return factors


def queries(n: int) -> Sequence[Array]:
    """Return n queries of one sample for a model that does not look at them."""
    return [np.zeros((1, 1))] * n


def ask(model: Model, n: int, clock: Clock) -> IntArray:
    """Return the latencies (n,) in ns of n queries, each asked when the one before was answered."""
    log = QueryLog(n)
    single_stream(model, queries(n), clock, log)
    return log.completed - log.scheduled


def one_by_one(times_ns: Array) -> IntArray:
    """Return the latencies that Single-Stream measures of a model that takes `times_ns`, call by call."""
    clock = VirtualClock()
    return ask(Timed(clock, times_ns), len(times_ns), clock)


def serve(model: Callable[[VirtualClock], Model], arrivals_ns: IntArray) -> QueryLog:
    """Return what happened to each query of an open loop with these arrivals."""
    clock, log = VirtualClock(), QueryLog(len(arrivals_ns))
    server(model(clock), queries(len(arrivals_ns)), arrivals_ns, clock, log)
    return log
