"""Statistics: a percentile that was measured, and intervals that keep their promise."""

import math

import numpy as np
import pytest
from scipy import special

from autograder.examining.checks import close, expect
from autograder.examining.errors import StudentError
from autograder.examining.promised import attributes, interval_ends, number, refused


def latencies(seed, n):
    """`n` different positive numbers in no order, spread like latencies."""
    return 1000 * np.random.default_rng(seed).lognormal(1.0, 0.6, size=n)


def level(student, interval, due):
    """Check the level that an interval states."""
    [yours] = attributes(student, interval, "Interval", "confidence")
    assert close(yours, due), expect(f"confidence {yours}", f"confidence {due}", "State the confidence that was asked.")


# -- percentile -------------------------------------------------------------------------------------------------------


PLACE = "MLPerf takes sorted[floor(n * p)], counted from 0, without interpolation."
SORT = "The order of the values must not matter: sort first."


def place(values, found):
    """Which place in the sorted values a number has, for a message."""
    at = [i for i, value in enumerate(np.sort(values)) if close(found, value)]
    return f"place {at[0]} of {len(values)}, counted from 0" if at else "a number that was never measured"


@pytest.mark.exercise("percentile", points=0.6)
def test_percentile_counts_from_zero(student, seed):
    """With n * p whole, the place n * p - 1 is one too early, and half-way values lie between two places."""
    values = np.sort(latencies(seed, 120))
    yours, due = student.percentile(values, 0.5), values[60]
    assert close(yours, due), expect(place(values, yours), place(values, due), PLACE)


@pytest.mark.exercise("percentile", points=0.4)
def test_percentile_rounds_down(student, seed):
    """With n * p not whole the place is rounded down, not up and not to the nearest."""
    values = np.sort(latencies(seed, 123))
    yours, due = student.percentile(values, 0.9), values[110]
    between = close(yours, float(np.quantile(values, 0.9)))  # which has just had a test of its own
    assert close(yours, due) or between, expect(place(values, yours), place(values, due), PLACE)


@pytest.mark.exercise("percentile", points=0.5)
def test_percentile_sorts(student, seed):
    """Latencies come in the order in which they were measured."""
    values = np.roll(np.sort(latencies(seed, 57)), 7)
    unsorted, in_order = student.percentile(values, 0.9), number(student.percentile(np.sort(values), 0.9))
    assert unsorted == in_order, expect(place(values, unsorted), place(values, in_order), SORT)
    least = np.sort(values)[45]
    assert in_order >= least, expect(place(values, in_order), "place 51 of 57, counted from 0", PLACE)


@pytest.mark.exercise("percentile", points=0.25)
def test_percentile_refuses_what_was_not_measured(student, seed):
    """Of no values, or of values that are not numbers, there is no percentile."""
    values = latencies(seed, 20)
    number(student.percentile(values, 0.5))
    damaged = {"no values": [], "nan among them": [*values, math.nan], "infinity among them": [*values, math.inf]}
    refused({said: student.made(student.percentile, np.array(bad), 0.5) for said, bad in damaged.items()})


@pytest.mark.exercise("percentile", points=0.25)
def test_percentile_refuses_percent(student, seed):
    """p is a share between 0 and 1: 99 is not 0.99."""
    values = latencies(seed, 200)
    for p in (0.01, 0.99):
        number(student.percentile(values, p))
    refused({f"p = {p:g}": student.made(student.percentile, values, p) for p in (0.0, 1.0, 99.0, -0.5)})


# -- mean_interval ----------------------------------------------------------------------------------------------------


def half_width(student, values, *confidence):
    """Half the width of the student's interval of the mean."""
    low, high = interval_ends(student, student.mean_interval(values, *confidence))
    return (high - low) / 2


@pytest.mark.exercise("mean_interval", points=0.25)
def test_mean_interval_lies_around_the_mean(student, seed):
    """Latencies are skewed: around the median the interval misses the mean."""
    values = latencies(seed, 25)
    low, high = interval_ends(student, student.mean_interval(values))
    middle = (low + high) / 2
    due = values.mean()
    look = "The interval runs from mean - half to mean + half."
    assert close(middle, due), expect(f"middle {middle:.4f}", f"middle {due:.4f}", look)


@pytest.mark.exercise("mean_interval", points=0.4)
def test_mean_interval_is_two_sided_in_standard_errors(student, seed):
    """One-sided quantiles leave out twice as much as promised; sd in place of sd / sqrt(n) is far too wide."""
    values = latencies(seed, 400)
    look = "Half of 1 - confidence is left out on each side, in units of sd / sqrt(n)."
    for confidence in (0.8, 0.99):
        yours = half_width(student, values, confidence) / (values.std() / 20)
        due = special.ndtri((1 + confidence) / 2)
        # 3 %: t for z and ddof count less here (0.5 %), one-sided more (9 % at least).
        assert close(yours, due, rel=0.03), expect(f"{yours:.2f} standard errors", f"{due:.2f}", look)


