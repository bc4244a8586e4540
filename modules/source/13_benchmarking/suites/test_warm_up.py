"""TinyTorchPerf, the warm-up: how many calls, for how long, and that they are kept apart from what is measured."""

from typing import NamedTuple

import numpy as np
import pytest

from autograder.examining.checks import expect, same_array
from autograder.examining.queries import MS
from autograder.examining.scripted_round import Recorded, ScriptedRound, alike, called, driven_as_asked


class Warmed(NamedTuple):
    """Two warm-ups, each as (records, what was returned), and the calls of `drive`."""

    this: ScriptedRound
    fast: tuple[list[Recorded], object]  # ten calls take 1 ms; the clock is at 40 s
    edge: tuple[list[Recorded], object]  # 199.999999 ms after twenty calls, 200 ms after thirty; it began at 0
    drives: list[tuple[object, ...]]


@pytest.fixture
def warmed(student, clock, scripted):
    """Warm-ups of the baseline, the same for every test that looks at them."""

    def run():
        this, drives = ScriptedRound(clock, scripted), []
        this.hold_runs(student)

        def drive(model, queries, clock, log):
            drives.append(((model,), (log,), (clock,), queries))

        def warm(start_ns, *takes_ns, asks):
            records = this.begin(start_ns, *takes_ns, asks=asks)
            return records, student.warm_up(this, "baseline", called("drive", drive))

        edge = warm(0, 150 * MS, 50 * MS - 1, 1, 30 * MS, 30 * MS, asks=0)
        return Warmed(this, warm(40_000 * MS, *[MS] * 6, asks=1), edge, drives)

    return student.once("warm_up", run)


CALLED = "warm_up(this, 'baseline', drive)"


@pytest.mark.exercise("warm_up", points=0.25)
def test_warm_up_is_recorded_as_one(warmed):
    """Recorded under another name it is kept among the measured runs; of another arm it warms the wrong model."""
    yours, due = [(one.scenario, one.arms) for one in warmed.fast[0]][:1], [("warm-up", ["baseline"])]
    assert alike(yours, due), expect(yours, due, f"In {CALLED}, this.record('warm-up', [arm], ...) is called.")


@pytest.mark.exercise("warm_up", points=0.25)
def test_warm_up_asks_ten_at_a_time(warmed):
    """Other samples, or another number of them, are another warm-up than the one that was agreed on."""
    yours = [one.indices for one in warmed.fast[0]][:1]
    right = [same_array(indices, np.arange(10) % 8) for indices in yours]
    look = f"In {CALLED} each record gets the samples this.first(10)."
    assert right == [True], expect(yours, np.arange(10) % 8, look)


@pytest.mark.exercise("warm_up", points=0.25)
def test_warm_up_drives_the_model(warmed):
    """Asked past `drive`, the model's calls are in no log."""
    records, this = warmed.fast[0][:1], warmed.this
    due = [((this.models["baseline"],), (log,), (this.clock,)) for one in records for log in one.logs[:1]]
    assert due, expect("nothing was recorded", "a warm-up", f"Look at {CALLED}.")
    driven_as_asked(warmed.drives, records, due, "drive(model, queries, this.clock, logs[0])")


@pytest.mark.exercise("warm_up", points=0.25)
def test_warm_up_ends_after_fifty_calls(warmed):
    """A fast model would warm up for ever; one that stops too early is not warm."""
    yours = len(warmed.fast[0])
    look = f"{CALLED} asks five times ten queries where they take 1 ms."
    once = yours == 1  # it counts from the clock's 0: see the test after the next
    assert yours == 5 or once, expect(f"{yours} times ten queries", "5 times", look)


@pytest.mark.exercise("warm_up", points=0.25)
def test_warm_up_of_a_slow_model_ends_early(warmed):
    """Fifty calls of a slow model take longer than the measurement; the time counts from the first of all calls."""
    yours = len(warmed.edge[0])
    look = f"{CALLED} stops where 200 ms have passed since the start; here the first ten calls take 150 ms."
    assert 0 < yours < 5, expect(f"{yours} times ten queries", "3 times", look)


@pytest.mark.exercise("warm_up", points=0.25)
def test_warm_up_counts_from_its_own_start(warmed):
    """A clock does not start at 0: compared with 200 ms as it is, the warm-up ends at once."""
    yours = len(warmed.fast[0])
    look = f"{CALLED} on a clock that shows 40 s: the time since the start is the clock's now minus its start."
    assert yours > 1, expect(f"{yours} times ten queries", "5 times", look)


@pytest.mark.exercise("warm_up", points=0.25)
def test_warm_up_ends_at_200_ms_exactly(warmed):
    """'200 ms or more' holds at 200 ms, and does not hold a nanosecond before."""
    yours = len(warmed.edge[0])
    whole = yours >= 5  # it never ends early: see the test before
    look = f"{CALLED}: after twenty calls 199.999999 ms have passed, after thirty 200 ms."
    assert yours == 3 or whole, expect(f"{yours} times ten queries", "3 times", look)


@pytest.mark.exercise("warm_up", points=0.25)
def test_warm_up_returns_all_latencies_in_order(warmed):
    """The pace is told by the last calls: without the others, or out of order, it is another one."""
    for records, yours in (warmed.fast, warmed.edge):
        due = np.concatenate([one.latency_ns for one in records] or [np.arange(1)])
        look = f"{CALLED} returns run.latency_ns of every run it recorded, joined in order."
        assert same_array(yours, due), expect(yours, due, look)
