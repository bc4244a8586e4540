"""A busy server's VALID allows for what its queue remembers; the queues' shares over the target are known by theory."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks.queue_models import Queue, target_for, waits
from tinytorch.peak.queue_memory import cluster_size, queries_to_show
from tinytorch.runs import Run, ScenarioRuns, Settings
from tinytorch.runs.rules import queue_remembers

SERVICE_NS = 1_000_000
NOTHING = np.empty(0, np.int64)


def rounds_of(queue: Queue, utilisation: float, n: int, rng: np.random.Generator, rounds: int = 10) -> list[Run]:
    """Return Server rounds of one simulated server, 1 ms a query, that each start with an empty queue."""
    gaps = rng.exponential(1 / utilisation, size=(rounds, n))
    services = np.ones((rounds, n)) if queue == "M/D/1" else rng.exponential(size=(rounds, n))
    due = np.cumsum(gaps, axis=1)
    issued = due + waits(gaps, services)
    moments = (np.asarray(SERVICE_NS * each, np.int64) for each in (due, issued, issued + services))
    return [Run("server", *one, np.zeros(n, np.int64), NOTHING, NOTHING) for one in zip(*moments, strict=True)]


def asked(utilisation: float, target_services: float, p: float) -> Settings:
    qps, target_ns = utilisation * 1e9 / SERVICE_NS, int(target_services * SERVICE_NS)
    return Settings(target_qps=qps, latency_target_ns=target_ns, percentile=p)


def passed(runs: list[Run], settings: Settings) -> bool:
    """Whether the percentile is met and the queue's rule finds nothing: either of them voids a run."""
    latency_ns = np.concatenate([run.latency_ns for run in runs])
    tail = np.sort(latency_ns)[int(latency_ns.size * settings.percentile)]
    return bool(tail <= settings.latency_target_ns) and not queue_remembers(runs, settings)


@pytest.mark.parametrize("queue", ["M/M/1", "M/D/1"])
@pytest.mark.parametrize(
    ("utilisation", "times"), [(0.5, 20), (0.5, 100), (0.8, 20), (0.8, 100), (0.9, 20), (0.95, 20)]
)
@pytest.mark.parametrize("p", [0.9, 0.99])
def test_a_server_that_just_fails_is_seldom_valid(queue: Queue, utilisation: float, times: int, p: float) -> None:
    settings = asked(utilisation, target_for(queue, utilisation, 1 - p), p)
    n, trials = round(times / (1 - utilisation) ** 2), 60 if utilisation < 0.9 else 20
    rng = np.random.default_rng(13)
    found = sum(passed(rounds_of(queue, utilisation, n, rng), settings) for _ in range(trials))
    assert found <= binom.ppf(0.999, trials, 0.05)


def test_many_rounds_that_start_empty_pass_no_failing_server() -> None:
    settings, rng = asked(0.8, target_for("M/M/1", 0.8, 0.1), 0.9), np.random.default_rng(13)
    assert sum(passed(rounds_of("M/M/1", 0.8, 500, rng, rounds=100), settings) for _ in range(20)) <= 4


@pytest.mark.parametrize(("queue", "n"), [("M/D/1", 2_000), ("M/M/1", 3_000)])
def test_a_good_server_passes_with_as_many_queries_as_it_says(queue: Queue, n: int) -> None:
    settings, rng = asked(0.8, target_for(queue, 0.8, 1e-5), 0.99), np.random.default_rng(13)
    assert not queue_remembers(rounds_of(queue, 0.8, n, rng), settings)


def test_a_hundred_queries_a_round_are_too_few_and_it_says_how_many_would_do() -> None:
    settings = asked(0.9, 100.0, 0.99)
    runs = rounds_of("M/D/1", 0.9, 100, np.random.default_rng(13))
    [reason] = queue_remembers(runs, settings)
    assert reason.claim == "the rounds are too short for their queue"
    assert "a round has 100 queries" in reason.evidence
    assert "queries or more in 10 rounds (min_queries)" in reason.remedy
    result = ScenarioRuns("server", {"model": runs}, settings)
    assert not result.valid, "it reaches what counts"


def test_a_server_that_cannot_keep_up_is_named() -> None:
    runs = rounds_of("M/D/1", 1.1, 100, np.random.default_rng(13))
    [reason] = queue_remembers(runs, asked(1.1, 1_000.0, 0.99))
    assert reason.claim == "the server does not keep up"


def test_an_easy_load_is_left_to_early_stopping() -> None:
    assert not queue_remembers(rounds_of("M/M/1", 0.3, 100, np.random.default_rng(13)), asked(0.3, 100.0, 0.99))


def test_clusters_are_as_long_as_those_of_simulated_queues() -> None:
    """The asymptotic variance of the share over p99, by batch means of four million queries."""
    for utilisation, variation, measured in ((0.5, 0, 5.6), (0.5, 1, 9.3), (0.9, 0, 161), (0.9, 1, 269)):
        assert cluster_size(utilisation, variation) == pytest.approx(measured, rel=0.3)


def test_how_many_queries_would_do() -> None:
    assert queries_to_show(0.0, 1.0, 0.01) == 300, "none over: -ln 0.05 of an allowed 1 %"
    assert queries_to_show(0.0, 10.0, 0.01) == 2_996
    assert queries_to_show(0.0099, 1.0, 0.01) is None
