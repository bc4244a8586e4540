"""TinyTorchPerf: how models are built, and what a round does in which order. What a round is made of is scripted and
lives here, so no other exercise is needed."""

from typing import Any

import numpy as np
import pytest

from autograder.examining.checks import expect, same_array, shown
from autograder.examining.queries import MS
from autograder.examining.scripted_round import alike, called
from autograder.examining.student import Handle

ARMS = ("model", "baseline", "control")

# -- build_models -----------------------------------------------------------------------------------------------------


class Site:
    """Where the models of a round are built: (arm, model, draws of the random numbers that the place came from)."""

    def __init__(self) -> None:
        self.built: list[tuple[str, Any, Any]] = []
        self.looks = True  # at the first two models of a round

    def cleared(self, looks: bool) -> list[tuple[str, Any, Any]]:
        """Return what was built until now, and begin anew."""
        built, self.built, self.looks = self.built, [], looks
        return built


class Built:
    """A system that can be built anew."""

    student_sees = ("build_anew", "build", "system", "name")

    def __init__(self, arm: str, site: Site) -> None:
        self.name, self._site, self.system = arm, site, lambda batch: batch

    def build(self) -> Any:
        """Return an equal model."""
        return self.build_anew(None)

    def build_anew(self, rng: Any) -> Any:
        """Return an equal model at a place that `rng` says."""
        looked_at = self._site.looks and len(self._site.built) < 2 and isinstance(rng, Handle)
        self._site.built.append((self.name, lambda batch: batch, rng.integers(2**40, size=2) if looked_at else None))
        return self._site.built[-1][1]


@pytest.fixture
def builds(student):
    """Three rounds of three arms, the first two with the same seed: [(what was built, in order; what came back)]."""

    def run():
        site = Site()
        systems, found = {arm: Built(arm, site) for arm in ARMS}, []
        for seed, looks_next in ((5, True), (5, False), (6, False)):
            models = by_name(student, student.build_models(systems, seed=seed))
            found.append((site.cleared(looks_next), models))
        return found

    return student.once("build_models", run)


@pytest.fixture
def listings(student, clock):
    """The arms as they were listed in sixteen rounds, the last eight with the seeds of the first."""

    def run():
        system = student.System(student.ScriptedModel(clock, MS), None, "scripted")
        calls = [{"systems": dict.fromkeys(ARMS, system), "seed": seed} for seed in (*range(8), *range(8))]
        found = [by_name(student, models) for models in student.each(student.build_models, calls)]
        return [tuple(models) if isinstance(models, dict) else () for models in found]

    return student.once("build_models, listed", run)


def by_name(student, models):
    """Models by arm; a name of numpy's is a name."""
    if not isinstance(models, dict):
        return models
    return {student.text(arm) if isinstance(arm, Handle) else arm: model for arm, model in models.items()}


BUILDS = "In build_models(systems, rng) of three arms"


@pytest.mark.exercise("build_models", points=0.5)
def test_models_are_built_anew(builds):
    """A model that was built once lies where it lies: in every round the same luck."""
    for built, yours in builds:
        assert isinstance(yours, dict), expect(yours, "a dict of models by arm", f"{BUILDS} a dict is returned.")
        new = {arm: model for arm, model, _ in built}
        right = set(yours) == set(ARMS) == set(new) and all(yours[arm] is new[arm] for arm in ARMS)
        look = f"{BUILDS} each arm gets the model that its own systems[arm].build_anew(rng) returned."
        assert right, expect(f"models of {sorted(map(str, yours))}, not all new", f"new models of {sorted(ARMS)}", look)
        assert len(built) == len(ARMS), expect(f"{len(built)} were built", f"{len(ARMS)} were built", look)


@pytest.mark.exercise("build_models", points=0.75)
def test_models_are_built_in_a_random_order(listings, builds):
    """Whoever is always built first lies in the same place; an order that `rng` did not draw never comes again."""
    look = f"{BUILDS} rng.permutation draws the order in which they are built; these were sixteen rounds."
    assert all(listings), expect("no dict of models", "a dict of models", look)
    assert listings[:8] == listings[8:], expect("another order for the same rng", "the same order", look)
    built = [([arm for arm, _, _ in built], list(yours)) for built, yours in builds if isinstance(yours, dict)]
    differ = any(order and order != listed for order, listed in built)  # that is the next test's business
    assert len(set(listings)) > 1 or differ, expect(f"always {listings[0]}", "another order from round to round", look)


@pytest.mark.exercise("build_models", points=0.5)
def test_models_are_listed_as_built(builds):
    """The round warms its models up in the order of the list: that of building, which was drawn."""
    look = f"{BUILDS} the dict lists them in the order in which they were built."
    for built, yours in builds:
        assert built, expect("none was built", "three models", look)
        assert isinstance(yours, dict), expect(yours, "a dict of models by arm", look)
        seen = [i for model in yours.values() for i, (_, one, _) in enumerate(built) if one is model]
        order = [built[i][0] for i in seen]
        assert seen, expect("models that nobody built", "what build_anew returned", look)
        assert seen == sorted(seen), expect(order, [built[i][0] for i in sorted(seen)], look)


@pytest.mark.exercise("build_models", points=0.25)
def test_models_are_placed_by_the_round(builds):
    """Random numbers of one's own place the models somewhere else when the benchmark is repeated."""
    look = f"{BUILDS} build_anew gets the rng that build_models was given, as it is."
    draws = [[draw.tolist() for _, _, draw in built[:2] if isinstance(draw, np.ndarray)] for built, _ in builds[:2]]
    assert all(len(two) == 2 for two in draws), expect("no random numbers", "build_anew(rng)", look)
    assert draws[0] == draws[1], expect("other numbers for the same rng", "the same numbers", look)
    assert draws[0][0] != draws[0][1], expect("the same numbers for two models", "what rng draws next", look)


