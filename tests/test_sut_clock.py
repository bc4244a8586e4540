"""The first three modules: what an answer is, what time is, and when queries are due."""

from __future__ import annotations

import copy
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripted import LAW
from tinytorch.benchmarking import (
    NS_PER_S,
    RealClock,
    ScriptedModel,
    VirtualClock,
    accuracy,
    as_model,
    check_outputs,
    coin_flip_order,
    poisson_arrivals,
    predict,
    sample_order,
    timer_step_ns,
)

RNG = np.random.default_rng
NS = st.integers(0, 10**12)


@LAW
@given(n=st.integers(0, 9), wanted=st.integers(0, 9), shape=st.lists(st.integers(0, 3), max_size=2))
def test_outputs_are_one_a_sample_or_refused_with_both_counts(n, wanted, shape):
    outputs = np.zeros((n, *shape))
    for given_as in (outputs, outputs.tolist()):
        if n == wanted:
            assert len(check_outputs(given_as, wanted)) == n
        else:
            with pytest.raises(ValueError, match=f"{wanted} samples went in, {n} outputs came back"):
                check_outputs(given_as, wanted)


@pytest.mark.parametrize("outputs", [3.5, None, "text"])
def test_what_has_no_length_is_no_output(outputs):
    with pytest.raises(ValueError, match="1 samples went in, 0 outputs came back"):
        check_outputs(outputs, 1)


