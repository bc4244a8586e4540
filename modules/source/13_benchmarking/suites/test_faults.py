"""Find the faults: the repaired benchmark, a test for each of the five. Models, drive, coins, ratio and verdict are
scripted and live here, so no other exercise is needed."""

from typing import Any

import numpy as np
import pytest

from autograder.examining.checks import expect, same_array, shown
from autograder.examining.queries import MS, queries_of
from autograder.examining.scripted_round import alike, called
from autograder.examining.student import Handle

N, ROUNDS, MARGIN = 5, 2, 0.034  # none of them is a default
# Latencies in ms: of the model's first and second object, and of the baseline's. No mean is near a median.
MODEL_MS = ((4, 90, 3, 4, 2), (2, 3, 80, 3, 5))
BASELINE_MS = ((30, 31, 160, 32, 33), (29, 28, 30, 170, 31))


class Made:
    """The `number`th model of an arm: answers query i in `latency_ns[i]`; `calls` counts, `warm` is how often it was
    called before it was driven."""

    student_sees = ()

    def __init__(self, clock: Any, arm: str, number: int) -> None:
        ms = (MODEL_MS if arm == "model" else BASELINE_MS)[number % 2]
        self.clock, self.arm, self.number, self.latency_ns = clock, arm, number, np.array(ms) * MS
        self.calls, self.warm = 0, None

    def __call__(self, batch: Any) -> Any:
        if type(batch) is not np.ndarray or batch.shape != (1, 2):
            raise ValueError("the model answers one of the queries, an array of shape (1, 2)")
        self.calls += 1
        self.clock.advance_ns(int(self.latency_ns[int(batch[0, 0]) % N]))
        return batch

    @property
    def warm_calls(self) -> int:
        """How often it was called beyond what was timed."""
        return self.calls - N if self.warm is None else self.warm


class Estimate:
    """What `ratio_of` returns: its interval is known by its last number, the confidence."""

    student_sees = ("interval", "ratio", "p_value")

    def __init__(self, confidence: Any) -> None:
        self.ratio, self.p_value, self.interval = 0.9, 0.03, (0.9, 0.95, confidence)


class Draws:
    """Random numbers that are known again when they come back."""

    student_sees = ("integers", "permutation", "permuted", "random")

    def __init__(self) -> None:
        generator = np.random.default_rng(13)
        self.integers, self.random = generator.integers, generator.random
        self.permutation, self.permuted = generator.permutation, generator.permuted


class Parts:
    """The parts of a benchmark; each writes down what it was given."""

    def __init__(self, clock: Any) -> None:
        self.clock, self.rng = clock, Draws()
        self.made: list[Made] = []
        self.coins_flipped: list[tuple[Any, ...]] = []  # (n_queries, n_arms, whether rng is its own), the order
        self.drives: list[tuple[Any, ...]] = []  # (models, order, whether queries, clock and logs are theirs)
        self.ratios: list[tuple[Any, ...]] = []  # (the model's values, the baseline's, confidence)
        self.verdicts: list[tuple[Any, ...]] = []  # (interval, equivalence interval, margin)
        self.answer: Any = None
        self.fill: Any = None  # QueryLog.fill

    def build(self, arm: str) -> Any:
        """Return a factory of models."""

        def build() -> Made:
            self.made.append(Made(self.clock, arm, sum(model.arm == arm for model in self.made)))
            return self.made[-1]

        return called("build", build)

    def coins(self, n_queries: Any, n_arms: Any, rng: Any) -> Any:
        """Flip coins; no two rounds have the same order."""
        order = np.array([[0, 1], [1, 0], [1, 0], [0, 1], [1, 0]]) ^ (len(self.coins_flipped) % 2)
        self.coins_flipped.append(((n_queries, n_arms, rng is self.rng), order))
        return order

    def drive(self, models: Any, queries: Any, order: Any, clock: Any, logs: Any) -> None:
        """Fill each model's log with its own latencies."""
        asked = [model for model in held(models) if isinstance(model, Made)]
        for model, log in zip(asked, held(logs), strict=False):
            model.warm = model.calls if model.warm is None else model.warm
            start = self.clock.now_ns()
            self.clock.advance_ns(int(model.latency_ns.sum()))
            self.fill(log, start, start, start + model.latency_ns)
        whole = len(held(queries)) == N and clock is self.clock and len(held(logs)) == len(asked)
        self.drives.append((asked, order, whole))

    def ratio_of(self, model_values: Any, baseline_values: Any, confidence: Any = 0.95) -> Estimate:
        """An estimate that holds nothing but its confidence."""
        self.ratios.append((listed(model_values), listed(baseline_values), confidence))
        return Estimate(confidence)

    def decide(self, interval: Any, equivalence_interval: Any, margin: Any) -> str:
        """A verdict."""
        margin = float(margin) if isinstance(margin, float) else margin
        self.verdicts.append((interval, equivalence_interval, margin))
        return "what decide says"

    def medians(self, arm: str) -> list[float]:
        """The median latency, ns, of each model of an arm in the order in which they were timed."""
        driven = [model for models, *_ in self.drives for model in models]
        return [float(np.median(model.latency_ns)) for model in driven or self.made if model.arm == arm]


