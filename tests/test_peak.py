"""The search for the peak rate closes in on what theory says of a queue, and says so where it cannot."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks.queue_models import Queue, latencies, over_share, peak_utilisation, target_for
from tinytorch.benchmarking import QueryLog, ScriptedModel, VirtualClock, poisson_arrivals, server
from tinytorch.peak import PeakRate, find_peak_qps
from tinytorch.peak.search import IntArray

MS = 1_000_000
SEEDS = range(8)


def test_the_simulated_queues_have_their_exact_distributions() -> None:
    queues: tuple[Queue, Queue] = ("M/M/1", "M/D/1")
    for queue in queues:
        every = latencies(queue, 0.8, 100_000, np.random.default_rng(4), runs=20)[:, 2_000:]
        for share in (0.5, 0.1, 0.01):
            target = target_for(queue, 0.8, share)
            assert np.mean(every > target) == pytest.approx(share, rel=0.15)
            assert peak_utilisation(queue, target, share) == pytest.approx(0.8, abs=1e-6)
    assert over_share("M/M/1", 0.9, 10.0) == pytest.approx(math.exp(-1))


def simulated(queue: Queue, n: int, repetition: int = 0) -> Callable[[float, int], IntArray]:
    """A server of 1 ms a query, measured with n queries."""

    def measure(qps: float, seed: int) -> IntArray:
        rng = np.random.default_rng([repetition, seed])
        return (latencies(queue, qps / 1000, n, rng)[0] * MS).astype(np.int64)

    return measure


@pytest.mark.parametrize(("queue", "target_ms", "p"), [("M/M/1", 10, 0.9), ("M/D/1", 10, 0.99), ("M/M/1", 4, 0.95)])
@pytest.mark.parametrize("start_qps", [20.0, 3_000.0])
def test_the_search_closes_in_on_the_exact_peak(queue: Queue, target_ms: int, p: float, start_qps: float) -> None:
    exact = 1000 * peak_utilisation(queue, target_ms, 1 - p)
    found = find_peak_qps(simulated(queue, 40_000), target_ms * MS, p, start_qps=start_qps, seeds=SEEDS, tolerance=0.1)
    assert found.complete, found.why
    assert found.low is not None
    assert found.high is not None
    assert 0.9 * exact < found.low < exact < found.high < 1.1 * exact


def test_searches_seldom_certify_a_wrong_rate() -> None:
    exact = 1000 * peak_utilisation("M/D/1", 10, 0.1)
    wrong = 0
    for repetition in range(40):
        measure = simulated("M/D/1", 2_000, repetition)
        found = find_peak_qps(measure, 10 * MS, 0.9, start_qps=400, seeds=SEEDS, tolerance=0.02)
        assert found.low is not None
        assert found.high is not None
        wrong += not found.low < exact < found.high
    assert wrong <= binom.ppf(0.999, 40, 0.05)


def test_an_undecided_rate_is_closed_in_on_from_both_sides() -> None:
    found = find_peak_qps(simulated("M/D/1", 3_000), 10 * MS, 0.99, start_qps=400, seeds=range(4), tolerance=0.02)
    unclear = [qps for qps, decision in found.decisions if decision.verdict == "undecided"]
    assert not found.complete
    assert "stay undecided: measure longer or with more seeds" in found.why
    assert found.low is not None
    assert found.high is not None
    assert found.low < min(unclear) <= max(unclear) < found.high


def search(measure: Callable[[float, int], IntArray], **changed: Any) -> PeakRate:
    options: dict[str, Any] = {"start_qps": 400.0, "seeds": SEEDS} | changed
    return find_peak_qps(measure, options.pop("target", 10 * MS), options.pop("p", 0.9), **options)


def test_too_short_a_search_says_so() -> None:
    calls = []

    def measure(qps: float, seed: int) -> IntArray:
        calls.append((qps, seed))
        return simulated("M/D/1", 10_000)(qps, seed)

    found = search(measure, max_runs=3)
    assert not found.complete
    assert found.why == "the budget of 3 runs is spent: raise max_runs"
    assert (found.low, found.runs) == (800.0, len(calls)) == (800.0, 3)


def test_too_few_queries_end_the_search_at_once() -> None:
    found = search(simulated("M/D/1", 20), p=0.99)
    assert (found.low, found.high, found.complete, found.runs) == (None, None, False, len(SEEDS))
    assert found.why == "160 queries at 400 queries/s decide nothing: measure longer or with more seeds"


def test_a_server_that_never_passes_or_never_fails_ends_the_search() -> None:
    never = search(lambda qps, seed: np.full(2_000, 20 * MS))
    assert never.low is None
    assert never.why == "no rate down to 0.390625 queries/s was shown to pass"
    always = search(lambda qps, seed: np.full(2_000, MS))
    assert always.high is None
    assert always.why == "no rate up to 409600 queries/s was shown to fail"


def test_what_the_measurement_raises_passes_through() -> None:
    def broken(qps: float, seed: int) -> IntArray:
        raise OSError("the server is gone")

    with pytest.raises(OSError, match="the server is gone"):
        search(broken)


def test_the_package_own_server_is_searched_on_virtual_time() -> None:
    query = np.zeros((1, 1))

    def measure(qps: float, seed: int) -> IntArray:
        clock = VirtualClock()
        arrivals = poisson_arrivals(qps, 5_000 * MS, np.random.default_rng(seed))
        log = QueryLog(len(arrivals))
        server(ScriptedModel(clock, per_batch_ns=MS), [query] * len(arrivals), arrivals, clock, log)
        return log.completed - log.scheduled

    found = search(measure, tolerance=0.2)
    exact = 1000 * peak_utilisation("M/D/1", 10, 0.1)
    assert found.complete, found.why
    assert found.low is not None
    assert found.high is not None
    assert found.low < exact < found.high


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"start_qps": -1.0}, "start_qps is positive and finite, got -1.0; begin at a rate"),
        ({"seeds": []}, r"seeds that all differ, got \[\]; pass for example"),
        ({"seeds": [1, 1]}, r"seeds that all differ, got \[1, 1\]"),
        ({"tolerance": 0.0}, "tolerance is a positive ratio"),
        ({"max_runs": 0}, "at least 1 run, got 0"),
        ({"target": -5}, "a latency target is positive"),
    ],
)
def test_a_search_out_of_range_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        search(simulated("M/M/1", 100), **changed)


def test_the_benchmark_of_false_passes_runs() -> None:
    script = Path(__file__).parents[1] / "benchmarks" / "false_pass.py"
    done = subprocess.run([sys.executable, script, "--tiny"], capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    assert "Bar: ours at most 0.05 in each row of utilisation 0.5 to 0.9: met." in done.stdout
    assert "is 773.5 queries/s" in done.stdout
