"""The benchmark: rounds of freshly built models that get the same queries. Decides nothing, keeps all."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "6. TinyTorchPerf"; make it again with
# `tinytorch export`.

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tinytorch.audits import Audit, audit, audit_answers, audit_caching, audit_seeds
from tinytorch.runs import (
    MOST_SAMPLES,
    NS_PER_MS,
    Array,
    Benchmark,
    IntArray,
    Model,
    QueryLog,
    RoundBase,
    Step,
    System,
    generator,
    ways,
)

from .loadgen import interleaved, offline, server, single_stream
from .scenarios import Results
from .schedule import coin_flip_order, poisson_arrivals, sample_order
from .sut import predict

__all__ = [
    "MOST_SAMPLES",
    "WAYS",
    "Audit",
    "Round",
    "TinyTorchPerf",
    "audit",
    "audit_answers",
    "audit_caching",
    "audit_seeds",
    "build_models",
    "generator",
    "queries_needed",
    "run_round",
    "server_round",
    "stream_round",
    "warm_up",
]


def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    """Return the least n >= min_queries that takes 1.25 * min_duration_ns or longer."""
    return max(min_queries, math.ceil(1.25 * min_duration_ns / latency_ns))


class Round(RoundBase):
    """Round `number`: freshly built models, and the draws that they share."""

    def enough(self, latency_ns: float) -> int:
        """Return how many queries of `latency_ns` it needs, at most a million."""
        needed = queries_needed(latency_ns, self.min_queries, self.min_duration_ns)
        return min(needed, MOST_SAMPLES)

    def samples(self, scenario: str, n: int, size: int = 1) -> IntArray:
        """Return which samples n queries hold, the same for every model."""
        return self.samples_of(sample_order, scenario, n, size)

    def coins(self, n: int) -> IntArray:
        """Return, for each of n queries, in which order the models are asked."""
        return self.turns_of(coin_flip_order, n)

    def arrivals(self) -> IntArray:
        """Return when the Server queries are due, the same for every model."""
        return self.arrivals_of(poisson_arrivals)


def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    """Return the latencies, ns, of ten to fifty calls of one model, in order.

    Ten at a time, five times, or until 200 ms have passed. `drive(model, queries,
    clock, log)` asks the queries.
    """
    start, model = this.clock.now_ns(), this.models[arm]
    calls: list[IntArray] = []

    def ask(queries: Sequence[Array], logs: Sequence[QueryLog]) -> None:
        drive(model, queries, this.clock, logs[0])

    while len(calls) < 5:
        [run] = this.record("warm-up", [arm], this.first(10), ask)
        calls.append(run.latency_ns)
        if this.clock.now_ns() - start >= 200 * NS_PER_MS:
            break
    return np.concatenate(calls)


def build_models(
    systems: Mapping[str, System], rng: np.random.Generator
) -> dict[str, Model]:
    """Return a newly built model for each arm, built (and listed) in a random order."""
    order = rng.permutation(list(systems)).tolist()
    return {arm: systems[arm].build_anew(rng) for arm in order}


def stream_round(this: Round, drive: Step = interleaved) -> None:
    """Record Single-Stream: each query to each model of the round, in coin-flip order.

    `drive(models, queries, order, clock, logs)` asks the queries.
    """
    n = this.enough(sum(this.pace_ns.values()))
    order, models = this.coins(n), list(this.models.values())

    def ask(queries: Sequence[Array], logs: Sequence[QueryLog]) -> None:
        drive(models, queries, order, this.clock, logs)

    this.record(
        "single_stream", list(this.models), this.samples("single_stream", n), ask
    )


def server_round(this: Round, drive: Step = server) -> None:
    """Record Server for one model after the other: the same arrivals, the same samples.

    `drive(model, queries, arrivals, clock, log)` serves them.
    """
    arrivals = this.arrivals()
    indices = this.samples("server", len(arrivals))
    for arm in this.in_turn("server"):
        model = this.models[arm]

        def ask(
            queries: Sequence[Array], logs: Sequence[QueryLog], model: Model = model
        ) -> None:
            drive(model, queries, arrivals, this.clock, logs[0])

        this.record("server", [arm], indices, ask)


WAYS = ways(stream_round, server_round, server, offline, queries_needed)


def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    """Build every model anew, warm each up, then run each scenario its way."""
    this.take(build(this.systems, this.rng("build")))
    for arm in this.models:
        this.warmed(arm, warm(this, arm))
    for scenario in scenarios:
        ways[scenario](this)


class TinyTorchPerf(Benchmark):
    """A small MLPerf: set a model, a dataset, perhaps a baseline; run all scenarios."""

    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        """Measure `scenarios` round by round, until there are enough rounds.

        Raises ValueError if no model or dataset is set, and RunFailed if a model fails:
        what was measured until then is in `self.results`.
        """
        library = self.ready()[1]
        results: Results
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                arms, settings = self.arms(scenarios), results.settings
                this = Round(arms, library, settings, self.clock, number, results.runs)
                self.one_round(this, scenarios)
                self.note(results, this)
                if self.enough(results):
                    break
        return results
