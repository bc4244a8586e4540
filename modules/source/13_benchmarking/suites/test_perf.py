"""TinyTorchPerf: the loop over rounds. What happens in a round is scripted and lives here, so no other exercise is
needed."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from autograder.examining.checks import expect
from autograder.examining.queries import MS
from autograder.examining.scripted_round import alike
from autograder.examining.student import Handle, StudentError


class Rounds:
    """What `one_round` is: each round notes what it was given, chooses a load of its own if it may, and keeps a run.

    `given` holds (number, arms, load, scenarios, [its clock?, its data]) of each; `noted` rounds_measured, target_qps
    as the second round found them. Round `fails_at` raises `failure`.
    """

    def __init__(self, student: Any, clock: Any) -> None:
        self.student, self.clock, self.bench = student, clock, None
        self.failure, self.fails_at = student.RunFailed("offline: it failed", "offline", 3, 0, []), 99
        self.warmed, self.keep = student.Round.warmed, student.Round.keep
        self.given: list[tuple[Any, ...]] = []
        self.noted: list[Any] = []

    def one_round(self, this: Any, scenarios: Any) -> None:
        """Do a round."""
        number = len(self.given)
        assert isinstance(this, Handle), expect(this, "a Round", f"{LOOP} self.one_round gets a Round.")
        assert number < 20, expect("20 rounds and more", "3 rounds", f"{LOOP} 3 rounds are asked for.")
        if number == self.fails_at:
            raise StudentError("RunFailed", "", handle=self.failure)
        warmed = self.student.made(self.warmed, this, "model", np.full(12, (1 + number) * MS))
        self.student.together(warmed, self.student.made(self.keep, this, "server", ["model"], [f"round {number}"]))
        self.given.append(self._seen(this, scenarios))
        if number == 1:
            measured, settings = self.results("rounds_measured", "settings")
            self.noted += [measured, *self._fields(settings, "target_qps")]

    def _seen(self, this: Handle, scenarios: Any) -> tuple[Any, ...]:
        number, arms, load, clock, library = self._fields(this, "number", "systems", "target_qps", "clock", "library")
        arms = sorted(map(str, arms)) if isinstance(arms, dict) else arms
        return number, arms, load, scenarios, [clock is self.clock, self.student.kind(library)]

    def results(self, *names: str) -> list[Any]:
        """Attributes of what is in `.results` now."""
        return self._fields(self._fields(self.bench, "results")[0], *names)

    def _fields(self, value: Any, *names: str) -> list[Any]:
        return list(self.student.fields(value, *names)) if isinstance(value, Handle) else [None] * len(names)


class Looped(NamedTuple):
    """A benchmark of three rounds, one with planned looks, and one that fails in its second: what each round was given,
    and what was left."""

    rounds: list[tuple[Any, ...]]
    noted: list[Any]
    kind: str  # the class of what run returned
    measured: Any  # runs of the model by then
    planned: int  # how many rounds there were where looks are planned and the first finds nothing open
    failure: str  # what the last benchmark raised
    error: Any  # what its results say of it


@pytest.fixture
def looped(student, clock, scripted):
    """Benchmarks with scripted rounds, the same for every test."""

    def run():
        script = Rounds(student, clock)
        settings = student.made(student.Settings, rounds=3)
        script.bench = bench = student.TinyTorchPerf(settings, clock, False, one_round=script.one_round)
        bench.set_model(scripted(MS), name="scripted")
        bench.set_dataset(np.zeros((4, 2)))
        kind = student.kind(bench.run(["server", "single_stream"]))
        given, [runs] = script.given, script.results("runs")
        planned = rounds_of_planned_looks(student, clock, scripted)
        script.given, script.fails_at = [], 1
        return Looped(given, script.noted, kind, runs, planned, raised(bench, "offline"), *script.results("error"))

    return student.once("TinyTorchPerf", run)


def rounds_of_planned_looks(student: Any, clock: Any, scripted: Any) -> int:
    """How many rounds a benchmark has whose first planned look, after six, finds nothing that is open."""
    script = Rounds(student, clock)
    settings = student.made(student.Settings, most_rounds=12)
    script.bench = bench = student.TinyTorchPerf(settings, clock, False, one_round=script.one_round)
    for set_system in (bench.set_model, bench.set_baseline):
        set_system(scripted(MS), name="scripted")
    bench.set_dataset(np.zeros((4, 2)))
    bench.run(["server"])
    return len(script.given)


def raised(bench: Any, scenario: str) -> str:
    """The class of what a benchmark raised."""
    try:
        bench.run([scenario])
    except StudentError as error:
        return error.kind
    return "nothing"


LOOP = "In TinyTorchPerf(Settings(rounds=3)).run(['server', 'single_stream'])"


@pytest.mark.exercise("TinyTorchPerf", points=0.25)
def test_perf_has_as_many_rounds_as_asked(looped):
    """The settings say how many rounds there are."""
    yours = len(looped.rounds)
    numbers = [number for number, *_ in looped.rounds]
    ended_early = numbers == list(range(1, 3))  # numbered from 1, which has a test of its own: 3 are noted after two
    assert yours == 3 or ended_early, expect(
        f"{yours} rounds", "3 rounds", f"{LOOP} each round is self.one_round(this, scenarios)."
    )


@pytest.mark.exercise("TinyTorchPerf", points=0.25)
def test_perf_ends_where_there_is_enough(looped):
    """More rounds than a planned look asks for cost time; a number of one's own makes the plan worthless."""
    look = "In TinyTorchPerf(Settings(most_rounds=12)).run(['server']) the loop ends where self.enough(results)."
    yours = looped.planned
    known = [number for number, *_ in looped.rounds] == [0, 1, 2] and looped.noted[:1] == [1]  # else see their tests
    assert yours == 6 or not known, expect(f"{yours} rounds", "6 rounds, where nothing is open", look)


