"""Rounds: freshly built models that are warmed up and given the same queries. Decides how many queries a round
needs.
"""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "11. Rounds"; make it again with `tinytorch
# export`.

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain

import numpy as np

from tinytorch.datasets import QuerySampleLibrary
from tinytorch.mlperf import early_stopping_queries, loadgen_arrivals, loadgen_samples

from .clock import NS_PER_MS, NS_PER_S, Clock
from .loadgen import (
    PART,
    Queries,
    QueryLog,
    Run,
    RunFailed,
    batching_server,
    concurrent_server,
    interleaved,
    multi_stream,
    offline,
    record,
    server,
    single_stream,
)
from .scenarios import Settings
from .schedule import coin_flip_order, poisson_arrivals, sample_order
from .sut import Array, IntArray, Model

__all__ = [
    "MOST_SAMPLES",
    "SEEDS",
    "Round",
    "draw_arrivals",
    "draw_samples",
    "easy_load",
    "generator",
    "queries_needed",
]


def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    """Return the least n with n >= min_queries and n * latency_ns >= 1.25 * min_duration_ns."""
    return max(min_queries, math.ceil(1.25 * min_duration_ns / latency_ns))


MOST_SAMPLES = 1_000_000  # a round of a model that takes next to no time stays in memory
SEEDS = {"samples": "sample_index_seed", "schedule": "schedule_seed", "kept": "accuracy_log_seed"}


def generator(settings: Settings, number: int, purpose: str, scenario: str = "") -> np.random.Generator:
    """Return the random numbers for one purpose in one scenario of round `number`: the same seeds, the same draws.

    What is drawn for one purpose does not depend on how much was drawn for another, so timing changes no schedule.
    """
    own = getattr(settings, SEEDS[purpose]) if purpose in SEEDS else 0
    words = [zlib.crc32(purpose.encode()), zlib.crc32(scenario.encode())]
    return np.random.default_rng([settings.seed, own, number, *words])


def draw_samples(settings: Settings, number: int, scenario: str, n: int, n_samples: int, size: int = 1) -> IntArray:
    """Return which samples n queries hold, shape (n * size,): one drawn a query, and the size - 1 that follow it.

    With `mlperf_trace` they are as LoadGen draws them (round 0: its seeds).
    """
    if settings.mlperf_trace:
        seeds = settings.qsl_seed, settings.sample_index_seed + number
        return loadgen_samples(n, n_samples, n_samples, *seeds, samples_per_query=size)
    first = sample_order(n, n_samples, generator(settings, number, "samples", scenario))
    return (first[:, np.newaxis] + np.arange(size)).ravel() % n_samples


def draw_arrivals(settings: Settings, number: int, qps: float, min_queries: int, min_duration_ns: int) -> IntArray:
    """Return Poisson arrivals that are at least `min_queries` and last at least `min_duration_ns`."""
    least = max(min_duration_ns * qps / NS_PER_S, min_queries)
    enough = least + 10 * math.sqrt(least) + 20  # ten standard deviations more than needed
    if settings.mlperf_trace:
        arrivals = loadgen_arrivals(qps, int(enough), settings.schedule_seed + number)
    else:
        arrivals = poisson_arrivals(qps, int(enough * NS_PER_S / qps), generator(settings, number, "schedule"))
    long_enough = int(np.searchsorted(arrivals, arrivals[0] + min_duration_ns)) + 1
    return arrivals[: max(min_queries, long_enough)]


def easy_load(pace_ns: Iterable[float]) -> float:
    """Return 0.3 of what the slowest model can serve, at most 1000 per second: some queue, but no endless one."""
    return min(1_000.0, 0.3 * NS_PER_S / max(pace_ns))


