"""The clock: time that moves only when told."""

import numpy as np
import pytest

from autograder.examining.checks import expect
from autograder.examining.promised import number, refused

FEW_NS = 10  # a clock that moves when it is read is off by a few: that costs points in its own test alone


def start_and_step(seed):
    """A start (ns) far from zero and a smaller step, both plain ints."""
    rng = np.random.default_rng(seed)
    return int(rng.integers(10**9, 10**12)), int(rng.integers(10**3, 10**8))


def shows(clock):
    """What a clock shows, in ns."""
    return number(clock.now_ns(), "now_ns() returns the time in ns.")


def moved(yours, due, look):
    """Check by how much the time moved."""
    assert abs(yours - due) < FEW_NS, expect(f"moved by {yours} ns", f"moved by {due} ns", look)


@pytest.mark.exercise("VirtualClock", points=0.25)
def test_starts_where_told(student, seed):
    """A clock that always starts at 0 hides every mix-up of times and durations."""
    start, _ = start_and_step(seed)
    yours = shows(student.VirtualClock(start))
    assert yours == start, expect(yours, start, "A new clock shows start_ns.")


@pytest.mark.exercise("VirtualClock", points=0.3)
def test_reading_does_not_move_it(student, seed):
    """Time moves only when someone waits or works, never because someone looks."""
    start, step = start_and_step(seed)
    clock = student.VirtualClock(start)
    first = shows(clock)
    again = [shows(clock) - first for _ in range(5)][-1]
    assert again == 0, expect(f"moved by {again} ns", "moved by 0 ns", "now_ns() only tells the time.")
    clock.advance_ns(step)
    moved(shows(clock) - first, step, "now_ns() tells the time as it is now, work included.")


@pytest.mark.exercise("VirtualClock", points=0.45)
def test_waiting_ends_at_the_due_time(student, seed):
    """The argument of wait_until_ns is a point in time, not a length of time."""
    start, step = start_and_step(seed)
    clock = student.VirtualClock(start)
    before = shows(clock)
    clock.wait_until_ns(before + step)
    moved(shows(clock) - before, step, "wait_until_ns takes a point in time.")


@pytest.mark.exercise("VirtualClock", points=0.45)
def test_never_goes_back(student, seed):
    """Who waits for a time that has passed waits not at all, and time stands."""
    start, step = start_and_step(seed)
    clock = student.VirtualClock(start)
    before = shows(clock)
    clock.advance_ns(step)
    for past in (before - step, before):
        clock.wait_until_ns(past)
        moved(shows(clock) - before, step, "Waiting for a time in the past changes nothing.")


@pytest.mark.exercise("VirtualClock", points=0.3)
def test_work_adds_up(student, seed):
    """Two pieces of work take as long as both together."""
    start, step = start_and_step(seed)
    clock = student.VirtualClock(start)
    before = shows(clock)
    clock.advance_ns(step)
    clock.advance_ns(2 * step)
    moved(shows(clock) - before, 3 * step, "advance_ns adds to what the clock shows.")


@pytest.mark.exercise("VirtualClock", points=0.25)
def test_negative_work_is_refused(student, seed):
    """Nothing takes less than no time, but there is work that takes none."""
    start, step = start_and_step(seed)
    clock = student.VirtualClock(start)
    before = shows(clock)
    for work in (0, step):
        clock.advance_ns(work)
    refused({f"advance_ns({-less})": student.made(clock.advance_ns, -less) for less in (1, step)})
    moved(shows(clock) - before, step, "advance_ns(0) is allowed and moves nothing; what is refused moves nothing.")
