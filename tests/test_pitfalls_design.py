"""Detectors of load, comparison and report: deterministic ones exactly, the others at the rates they state.

Queues come from Lindley's recursion with random service times, accuracies from coin flips; all seeded.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from tinytorch import pitfalls
from tinytorch.benchmarking import (
    NS_PER_S,
    QueryLog,
    ScriptedModel,
    VirtualClock,
    closed_loop,
    coin_flip_order,
    holm,
    interleaved,
    poisson_arrivals,
    server,
)

TRIALS, QUERIES, SERVICE_NS = 200, 1_000, 20_000


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(13)


def queue(rng, load, sender="open", n=QUERIES):
    """When queries of one FIFO server were due, issued and completed."""
    service = (SERVICE_NS * rng.lognormal(0, 0.1, n)).astype(np.int64)
    gaps = rng.exponential(SERVICE_NS / load, n).astype(np.int64)
    due, planned, completed, free = np.zeros_like(gaps), np.cumsum(gaps), np.zeros_like(gaps), 0
    for k in range(n):
        due[k] = {"open": planned[k], "blocks": max(planned[k], free), "sleeps": free + gaps[k]}[sender]
        free = completed[k] = max(due[k], free) + service[k]
    return due, completed - service, completed


def rate(detector, make, trials=TRIALS):
    return sum(detector(make()) is not None for _ in range(trials)) / trials


def margin(share, trials=TRIALS):
    return 3 * math.sqrt(share * (1 - share) / trials)


def closed(moments):
    return closed_loop(*moments)


def arrivals(moments, load=0.5):
    return pitfalls.wrong_arrivals(np.diff(moments[0]), load * NS_PER_S / SERVICE_NS)


def saturated(moments):
    return pitfalls.saturated(moments[0], moments[2])


@pytest.mark.parametrize("sender", ["blocks", "sleeps"])
def test_a_sender_that_waits_is_a_closed_loop_with_wrong_arrivals(sender, rng):
    assert rate(closed, lambda: queue(rng, 0.5, sender), 50) == 1
    assert rate(arrivals, lambda: queue(rng, 0.5, sender), 50) == 1
    assert rate(closed, lambda: queue(rng, 0.3, sender, 200), 50) >= 0.9


@pytest.mark.parametrize("load", [0.3, 0.8])
def test_an_open_loop_is_neither(load, rng):
    assert rate(closed, lambda: queue(rng, load, n=200)) == 0
    assert rate(lambda moments: arrivals(moments, load), lambda: queue(rng, load)) <= 0.015 + margin(0.015)


def test_the_packages_own_server_and_schedule_are_silent():
    """The package's own arrivals on virtual time, at a load of 0.8."""
    clock, rng = VirtualClock(), np.random.default_rng(5)
    due = poisson_arrivals(200, 10 * NS_PER_S, rng)
    log = QueryLog(len(due))
    server(ScriptedModel(clock, 4_000_000), [np.zeros((1, 1))] * len(due), due, clock, log)
    assert closed_loop(log.scheduled, log.issued, log.completed) is None
    assert pitfalls.wrong_arrivals(np.diff(log.scheduled), 200) is None
    assert pitfalls.saturated(log.scheduled, log.completed) is None


def test_a_server_is_saturated_where_queries_come_faster_than_answers(rng):
    assert rate(saturated, lambda: queue(rng, 1.05), 100) >= 0.93 - margin(0.93, 100)
    assert rate(saturated, lambda: queue(rng, 1.2), 50) == 1
    assert rate(saturated, lambda: queue(rng, 0.5)) <= 0.005 + margin(0.005)
    assert saturated(queue(rng, 1.2, n=99)) is None


def test_an_overload_is_told_from_work_and_rate_where_a_queue_of_a_hundred_says_little(rng):
    def found(load):
        return rate(lambda service: pitfalls.offered_load(service, 100), lambda: rng.exponential(load * 1e7, 1_000))

    assert found(0.8) == 0
    assert found(0.9) <= 0.03
    assert found(1.05) >= 0.95 - margin(0.95)
    assert pitfalls.offered_load(np.full(99, 2e7), 100) is None
    assert pitfalls.offered_load(np.full(100, 0.99e7), 100) is None
    assert pitfalls.offered_load(np.full(100, 0.991e7), 100).evidence.startswith("a load of 0.99: 100 queries")
    with pytest.raises(ValueError, match="positive rate, got target_qps = 0"):
        pitfalls.offered_load(np.full(100, 1e7), 0)


