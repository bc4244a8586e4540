"""The benchmark: sets models and data, runs the rounds, and keeps what was measured."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "12. Perf"; make it again with `tinytorch
# export`.

from __future__ import annotations

import multiprocessing
import pickle
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from tinytorch.datasets import QuerySampleLibrary, load_dataset
from tinytorch.machine import environment
from tinytorch.machine.deadline import deadline
from tinytorch.peak import PeakRate, find_peak_qps

from .clock import Clock, RealClock, timer_step_ns
from .loadgen import QueryLog, Run, RunFailed, single_stream
from .results import Results, ScenarioResult
from .rounds import Round, generator
from .scenarios import METRICS, Settings
from .sut import IntArray, as_model, predict, rebuild

__all__ = [
    "IMPORTABLE",
    "SCENARIOS",
    "System",
    "TinyTorchPerf",
    "classes_of",
    "clock_step_ns",
    "empty_call_ns",
    "run_isolated",
    "run_round",
    "serve_round",
]


@dataclass(frozen=True)
class System:
    """A system under test, the factory that builds it anew where there is one, and the name it goes by."""

    system: Any
    build: Callable[[], Any] | None
    name: str


SCENARIOS = ("single_stream", "server", "offline")


def run_round(
    systems: Mapping[str, System],
    library: QuerySampleLibrary,
    settings: Settings,
    clock: Clock,
    number: int,
    runs: dict[str, dict[str, list[Run]]],
) -> tuple[Settings, bool]:
    """Build every system anew and run the scenarios of `runs`, appending to them.

    Returns the settings with the target_qps that was used, and whether every system was a new object. Raises RunFailed.
    """
    rng, models, fresh = generator(settings, number, "build"), {}, True
    arms = list(systems)
    if settings.control and "single_stream" in runs:
        arms.append("control")
    for arm in rng.permutation(arms).tolist():
        system = systems["model" if arm == "control" else arm]
        try:
            built = rebuild(system.system, system.build, rng)
        except Exception as error:
            cause = f"{type(error).__name__}: {error}"
            raise RunFailed(f"round {number}: the {arm} could not be built: {cause}", "build", 0, 0, []) from error
        fresh &= built is not system.system
        models[arm] = as_model(built)
    this = Round(models, library, settings, clock, number)  # warmed up in the order they were built
    for scenario, by_arm in runs.items():
        this.run(scenario, by_arm)
    return this.settings, fresh


IMPORTABLE = (
    "with isolate=True models and factories must be importable by name, from a module that starts nothing by itself"
)


def run_isolated(
    systems: Mapping[str, System],
    library: QuerySampleLibrary,
    settings: Settings,
    number: int,
    runs: dict[str, dict[str, list[Run]]],
) -> tuple[Settings, bool]:
    """Do `run_round` in a fresh process on the real clock; one that does not answer is ended.

    Systems and factories must be importable by name. Raises RunFailed, also when the process dies or hangs.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    arms = {scenario: list(by_arm) for scenario, by_arm in runs.items()}
    limit_s = None if settings.deadline_s <= 0 else 30 + settings.deadline_s * len(systems) * len(runs)
    try:
        task = pickle.dumps((systems, library, settings, number, arms))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise RunFailed(f"round {number}: {error}; {IMPORTABLE}", "isolated round", 0, 0, []) from error
    with tempfile.TemporaryDirectory() as folder:  # more than a pipe holds would wait for a process that has died
        path = Path(folder, "task")
        path.write_bytes(task)
        process = context.Process(target=serve_round, args=(theirs, path), daemon=True)
        try:
            process.start()
            theirs.close()
            if not ours.poll(limit_s):
                raise RunFailed(f"round {number}: no answer within {limit_s:g} s", "isolated round", 0, 0, [])
            measured, settings, fresh, failure = ours.recv()
        except EOFError:
            process.join()
            ended = f"its process ended with exit code {process.exitcode}"
            raise RunFailed(f"round {number}: {ended}; {IMPORTABLE}", "isolated round", 0, 0, []) from None
        finally:
            process.kill()
            process.join()
    for scenario, by_arm in measured.items():
        for arm, new in by_arm.items():
            runs[scenario][arm] += new
    if failure is not None:
        raise RunFailed(failure, "isolated round", 0, 0, [])
    return settings, fresh