# -- run_round --------------------------------------------------------------------------------------------------------


class Steps:
    """`this` round, for whoever puts it together; `done` holds what was asked of it and of its parts, in order."""

    student_sees = ("models", "rng", "systems", "take", "warmed", "build", "warm", "ways")
    built = {"baseline": "baseline, built", "model": "model, built"}  # noqa: RUF012 - never changed

    def __init__(self) -> None:
        self.systems = {"model": "system of the model", "baseline": "system of the baseline"}
        self.models: dict[str, str] = {}
        self.done: list[tuple[Any, ...]] = []
        self.ways = {name: self._way(name) for name in ("single_stream", "server", "offline", "multi_stream")}

    def _way(self, name: str) -> Any:
        return called(name, lambda this: self.done.append((name, this is self)))

    def rng(self, purpose: Any, scenario: Any = "") -> str:
        """Random numbers, which say what they are for."""
        return f"random numbers to {purpose}{scenario}"

    def build(self, systems: Any, rng: Any) -> dict[str, str]:
        """Build the models, the baseline's first."""
        self.done.append(("build", systems, rng))
        return dict(self.built)

    def take(self, models: Any) -> None:
        """Take over the models."""
        self.models = dict(self.built) if models == self.built else {}
        self.done.append(("take", list(models) if isinstance(models, dict) else models, bool(self.models)))

    def warm(self, this: Any, arm: Any) -> Any:
        """Warm one model up; the latencies say whose they are."""
        self.done.append(("warm", arm, this is self))
        return np.arange(12) + (1_000 if arm == "model" else 5_000)

    def warmed(self, arm: Any, latency_ns: Any) -> None:
        """Note a pace."""
        self.done.append(("warmed", arm, latency_ns))

    def all_done(self, name: str) -> list[tuple[Any, ...]]:
        """What was asked of one part."""
        return [words for name_of, *words in self.done if name_of == name]

    def place(self, *names: str) -> list[int]:
        """When these parts had their turn, counted from 0."""
        return [i for i, (name, *_) in enumerate(self.done) if name in names]


@pytest.fixture
def steps(student):
    """A round of two models and three scenarios, the same for every test."""

    def run():
        this = Steps()
        student.run_round(this, ["server", "multi_stream", "offline"], this.build, this.warm, this.ways)
        return this

    return student.once("run_round", run)


ROUND = "In run_round(this, ['server', 'multi_stream', 'offline'], build, warm, ways)"


@pytest.mark.exercise("run_round", points=0.5)
def test_run_round_builds_once_with_its_own_draws(steps):
    """Built with other random numbers, or twice, a round cannot be had again."""
    look = f"{ROUND} build(this.systems, this.rng('build')) is called once."
    yours, due = steps.all_done("build"), ["random numbers to build"]
    assert alike([rng for _, rng in yours], due), expect([rng for _, rng in yours], due, look)
    assert alike(yours[0][0], steps.systems), expect("build(other systems, ...)", "build(this.systems, ...)", look)


@pytest.mark.exercise("run_round", points=0.5)
def test_run_round_takes_the_models_over_first(steps):
    """Before `take`, `this.models` holds nothing to warm up or to ask."""
    yours, due = steps.all_done("take"), [["baseline", "model"], True]
    look = f"{ROUND} this.take gets what build returned, before anything is warmed up."
    taken = ", then ".join(f"this.take({shown(models)})" for models, _ in yours) or "this.take was not called"
    assert alike(yours, [due]), expect(taken, "this.take(what build returned), once", look)
    later = steps.place("warm", "warmed", *steps.ways)
    assert steps.place("take")[0] < min(later, default=99), expect("taken over later", "before the warm-up", look)


@pytest.mark.exercise("run_round", points=0.5)
def test_run_round_warms_each_up_and_notes_its_pace(steps):
    """A pace that was not noted, or is another model's, makes the round too short or too long."""
    yours, due = steps.all_done("warm"), [["baseline", True], ["model", True]]
    look = f"{ROUND} warm(this, arm) is called once for each model, in the order in which they were built."
    assert alike(yours, due), expect([arm for arm, _ in yours], [arm for arm, _ in due], look)
    for arm, paces in (("baseline", np.arange(12) + 5_000), ("model", np.arange(12) + 1_000)):
        noted = [latency_ns for whose, latency_ns in steps.all_done("warmed") if alike(whose, arm)]
        look = f"{ROUND} this.warmed({arm!r}, ...) gets all latencies that warm(this, {arm!r}) returned."
        assert len(noted) == 1, expect(f"{len(noted)} times", "once", look)
        assert same_array(noted[0], paces), expect(noted[0], paces, look)


@pytest.mark.exercise("run_round", points=0.5)
def test_run_round_runs_each_scenario_its_way(steps):
    """A scenario that nobody asked for takes time; one that is run cold, or in another's way, is not what it says."""
    ways = steps.place(*steps.ways)
    yours, due = [steps.done[i] for i in ways], [("server", True), ("multi_stream", True), ("offline", True)]
    look = f"{ROUND} ways[scenario](this) is called for each of them, in that order."
    assert alike(yours, due), expect([name for name, _ in yours], [name for name, _ in due], look)
    warm_at = max(steps.place("warm", "warmed"), default=-1)
    assert warm_at < ways[0], expect("before the warm-up", "after the warm-up", look)
