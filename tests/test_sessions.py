"""The change between two sessions: its intervals, and which rounds are compared with which. All on virtual time."""

import numpy as np
import pytest
from scipy import stats

from tests.two_sessions import measured
from tinytorch.commands.sessions import NotComparableError, compare_results, machine_change, matched, welch


def test_a_time_of_zero_is_refused():
    old, new = measured(seed=26), measured(seed=27)
    for run in new["single_stream"].runs["model"]:
        run.completed_ns[:] = run.scheduled_ns
    with pytest.raises(NotComparableError, match="single_stream has a median latency of 0"):
        compare_results(old, new, 0.05)


def test_the_interval_is_welchs():
    rng = np.random.default_rng(13)
    before, after = rng.normal(0, 0.1, 8), rng.normal(0.2, 0.3, 11)
    expected = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.97)
    assert welch(before, after, 0.97) == pytest.approx((np.exp(expected.low), np.exp(expected.high)))


def test_four_quantities_share_the_error_rate():
    """Each interval is of 98.75 %, so that all four hold together in 95 %."""
    old, new = measured(seed=1), measured(seed=2)
    medians = [[np.median(run.latency_ns) for run in one["single_stream"].runs["model"]] for one in (old, new)]
    change = compare_results(old, new, 0.05)[0]
    assert (change.low, change.high) == pytest.approx(welch(*np.log(medians), 1 - 0.05 / 4))


def test_rounds_of_the_same_arrivals_are_compared_one_by_one():
    rng = np.random.default_rng(13)
    load, change = rng.normal(0, 0.5, 8), rng.normal(0.1, 0.01, 8)
    low, high = matched(load, load + change, 0.95)
    expected = stats.ttest_1samp(change, 0).confidence_interval(0.95)
    assert (low, high) == pytest.approx((np.exp(expected.low), np.exp(expected.high)))
    assert welch(load, load + change, 0.95)[0] < low


def server_change(other):
    """Return the change of the Server scenario between seed 1 and another."""
    [change] = [each for each in compare_results(measured(seed=1), other, 0.05) if each.scenario == "server"]
    return change


def test_other_arrivals_are_not_compared_one_by_one():
    """Another seed, another schedule: the spread of the rounds' loads is in the interval."""
    same, other = server_change(measured(seed=2)), server_change(measured(seed=2, schedule_seed=99))
    assert other.high - other.low > 2 * (same.high - same.low)


def test_more_rounds_than_before_are_compared_all_the_same():
    change = server_change(measured(seed=2, rounds=10))
    assert change.low < 1 < change.high


def test_the_machines_change_is_its_baselines():
    old = measured(baseline=2.0, spread=0.0)
    assert machine_change(old, measured(baseline=2.0, spread=0.0, machine=1.5)) == pytest.approx(1.5, rel=1e-3)
    assert machine_change(old, measured(baseline=2.0, spread=0.0)) == 1.0
    del old.scenarios["single_stream"]
    assert machine_change(old, old) == 1.0


def test_equals_are_flagged_no_more_often_than_promised():
    """4,000 times 10 rounds against 10 of the same, no margin, four quantities at a Bonferroni level: 2.5 % worse."""
    rng = np.random.default_rng(13)
    logs = rng.normal(0, 0.02, (4_000, 2, 10))
    flagged = np.mean([welch(*pair, 1 - 0.05 / 4)[0] > 1 for pair in logs])
    assert 4 * flagged < 0.035
