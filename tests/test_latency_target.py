"""A queue that just fails is seldom passed, a good one is with enough queries, and too few decide nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from benchmarks.queue_models import Queue, latencies, target_for
from tinytorch.peak.latency_target import correlation_length, goodput, meets_target

MS = 1_000_000
QUEUES: tuple[Queue, Queue] = ("M/M/1", "M/D/1")


def passes(queue: Queue, utilisation: float, p: float, n: int, runs: int, over: float = 1.0, repeats: int = 1) -> int:
    """How many of `runs` are passed, where the share over the target is `over` times the allowed one."""
    target = target_for(queue, utilisation, over * (1 - p))
    rng = np.random.default_rng([13, n, round(100 * utilisation), round(100 * p), QUEUES.index(queue)])
    many = latencies(queue, utilisation, n, rng, runs * repeats).reshape(runs, repeats, n)
    return sum(meets_target(list(run), target, p).verdict == "pass" for run in many)


def most_by_chance(runs: int, share: float = 0.05) -> int:
    """What a procedure with that error rate exceeds once in a thousand tests."""
    return int(binom.ppf(0.999, runs, share))


@pytest.mark.parametrize("queue", QUEUES)
@pytest.mark.parametrize("utilisation", [0.5, 0.8, 0.9])
@pytest.mark.parametrize("p", [0.9, 0.95, 0.99])
def test_a_server_that_just_fails_is_seldom_passed(queue: Queue, utilisation: float, p: float) -> None:
    assert passes(queue, utilisation, p, n=1_000, runs=300) <= most_by_chance(300)
    assert passes(queue, utilisation, p, n=10_000, runs=100) <= most_by_chance(100)


@pytest.mark.parametrize(("utilisation", "p"), [(0.5, 0.99), (0.9, 0.9)])
def test_a_long_run_of_a_server_that_just_fails_is_seldom_passed(utilisation: float, p: float) -> None:
    assert passes("M/M/1", utilisation, p, n=100_000, runs=60) <= most_by_chance(60)


@pytest.mark.parametrize(("n", "repeats"), [(700, 64), (2_000, 32)])
def test_many_short_runs_do_not_pass_a_server_because_each_starts_empty(n: int, repeats: int) -> None:
    assert passes("M/M/1", 0.9, 0.9, n, runs=100, repeats=repeats) <= most_by_chance(100)


@pytest.mark.parametrize(
    ("queue", "utilisation", "p", "n"),
    [
        ("M/M/1", 0.5, 0.9, 5_000),
        ("M/M/1", 0.5, 0.99, 50_000),
        ("M/D/1", 0.8, 0.9, 20_000),
        ("M/M/1", 0.9, 0.9, 200_000),
    ],
)
def test_a_server_with_half_the_allowed_share_passes(queue: Queue, utilisation: float, p: float, n: int) -> None:
    assert passes(queue, utilisation, p, n, runs=30, over=0.5) >= 20


def test_too_little_data_is_undecided_and_says_how_much_it_takes() -> None:
    decision = meets_target(np.full(300, 4 * MS), 5 * MS, 0.99)
    assert decision.verdict == "undecided"
    assert "no pass is possible below 367 effective latencies" in decision.how
    enough = meets_target(np.full(600, 4 * MS), 5 * MS, 0.99)
    assert enough.verdict == "pass"
    assert enough.effective_n == pytest.approx(598 / (1 + 4 / math.sqrt(600))), "less the warm-up and the margin"
    assert enough.upper == pytest.approx(1 - 0.025 ** (1 / enough.effective_n)), "none seen, two-sided 95 %"


def test_slow_first_queries_are_held_against_a_pass() -> None:
    run = np.full(2_000, 4 * MS)
    run[:2] = 9 * MS
    decision = meets_target(run, 5 * MS, 0.99)
    assert decision.share == 0.001
    assert decision.upper > 1 - 0.025 ** (1 / decision.effective_n)


def test_a_run_shorter_than_its_waves_is_undecided() -> None:
    rising = np.arange(1, 2_001) * MS
    decision = meets_target(rising, 3_000 * MS, 0.9)
    assert (decision.verdict, decision.lower, decision.upper) == ("undecided", 0, 1)
    assert "the runs are too short" in decision.how


def test_a_run_of_fewer_than_ten_correlation_lengths_is_undecided() -> None:
    run = latencies("M/M/1", 0.9, 1_000, np.random.default_rng(2))[0]
    decision = meets_target(run, 100.0, 0.9)
    assert 100 < decision.correlation < 200
    assert (decision.lower, decision.upper) == (0, 1)


def test_waves_over_the_target_count_though_the_rest_is_noise() -> None:
    run = np.random.default_rng(0).uniform(size=20_000)
    for start in range(0, run.size, 1_000):
        run[start : start + 50] = 1.01
    assert correlation_length([run]) < 10
    assert 40 < meets_target(run, 1.0, 0.9).correlation < 60


def test_repeats_decide_what_one_run_leaves_open() -> None:
    runs = list(latencies("M/M/1", 0.5, 4_000, np.random.default_rng(5), runs=32))
    target = target_for("M/M/1", 0.5, 0.005)
    assert meets_target(runs[0], target, 0.99).verdict == "undecided"
    assert meets_target(runs, target, 0.99).verdict == "pass"
    assert meets_target(np.stack(runs), target, 0.99) == meets_target(runs, target, 0.99)


@pytest.mark.parametrize("utilisation", [1.2, 3.0])
@pytest.mark.parametrize("p", [0.9, 0.99])
def test_a_saturated_server_fails(utilisation: float, p: float) -> None:
    run = latencies("M/D/1", utilisation, 5_000, np.random.default_rng(1))[0]
    assert meets_target(run, 10.0, p).verdict == "fail"


def test_independent_latencies_are_bounded_as_by_the_exact_binomial_interval() -> None:
    run = np.random.default_rng(2).exponential(size=20_000)
    decision = meets_target(run, math.log(200), 0.99)
    exact = binomtest(int(np.count_nonzero(run > math.log(200))), run.size).proportion_ci(0.95, "exact")
    assert decision.verdict == "pass"
    assert decision.upper == pytest.approx(exact.high, rel=0.05)
    assert decision.lower == pytest.approx(exact.low, rel=0.05)
    assert decision.effective_n == pytest.approx(run.size, rel=0.15)


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_the_correlation_length_of_an_autoregression_is_known(memory: float) -> None:
    noise = np.random.default_rng(3).normal(size=(4, 50_000))
    series = np.zeros_like(noise)
    for i in range(1, noise.shape[1]):
        series[:, i] = memory * series[:, i - 1] + noise[:, i]
    assert correlation_length(list(series)) == pytest.approx((1 + memory) / (1 - memory), rel=0.15)


def test_the_correlation_length_is_the_sum_it_says() -> None:
    rng = np.random.default_rng(6)
    for sizes in ((1, 2), (7,), (40, 25), (64, 64, 3)):
        repeats = [np.cumsum(rng.normal(size=size)) + rng.normal(scale=3) for size in sizes]
        mean = np.concatenate(repeats).mean()
        covariance = [
            sum(float(a * b) for one in repeats for a, b in zip(one - mean, one[lag:] - mean, strict=False))
            for lag in range(max(sizes) + 1)
        ]
        pairs = np.minimum.accumulate([a + b for a, b in zip(covariance[::2], covariance[1::2], strict=False)])
        expected = 2 * sum(pair for pair in pairs if pair > 0) / covariance[0] - 1
        assert correlation_length(repeats) == pytest.approx(max(1, expected))


def test_goodput_is_the_part_of_the_load_that_is_in_time() -> None:
    """4 of 5 are in time, and 5 arrivals have 4 gaps: 3.2 of the gaps count."""
    rounds = [np.array([1, 2, 3, 3, 4]) * MS] * 3
    assert goodput(rounds[0], 2e9, 3 * MS).qps == pytest.approx(1.6)
    assert goodput(rounds[0], 2e9, 4 * MS).qps == 2  # nothing is late: the load itself
    few = goodput(rounds, [1e9, 2e9, 4e9], 3 * MS)
    assert (few.qps, few.low, few.high, few.rounds) == (pytest.approx(1.6), None, None, 3)
    many = goodput(rounds * 2, [1e9, 2e9, 4e9, 5e9, 8e9, 10e9], 3 * MS)
    assert (many.low, many.qps, many.high) == pytest.approx((0.32, (0.8 + 0.64) / 2, 3.2))


@pytest.mark.parametrize(
    ("latency", "message"),
    [
        ([], "at least one run, got none; pass an array"),
        (np.array([]), r"run 0 has shape \(0,\)"),
        ([np.ones(3), np.ones((2, 2))], r"run 1 has shape \(2, 2\) and dtype float64; pass the latencies in ns"),
        ([1.0, 2.0], r"run 0 has shape \(\)"),
        (np.array(["1"]), "dtype <U1"),
        (np.array([1.0, math.nan, math.inf]), r"run 0 has nan at query 1 \(and 1 more such\); leave out"),
        ([np.ones(3), np.array([1, 2, -1])], "run 1 has -1 at query 2"),
    ],
)
def test_what_is_no_run_is_refused(latency: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        meets_target(latency, 1.0, 0.9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 0.9, 0.95), "a latency target is positive and finite, in ns, got 0.0"),
        ((1.0, 90, 0.95), "percentile lies between 0 and 1, for example 0.99, got 90"),
        ((1.0, 0.9, 1.0), "confidence lies between 0 and 1"),
    ],
)
def test_targets_out_of_range_are_refused(arguments: tuple[float, float, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        meets_target(np.ones(10), *arguments)


@pytest.mark.parametrize("durations", [[1e9], [1e9, 0.0], [1e9, math.inf]])
def test_goodput_needs_the_time_of_each_round(durations: list[float]) -> None:
    with pytest.raises(ValueError, match="each of the 2 rounds has one duration, positive and in ns"):
        goodput([np.ones(3), np.ones(4)], durations, 1.0)