def serve_round(pipe: Any, task: Path) -> None:
    """Run the round described in the file `task` in this process and send its runs back."""
    systems, library, settings, number, arms = pickle.loads(task.read_bytes())  # noqa: S301  written by run_isolated
    new: dict[str, dict[str, list[Run]]] = {scenario: {arm: [] for arm in names} for scenario, names in arms.items()}
    fresh, failure = True, None
    try:
        settings, fresh = run_round(systems, library, settings, RealClock(shares=settings.workers > 1), number, new)
    except RunFailed as error:
        failure = str(error)
    pipe.send((new, settings, fresh, failure))


class TinyTorchPerf:
    """A small MLPerf: set a model, a dataset and perhaps a baseline, then run all scenarios.

    `clock` is the machine's unless another is given; `progress` shows a bar on standard error; `isolate` gives every
    round a fresh process.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        clock: Clock | None = None,
        progress: bool = True,
        isolate: bool = False,
    ) -> None:
        self.settings, self.progress, self.isolate = settings or Settings(), progress, isolate
        self.clock: Clock = clock or RealClock(shares=self.settings.workers > 1)
        if isolate and clock is not None:
            raise ValueError("isolate=True runs on the machine's clock; leave clock out")
        if sys.platform == "emscripten" and (isolate or self.settings.workers > 1):
            raise ValueError("in a browser Python starts neither threads nor processes: workers=1, isolate=False")
        self.systems: dict[str, System] = {}
        self.library: QuerySampleLibrary | None = None
        self.results: Results | None = None
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

    def set_dataset(self, dataset: Any) -> None:
        """Set what is asked: 'digits', 'cifar10', an array, (inputs, labels), or a QuerySampleLibrary."""
        self.library = load_dataset(dataset)
        self.times.clear()

    def run_scenario(self, scenario: str) -> ScenarioResult:
        """Run one scenario of METRICS. Raises ValueError for another name; else as `run_all_scenarios`."""
        if scenario not in METRICS:
            raise ValueError(f"scenarios are {', '.join(METRICS)}; got {scenario!r}")
        return self._run([scenario])[scenario]

    def run_all_scenarios(self) -> Results:
        """Measure accuracy, then Single-Stream, Server and Offline round by round; return the results.

        Raises ValueError if no model or dataset is set, and RunFailed if a model fails: what was measured until then is
        in `.results`, INVALID.
        """
        return self._run(SCENARIOS)

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
        systems, library = self.ready()
        target_ns = self.settings.latency_target_ns if latency_target_ns is None else latency_target_ns
        share = self.settings.percentile if percentile is None else percentile
        easy = replace(self.settings, rounds=1, min_queries=queries, min_duration_ns=0, control=False, target_qps=None)

        def serve(number: int, settings: Settings) -> tuple[Run, Settings]:
            runs: dict[str, dict[str, list[Run]]] = {"server": {"model": []}}
            settings, _ = run_round({"model": systems["model"]}, library, settings, self.clock, number, runs)
            return runs["server"]["model"][0], settings

        start = serve(0, replace(easy, min_queries=10))[1].target_qps
        return find_peak_qps(
            lambda qps, seed: serve(1 + seed, replace(easy, target_qps=qps))[0].latency_ns,
            target_ns, share, start_qps=start or 1.0, seeds=seeds, **options,
        )  # fmt: skip

    def _run(self, scenarios: Sequence[str]) -> Results:
        systems, library = self.ready()
        results = self.results = Results(
            settings=self.settings,
            model_name=systems["model"].name,
            baseline_name=systems["baseline"].name if "baseline" in systems else None,
            dataset_name=library.name,
            dataset_fingerprint=library.fingerprint,
            n_samples=len(library),
            labels=library.labels,
            layout_controlled=True,
            virtual_time=not isinstance(self.clock, RealClock),
            environment=environment.describe(),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            notes=["every model was warmed up in every round by 10 to 53 calls, which are not in these numbers"],
            rounds_measured=0,
            runs_before=max(self.times[scenario] for scenario in scenarios),
            empty_call_ns=empty_call_ns(self.clock),
            clock_step_ns=clock_step_ns(self.clock),
        )
        self.times.update(scenarios)
        try:
            if library.labels is not None:
                with deadline(self.settings.deadline_s * len(systems)):
                    results.classes = {arm: classes_of(system, library) for arm, system in systems.items()}
            tqdm.monitor_interval = 0  # its second thread disturbs what is measured, and a browser has none
            for number in tqdm(range(self.settings.rounds), desc="rounds", disable=not self.progress):
                self._round(results, scenarios, number)
        except (Exception, KeyboardInterrupt) as failure:
            own = isinstance(failure, RunFailed)
            results.error = str(failure) if own else f"{type(failure).__name__}: {failure}".removesuffix(": ")
            raise
        return results

    def ready(self) -> tuple[dict[str, System], QuerySampleLibrary]:
        """Return the systems by arm and the dataset. Raises ValueError if no model or dataset is set."""
        if "model" not in self.systems or self.library is None:
            raise ValueError("a benchmark needs set_model(...) and set_dataset(...) first")
        return {arm: self.systems[arm] for arm in ("model", "baseline") if arm in self.systems}, self.library

    def _round(self, results: Results, scenarios: Sequence[str], number: int) -> None:
        systems, library = self.ready()
        for scenario in scenarios:
            arms = [*systems, "control"] if scenario == "single_stream" and results.settings.control else systems
            empty: dict[str, list[Run]] = {arm: [] for arm in arms}
            result = ScenarioResult(scenario, empty, results.settings, results.clock_step_ns)
            results.scenarios.setdefault(scenario, result)
        runs = {scenario: results[scenario].runs for scenario in scenarios}
        if self.isolate:
            settings, fresh = run_isolated(systems, library, results.settings, number, runs)
        else:
            settings, fresh = run_round(systems, library, results.settings, self.clock, number, runs)
        results.layout_controlled &= fresh
        results.rounds_measured = number + 1
        if settings != results.settings and "server" in scenarios:
            rate = f"{settings.target_qps:.4g} per second"
            results.notes.append(f"target_qps was not set: 0.3 of the slowest model's capacity, {rate}, was used")
            results.settings = settings
            results.scenarios = {name: replace(result, settings=settings) for name, result in results.items()}


def clock_step_ns(clock: Clock) -> int:
    """Return the smallest step seen in reading the machine's clock, 0 for a virtual one. In a browser it is large."""
    return timer_step_ns(clock.now_ns, 100_000) if isinstance(clock, RealClock) else 0


def empty_call_ns(clock: Clock) -> float:
    """Return the median latency of a model that hands back what it is given: what a call costs at the least."""
    log = QueryLog(200)
    single_stream(np.asarray, [np.empty((1, 1))] * 200, clock, log)
    return float(np.median(log.completed - log.scheduled))


def classes_of(system: System, library: QuerySampleLibrary) -> IntArray:
    """Return the class that the system gives each sample: the accuracy pass. Raises RunFailed."""
    try:
        copied = rebuild(
            system.system, system.build, np.random.default_rng(0)
        )  # what it remembers stays out of the runs
        outputs = predict(as_model(copied), library.inputs)
        if outputs.dtype.kind == "f" and np.isnan(outputs).any():
            raise ValueError("the outputs hold NaN")
    except Exception as error:
        message = f"accuracy: {system.name} failed with {type(error).__name__}: {error}"
        raise RunFailed(message, "accuracy", 0, 0, []) from error
    return (outputs.argmax(axis=1) if outputs.ndim == 2 else outputs).astype(np.int64)