class Round:
    """Round `number`: models by arm, freshly built; they are warmed up here and then given the same queries."""

    def __init__(
        self, models: Mapping[str, Model], library: QuerySampleLibrary, settings: Settings, clock: Clock, number: int
    ) -> None:
        self.models, self.library, self.settings, self.clock, self.number = models, library, settings, clock, number
        self.order = generator(settings, number, "order")
        self.min_queries = math.ceil(settings.min_queries / settings.rounds)
        self.min_duration_ns = math.ceil(settings.min_duration_ns / settings.rounds)
        self.pace_ns = {arm: self.warm_up(arm) for arm in models}
        if settings.target_qps is None:
            self.settings = replace(settings, target_qps=easy_load(self.pace_ns.values()))

    def run(self, scenario: str, runs: dict[str, list[Run]]) -> None:
        """Run one scenario and append each arm's Run to `runs`. Raises RunFailed; the part before it is appended."""
        if scenario == "single_stream":
            self.single_stream(runs)
            return
        way = {"server": self.server, "offline": self.offline, "multi_stream": self.multi_stream}[scenario]
        turns = generator(self.settings, self.number, "turns", scenario)
        for arm in turns.permutation([arm for arm in self.models if arm != "control"]).tolist():
            way(arm, runs)

    def single_stream(self, runs: dict[str, list[Run]]) -> None:
        """Give every query to every model, in coin-flip order."""
        n = min(queries_needed(sum(self.pace_ns.values()), self.min_queries, self.min_duration_ns), MOST_SAMPLES)
        indices = draw_samples(self.settings, self.number, "single_stream", n, len(self.library))
        models, logs = list(self.models.values()), [QueryLog(n) for _ in self.models]
        queries, alone = self.queries(indices, logs), len(models) == 1
        order = coin_flip_order(0 if alone else n, len(models), self.order)

        def drive() -> None:
            self.last_warm_up(models, queries)
            if alone:
                single_stream(models[0], queries, self.clock, logs[0])
            else:
                interleaved(models, queries, order, self.clock, logs)
            queries.clear()  # a million take 8 MB

        self.keep("single_stream", list(self.models), drive, logs, indices, runs)

    def multi_stream(self, arm: str, runs: dict[str, list[Run]]) -> None:
        """Ask one model for `samples_per_query` neighbouring samples at a time, as often as early stopping needs."""
        size = self.settings.samples_per_query
        least = math.ceil(max(self.settings.min_queries, early_stopping_queries(1, 0.99)) / self.settings.rounds)
        n = min(queries_needed(size * self.batch_pace_ns(arm, size), least, self.min_duration_ns), MOST_SAMPLES // size)
        indices = draw_samples(self.settings, self.number, "multi_stream", n, len(self.library), size)
        inputs, log = self.library.inputs[indices], QueryLog(len(indices))
        drive = partial(multi_stream, self.models[arm], inputs, size, self.clock, log)
        self.keep("multi_stream", [arm], drive, [log], indices, runs)

    def server(self, arm: str, runs: dict[str, list[Run]]) -> None:
        """Serve the round's arrivals, the same for every model: one by one, in batches, or with several workers."""
        settings, model = self.settings, self.models[arm]
        arrivals = draw_arrivals(
            settings, self.number, settings.target_qps or 0, self.min_queries, self.min_duration_ns
        )
        indices = draw_samples(settings, self.number, "server", len(arrivals), len(self.library))
        log = QueryLog(len(arrivals))
        queries = self.queries(indices, [log])

        def drive() -> None:
            self.last_warm_up([model], queries)
            if settings.workers > 1:
                concurrent_server(model, queries, arrivals, self.clock, log, settings.workers)
            elif settings.max_batch > 1:
                inputs = self.library.inputs[indices]
                batch = settings.max_batch, settings.batch_timeout_ns
                batching_server(model, inputs, arrivals, self.clock, log, *batch)
            else:
                server(model, queries, arrivals, self.clock, log)
            queries.clear()

        self.keep("server", [arm], drive, [log], indices, runs)

    def offline(self, arm: str, runs: dict[str, list[Run]]) -> None:
        """Give one model the library over and over, as many full batches as fill the time.

        A run that was too short after all was a warm-up, and is done again with more: at most twice.
        """
        size, attempts = self.settings.batch_size, dict[str, list[Run]]({arm: []})
        n = queries_needed(self.batch_pace_ns(arm, size), self.min_queries, self.min_duration_ns)
        try:
            for _ in range(3):
                n = math.ceil(min(n, MOST_SAMPLES) / size) * size  # a part batch would cost one model more
                self.batches("offline", arm, np.arange(n) % len(self.library), attempts)
                run = attempts[arm][-1]
                if run.duration_ns >= self.min_duration_ns:
                    break
                n = queries_needed(run.duration_ns / run.n, self.min_queries, self.min_duration_ns)
        finally:
            runs[arm] += attempts[arm][-1:]

    def batches(self, scenario: str, arm: str, indices: IntArray, runs: dict[str, list[Run]]) -> None:
        """Give one model the samples `indices`, all due at once."""
        log, inputs = QueryLog(len(indices)), self.library.inputs[indices]
        size = len(indices) if scenario == "warm-up" else self.settings.batch_size
        drive = partial(offline, self.models[arm], inputs, size, self.clock, log)
        self.keep(scenario, [arm], drive, [log], indices, runs)

    def batch_pace_ns(self, arm: str, size: int) -> float:
        """Warm batches up, one and then up to five more until 20 ms have passed; return the best ns per sample."""
        indices = np.arange(size) % len(self.library)
        runs: dict[str, list[Run]] = {arm: []}
        self.batches("warm-up", arm, indices, runs)
        start = self.clock.now_ns()
        while len(runs[arm]) < 6 and (len(runs[arm]) < 2 or self.clock.now_ns() - start < 20 * NS_PER_MS):
            self.batches("warm-up", arm, indices, runs)
        warm_ns = [run.duration_ns for run in runs[arm][1:]]
        return max(1.0, (min(warm_ns) or float(np.mean(warm_ns))) / len(indices))  # 0: under a step of the clock

    def warm_up(self, arm: str) -> float:
        """Call the model 50 times, or 10 and 200 ms; return the median latency of the last 10 calls in ns."""
        start = self.clock.now_ns()
        runs: dict[str, list[Run]] = {arm: []}
        while len(runs[arm]) < 5 and (not runs[arm] or self.clock.now_ns() - start < 200 * NS_PER_MS):
            log, indices = QueryLog(10), np.arange(10) % len(self.library)
            drive = partial(single_stream, self.models[arm], self.queries(indices, [log]), self.clock, log)
            self.keep("warm-up", [arm], drive, [log], indices, runs)
        median_ns = float(np.median(runs[arm][-1].latency_ns))
        warm_ns = [float(run.latency_ns.mean()) for run in runs[arm][1:] or runs[arm]]
        return max(1.0, median_ns or float(np.mean(warm_ns)))  # 0: under a step of the clock

    def last_warm_up(self, models: Sequence[Model], queries: Sequence[Array]) -> None:
        """Call each model on three queries right before timing: preparing a run has cooled the caches."""
        for model in models:
            for query in queries[:3]:
                model(query)

    def queries(self, indices: IntArray, logs: Sequence[QueryLog]) -> Queries:
        """Return one batch of one sample per index."""
        parts = np.array_split(indices, 1 + len(indices) // PART)
        return Queries(chain.from_iterable(self.samples[part].tolist() for part in parts), logs)

    @cached_property
    def samples(self) -> Array:
        """Each sample of the library as a batch of one, shape (n,), objects."""
        samples = np.empty(len(self.library), dtype=object)
        for i in range(len(samples)):
            samples[i] = self.library.inputs[i : i + 1]
        return samples

    def keep(
        self,
        scenario: str,
        arms: Sequence[str],
        drive: Callable[[], None],
        logs: Sequence[QueryLog],
        indices: IntArray,
        runs: dict[str, list[Run]],
    ) -> None:
        """Record and append each arm's Run; after a failure append what was measured, then raise it."""
        failure = None
        try:
            drawn = generator(self.settings, self.number, "kept", scenario)
            measured = record(scenario, drive, logs, indices, drawn, self.settings.deadline_s, arms)
        except RunFailed as error:
            measured, failure = error.runs, error
        for arm, run in zip(arms, measured, strict=True):
            runs[arm].append(run)
        if failure is not None:
            raise failure
