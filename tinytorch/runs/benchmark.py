"""The benchmark's plumbing: what is set, what a run starts from, and that nothing measured is lost when it ends early.

The loop over rounds, and what a round does, are built in the lesson. Knows no statistics.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from tinytorch.datasets import Metric, QuerySampleLibrary, load_dataset, name_of
from tinytorch.machine import environment
from tinytorch.machine.clock import Clock, RealClock, clock_step_ns
from tinytorch.machine.deadline import deadline
from tinytorch.runs.drivers import Model
from tinytorch.runs.enough import end, may_end
from tinytorch.runs.isolated import in_own_process
from tinytorch.runs.later import Patient
from tinytorch.runs.outputs import holds_nan
from tinytorch.runs.rating import NUMBERED, rated
from tinytorch.runs.results import ScenarioRuns, StoredResults
from tinytorch.runs.rounds import RoundBase
from tinytorch.runs.run import Array, IntArray, QueryLog, Run, RunFailed
from tinytorch.runs.settings import METRICS, SCENARIOS, WITHOUT_A_BASELINE, Settings
from tinytorch.runs.systems import System, as_model, rebuild, with_control

if TYPE_CHECKING:
    from tinytorch.peak import PeakRate

OneRound = Callable[[Any, Sequence[str]], None]  # what is done in a round: the round, the scenarios
WARMED_UP = "every model was warmed up in every round by 10 to 53 calls, which are not in these numbers"


class Benchmark:
    """What every benchmark has: a model, a dataset and perhaps a baseline. A subclass says how they are measured.

    `clock` is the machine's unless another is given; `progress` shows a bar on standard error; `isolate` gives every
    round a fresh process; `one_round` takes the place of the class's own.
    """

    results_type: ClassVar[type[StoredResults]] = StoredResults
    round_type: ClassVar[type[RoundBase]] = RoundBase
    accuracy_pass: ClassVar[Any]  # (model, inputs, samples in a batch) -> the outputs, in order
    stream: ClassVar[Any]  # drives a model: (model, queries, clock, log)
    one_round: OneRound  # what is done with the systems in a round

    def __init__(
        self,
        settings: Settings | None = None,
        clock: Clock | None = None,
        progress: bool = True,
        isolate: bool = False,
        one_round: OneRound | None = None,
    ) -> None:
        self.settings, self.progress, self.isolate = settings or Settings(), progress, isolate
        self.clock: Clock = clock or RealClock(shares=self.settings.workers > 1)
        if isolate and clock is not None:
            raise ValueError("isolate=True runs on the machine's clock; leave clock out")
        if sys.platform == "emscripten" and (isolate or self.settings.workers > 1):
            raise ValueError("in a browser Python starts neither threads nor processes: workers=1, isolate=False")
        if one_round is not None:
            self.one_round = one_round
        if isolate:
            self.one_round = partial(in_own_process, self.one_round)
        self.systems: dict[str, System] = {}
        self.library: QuerySampleLibrary | None = None
        self.results: Any = None
        self.keep: Callable[[Any], None] = keep_nothing  # called before the first round and after each: results so far
        self.shown: Any = None  # the bar, where one is shown
        self.environment: dict[str, str] = {}  # what is to be known beside the machine, of this run
        self.times = Counter[str]()  # how often each scenario was run with these models and data

    def set_model(self, model: Any = None, *, build: Callable[[], Any] | None = None, name: str | None = None) -> None:
        """Set the system under test: a callable (n, ...) -> (n, ...), or an object with `issue`.

        With a factory `build` every round gets a model built anew; without one, a deep copy. Raises TypeError for
        something that is neither.
        """
        self._set("model", model, build, name)

    def set_baseline(
        self, model: Any = None, *, build: Callable[[], Any] | None = None, name: str | None = None
    ) -> None:
        """Set what the model is compared with; takes what `set_model` takes."""
        self._set("baseline", model, build, name)

    def _set(self, arm: str, system: Any, build: Callable[[], Any] | None, name: str | None) -> None:
        if system is None and build is None:
            raise TypeError(f"set_{arm} needs a model or build=factory")
        system = build() if system is None and build is not None else system
        as_model(system)
        self.times.clear()
        self.systems[arm] = System(system, build, name or str(getattr(system, "__name__", type(system).__name__)))

    def set_dataset(self, dataset: Any, metric: Metric | None = None) -> None:
        """Set what is asked: 'digits', 'cifar10', an array, (inputs, labels), or a QuerySampleLibrary.

        `metric` says what makes an answer right: 'top1' (labels are classes, the default), 'binary', 'multilabel',
        'regression', 'none', or a function (outputs, labels) -> how right each answer is (n,), from 0 to 1.
        """
        self.library = load_dataset(dataset, metric=metric)
        self.times.clear()

    def ready(self) -> tuple[dict[str, System], QuerySampleLibrary]:
        """Return the systems by arm and the dataset. Raises ValueError if no model or dataset is set."""
        if "model" not in self.systems or self.library is None:
            raise ValueError("a benchmark needs set_model(...) and set_dataset(...) first")
        return {arm: self.systems[arm] for arm in ("model", "baseline") if arm in self.systems}, self.library

    def arms(self, scenarios: Sequence[str]) -> dict[str, System]:
        """Return the systems of a round by arm: model, baseline, and in Single-Stream the control, A against A."""
        return with_control(self.ready()[0], scenarios, self.settings.control)

    def run(self, scenarios: Sequence[str]) -> Any:
        """Run all rounds of the scenarios and return the results: what a subclass is for."""
        raise NotImplementedError

    def run_scenario(self, scenario: str) -> ScenarioRuns:
        """Run one scenario of METRICS. Raises ValueError for another name; else as `run_all_scenarios`."""
        if scenario not in METRICS:
            raise ValueError(f"scenarios are {', '.join(METRICS)}; got {scenario!r}")
        found: ScenarioRuns = self.run([scenario])[scenario]
        return found

    def run_all_scenarios(self) -> Any:
        """Measure accuracy, then Single-Stream, Server and Offline round by round; return the results.

        Raises ValueError if no model or dataset is set, and RunFailed if a model fails: what was measured until then is
        in `.results`, INVALID.
        """
        return self.run(SCENARIOS)

    @contextmanager
    def measuring(self, scenarios: Sequence[str]) -> Iterator[Any]:
        """Yield the results to be filled, empty but for what is known beforehand and the accuracy of every system.

        Whatever ends the block, they stay in `.results`, and where that is a failure it is written there.
        """
        systems, samples = self.ready()
        settings = self.settings
        if settings.rounds is None and "baseline" not in systems:
            settings = replace(settings, rounds=WITHOUT_A_BASELINE)
        results = self.results = self.results_type(
            settings=settings,
            model_name=systems["model"].name,
            baseline_name=systems["baseline"].name if "baseline" in systems else None,
            dataset_name=samples.name,
            dataset_fingerprint=samples.fingerprint,
            n_samples=len(samples),
            labels=samples.labels if samples.metric in NUMBERED else None,
            metric=name_of(samples.metric),
            layout_controlled=True,
            isolated=self.isolate,
            virtual_time=not isinstance(self.clock, RealClock),
            environment=environment.describe(with_clock=isinstance(self.clock, RealClock)) | self.environment,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            notes=[WARMED_UP],
            rounds_measured=0,
            runs_before=max(self.times[scenario] for scenario in scenarios),
            empty_call_ns=empty_call_ns(self.clock, type(self).stream),
            clock_step_ns=clock_step_ns(self.clock),
        )
        self.times.update(scenarios)
        try:
            self.keep(results)
            self._measure_accuracy(results, systems, samples)
            results.add_scenarios(scenarios, list(systems), self.settings.control)
            yield results
        except BaseException as failure:  # whatever ends it, what was measured is to be had and says what is missing
            own = isinstance(failure, RunFailed)
            results.error = str(failure) if own else f"{type(failure).__name__}: {failure}".removesuffix(": ")
            raise
        finally:
            self._hide()

    def _measure_accuracy(self, results: Any, systems: Mapping[str, System], library: QuerySampleLibrary) -> None:
        if library.labels is not None:
            with deadline(self.settings.deadline_s * len(systems)):
                predict, size = type(self).accuracy_pass, self.settings.batch_size
                found = {arm: rating_of(system, library, predict, size) for arm, system in systems.items()}
            setattr(results, "classes" if library.metric in NUMBERED else "scores", found)

    def note(self, results: Any, this: RoundBase) -> None:
        """Note in the results that a round was measured, and what it decided: the load that was left open."""
        results.layout_controlled &= this.layout_controlled
        results.rounds_measured = this.number + 1
        if self.shown is not None:
            self.shown.update()
        if results.settings.target_qps is None and "server" in results:
            chosen = f"0.3 of the slowest model's capacity, {this.target_qps:.4g} per second, was used"
            results.notes.append(f"target_qps was not set: {chosen}")
            results.settle(replace(results.settings, target_qps=this.target_qps))
        self.keep(results)

    def bar(self, numbers: Iterable[int]) -> Iterable[int]:
        """Return the numbers with a bar on standard error that shows how many are through, where one is wanted."""
        numbers = list(numbers)
        self._show("rounds", len(numbers))
        return numbers

    def _show(self, what: str, total: int | None = None) -> None:
        if not self.progress:
            return
        from tqdm import tqdm

        tqdm.monitor_interval = 0  # its second thread disturbs what is measured, and a browser has none
        self.shown = tqdm(total=total, desc=what)

    def _hide(self) -> None:
        if self.shown is not None:
            self.shown.close()
        self.shown = None

    def enough(self, results: Any) -> bool:
        """Return whether the rounds may end: as many as asked, or planned looks leave nothing open.

        The progress line says what is open. Ask it after each round.
        """
        done, still = may_end(results)
        if still and self.shown is not None:
            self.shown.set_postfix_str(f"open: {', '.join(dict.fromkeys(scenario for scenario, _ in still))}")
        if done:
            end(results)
        if done and self.shown is not None:
            self.shown.total = self.shown.n
            self.shown.set_postfix_str("")
        return done

    def single_run(self, scenario: str, settings: Settings, number: int = 0) -> tuple[Run, Settings]:
        """Return one run of the freshly built model in round `number`, and the settings with the load it had."""
        systems, samples = self.ready()
        runs: dict[str, dict[str, list[Run]]] = {scenario: {"model": []}}
        this = self.round_type({"model": systems["model"]}, samples, settings, self.clock, number, runs)
        type(self).one_round(this, [scenario])
        return runs[scenario]["model"][0], replace(settings, target_qps=this.target_qps)

    def find_peak_qps(
        self,
        latency_target_ns: int | None = None,
        percentile: float | None = None,
        *,
        queries: int = 2_000,
        seeds: Sequence[int] = range(8),
        **options: Any,
    ) -> PeakRate:
        """Return between which Poisson rates the highest lies at which the model meets the latency target.

        Each rate is measured with `queries` queries and, until it is decided, with more and more of the `seeds`; the
        model is built anew each time. `options` go to `tinytorch.peak.find_peak_qps`. Raises RunFailed.
        """
        from tinytorch.peak import find_peak_qps

        target_ns = self.settings.latency_target_ns if latency_target_ns is None else latency_target_ns
        share = self.settings.percentile if percentile is None else percentile
        easy = replace(self.settings, rounds=1, min_queries=queries, min_duration_ns=0, control=False, target_qps=None)

        def latency_ns(qps: float, seed: int) -> IntArray:
            run, _ = self.single_run("server", replace(easy, target_qps=qps), 1 + seed)
            if self.shown is not None:
                self.shown.set_postfix_str(f"last at {qps:,.4g} queries/s", refresh=False)
                self.shown.update()
            return run.latency_ns

        start = self.single_run("server", replace(easy, min_queries=10))[1].target_qps
        self._show("runs")
        try:
            return find_peak_qps(latency_ns, target_ns, share, start_qps=start or 1.0, seeds=seeds, **options)
        finally:
            self._hide()


def keep_nothing(results: Any) -> None:
    """Do nothing: what was measured is in the benchmark's `results`."""


def empty_call_ns(clock: Clock, stream: Callable[..., None]) -> float:
    """Return the median latency of a model that hands back what it is given: what a call costs at the least.

    On a clock that is not the machine's it costs nothing, so nothing is driven: there a stream may be missing.
    """
    if not isinstance(clock, RealClock):
        return 0.0
    log = QueryLog(200)
    stream(np.asarray, [np.empty((1, 1))] * 200, clock, log)
    return float(np.median(log.completed - log.scheduled))


def rating_of(
    system: System, library: QuerySampleLibrary, predict: Callable[[Model, Array, int], Array], size: int
) -> Array:
    """Return how right the system's answer to each sample is: the accuracy pass. Raises RunFailed."""
    try:
        copied = rebuild(system.system, system.build, np.random.default_rng(0))
        outputs = predict(
            Patient(as_model(copied)), library.inputs, size
        )  # what a copy remembers stays out of the runs
        if holds_nan(outputs):
            raise ValueError("the outputs hold NaN")
        return rated(outputs, library)
    except Exception as error:
        message = f"accuracy: {system.name} failed with {type(error).__name__}: {error}"
        raise RunFailed(message, "accuracy", 0, 0, []) from error