@pytest.mark.exercise("mean_interval", points=0.35)
def test_mean_interval_uses_t(student, seed):
    """With a handful of values their own sd is uncertain too: z promises 95 % and keeps 75."""
    few, many = latencies(seed, 3), latencies(seed, 400)
    few_wide, many_wide = (half_width(student, v) / v.std() * math.sqrt(len(v)) for v in (few, many))
    yours = few_wide / max(many_wide, 1e-300)
    # This test is about the quantile alone: one-sided, ddof and the root of n have tests of their own.
    ratio = {side: special.stdtrit(2, side) / special.stdtrit(399, side) for side in (0.975, 0.95)}
    spread = math.sqrt(3 / 2) / math.sqrt(400 / 399)
    right = [r * s * n for r in ratio.values() for s in (1, spread) for n in (1, math.sqrt(3 / 400))]
    look = "Take the quantile of Student's t with n - 1 degrees of freedom."
    shown = expect(f"3 values: {yours / spread:.2f} x the quantile of 400", f"{ratio[0.975]:.2f} x", look)
    assert any(close(yours, r, rel=1e-6) for r in right), shown


@pytest.mark.exercise("mean_interval", points=0.35)
def test_mean_interval_estimates_the_spread_with_n_minus_1(student, seed):
    """ddof=0 measures the spread around the sample's own mean and comes out too small."""
    values = latencies(seed, 4)
    # Whatever quantile was taken, and with or without the root of n: this test is about the spread alone.
    yours = half_width(student, values) * 2
    quantiles = [q for side in (0.975, 0.95) for q in (*special.stdtrit([3, 4], side), special.ndtri(side))]
    implied = [yours / q / scale for scale in (1, 2) for q in quantiles]
    due = values.std(ddof=1)
    nearest = min(implied, key=lambda sd: abs(sd / due - 1))
    look = "The sample's standard deviation divides by n - 1."
    assert close(nearest, due, rel=1e-6), expect(f"sd {implied[0]:.4f}", f"sd {due:.4f}", look)


@pytest.mark.exercise("mean_interval", points=0.25)
def test_mean_interval_states_its_confidence(student, seed):
    """An interval at 90 % that says 95 % of itself promises too much."""
    values = latencies(seed, 12)
    for confidence in (0.9, 0.99):
        level(student, student.mean_interval(values, confidence), confidence)
    level(student, student.mean_interval(values), 0.95)


@pytest.mark.exercise("mean_interval", points=0.2)
def test_mean_interval_needs_two_values(student):
    """One value has no spread: its interval would be a point, or not a number. Two have one."""
    interval_ends(student, student.mean_interval(np.array([4.2, 5.1])))
    few = {"no values": [], "one value": [4.2]}
    refused({said: student.made(student.mean_interval, np.array(values)) for said, values in few.items()})


@pytest.mark.exercise("mean_interval", points=0.2)
def test_mean_interval_refuses_what_is_no_number_or_no_confidence(student, seed):
    """An interval from nan to nan covers nothing, and 95 is not 0.95."""
    refuses_both(student, student.mean_interval, latencies(seed, 12))


def refuses_both(student, interval_of, values):
    """Check that values that are not finite, and levels outside (0, 1), are refused, and others are not."""
    interval_ends(student, interval_of(values, 0.9))
    damaged = {"nan among the values": math.nan, "infinity among the values": math.inf}
    calls = {said: student.made(interval_of, np.array([*values, bad]), 0.9) for said, bad in damaged.items()}
    levels = (0.0, 1.0, 1.5, 95.0, -0.5)
    refused(calls | {f"confidence = {c:g}": student.made(interval_of, values, c) for c in levels})


# -- median_interval --------------------------------------------------------------------------------------------------


def by_the_normal_formula(values, confidence, low, high):
    """Whether the ends are numbers nobody measured, about as far on both sides of the median as 1.25 sd / sqrt(n)."""
    standard_errors = (high - low) / 2 / (1.2533 * values.std() / math.sqrt(len(values)))
    ratio = standard_errors / special.ndtri((1 + confidence) / 2)
    measured = any(close(end, value) for end in (low, high) for value in values)
    return not measured and close((low + high) / 2, np.median(values)) and 0.9 < ratio < 1.1