@pytest.fixture
def repaired(student, clock):
    """A benchmark of two rounds, the same for every test: its parts."""

    def run():
        parts = Parts(clock)
        parts.fill = student.QueryLog.fill
        scripted = {name: getattr(parts, name) for name in ("drive", "coins", "ratio_of", "decide")}
        builds = [parts.build("model"), parts.build("baseline")]
        given = builds, queries_of(N), clock, parts.rng, ROUNDS, MARGIN
        parts.answer = student.repaired_benchmark(*given, **scripted)
        return parts

    return student.once("repaired_benchmark", run)


def held(many: Any) -> list[Any]:
    """The items of a list, however it is held."""
    return list(many) if isinstance(many, list | tuple | Handle) else []


def listed(values: Any) -> list[Any]:
    """Values as a list of Python's numbers; one that is no number stays what it is."""
    items = values.tolist() if isinstance(values, np.ndarray) else held(values)
    items = items if isinstance(items, list) else [items]
    return [float(item) if isinstance(item, int | float | np.number) else item for item in items]


RATIO = "ratio_of(model_values, baseline_values, confidence)"
CALLED = f"In repaired_benchmark(builds, queries, clock, rng, rounds={ROUNDS}, margin={MARGIN}, ...)"


@pytest.mark.exercise("repaired_benchmark", points=0.5)
def test_repaired_warms_every_model_up(repaired):
    """The first fault: a first call fills caches, and it is counted."""
    look = f"{CALLED} every model answers queries[0] before it is driven, in every round."
    assert repaired.made, expect("no models were built", "4 models", look)
    cold = sum(model.warm_calls < 1 for model in repaired.made)
    assert cold == 0, expect(f"{cold} of {len(repaired.made)} models were driven cold", "all of them warm", look)


@pytest.mark.exercise("repaired_benchmark", points=0.5)
def test_repaired_asks_both_in_turns(repaired):
    """The second fault: one model after the other, so that a slow minute hits one of them."""
    look = f"{CALLED} one drive(models, queries, order, clock, logs) a round asks both models."
    both = [[model.arm for model in models] for models, *_ in repaired.drives]
    assert both, expect("drive was not called", "once in each round", look)
    assert all(sorted(arms) == ["baseline", "model"] for arms in both), expect(both, [["model", "baseline"]], look)
    whole = all(whole for *_, whole in repaired.drives)
    assert whole, expect("drive got something else", "all queries, the clock, and a log for each model", look)


@pytest.mark.exercise("repaired_benchmark", points=0.25)
def test_repaired_flips_a_coin_for_each_query(repaired):
    """In a fixed order, or with one round's coins for all, the second place costs one of the two."""
    look = f"{CALLED} each round draws its order by coins(len(queries), len(models), rng)."
    assert repaired.made, expect("no models were built", "4 models", look)
    if any(len(models) != 2 for models, *_ in repaired.drives) or not repaired.drives:
        return  # one model after the other needs no coins: see the test before
    yours = [asked for asked, _ in repaired.coins_flipped]
    assert yours, expect("coins was not called", f"coins({N}, 2, rng)", look)
    right = all(type(n) is int and type(arms) is int and (n, arms, own) == (N, 2, True) for n, arms, own in yours)
    assert right, expect(flipped(*yours[0]), flipped(N, 2, True), look)
    orders, drawn = [order for _, order, _ in repaired.drives], [order for _, order in repaired.coins_flipped]
    same = len(drawn) == len(orders) and all(same_array(*pair) for pair in zip(orders, drawn, strict=True))
    assert same, expect("drive got another order", "what coins returned, drawn anew each round", look)


