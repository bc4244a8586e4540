"""Results: the runs of all scenarios and models, and what one must know to repeat them. Compares nothing.

Which number counts and when a run does not count is handed in by a subclass: these rules are built in the lesson.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Self

from tinytorch.runs.packed import SCHEMA_VERSION, pack, pack_numbers, pack_run, unpack, unpack_numbers, unpack_run
from tinytorch.runs.rules import coarse_clock, no_time, queue_remembers
from tinytorch.runs.run import FloatArray, IntArray, Run, end_to_end
from tinytorch.runs.settings import Reason, Settings

Rule = Callable[[Run, Settings], list[Reason]]


@dataclass(frozen=True, eq=False)
class ScenarioRuns:
    """The runs of one scenario, by arm ('model', 'baseline', 'control'), one a round.

    A subclass says in `rules` when a run does not count, and in `value_of` which number of a run counts.
    """

    scenario: str
    runs: dict[str, list[Run]]
    settings: Settings
    clock_step_ns: int = 0  # the smallest step seen in reading the clock; 0: a virtual clock

    rules: ClassVar[Sequence[Rule]] = ()
    value_of: ClassVar[Any]  # (run, settings) -> float

    @property
    def reasons(self) -> dict[str, list[Reason]]:
        """By arm, why its runs do not count; [] if they do. Looked into once for the runs that there are."""
        lengths = tuple(len(runs) for runs in self.runs.values())
        if vars(self).get("_looked_into", ((), {}))[0] != lengths:
            found = {arm: self.broken_rules(arm) for arm in self.runs}
            vars(self)["_looked_into"] = lengths, found
        known: dict[str, list[Reason]] = vars(self)["_looked_into"][1]
        return {arm: list(reasons) for arm, reasons in known.items()}

    def broken_rules(self, arm: str) -> list[Reason]:
        """Return why the arm's runs, laid end to end, do not count."""
        runs = self.runs[arm]
        failed = [Reason(f"the {arm} failed", run.error, "mend it and run again") for run in runs if run.error]
        if not runs:
            return [Reason("there is no run", "0 rounds were measured", "run the scenario")]
        run = end_to_end(runs)
        broken = [reason for rule in self.rules for reason in rule(run, self.settings)]
        return [
            *failed,
            *broken,
            *coarse_clock(run, self.clock_step_ns),
            *no_time(runs),
            *queue_remembers(runs, self.settings),
        ]

    @property
    def valid(self) -> bool:
        """Whether the model's runs count."""
        return not self.reasons["model"]

    def metric(self, arm: str = "model") -> list[float]:
        """Return the headline number of each round that has one, in the unit of METRICS."""
        return [float(type(self).value_of(run, self.settings)) for run in self.runs[arm] if run.timed]

    def latency_ns(self, arm: str = "model") -> IntArray:
        """Return all rounds' latencies in the order they were issued."""
        return end_to_end(self.runs[arm]).latency_ns