def median_cases(student, seed):
    """For several n and confidences: (n, confidence, P(Bin(n, 1/2) <= k) for each k below n, rank of low, rank of
    high), the ranks as the student has them. Ends by the normal formula have a test of their own, and no ranks: for
    them the ranks are those that are due."""

    def run():
        return [case(n, confidence) for n, confidence in [(20, 0.95), (61, 0.95), (30, 0.9), (25, 0.99)]]

    def case(n, confidence):
        values = np.sort(latencies(seed, n))
        ends = interval_ends(student, student.median_interval(values, confidence))
        at_most = special.bdtr(np.arange(n), n, 0.5)
        low, high = (int(np.argmin(np.abs(values - end))) for end in ends)
        if by_the_normal_formula(values, confidence, *ends):
            low = int((at_most <= (1 - confidence) / 2).sum()) - 1
            high = n - 1 - low
        return n, confidence, at_most, low, high

    return student.once("median intervals", run)


@pytest.mark.exercise("median_interval", points=0.4)
def test_median_interval_ends_at_measured_values(student, seed):
    """Order statistics are values of the sample; a normal formula on median and sd gives numbers between them."""
    values = latencies(seed, 21)
    for end in interval_ends(student, student.median_interval(values)):
        found = any(close(end, value) for value in values)
        assert found, expect(f"{end:.4f}, which is no value", "one of the values", "Both ends are order statistics.")


@pytest.mark.exercise("median_interval", points=0.35)
def test_median_interval_covers_what_it_promises(student, seed):
    """One rank too narrow, or alpha where alpha / 2 belongs, covers less than the confidence."""
    look = "Leave out at most (1 - confidence) / 2 on each side, counted exactly with the binomial distribution."
    for n, confidence, at_most, low, high in median_cases(student, seed):
        covered = at_most[high] - at_most[low]
        shown = expect(f"{100 * covered:.1f} % covered with {n} values", f"{100 * confidence:g} % or more", look)
        assert covered >= confidence, shown


@pytest.mark.exercise("median_interval", points=0.3)
def test_median_interval_is_no_wider_than_needed(student, seed):
    """One rank too wide keeps the promise and gives away what was measured."""
    look = "Leave out as many ranks on each side as (1 - confidence) / 2 allows."
    for n, confidence, at_most, low, high in median_cases(student, seed):
        left_out, allowed = (low, n - 1 - high), int((at_most <= (1 - confidence) / 2).sum()) - 1
        shown = expect(f"{left_out} values left out", f"({allowed}, {allowed}) of {n} left out", look)
        assert min(left_out) >= allowed, shown


@pytest.mark.exercise("median_interval", points=0.3)
def test_median_interval_sorts(student, seed):
    """Order statistics of values that were not sorted are just the values at two moments."""
    values = np.roll(np.sort(latencies(seed, 33)), 7)
    unsorted, in_order = student.median_interval(values), student.median_interval(np.sort(values))
    yours, due = interval_ends(student, unsorted), interval_ends(student, in_order)
    assert yours == due, expect(yours, due, SORT)


@pytest.mark.exercise("median_interval", points=0.3)
def test_median_interval_refuses_too_few_values(student, seed):
    """Five values cannot bound a median at 95 %, where their whole range covers 93.75 %; at 90 % they can."""
    cases = median_cases(student, seed)
    too_narrow = any(at_most[high] - at_most[low] < confidence for _, confidence, at_most, low, high in cases)
    for n, confidence in [(5, 0.9), (6, 0.95), (8, 0.99)]:
        try:
            interval_ends(student, student.median_interval(latencies(seed, n), confidence))
        except StudentError as error:
            enough = f"{n} values, confidence {confidence}: "
            look = "How many values are enough depends on the confidence."
            raise AssertionError(expect(f"{enough}{error}", f"{enough}an interval", look)) from None
    # Whoever leaves out too much elsewhere does so here: that has a test of its own, and a value fewer is too few then.
    few = [(4, 0.95), (6, 0.99)] if too_narrow else [(4, 0.9), (5, 0.95), (7, 0.99)]
    interval_of = student.median_interval
    refused({f"{n} values, confidence {c}": student.made(interval_of, latencies(seed, n), c) for n, c in few})


@pytest.mark.exercise("median_interval", points=0.2)
def test_median_interval_states_its_confidence(student, seed):
    """An interval at 90 % that says 95 % of itself promises too much."""
    for confidence in (0.9, 0.99):
        level(student, student.median_interval(latencies(seed, 40), confidence), confidence)
    level(student, student.median_interval(latencies(seed, 40)), 0.95)


@pytest.mark.exercise("median_interval", points=0.15)
def test_median_interval_refuses_what_is_no_number_or_no_confidence(student, seed):
    """A value that is not a number has no place among the others, and 95 is not 0.95."""
    refuses_both(student, student.median_interval, latencies(seed, 40))