def test_a_cache_is_seen_by_second_visits_and_by_one_sample_over_and_over(rng):
    indices = rng.integers(0, 400, QUERIES)
    first = np.isin(np.arange(QUERIES), np.unique(indices, return_index=True)[1])

    def plain():
        return SERVICE_NS * rng.lognormal(0, 0.05, QUERIES)

    def visits(latency):
        return pitfalls.caching(latency, indices)

    assert rate(visits, lambda: plain() * np.where(first, 1, 0.1)) == 1
    assert rate(visits, lambda: plain() * np.where(first, 1, 0.95)) == 0  # under 10 %
    assert rate(visits, plain) <= 0.03
    for pace in (np.linspace(2, 1, QUERIES), np.where(np.arange(QUERIES) < 300, 1, 0.6)):  # a machine picks up speed
        assert rate(visits, lambda pace=pace: plain() * pace) <= 0.01
        assert rate(visits, lambda pace=pace: plain() * pace * np.where(first, 1, 0.85)) == 1
    assert pitfalls.same_sample(plain() * 0.5, plain()) is not None
    assert pitfalls.same_sample(plain(), plain()) is None
    with pytest.raises(ValueError, match="latency_ns has 1000 queries and sample_indices has 10"):
        pitfalls.caching(plain(), indices[:10])


def test_moments_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match=r"scheduled_ns\[2\] of 3 is before"):
        pitfalls.saturated([0, 5, 4], [9, 9, 9])
    with pytest.raises(ValueError, match=r"completed_ns\[1\] of 2 lies before"):
        pitfalls.saturated([0, 5], [3, 4])
    with pytest.raises(ValueError, match="got 2 due and 3 completed_ns"):
        pitfalls.saturated([0, 5], [3, 6, 9])
    with pytest.raises(ValueError, match=r"gaps_ns\[1\] = -1 and target_qps = 5"):
        pitfalls.wrong_arrivals([3, -1], 5)


@pytest.mark.parametrize(
    ("rounds", "confidence", "fires"), [(6, 0.95, False), (5, 0.95, True), (7, 0.99, True), (8, 0.99, False)]
)
def test_too_few_rounds_are_those_without_an_interval(rounds, confidence, fires):
    found = pitfalls.too_few_rounds(rounds, confidence)
    assert (found is not None) == fires
    assert found is None or found.severity == "invalid"


def test_runs_that_differ_are_seen_and_pieces_of_one_run_are_not(rng):
    def runs(spread, count=10):
        return [SERVICE_NS * math.exp(rng.normal(0, spread)) * rng.lognormal(0, 0.03, 500) for _ in range(count)]

    assert rate(pitfalls.between_run_variance, lambda: runs(0.03), 100) >= 0.95
    assert rate(pitfalls.between_run_variance, lambda: runs(0.0)) <= 0.01
    noisy = rate(pitfalls.between_run_variance, lambda: [SERVICE_NS * rng.lognormal(0, 0.7, 100) for _ in range(5)])
    assert noisy <= 0.01 + margin(0.01)
    assert pitfalls.between_run_variance([[10.0] * 10, [20.0] * 10]) is not None  # no variance within
    assert pitfalls.between_run_variance([[10.0] * 10, [10.0] * 10]) is None
    with pytest.raises(ValueError, match="runs needs at least 2 runs, got 1"):
        pitfalls.between_run_variance([[1.0] * 10])
    with pytest.raises(ValueError, match=r"runs\[1\] needs at least 10 values, got 3"):
        pitfalls.between_run_variance([[1.0] * 10, [1, 2, 3]])


@pytest.mark.parametrize(
    ("low", "high", "fires"), [(1.011, 1.02, True), (1.005, 1.02, False), (0.9, 0.98, True), (0.99, 1.01, False)]
)
def test_layout_bias_is_an_aa_interval_wholly_beyond_the_margin(low, high, fires):
    assert (pitfalls.layout_bias(low, high) is not None) == fires
    with pytest.raises(ValueError, match="0 < low <= high"):
        pitfalls.layout_bias(1.0, 0.9)


