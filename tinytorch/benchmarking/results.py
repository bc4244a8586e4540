"""Results: the runs of all scenarios and models, whether they count, and how to keep them. Compares nothing."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "7. Results"; make it again with `tinytorch
# export`.

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np

from tinytorch.mlperf import early_stopping_estimate
from tinytorch.pitfalls import effective_sample_size

from .clock import NS_PER_MS
from .loadgen import Run
from .scenarios import Reason, Settings, coarse_clock, early_stopping, headline, late_generator, validity
from .stats import min_queries_for
from .sut import IntArray, accuracy

__all__ = [
    "MOMENTS",
    "SCHEMA_VERSION",
    "Results",
    "ScenarioResult",
    "end_to_end",
    "pack",
    "pack_run",
    "unpack",
    "unpack_run",
]


def end_to_end(runs: Sequence[Run]) -> Run:
    """Return the rounds laid end to end as one run: times are shifted so that each starts where the last one ended."""
    shift, parts = 0, []
    for run in runs:
        offset = shift - (int(run.scheduled_ns[0]) if run.n else 0)
        parts.append((run.scheduled_ns + offset, run.issued_ns + offset, run.completed_ns + offset))
        shift += run.duration_ns
    scheduled, issued, completed = (np.concatenate(moment) for moment in zip(*parts, strict=True))
    indices = np.concatenate([run.sample_indices for run in runs])
    error = next((run.error for run in runs if run.error), None)
    return Run(runs[0].scenario, scheduled, issued, completed, indices, np.empty(0, np.int64), np.empty(0), error)


@dataclass(frozen=True, eq=False)
class ScenarioResult:
    """The runs of one scenario, by arm ('model', 'baseline'), one a round."""

    scenario: str
    runs: dict[str, list[Run]]
    settings: Settings
    clock_step_ns: int = 0  # the smallest step seen in reading the clock; 0: a virtual clock

    @property
    def reasons(self) -> dict[str, list[Reason]]:
        """By arm, why its runs do not count; [] if they do."""
        found = {}
        for arm, runs in self.runs.items():
            errors = [run.error for run in runs if run.error]
            found[arm] = [Reason(f"the {arm} failed", error, "mend it and run again") for error in errors]
            if not runs:
                found[arm].append(Reason("there is no run", "0 rounds were measured", "run the scenario"))
                continue
            run = end_to_end(runs)
            for rule in (validity, late_generator, early_stopping):
                found[arm] += rule(run, self.settings)
            found[arm] += coarse_clock(run, self.clock_step_ns)
        return found

    @property
    def valid(self) -> bool:
        """Whether the model's runs count."""
        return not self.reasons["model"]

    def metric(self, arm: str = "model") -> list[float]:
        """Return the headline number of each round with at least two samples, in the unit of METRICS."""
        return [headline(run, self.settings) for run in self.runs[arm] if run.n > 1]

    def certainty(self, arm: str = "model") -> str:
        """Return in words how far these latencies carry: what they are worth, and MLPerf's bound for Single-Stream."""
        latency_ns = self.latency_ns(arm)
        if latency_ns.min() <= 0:
            return f"some of {len(latency_ns)} queries took less than a step of the clock"
        worth = f"{len(latency_ns)} queries resemble one another so much that they tell no more than "
        worth += (
            f"{effective_sample_size(latency_ns):.0f} independent ones would" if np.ptp(latency_ns) else "one would"
        )
        if self.scenario != "single_stream" or len(latency_ns) < min_queries_for(0.9):
            return worth
        bound_ms = early_stopping_estimate(latency_ns, 0.9) / NS_PER_MS
        return (
            f"{worth}; MLPerf's early-stopping bound of the 90th percentile is {bound_ms:.4g} ms, for this process only"
        )

    def latency_ns(self, arm: str = "model") -> IntArray:
        """Return all rounds' latencies in the order they were issued."""
        return end_to_end(self.runs[arm]).latency_ns


SCHEMA_VERSION = 1
MOMENTS = ("scheduled_ns", "issued_ns", "completed_ns", "sample_indices")


def pack(values: IntArray) -> str:
    """Return whole numbers as text: the differences, compressed, in base64."""
    return base64.b64encode(zlib.compress(np.diff(values, prepend=0).astype("<i8").tobytes())).decode("ascii")


