"""Statistics: a percentile that was measured, intervals that keep their promise, and Holm's step-down."""

import math

import numpy as np
import pytest
from scipy import special

from autograder.examining.checks import close, expect


def latencies(seed, n):
    """`n` different positive numbers in no order, spread like latencies."""
    return np.random.default_rng(seed).lognormal(1.0, 0.6, size=n)


# -- percentile -------------------------------------------------------------------------------------------------------


PLACE = "MLPerf takes sorted[floor(n * p)], counted from 0, without interpolation."
SORT = "The order of the values must not matter: sort first."


def place(values, number):
    """Which place in the sorted values a number has, for a message."""
    at = [i for i, value in enumerate(np.sort(values)) if close(number, value)]
    return f"place {at[0]} of {len(values)}, counted from 0" if at else "a number that was never measured"


@pytest.mark.exercise("percentile", points=1.5)
def test_percentile_counts_from_zero(student, seed):
    """With n * p whole, the place n * p - 1 is one too early, and half-way values lie between two places."""
    n = 10 * int(np.random.default_rng(seed).integers(5, 20))
    values = np.sort(latencies(seed, n))
    yours, due = student.percentile(values, 0.5), values[n // 2]
    assert close(yours, due), expect(place(values, yours), place(values, due), PLACE)


@pytest.mark.exercise("percentile", points=0.5)
def test_percentile_rounds_down(student, seed):
    """With n * p not whole the place is rounded down, not up and not to the nearest."""
    n = 10 * int(np.random.default_rng(seed).integers(5, 20)) + 3
    values = np.sort(latencies(seed, n))
    yours, due = student.percentile(values, 0.9), values[math.floor(n * 0.9)]
    between = close(yours, float(np.quantile(values, 0.9)))  # which has just had a test of its own
    assert close(yours, due) or between, expect(place(values, yours), place(values, due), PLACE)


@pytest.mark.exercise("percentile", points=1)
def test_percentile_sorts(student, seed):
    """Latencies come in the order in which they were measured."""
    values = np.roll(np.sort(latencies(seed, 57)), 7)
    unsorted, in_order = student.percentile(values, 0.9), student.percentile(np.sort(values), 0.9)
    assert unsorted == in_order, expect(place(values, unsorted), place(values, in_order), SORT)


@pytest.mark.exercise("percentile", points=0.5)
def test_percentile_refuses_what_was_not_measured(student, seed):
    """Of no values, or of values that are not numbers, there is no percentile."""
    values = latencies(seed, 20)
    for damaged in ([], [*values, math.nan], [*values, math.inf]):
        student.refuses("ValueError", student.percentile, np.array(damaged), 0.5)


@pytest.mark.exercise("percentile", points=0.5)
def test_percentile_refuses_percent(student, seed):
    """p is a share between 0 and 1: 99 is not 0.99."""
    values = latencies(seed, 200)
    for p in (0.0, 1.0, 99.0, -0.5):
        student.refuses("ValueError", student.percentile, values, p)


# -- mean_interval ----------------------------------------------------------------------------------------------------


def ends(student, interval):
    """Where an interval begins and ends."""
    return student.fields(interval, "low", "high")


def half_width(student, values, *confidence):
    """Half the width of the student's interval of the mean."""
    low, high = ends(student, student.mean_interval(values, *confidence))
    return (high - low) / 2


@pytest.mark.exercise("mean_interval", points=0.5)
def test_mean_interval_lies_around_the_mean(student, seed):
    """Latencies are skewed: around the median the interval misses the mean."""
    values = latencies(seed, 25)
    low, high = ends(student, student.mean_interval(values))
    middle = (low + high) / 2
    due = values.mean()
    look = "The interval runs from mean - half to mean + half."
    assert close(middle, due), expect(f"middle {middle:.4f}", f"middle {due:.4f}", look)


@pytest.mark.exercise("mean_interval", points=1)
def test_mean_interval_is_two_sided_in_standard_errors(student, seed):
    """One-sided quantiles leave out twice as much as promised; sd in place of sd / sqrt(n) is far too wide."""
    confidence = float(np.random.default_rng(seed).choice([0.8, 0.9, 0.99]))
    values = latencies(seed, 400)
    yours = half_width(student, values, confidence) / (values.std() / 20)
    due = special.ndtri((1 + confidence) / 2)
    look = "Half of 1 - confidence is left out on each side, in units of sd / sqrt(n)."
    # 3 %: t for z and ddof count less here (0.5 %), one-sided more (14 % at least).
    assert close(yours, due, rel=0.03), expect(f"{yours:.2f} standard errors", f"{due:.2f}", look)


@pytest.mark.exercise("mean_interval", points=1)
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


@pytest.mark.exercise("mean_interval", points=1)
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


@pytest.mark.exercise("mean_interval", points=0.5)
def test_mean_interval_needs_two_values(student):
    """One value has no spread: its interval would be a point, or not a number."""
    for few in ([], [4.2]):
        student.refuses("ValueError", student.mean_interval, np.array(few))


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
        rng = np.random.default_rng(seed)
        small, large = int(rng.integers(8, 40)), int(rng.integers(40, 90))
        return [case(n, confidence) for n, confidence in [(small, 0.95), (large, 0.95), (30, 0.9), (25, 0.99)]]

    def case(n, confidence):
        values = np.sort(latencies(seed, n))
        interval = student.median_interval(values, confidence)
        at_most = special.bdtr(np.arange(n), n, 0.5)
        low, high = (int(np.argmin(np.abs(values - end))) for end in ends(student, interval))
        if by_the_normal_formula(values, confidence, *ends(student, interval)):
            low = int((at_most <= (1 - confidence) / 2).sum()) - 1
            high = n - 1 - low
        return n, confidence, at_most, low, high

    return student.once("median intervals", run)


@pytest.mark.exercise("median_interval", points=1.5)
def test_median_interval_ends_at_measured_values(student, seed):
    """Order statistics are values of the sample; a normal formula on median and sd gives numbers between them."""
    values = latencies(seed, 21)
    for end in ends(student, student.median_interval(values)):
        found = any(close(end, value) for value in values)
        assert found, expect(f"{end:.4f}, which is no value", "one of the values", "Both ends are order statistics.")


@pytest.mark.exercise("median_interval", points=1)
def test_median_interval_covers_what_it_promises(student, seed):
    """One rank too narrow, or alpha where alpha / 2 belongs, covers less than the confidence."""
    look = "Leave out at most (1 - confidence) / 2 on each side, counted exactly with the binomial distribution."
    for n, confidence, at_most, low, high in median_cases(student, seed):
        covered = at_most[high] - at_most[low]
        shown = expect(f"{100 * covered:.1f} % covered with {n} values", f"{100 * confidence:g} % or more", look)
        assert covered >= confidence, shown


@pytest.mark.exercise("median_interval", points=0.5)
def test_median_interval_is_no_wider_than_needed(student, seed):
    """One rank too wide keeps the promise and gives away what was measured."""
    look = "Leave out as many ranks on each side as (1 - confidence) / 2 allows."
    for n, confidence, at_most, low, high in median_cases(student, seed):
        left_out, allowed = (low, n - 1 - high), int((at_most <= (1 - confidence) / 2).sum()) - 1
        shown = expect(f"{left_out} values left out", f"({allowed}, {allowed}) of {n} left out", look)
        assert min(left_out) >= allowed, shown


@pytest.mark.exercise("median_interval", points=0.5)
def test_median_interval_sorts(student, seed):
    """Order statistics of values that were not sorted are just the values at two moments."""
    values = np.roll(np.sort(latencies(seed, 33)), 7)
    unsorted, in_order = student.median_interval(values), student.median_interval(np.sort(values))
    yours, due = ends(student, unsorted), ends(student, in_order)
    assert yours == due, expect(yours, due, SORT)


@pytest.mark.exercise("median_interval", points=0.5)
def test_median_interval_refuses_too_few_values(student, seed):
    """Five values cannot bound a median at 95 %: even their whole range covers 93.75 %."""
    cases = median_cases(student, seed)
    too_narrow = any(at_most[high] - at_most[low] < confidence for _, confidence, at_most, low, high in cases)
    # Whoever leaves out too much elsewhere does so here: that has a test of its own, and a value fewer is too few then.
    for n, confidence in [(4, 0.95), (6, 0.99)] if too_narrow else [(5, 0.95), (7, 0.99)]:
        values = latencies(seed, n)
        student.refuses("ValueError", student.median_interval, values, confidence)
    enough = student.median_interval(latencies(seed, 6), 0.95)
    assert close(enough.confidence, 0.95), expect(enough.confidence, 0.95, "Six values are just enough at 95 %.")


# -- holm -------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("holm", points=1)
def test_holm_steps_down(student, seed):
    """Bonferroni multiplies every p by m; Holm the smallest by m, the next by m - 1, and so on."""
    smallest = float(np.random.default_rng(seed).uniform(0.001, 0.004))
    p_values = [smallest, 4 * smallest, 12 * smallest, 40 * smallest]
    yours, due = list(student.holm(p_values)), [4 * smallest, 12 * smallest, 24 * smallest, 40 * smallest]
    look = "Multiply the smallest by m, the next by m - 1, down to the largest by 1."
    right = len(yours) == 4 and all(close(y, d) for y, d in zip(yours, due, strict=True))
    assert right, expect(yours, due, look)


@pytest.mark.exercise("holm", points=0.5)
def test_holm_answers_in_the_order_of_the_question(student, seed):
    """Adjusted values in sorted order belong to other comparisons."""
    p_values = np.roll([0.002, 0.006, 0.018, 0.07], np.random.default_rng(seed).integers(1, 4)).tolist()
    ranks = np.argsort(np.argsort(list(student.holm(p_values)), kind="stable")).tolist()
    due = np.argsort(np.argsort(p_values)).tolist()
    look = "Adjusted values come back in the order of the p values."
    assert ranks == due, expect(f"ranks {ranks}", f"ranks {due}", look)


@pytest.mark.exercise("holm", points=1)
def test_holm_never_turns_the_order_around(student, seed):
    """Without the running maximum a larger p value ends up with a smaller adjusted one."""
    first = float(np.random.default_rng(seed).uniform(0.010, 0.012))
    yours = list(student.holm([first, 1.1 * first, 1.2 * first]))
    look = "No adjusted value may be smaller than that of a smaller p value: keep the running maximum."
    assert yours == sorted(yours), expect(yours, "values that never fall", look)


@pytest.mark.exercise("holm", points=0.5)
def test_holm_stays_a_probability(student, seed):
    """Nothing is more likely than 1."""
    largest = float(np.random.default_rng(seed).uniform(0.75, 0.95))
    yours = max(student.holm([largest / 2, largest, largest / 1.5]))
    assert yours <= 1, expect(yours, "at most 1", "Cap the adjusted values at 1.")
