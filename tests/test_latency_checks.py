"""Degenerate input is refused by name, count and index."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tinytorch import pitfalls

REFUSED = [
    ([7], "latency_ns needs at least 2 values, got 1"),
    ([], "latency_ns needs at least 2 values, got 0"),
    (5, "got 0 dimensions, shape ()"),
    ([[1, 2], [3, 4]], "got 2 dimensions, shape (2, 2)"),
    ([[1, 2], [3]], "latency_ns needs one row of numbers, got rows of different lengths"),
    ([3, "7", 5], "latency_ns[1] of 3 is a str"),
    (np.array([3, None, 5], dtype=object), "latency_ns[1] of 3 is a NoneType"),
    ([True, False], "latency_ns[0] of 2 is a bool"),
    ([3, 1j], "latency_ns[1] of 2 is a complex"),
    ([3.0, 4.0, float("nan"), float("nan")], "index 2 of 4 is NaN (2 are)"),
    ([3.0, float("inf")], "index 1 of 2 is infinite (1 are)"),
    ([3, -4, 5], "index 1 of 3 is negative (1 are)"),
    ([3, 4, 0], "index 2 of 3 is zero (1 are); the timer is too coarse"),
    (range(100, 121), "all 21 values from index 0 on are sorted"),
    (range(121, 100, -1), "all 21 values from index 0 on are sorted"),
]


@pytest.mark.parametrize(("values", "message"), REFUSED, ids=[message[:30] for _, message in REFUSED])
def test_latencies_that_no_statistic_survives_are_refused(values, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        pitfalls.check_latencies(values)


def test_the_name_and_the_least_count_are_the_callers():
    with pytest.raises(ValueError, match="baseline needs at least 64 values, got 3"):
        pitfalls.check_latencies([3, 4, 5], "baseline", least=64)


@pytest.mark.parametrize(
    "values",
    [
        np.array([5, 4, 9], dtype=np.uint32),
        [3, 4],
        range(100, 120),  # 20 values may be in order
        [7] * 30,  # a virtual clock
        [10] * 25 + [20],  # a coarse timer and one slow call
        np.array([3, 4, 2], dtype=object),
    ],
)
def test_usable_latencies_pass_as_floats_in_their_order(values):
    if isinstance(values, np.ndarray) and values.dtype == object:
        values = values.tolist()
    checked = pitfalls.check_latencies(values)
    assert checked.dtype == np.float64
    assert checked.tolist() == list(values)


def test_sorted_latencies_pass_on_virtual_time_and_zeros_where_the_timer_is_in_question():
    assert len(pitfalls.check_latencies(range(1, 100), virtual=True)) == 99
    assert pitfalls.check_latencies([0, 5], zeros=True).tolist() == [0, 5]
    with pytest.raises(ValueError, match="index 0 of 2 is negative"):
        pitfalls.check_latencies([-1, 5], zeros=True)


def test_clocks_that_go_back_or_stand_still_are_refused():
    assert pitfalls.check_timestamps([2**62, 2**62 + 1], "scheduled_ns")[1] == 2**62 + 1  # no detour by way of floats
    assert pitfalls.check_timestamps([1, 1], "scheduled_ns").tolist() == [1, 1]
    with pytest.raises(ValueError, match=r"scheduled_ns\[2\] of 3 is before the one before it \(1 are\)"):
        pitfalls.check_timestamps([1, 3, 2], "scheduled_ns")
    with pytest.raises(ValueError, match=r"start\[1\] of 3 is the same as the one before it"):
        pitfalls.check_timestamps([1, 1, 2], "start", distinct=True)


def test_rounds_that_do_not_pair_up_are_refused():
    first, second = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 1.0, 3.0, 4.0, 5.0, 6.0]
    assert pitfalls.check_rounds(first, second)[1].tolist() == second
    for wrong, message in [
        (lambda: pitfalls.check_rounds(first, second[:5]), "model_values has 6 rounds and baseline_values has 5"),
        (lambda: pitfalls.check_rounds(first[:5], second[:5]), "model_values needs at least 6 rounds, got 5"),
        (lambda: pitfalls.check_rounds(first, [0.0, *second[1:]]), "baseline_values needs positive values, index 0"),
        (lambda: pitfalls.check_rounds(first, first), "is the same in all 6 rounds"),
        (lambda: pitfalls.check_rounds(first, second, ids=("abcdef", "abcxef")), "at index 3 they are 'd' and 'x'"),
    ]:
        with pytest.raises(ValueError, match=message):
            wrong()


def test_results_that_do_not_share_what_they_must_are_not_comparable():
    one = {"scenario": "server", "unit": "ms", "inputs": "3f2a"}
    pitfalls.check_comparable(one, dict(one))
    with pytest.raises(ValueError, match="must share their inputs, got '3f2a' and 'beef'"):
        pitfalls.check_comparable(one, one | {"inputs": "beef"})
    with pytest.raises(ValueError, match=r"must share their accuracy target, got None and 0\.99"):
        pitfalls.check_comparable(one, one | {"accuracy target": 0.99})


@pytest.mark.parametrize("wrong", [0, 1, -0.1, 95, float("nan"), "0.95", True])
def test_a_share_lies_between_0_and_1(wrong):
    with pytest.raises(ValueError, match="confidence lies between 0 and 1"):
        pitfalls.check_share(wrong, "confidence")