@dataclass(eq=False)
class StoredResults(Mapping[str, ScenarioRuns]):
    """Everything that a benchmark measured, by scenario, and what one must know to repeat it.

    A subclass says in `scenario_type` what holds the runs of a scenario, and in `score` what share of answers is right.
    """

    settings: Settings
    model_name: str
    baseline_name: str | None
    dataset_name: str
    dataset_fingerprint: str
    n_samples: int
    scenarios: dict[str, ScenarioRuns] = field(default_factory=dict)
    labels: IntArray | None = None
    classes: dict[str, IntArray] = field(default_factory=dict)  # by arm, what it answered in the accuracy pass
    metric: str = "top1"  # what makes an answer right; other metrics than top1 and binary have scores for classes
    scores: dict[str, FloatArray] = field(default_factory=dict)  # by arm and sample: how right it is, or its error
    layout_controlled: bool = False
    isolated: bool = False  # each round had a process of its own
    virtual_time: bool = False  # the clock was not the machine's
    notes: list[str] = field(default_factory=list)  # what the benchmark decided by itself
    environment: dict[str, str] = field(default_factory=dict)
    started: str = ""
    error: str | None = None
    ended: bool = False  # at a planned look; a fixed number of rounds is counted instead
    rounds_measured: int | None = None  # as counted by the benchmark; None: not known
    runs_before: int = 0  # of the same scenarios, models and data, by the same benchmark: they are not in here
    empty_call_ns: float = 0.0  # latency of a model that does nothing, median; 0: not measured
    clock_step_ns: int = 0  # the smallest step seen in reading the clock; 0: a virtual clock

    scenario_type: ClassVar[type[ScenarioRuns]] = ScenarioRuns
    score: ClassVar[Any]  # (classes, labels) -> the share of right answers, or None

    def __getitem__(self, scenario: str) -> ScenarioRuns:
        return self.scenarios[scenario]

    def __iter__(self) -> Iterator[str]:
        return iter(self.scenarios)

    def __len__(self) -> int:
        return len(self.scenarios)

    @property
    def planned(self) -> bool:
        """Whether the number of rounds was left open, to end at a planned look."""
        return self.settings.rounds is None

    @property
    def complete(self) -> bool:
        """Whether the benchmark ran to its end."""
        return self.error is None

    @property
    def accuracy(self) -> dict[str, float | None]:
        """By arm, the share of samples answered correctly, or their mean score; None where that was not measured."""
        arms = ["model"] if self.baseline_name is None else ["model", "baseline"]
        scored = {arm: type(self).score(found, self.labels) for arm, found in self.classes.items()}
        if self.metric != "regression":
            scored |= {arm: float(found.mean()) for arm, found in self.scores.items()}
        return {arm: scored.get(arm) for arm in arms}

    @property
    def mean_error(self) -> dict[str, float]:
        """By arm, the mean absolute error of a regression; empty for other metrics."""
        return {arm: float(found.mean()) for arm, found in self.scores.items()} if self.metric == "regression" else {}

    @property
    def runs(self) -> dict[str, dict[str, list[Run]]]:
        """By scenario and arm, the runs: the very lists, so what is appended is kept."""
        return {scenario: result.runs for scenario, result in self.items()}

    def add_scenarios(self, scenarios: Sequence[str], systems: Sequence[str], control: bool) -> None:
        """Make room for the runs of each scenario by arm; Single-Stream has the control too, where one is wanted."""
        for name in scenarios:
            arms = [*systems, "control"] if name == "single_stream" and control else systems
            result = self.scenario_type(name, {arm: [] for arm in arms}, self.settings, self.clock_step_ns)
            self.scenarios.setdefault(name, result)

    def settle(self, settings: Settings) -> None:
        """Take over settings in which the benchmark has decided what was left open."""
        self.settings = settings
        held = self.scenarios.items()
        self.scenarios = {
            name: self.scenario_type(name, result.runs, settings, self.clock_step_ns) for name, result in held
        }

    def to_dict(self, pack_run: Callable[[Run], dict[str, Any]] = pack_run) -> dict[str, Any]:
        """Return the results as plain data for JSON. Kept outputs stay behind. `pack_run` may remember runs."""
        plain = dict(vars(self)) | {"settings": asdict(self.settings)}
        plain["labels"] = None if self.labels is None else pack(self.labels)
        plain["classes"] = {arm: pack(numbers) for arm, numbers in self.classes.items()}
        plain["scores"] = {arm: pack_numbers(numbers) for arm, numbers in self.scores.items()}
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
        settings, step_ns = Settings(**packed.pop("settings")), packed.get("clock_step_ns", 0)
        labels = packed.pop("labels")
        packed["classes"] = {arm: unpack(numbers) for arm, numbers in packed["classes"].items()}
        packed["scores"] = {arm: unpack_numbers(numbers) for arm, numbers in packed.get("scores", {}).items()}
        scenarios = {}
        for scenario, arms in packed.pop("scenarios").items():
            runs = {arm: [unpack_run(scenario, run) for run in runs] for arm, runs in arms.items()}
            scenarios[scenario] = cls.scenario_type(scenario, runs, settings, step_ns)
        labels = None if labels is None else unpack(labels)
        return cls(settings=settings, labels=labels, scenarios=scenarios, **packed)