@LAW
@given(rows=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_accuracy_is_the_same_from_classes_and_from_scores(rows):
    classes, labels = np.array(rows).T
    exact = sum(one == other for one, other in rows) / len(rows)
    assert accuracy(classes, labels) == pytest.approx(exact)
    assert accuracy(np.eye(5)[classes] - 0.5, labels) == pytest.approx(exact)
    assert accuracy(classes, None) is None


@pytest.mark.parametrize(("outputs", "labels"), [(np.zeros(3), np.zeros(2)), (np.zeros(0), np.zeros(0))])
def test_accuracy_needs_a_label_for_each_output(outputs, labels):
    with pytest.raises(ValueError, match=f"got {len(outputs)} outputs and {len(labels)} labels"):
        accuracy(outputs, labels)


class Service:
    def issue(self, queries):
        return queries + 1


def test_a_model_is_what_can_be_called_or_has_issue():
    assert as_model(len) is len
    assert as_model(Service())(np.zeros(2)).tolist() == [1, 1]
    with pytest.raises(TypeError, match="got dict"):
        as_model({})


@LAW
@given(n=st.integers(1, 50), size=st.integers(1, 60))
def test_predictions_come_in_order_and_in_batches(n, size):
    inputs, sizes = np.arange(n, dtype=float).reshape(n, 1), []
    outputs = predict(lambda batch: sizes.append(len(batch)) or batch * 2, inputs, size)
    assert np.array_equal(outputs, inputs * 2)
    assert sizes == [size] * (n // size) + ([n % size] if n % size else [])
    with pytest.raises(ValueError, match="outputs came back"):
        predict(lambda batch: batch[1:], inputs, size)


@LAW
@given(start=NS, moves=st.lists(st.tuples(st.booleans(), NS), max_size=20))
def test_virtual_time_is_where_it_was_moved_and_never_goes_back(start, moves):
    clock, now = VirtualClock(start), start
    for waits, ns in moves:
        if waits:
            clock.wait_until_ns(ns)
            now = max(now, ns)
        else:
            clock.advance_ns(ns)
            now += ns
        assert clock.now_ns() == now
    with pytest.raises(ValueError, match="0 or more, got -1"):
        clock.advance_ns(-1)
    assert clock.now_ns() == now


@pytest.mark.parametrize("shares", [False, True])
def test_the_real_clock_is_never_early(shares):
    clock = RealClock(shares=shares)
    for ahead_ns in (-1_000, 0, 1_000, 50_000, 300_000):
        due = clock.now_ns() + ahead_ns
        clock.wait_until_ns(due)
        assert clock.now_ns() >= due


@LAW
@given(steps=st.lists(st.integers(0, 1_000), min_size=2, max_size=30))
def test_a_timers_step_is_the_smallest_that_it_ever_took(steps):
    stamps = np.cumsum(steps).tolist()
    left = iter(stamps)
    taken = [later - earlier for earlier, later in pairwise(stamps) if later > earlier]
    if taken:
        assert timer_step_ns(lambda: next(left), len(stamps)) == min(taken)
    else:
        with pytest.raises(ValueError, match=f"did not move in {len(stamps)} readings"):
            timer_step_ns(lambda: next(left), len(stamps))


def test_the_machines_timer_has_a_step():
    assert timer_step_ns(RealClock().now_ns) >= 1


def test_a_scripted_model_takes_its_time_and_stalls_when_told():
    clock = VirtualClock()
    model = ScriptedModel(clock, per_batch_ns=100, per_sample_ns=10, stall_every=3, stall_ns=5_000)
    took = []
    for n in (1, 2, 3, 4, 1, 1):
        before = clock.now_ns()
        assert model(np.zeros((n, 8))).shape == (n, 1)
        took.append(clock.now_ns() - before)
    assert took == [110, 120, 5_130, 140, 110, 5_110]
    assert model.batch_sizes == [1, 2, 3, 4, 1, 1]
    again = copy.deepcopy(model)
    assert again.clock is clock, "there is one time"
    assert again.batch_sizes == []


@LAW
@given(qps=st.floats(0.1, 10_000), duration=st.integers(0, NS_PER_S), seed=st.integers(0, 2**32))
def test_arrivals_increase_within_the_duration(qps, duration, seed):
    arrivals = poisson_arrivals(qps, duration, RNG(seed))
    assert arrivals.dtype == np.int64
    assert (np.diff(arrivals) >= 0).all()
    assert ((arrivals >= 0) & (arrivals < duration)).all()
    assert np.array_equal(arrivals, poisson_arrivals(qps, duration, RNG(seed)))


def test_arrivals_come_at_their_rate_until_the_end():
    """Counts have the mean and the variance of a Poisson distribution, and no end is cut off; 5 standard errors."""
    runs = [poisson_arrivals(1_000.0, NS_PER_S, RNG(seed)) for seed in range(1_000)]
    counts, left = np.array([len(run) for run in runs]), np.array([NS_PER_S - run[-1] for run in runs])
    assert counts.mean() == pytest.approx(1_000, abs=5 * math.sqrt(1_000 / 1_000))
    assert counts.var() == pytest.approx(1_000, rel=5 * math.sqrt(2 / 1_000))
    assert left.mean() == pytest.approx(NS_PER_S / 1_000, rel=5 / math.sqrt(1_000))


@pytest.mark.parametrize("qps", [0.0, -1.0, math.inf, math.nan])
def test_a_rate_that_is_none_is_refused(qps):
    with pytest.raises(ValueError, match=f"target_qps must be positive and finite, got {qps}"):
        poisson_arrivals(qps, NS_PER_S, RNG(1))


def test_samples_are_drawn_uniformly_and_again():
    drawn = sample_order(60_000, 6, RNG(13))
    assert drawn.dtype == np.int64
    assert abs(np.bincount(drawn) - 10_000).max() < 5 * math.sqrt(60_000 * 5 / 36)
    assert len(set(sample_order(6, 6, RNG(1)).tolist())) < 6, "with replacement"


@LAW
@given(n=st.integers(0, 30), arms=st.integers(1, 5), seed=st.integers(0, 2**32))
def test_every_row_of_coin_flips_is_a_permutation(n, arms, seed):
    order = coin_flip_order(n, arms, RNG(seed))
    assert order.shape == (n, arms)
    assert (np.sort(order, axis=1) == np.arange(arms)).all()
