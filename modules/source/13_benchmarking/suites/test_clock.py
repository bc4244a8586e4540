"""Clocks: time that moves only when told, and how finely a real clock ticks."""

import itertools

import numpy as np
import pytest

from autograder.examining.checks import expect


def start_and_step(seed):
    """A start (ns) far from zero and a smaller step, both plain ints."""
    rng = np.random.default_rng(seed)
    return int(rng.integers(10**9, 10**12)), int(rng.integers(10**3, 10**8))


FEW_NS = 10  # a clock that moves when it is read is off by a few: that costs points in its own test alone


def reads(steps, then):
    """A clock whose consecutive readings differ by `steps`, and by `then` when those are used up."""
    times = itertools.accumulate(itertools.chain(steps, itertools.repeat(then)), initial=1_000_000)
    return lambda: int(next(times))


@pytest.mark.exercise("VirtualClock", points=0.5)
def test_starts_where_told(student, seed):
    """A clock that always starts at 0 hides every mix-up of times and durations."""
    start, _ = start_and_step(seed)
    yours = student.VirtualClock(start).now_ns()
    assert yours == start, expect(yours, start, "A new clock shows start_ns.")


@pytest.mark.exercise("VirtualClock", points=0.5)
def test_reading_does_not_move_it(student, seed):
    """Time moves only when someone waits or works, never because someone looks."""
    start, _ = start_and_step(seed)
    clock = student.VirtualClock(start)
    first, moved = clock.now_ns(), 0
    for _ in range(5):
        moved = clock.now_ns() - first
    assert moved == 0, expect(f"moved by {moved} ns", "moved by 0 ns", "now_ns() only tells the time.")


@pytest.mark.exercise("VirtualClock", points=1)
def test_waiting_ends_at_the_due_time(student, seed):
    """The argument of wait_until_ns is a point in time, not a length of time."""
    start, step = start_and_step(seed)
    clock = student.VirtualClock(start)
    before = clock.now_ns()
    clock.wait_until_ns(before + step)
    yours = clock.now_ns() - before
    assert abs(yours - step) < FEW_NS, expect(
        f"moved by {yours} ns", f"moved by {step} ns", "wait_until_ns takes a point in time."
    )


@pytest.mark.exercise("VirtualClock", points=1)
def test_never_goes_back(student, seed):
    """Who waits for a time that has passed waits not at all, and time stands."""
    start, step = start_and_step(seed)
    clock = student.VirtualClock(start)
    before = clock.now_ns()
    clock.wait_until_ns(before - step)
    yours = clock.now_ns() - before
    assert abs(yours) < FEW_NS, expect(
        f"moved by {yours} ns", "moved by 0 ns", "Waiting for a time in the past changes nothing."
    )


@pytest.mark.exercise("VirtualClock", points=0.5)
def test_work_adds_up(student, seed):
    """Two pieces of work take as long as both together."""
    start, step = start_and_step(seed)
    clock = student.VirtualClock(start)
    before = clock.now_ns()
    clock.advance_ns(step)
    clock.advance_ns(2 * step)
    yours = clock.now_ns() - before
    look = "advance_ns adds to what the clock shows."
    assert abs(yours - 3 * step) < FEW_NS, expect(f"moved by {yours} ns", f"moved by {3 * step} ns", look)


@pytest.mark.exercise("VirtualClock", points=0.5)
def test_negative_work_is_refused(student, seed):
    """Nothing takes less than no time."""
    start, step = start_and_step(seed)
    clock = student.VirtualClock(start)
    student.refuses("ValueError", clock.advance_ns, -step)


@pytest.mark.exercise("timer_step_ns", points=1)
def test_the_smallest_step_is_the_resolution(student, seed):
    """Typical steps hold the cost of reading the clock; only the smallest shows how finely it ticks."""
    rng = np.random.default_rng(seed)
    smallest = int(rng.integers(10, 40))
    steps = [int(s) for s in rng.integers(100, 900, size=12)]
    steps[int(rng.integers(3, 9))] = smallest
    yours = student.timer_step_ns(reads(steps, 1000), readings=12)
    assert yours == smallest, expect(yours, smallest, "Take the smallest difference of consecutive readings.")


@pytest.mark.exercise("timer_step_ns", points=1)
def test_equal_readings_are_not_a_step(student, seed):
    """A coarse clock shows the same time twice; 0 ns is not its resolution."""
    tick = int(np.random.default_rng(seed).integers(100, 900))
    yours = student.timer_step_ns(reads([0, 0, tick] * 3, tick), readings=9)
    assert yours == tick, expect(yours, tick, "Readings that are equal say nothing; use positive differences only.")


@pytest.mark.exercise("timer_step_ns", points=1)
def test_a_clock_that_stands_is_refused(student):
    """A clock that never moved has no resolution, and 0 would be a number that was not measured."""
    student.refuses("ValueError", student.timer_step_ns, lambda: 5_000_000, readings=5)