def test_order_confounding_is_seen_in_aaaa_bbbb_and_never_in_coin_flip_order(rng):
    for n in (2, 10, 1_000):
        starts = np.arange(2 * n)
        assert pitfalls.order_confounding(starts[:n], starts[n:]) is not None
        assert pitfalls.order_confounding(starts[n:], starts[:n]) is not None
    for _ in range(TRIALS):
        clock, logs = VirtualClock(), [QueryLog(50), QueryLog(50)]
        models = [ScriptedModel(clock, 10), ScriptedModel(clock, 10)]
        interleaved(models, [np.zeros((1, 1))] * 50, coin_flip_order(50, 2, rng), clock, logs)
        assert pitfalls.order_confounding(logs[0].scheduled, logs[1].scheduled) is None


def test_different_inputs_are_named():
    assert pitfalls.different_inputs("3f2a", "3f2a") is None
    assert pitfalls.different_inputs([1, 2, 3], np.array([1, 2, 3])) is None
    assert "index 1" in pitfalls.different_inputs([1, 2, 3], [1, 5, 3]).evidence
    assert pitfalls.different_inputs([1, 2, 3], [1, 2]).severity == "invalid"
    assert pitfalls.different_inputs("3f2a", "3f2b") is not None


def answers(rng, n, drop, churn=0.01, right=0.95):
    reference, luck = rng.random(n) < right, rng.random(n)
    return np.where(reference, luck >= (drop + churn) / right, luck < churn / (1 - right)), reference


@pytest.mark.parametrize(("n", "found"), [(500, 0.91), (1_000, 0.98), (5_000, 1.0)])
def test_an_accuracy_that_fell_by_5_points_fails_and_one_within_the_rule_does_not(n, found, rng):
    def failed(drop):
        return sum(pitfalls.accuracy_drop(*answers(rng, n, drop)).verdict == "fail" for _ in range(TRIALS)) / TRIALS

    assert failed(0.05) >= found - margin(found)
    assert failed(0.0095) <= 0.05 + margin(0.05)


def test_accuracy_is_judged_only_where_the_samples_tell(rng):
    same = np.ones(500, dtype=bool)
    assert pitfalls.unequal_accuracy(same, same) is None
    few = pitfalls.unequal_accuracy(same[:50], same[:50])
    assert few is not None
    assert few.severity == "warning"
    worse = pitfalls.unequal_accuracy(rng.random(500) < 0.5, same)
    assert worse is not None
    assert worse.severity == "invalid"
    with pytest.raises(ValueError, match=r"shapes \(500,\) and \(499,\)"):
        pitfalls.unequal_accuracy(same, same[1:])


def test_p_values_that_only_look_small_are_flagged(rng):
    assert pitfalls.multiple_comparisons([0.03, 0.4, 0.5]) is not None
    assert pitfalls.multiple_comparisons([0.001, 0.4, 0.5]) is None
    assert pitfalls.multiple_comparisons([0.3, 0.4]) is None
    assert pitfalls.multiple_comparisons([0.04]) is None
    for _ in range(TRIALS):
        p = rng.random(6) ** 3
        kept = sum(adjusted < 0.05 for adjusted in holm(p.tolist()))
        assert (pitfalls.multiple_comparisons(p) is None) == (kept == np.count_nonzero(p < 0.05))
    with pytest.raises(ValueError, match="p_values lie between 0 and 1"):
        pitfalls.multiple_comparisons([0.5, 1.2])


def test_what_was_left_out_or_stopped_or_averaged_wrongly_is_flagged():
    assert pitfalls.best_of_k(recorded=5, reported=1).severity == "invalid"
    assert pitfalls.best_of_k(5, 5) is None
    assert pitfalls.optional_stopping(10, 17) is not None
    assert pitfalls.optional_stopping(10, 10) is None
    assert pitfalls.mean_of_ratios([0.5, 2.0]) is not None  # 1.25, where it should be 1
    assert pitfalls.mean_of_ratios([0.99, 1.01]) is None
    assert pitfalls.averaged_throughput(550.0, [100, 100], [100_000_000, 1_000_000_000]) is not None
    assert pitfalls.averaged_throughput(200 / 1.1, [100, 100], [100_000_000, 1_000_000_000]) is None
    for wrong in (lambda: pitfalls.best_of_k(3, 4), lambda: pitfalls.optional_stopping(-1, 2)):
        with pytest.raises(ValueError, match="got"):
            wrong()
    with pytest.raises(ValueError, match=r"ratios\[1\] of 2 is 0"):
        pitfalls.mean_of_ratios([1.0, 0.0])
