"""A round: freshly built models that get the same queries. Measures a run and keeps it; decides on no query's order.

Who is asked what, when and how often is the business of the functions that use it: they are built in the lesson.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain

import numpy as np

from tinytorch.datasets.library import QuerySampleLibrary
from tinytorch.machine.clock import Clock
from tinytorch.mlperf import early_stopping_queries
from tinytorch.runs.draws import draw_arrivals, draw_samples, easy_load, generator
from tinytorch.runs.drivers import Model, batching_server, concurrent_server
from tinytorch.runs.later import Wait, Waiting
from tinytorch.runs.record import UNCHECKED, Queries, record
from tinytorch.runs.run import Array, IntArray, QueryLog, Run, RunFailed
from tinytorch.runs.settings import Settings
from tinytorch.runs.systems import System

MOST_SAMPLES = 1_000_000  # a round of a model that takes next to no time stays in memory
REHEARSED = ("single_stream", "server")  # here each model answers three queries right before the timing
Ask = Callable[[Queries, list[QueryLog]], None]  # has models answer the queries and fills a log for each
RunsByArm = dict[str, list[Run]]


class RoundBase:
    """Round `number`. `models` are its models by arm, `pace_ns` what a query of each took when it was warm.

    `systems` are what the models are built of. With `layout_controlled` every one of them is a new object.
    Every run that is recorded here in a scenario of `runs` is kept there, also the part of one that failed.
    """

    def __init__(
        self,
        systems: Mapping[str, System],
        library: QuerySampleLibrary,
        settings: Settings,
        clock: Clock,
        number: int,
        runs: Mapping[str, RunsByArm] | None = None,
    ) -> None:
        self.systems, self.library, self.settings = systems, library, settings
        self.clock, self.number, self.layout_controlled = clock, number, True
        self.runs: Mapping[str, RunsByArm] = {} if runs is None else runs
        self.models: dict[str, Model] = {}
        self.pace_ns: dict[str, float] = {}
        self.kinds: dict[str, str] = {}  # by arm, what its answers hold: told in the warm-up
        self.turns_taken: IntArray | None = None  # (n, arms): whose turn it is, of the last draw

    @property
    def min_queries(self) -> int:
        """How many queries this round needs: its share of what was asked.

        Where looks are planned, in the fewest rounds together as many as MLPerf's early stopping needs for a p90.
        """
        share = math.ceil(self.settings.min_queries / self.settings.limit)
        least = math.ceil(early_stopping_queries(1, 0.9) / self.settings.at_least)
        return max(share, least) if self.settings.rounds is None else share

    @property
    def min_duration_ns(self) -> int:
        """How long a scenario of this round lasts at the least."""
        return math.ceil(self.settings.min_duration_ns / self.settings.limit)

    @property
    def target_qps(self) -> float:
        """The load of the Server scenario: what was asked, else what the slowest of the models bears easily."""
        return self.settings.target_qps or easy_load(self.pace_ns.values())

    def rng(self, purpose: str, scenario: str = "") -> np.random.Generator:
        """Return the random numbers of one purpose in this round."""
        return generator(self.settings, self.number, purpose, scenario)

    def take(self, models: Mapping[str, Model]) -> None:
        """Take over the models by arm, in the order in which they were built."""
        self.models = dict(models)
        self.layout_controlled = not any(self.systems[arm].is_shared(model) for arm, model in models.items())

    def warmed(self, arm: str, latency_ns: IntArray) -> None:
        """Note the pace of a model from its warm-up calls (n,): the median of the last ten.

        Where that is less than a step of the clock, the mean of all but the first ten. A model that answers later is
        asked ten times more: the warm-up saw only how long it takes to begin.
        """
        if isinstance(self.models.get(arm), Waiting):
            latency_ns = self.calls_ns(arm)
        late = latency_ns[10:] if len(latency_ns) > 10 else latency_ns
        self.pace_ns[arm] = max(1.0, float(np.median(latency_ns[-10:])) or float(np.mean(late)))

    def wait_for(self, scenario: str, arm: str, wait: Wait | None) -> None:
        """Have a model whose answers come later waited for from now on. Raises RunFailed where it was timed already."""
        if wait is None or isinstance(self.models.get(arm), Waiting):
            return
        if scenario != "warm-up":
            why = (
                f"{scenario}: answers of the {arm} come after it returned, and that was seen too late; warm it up first"
            )
            raise RunFailed(why, scenario, 0, 0, [])
        self.models[arm] = Waiting(self.models[arm], wait)

    def calls_ns(self, arm: str, n: int = 10) -> IntArray:
        """Return what n calls of a model take, ns."""
        moments = [self.clock.now_ns()]
        for query in self.queries(self.first(n), []):
            self.models[arm](query)
            moments.append(self.clock.now_ns())
        return np.diff(moments)

    def in_turn(self, scenario: str) -> list[str]:
        """Return the arms that have the machine to themselves one after the other, in an order drawn for the round."""
        arms = [arm for arm in self.models if arm != "control"]
        return [str(arm) for arm in self.rng("turns", scenario).permutation(arms).tolist()]

    def driver(self, server: Callable[..., None]) -> Callable[..., None]:
        """Return `server`, or what serves in batches or with several workers where the settings ask for that."""
        settings = self.settings

        def in_batches(model: Model, queries: Queries, due: IntArray, clock: Clock, log: QueryLog) -> None:
            inputs, batch = np.concatenate(queries), (settings.max_batch, settings.batch_timeout_ns)
            batching_server(model, inputs, due, clock, log, *batch)

        def at_once(model: Model, queries: Queries, due: IntArray, clock: Clock, log: QueryLog) -> None:
            concurrent_server(model, queries, due, clock, log, settings.workers)

        return at_once if settings.workers > 1 else in_batches if settings.max_batch > 1 else server

    def queries(self, indices: IntArray, logs: Sequence[QueryLog]) -> Queries:
        """Return one batch of one sample per index."""
        parts = np.array_split(indices, 1 + len(indices) // UNCHECKED)
        return Queries(chain.from_iterable(self._batches_of_one[part].tolist() for part in parts), logs)

    @cached_property
    def _batches_of_one(self) -> Array:
        samples = np.empty(len(self.library), dtype=object)
        for i in range(len(samples)):
            samples[i] = self.library.inputs[i : i + 1]
        return samples

    def record(self, scenario: str, arms: Sequence[str], indices: IntArray, ask: Ask) -> list[Run]:
        """Have `ask(queries, logs)` put the samples `indices` (n,) to the models of `arms`, and keep a Run for each.

        In Single-Stream and Server each model answers three of the queries beforehand: to prepare a run has cooled the
        caches. Raises RunFailed after a failure; what was measured before it is kept.
        """
        logs = [QueryLog(len(indices)) for _ in arms]
        queries = self.queries(indices, logs)

        def drive() -> None:
            for arm in arms if scenario in REHEARSED else ():
                for query in queries[:3]:
                    self.models[arm](query)
            ask(queries, logs)
            queries.clear()  # a million take 8 MB

        return self.keep(scenario, arms, self.measure(scenario, arms, indices, drive, logs))

    def record_batches(self, scenario: str, arm: str, indices: IntArray, ask: Callable[[Array, QueryLog], None]) -> Run:
        """Have `ask(inputs, log)` put the samples `indices`, as one array (n, ...), to one model; nothing is kept."""
        log, inputs = QueryLog(len(indices)), self.library.inputs[indices]
        [run] = self.measure(scenario, [arm], indices, lambda: ask(inputs, log), [log])
        return run

    def measure(
        self,
        scenario: str,
        arms: Sequence[str],
        indices: IntArray,
        drive: Callable[[], None],
        logs: Sequence[QueryLog],
    ) -> list[Run]:
        """Return a Run for each arm. Raises RunFailed; the part before the failure is kept."""
        drawn, order = self.rng("kept", scenario), self.turns_taken if len(arms) > 1 else None
        for arm, log in zip(arms, logs, strict=True):
            log.kind, log.warm_up = self.kinds.get(arm, ""), scenario == "warm-up"
        try:
            runs = record(scenario, drive, logs, indices, drawn, self.settings.deadline_s, arms, order)
        except RunFailed as ended:
            self.keep(scenario, arms, ended.runs)
            raise
        for arm, log in zip(arms, logs, strict=True):
            self.kinds[arm] = log.kind
            self.wait_for(scenario, arm, log.wait)
        if getattr(self.clock, "elsewhere", False):  # this process's processor time is not the models'
            return [replace(run, preempted=0, cpu_ns=0) for run in runs]
        return runs

    def keep(self, scenario: str, arms: Sequence[str], measured: Sequence[Run]) -> list[Run]:
        """Keep a run for each arm where the scenario is one of those to be kept."""
        for arm, run in zip(arms, measured, strict=True):
            if scenario in self.runs:
                self.runs[scenario][arm].append(run)
        return list(measured)

    def samples_of(self, draw: Callable[..., IntArray], scenario: str, n: int, size: int = 1) -> IntArray:
        """Return which samples n queries of a scenario hold, (n * size,), the same for every model of the round."""
        return draw_samples(draw, self.settings, self.number, scenario, n, len(self.library), size)

    def turns_of(self, draw: Callable[..., IntArray], n: int) -> IntArray:
        """Return the order (n, arms) in which n queries are put to the models; it is kept to tell who failed."""
        self.turns_taken = draw(n, len(self.models), self.rng("order"))
        return self.turns_taken

    def arrivals_of(self, draw: Callable[..., IntArray]) -> IntArray:
        """Return when the queries of Server are due, ns after its start, the same for every model of the round.

        A queue needs time: where looks are planned, the fewest rounds hold all that is asked of Server.
        """
        asked, rounds = self.settings, self.settings.at_least
        least = math.ceil(asked.min_queries / rounds), math.ceil(asked.min_duration_ns / rounds)
        return draw_arrivals(draw, self.settings, self.number, self.target_qps, *least)

    def first(self, n: int) -> IntArray:
        """Return the first n samples of the library, over and over where it has fewer."""
        return np.arange(n) % len(self.library)