@pytest.mark.exercise("TinyTorchPerf", points=0.25)
def test_perf_numbers_its_rounds_from_0(looped):
    """The number is part of every seed: with the same number all rounds draw the same."""
    yours = [number for number, *_ in looped.rounds]
    look = f"{LOOP} each Round gets its number; the first is 0."
    assert yours, expect("no rounds", [0, 1, 2], look)
    assert alike(yours, list(range(len(yours)))), expect(yours, [0, 1, 2], look)


@pytest.mark.exercise("TinyTorchPerf", points=0.25)
def test_perf_has_the_control_too(looped):
    """Without a control, A against A, nobody sees what the benchmark says of two equal models."""
    yours, due = [arms for _, arms, *_ in looped.rounds], ["control", "model"]
    look = f"{LOOP} each Round gets self.arms(scenarios)."
    assert yours, expect("no rounds", "3 rounds", look)
    assert all(alike(arms, due) for arms in yours), expect(yours[0], due, look)


@pytest.mark.exercise("TinyTorchPerf", points=0.5)
def test_perf_has_one_load_for_all_rounds(looped):
    """With its own settings each round would choose a load of its own, and no two could be compared."""
    yours, settled = [load for _, _, load, *_ in looped.rounds], looped.noted[1:]
    look = f"{LOOP} each Round gets results.settings as they are by then: the first round settles the load of Server."
    assert settled, expect(f"{len(yours)} rounds", "3 rounds", look)
    shared = settled == [None] or all(load == settled[0] for load in yours)  # nothing was noted: see the next test
    assert shared, expect(f"loads of {yours}, per second", f"{settled[0]} per second in all", look)


@pytest.mark.exercise("TinyTorchPerf", points=0.25)
def test_perf_notes_each_round(looped):
    """Noted at the end alone, what the first round decided is not known to the second, and a failure loses it."""
    look = f"{LOOP} self.note(results, this) follows each round."
    yours = f"{looped.noted[0]} rounds are noted when the second begins" if looped.noted else "no second round"
    due = [number + 1 for number, *_ in looped.rounds[:1]]  # as the first round was numbered
    assert due, expect("no rounds", "3 rounds", look)
    assert alike(looped.noted[:1], due), expect(yours, "1 round is noted", look)


@pytest.mark.exercise("TinyTorchPerf", points=0.25)
def test_perf_keeps_what_is_measured(looped):
    """What a round records in a list of its own is lost."""
    yours = looped.measured.get("server", {}).get("model") if isinstance(looped.measured, dict) else None
    due = [f"round {number}" for number in range(len(looped.rounds))]
    look = f"{LOOP} each Round gets results.runs, and what it records is there afterwards."
    assert due, expect("no rounds", "3 rounds", look)
    assert yours == due, expect(f"{yours or 'nothing'} in results.runs", due, look)


@pytest.mark.exercise("TinyTorchPerf", points=0.25)
def test_perf_hands_its_clock_and_data_on(looped):
    """With a clock of its own a round counts on another time than the benchmark."""
    yours, due = [given for *_, given in looped.rounds], [True, "QuerySampleLibrary"]
    look = f"{LOOP} each Round gets the library that self.ready() returns, and self.clock."
    assert yours, expect("no rounds", "3 rounds", look)
    assert all(given == due for given in yours), expect("another clock or dataset", "self.clock and the library", look)


@pytest.mark.exercise("TinyTorchPerf", points=0.25)
def test_perf_passes_the_scenarios_on(looped):
    """Scenarios that nobody asked for take their time all the same."""
    yours, due = [scenarios for _, _, _, scenarios, _ in looped.rounds], ["server", "single_stream"]
    right = [isinstance(each, list | tuple) and list(each) == due for each in yours]
    assert right, expect("no rounds", "3 rounds", f"{LOOP} self.one_round(this, scenarios) is called.")
    assert all(right), expect(yours[0], due, f"{LOOP} self.one_round gets these scenarios.")


@pytest.mark.exercise("TinyTorchPerf", points=0.25)
def test_perf_lets_a_failure_through(looped):
    """A benchmark that swallows a failure reports a model that did not work."""
    look = "TinyTorchPerf.run, where a model fails in the second round: measuring writes it down and lets it through."
    assert looped.failure == "RunFailed", expect(looped.failure, "a RunFailed", look)
    assert looped.error == "offline: it failed", expect(f"results.error is {looped.error}", "what failed", look)


@pytest.mark.exercise("TinyTorchPerf", points=0.25)
def test_perf_returns_its_results(looped):
    """Whoever calls `run_all_scenarios` wants to look at them."""
    assert looped.kind == "Results", expect(f"a {looped.kind}", "the results", f"{LOOP} the results are returned.")