@pytest.mark.exercise("repaired_benchmark", points=0.75)
def test_repaired_has_rounds_of_new_models(repaired):
    """The third fault: one round of the same two objects, and queries counted as if they were independent."""
    look = f"{CALLED} every round builds both models anew and gives one number for each."
    for arm in ("model", "baseline"):
        built = sum(model.arm == arm for model in repaired.made)
        assert built == ROUNDS, expect(f"{built} times the {arm} was built", f"{ROUNDS} times", look)
    counts = [(len(model), len(baseline)) for model, baseline, _ in repaired.ratios]
    assert counts, expect("ratio_of was not called", RATIO, look)
    assert set(counts) == {(ROUNDS, ROUNDS)}, expect(f"{counts[0]} values", f"{ROUNDS} of each", look)


@pytest.mark.exercise("repaired_benchmark", points=0.5)
def test_repaired_takes_the_median(repaired):
    """The fourth fault: the mean of latencies is made by a few stalls."""
    look = f"{CALLED} a round's number is the median of completed - scheduled, in ns."
    assert repaired.ratios, expect("ratio_of was not called", RATIO, look)
    due = repaired.medians("model"), repaired.medians("baseline")
    for model, baseline, _ in repaired.ratios:
        yours = sorted((model, baseline), key=shown)
        queries = len(model) > len(due[0])  # the rounds have a test of their own
        same = alike(yours, sorted(due, key=shown)) or (queries and stalls(model, baseline))
        assert same, expect(*(f"{shown(in_ms(values))} ms" for values in ((model, baseline), due)), look)


def in_ms(values: Any) -> list[Any]:
    """Values in ns, and lists of them, in ms for people."""
    return [
        in_ms(each) if isinstance(each, list) else each / MS if isinstance(each, float) else each for each in values
    ]


def flipped(n_queries: Any, n_arms: Any, own: bool) -> str:
    """A call of `coins` in words."""
    return f"coins({shown(n_queries)}, {shown(n_arms)}, {'rng' if own else 'other random numbers'})"


def stalls(*values: list[Any]) -> bool:
    """Whether these are the latencies of queries, one by one."""
    return all(any(isinstance(each, float) and each >= 80 * MS for each in ns) for ns in values)


@pytest.mark.exercise("repaired_benchmark", points=0.25)
def test_repaired_puts_the_model_over_the_baseline(repaired):
    """Turned round, the ratio calls a slower model faster."""
    look = f"{CALLED} builds holds the model's factory, then the baseline's; ratio_of gets the model's values first."
    assert repaired.ratios, expect("ratio_of was not called", RATIO, look)
    for model, baseline, _ in repaired.ratios:
        numbers = all(isinstance(ns, float) for ns in (*model, *baseline)) and model and baseline
        assert numbers, expect((model, baseline), "one number a round", look)
        right = np.median(model) < np.median(baseline)
        assert right, expect("ratio_of(baseline's values, model's values)", "ratio_of(model's, baseline's)", look)


@pytest.mark.exercise("repaired_benchmark", points=0.25)
def test_repaired_tells_what_was_decided(repaired):
    """The fifth fault: "not significant" told as "equivalent", with no margin and no interval for it."""
    look = f"{CALLED} decide gets the 95 % interval, the 90 % interval and margin; what it says is returned."
    yours, due = repaired.verdicts, [((0.9, 0.95, 0.95), (0.9, 0.95, 0.9), MARGIN)]
    assert yours, expect("decide was not called", "decide(interval, equivalence_interval, margin)", look)
    right = [repr(each) for each in yours[-1]] == [repr(each) for each in due[0]] and len(yours) == 1
    assert right, expect(*(f"decide{asked[-1]}" for asked in (yours, due)), look)
    assert repaired.answer == "what decide says", expect(repaired.answer, "what decide returned", look)