def unpack(text: str) -> IntArray:
    """Return what `pack` packed, int64."""
    return np.cumsum(np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype="<i8")).astype(np.int64)


def pack_run(run: Run) -> dict[str, Any]:
    """Return the run as plain data, without its outputs."""
    plain = {"error": run.error, "preempted": run.preempted, "cpu_ns": run.cpu_ns}
    return plain | {name: pack(getattr(run, name)) for name in MOMENTS}


def unpack_run(scenario: str, packed: Mapping[str, Any]) -> Run:
    """Return the run that `pack_run` packed."""
    scheduled, issued, completed, indices = (unpack(packed[name]) for name in MOMENTS)
    rest = packed["error"], packed["preempted"], packed["cpu_ns"]
    return Run(scenario, scheduled, issued, completed, indices, np.empty(0, np.int64), np.empty(0), *rest)


@dataclass(eq=False)
class Results(Mapping[str, ScenarioResult]):
    """Everything that a benchmark measured, by scenario, and what one must know to repeat it."""

    settings: Settings
    model_name: str
    baseline_name: str | None
    dataset_name: str
    dataset_fingerprint: str
    n_samples: int
    scenarios: dict[str, ScenarioResult] = field(default_factory=dict)
    labels: IntArray | None = None
    classes: dict[str, IntArray] = field(default_factory=dict)  # by arm, what it answered in the accuracy pass
    layout_controlled: bool = False
    virtual_time: bool = False  # the clock was not the machine's
    notes: list[str] = field(default_factory=list)  # what the benchmark decided by itself
    environment: dict[str, str] = field(default_factory=dict)
    started: str = ""
    error: str | None = None
    rounds_measured: int | None = None  # as counted by the benchmark; None: not known
    runs_before: int = 0  # of the same scenarios, models and data, by the same benchmark: they are not in here
    empty_call_ns: float = 0.0  # latency of a model that does nothing, median; 0: not measured
    clock_step_ns: int = 0  # the smallest step seen in reading the clock; 0: a virtual clock

    def __getitem__(self, scenario: str) -> ScenarioResult:
        return self.scenarios[scenario]

    def __iter__(self) -> Iterator[str]:
        return iter(self.scenarios)

    def __len__(self) -> int:
        return len(self.scenarios)

    @property
    def complete(self) -> bool:
        """Whether the benchmark ran to its end."""
        return self.error is None

    @property
    def accuracy(self) -> dict[str, float | None]:
        """By arm, the share of the dataset's samples answered correctly; None where that was not measured."""
        arms = ["model"] if self.baseline_name is None else ["model", "baseline"]
        return {arm: accuracy(self.classes[arm], self.labels) if arm in self.classes else None for arm in arms}

    def to_dict(self) -> dict[str, Any]:
        """Return the results as plain data for JSON. Kept outputs stay behind."""
        plain = dict(vars(self)) | {"settings": asdict(self.settings)}
        plain["labels"] = None if self.labels is None else pack(self.labels)
        plain["classes"] = {arm: pack(numbers) for arm, numbers in self.classes.items()}
        plain["scenarios"] = {
            scenario: {arm: [pack_run(run) for run in runs] for arm, runs in result.runs.items()}
            for scenario, result in self.items()
        }
        return {"schema_version": SCHEMA_VERSION} | plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """Return the results that `to_dict` wrote. Raises ValueError for another schema version."""
        if plain.get("schema_version") != SCHEMA_VERSION:
            raise ValueError(f"this reads schema version {SCHEMA_VERSION}, the data has {plain.get('schema_version')}")
        packed = {name: value for name, value in plain.items() if name != "schema_version"}
        settings = Settings(**packed.pop("settings"))
        labels = packed.pop("labels")
        classes = {arm: unpack(numbers) for arm, numbers in packed.pop("classes").items()}
        scenarios = {}
        for scenario, arms in packed.pop("scenarios").items():
            runs = {arm: [unpack_run(scenario, run) for run in runs] for arm, runs in arms.items()}
            scenarios[scenario] = ScenarioResult(scenario, runs, settings, packed.get("clock_step_ns", 0))
        labels = None if labels is None else unpack(labels)
        return cls(settings=settings, labels=labels, classes=classes, scenarios=scenarios, **packed)
