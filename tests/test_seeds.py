"""Seeds: the same ones draw the same queries whatever the timing, and with `mlperf_trace` those of MLPerf's LoadGen."""

from __future__ import annotations

import platform
import sys
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripted import LAW, MS, benchmark
from tinytorch.benchmarking import (
    NS_PER_S,
    ScriptedModel,
    Settings,
    VirtualClock,
    coin_flip_order,
    generator,
    poisson_arrivals,
    sample_order,
)
from tinytorch.mlperf import loadgen_arrivals, loadgen_samples
from tinytorch.runs.draws import draw_arrivals, draw_samples

# LoadGen is published as a wheel for this platform only, and there it has to be installed.
HAS_WHEEL = sys.version_info[:2] == (3, 11) and sys.platform == "linux" and platform.machine() == "x86_64"
BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SEED = st.integers(0, 2**63 - 1)


def drawn(per_query_ns: int = MS, **changed):
    """Return what each round drew: samples, gaps between arrivals, and who went when."""
    clock = VirtualClock()
    model, other = ScriptedModel(clock, per_query_ns), ScriptedModel(clock, per_query_ns + 7)
    results = benchmark(
        model, baseline=other, clock=clock, **({"min_duration_ns": 300 * MS} | changed)
    ).run_all_scenarios()
    rounds = []
    for number in range(results.settings.rounds):
        stream, server, offline = (
            {arm: runs[number] for arm, runs in results[scenario].runs.items()}
            for scenario in ("single_stream", "server", "offline")
        )
        starts = np.stack([run.scheduled_ns for run in stream.values()])
        rounds.append(
            {
                "single_stream samples": stream["model"].sample_indices,
                "coin flips": np.argsort(starts, axis=0).T,
                "server samples": server["model"].sample_indices,
                "server gaps": np.diff(server["model"].scheduled_ns),
                "server order": np.array([server["model"].scheduled_ns[0] < server["baseline"].scheduled_ns[0]]),
                "offline order": np.array([offline["model"].scheduled_ns[0] < offline["baseline"].scheduled_ns[0]]),
            }
        )
    return rounds


def same(one, other, what: str) -> bool:
    """Whether two benchmarks drew the same in every round; a slow one needs fewer queries, and only those can agree."""
    pairs = [(a[what], b[what]) for a, b in zip(one, other, strict=True)]
    return all(np.array_equal(a[: len(b)], b[: len(a)]) for a, b in pairs)


QUERIES = ("single_stream samples", "coin flips", "server samples", "server gaps")


@pytest.fixture(scope="module")
def usual():
    return drawn()


def test_the_same_seeds_draw_the_same(usual):
    assert all(same(usual, drawn(), what) for what in usual[0])


@pytest.mark.parametrize("what", QUERIES)
def test_timing_changes_no_draw(usual, what):
    fast = drawn(per_query_ns=MS // 3)
    assert len(fast[0]["coin flips"]) > 2 * len(usual[0]["coin flips"]), "the fast model is asked more"
    assert same(usual, fast, what)


def test_timing_does_not_change_who_goes_first(usual):
    fast = drawn(per_query_ns=MS // 3)
    assert same(usual, fast, "server order")
    assert same(usual, fast, "offline order")


@pytest.mark.parametrize("what", QUERIES)
def test_another_seed_draws_everything_anew(usual, what):
    assert not same(usual, drawn(seed=14), what)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("sample_index_seed", {"single_stream samples", "server samples"}),
        ("schedule_seed", {"server gaps"}),
        ("accuracy_log_seed", set()),
    ],
)
def test_mlperfs_seeds_change_what_they_are_for(usual, name, changes):
    other = drawn(**{name: 5})
    assert {what for what in QUERIES if not same(usual, other, what)} == changes


@pytest.mark.parametrize("what", QUERIES)
def test_rounds_differ(usual, what):
    assert not any(np.array_equal(usual[0][what][:20], later[what][:20]) for later in usual[1:])


def test_who_goes_first_is_drawn_for_each_scenario():
    """Over twenty rounds each model goes first in some, and in others in each scenario."""
    orders = [(bool(one["server order"][0]), bool(one["offline order"][0])) for one in drawn(rounds=20)]
    assert set(orders) == {(False, False), (False, True), (True, False), (True, True)}


def test_the_coin_is_fair():
    order = coin_flip_order(6_000, 3, np.random.default_rng(13))
    kinds, counts = np.unique(order, axis=0, return_counts=True)
    assert len(kinds) == 6, "every permutation of three comes"
    assert abs(counts - 1_000).max() < 150, "5 standard deviations"


@LAW
@given(seed=SEED, number=st.integers(0, 50), n=st.integers(1, 200), n_samples=st.integers(1, 2_000))
def test_samples_are_of_the_library_and_fewer_are_the_first_of_more(seed, number, n, n_samples):
    settings = Settings(seed=seed)
    more = draw_samples(sample_order, settings, number, "server", 2 * n, n_samples)
    assert 0 <= more.min() <= more.max() < n_samples
    assert np.array_equal(draw_samples(sample_order, settings, number, "server", n, n_samples), more[:n])


@LAW
@given(
    seed=SEED,
    qps=st.floats(0.5, 5_000),
    min_queries=st.integers(1, 300),
    min_ms=st.integers(0, 300),
    trace=st.booleans(),
)
def test_arrivals_meet_both_minimums_and_no_more(seed, qps, min_queries, min_ms, trace):
    settings = Settings(seed=seed, schedule_seed=seed, mlperf_trace=trace)
    arrivals = draw_arrivals(poisson_arrivals, settings, 3, qps, min_queries, min_ms * MS)
    assert arrivals.dtype == np.int64
    assert (np.diff(arrivals) >= 0).all()
    assert arrivals[0] >= 0
    assert len(arrivals) >= min_queries
    assert arrivals[-1] - arrivals[0] >= min_ms * MS
    assert len(arrivals) == min_queries or arrivals[-2] - arrivals[0] < min_ms * MS, "one query less is too few"


def test_arrivals_are_poisson():
    """Exponential gaps: mean and standard deviation are both 1 / rate, and neighbours know nothing of one another."""
    gaps = np.diff(draw_arrivals(poisson_arrivals, Settings(), 0, 200.0, 20_000, 0)) / NS_PER_S
    assert gaps.mean() == pytest.approx(1 / 200, rel=0.04)
    assert gaps.std() == pytest.approx(1 / 200, rel=0.06)
    assert abs(np.corrcoef(gaps[:-1], gaps[1:])[0, 1]) < 0.04


def test_purposes_and_scenarios_have_their_own_numbers():
    settings = Settings(sample_index_seed=0, schedule_seed=0)
    made = [
        generator(settings, number, purpose, scenario).random()
        for number in (0, 1)
        for purpose in ("samples", "schedule", "kept", "order", "build")
        for scenario in ("", "server")
    ]
    assert len(set(made)) == 20


def traced(**seeds):
    """Return round 0 of a benchmark that draws as LoadGen does, and its settings."""
    clock = VirtualClock()
    perf = benchmark(ScriptedModel(clock, MS // 10), clock=clock, mlperf_trace=True, target_qps=2_000.0, **seeds)
    return {name: result.runs["model"] for name, result in perf.run_all_scenarios().items()}, perf.settings


def test_a_trace_is_recomputed_from_the_seeds():
    runs, settings = traced(qsl_seed=11, sample_index_seed=22, schedule_seed=33)
    for number in (0, 1):
        server = runs["server"][number]
        samples = loadgen_samples(server.n, 60, 60, 11, 22 + number)
        arrivals = loadgen_arrivals(settings.target_qps, server.n, 33 + number)
        assert np.array_equal(server.sample_indices, samples)
        assert np.array_equal(server.scheduled_ns - server.scheduled_ns[0], arrivals)


class TestAgainstLoadGen:
    """Round 0 and a real LoadGen with the same seeds."""

    __test__ = HAS_WHEEL

    @pytest.mark.parametrize("seeds", [{}, {"qsl_seed": 2**40 + 1, "sample_index_seed": 2, "schedule_seed": 2**32 - 1}])
    def test_the_traces_are_identical(self, seeds, monkeypatch):
        """MLPerf's own seeds, which are the default, and others."""
        runs, settings = traced(**seeds)
        monkeypatch.syspath_prepend(str(BENCHMARKS))
        peer, side_by_side = import_module("peer"), import_module("side_by_side")
        theirs = peer.Seeds(settings.qsl_seed, settings.sample_index_seed, settings.schedule_seed)
        library = [np.zeros((1, 1), np.float32)] * 60
        for name, scenario in (("single_stream", "SingleStream"), ("server", "Server")):
            ours = runs[name][0]
            run = partial(peer.run_loadgen, target_qps=settings.target_qps, seeds=theirs, trace=True)
            trace = side_by_side.fresh(run, side_by_side.null_model, library, scenario, ours.n, timeout_s=60)
            assert np.array_equal(ours.sample_indices, trace.sample_indices)
            if name == "server":
                assert np.array_equal(ours.scheduled_ns - ours.scheduled_ns[0], trace.scheduled_ns)

    def test_multi_stream_asks_for_the_same_samples(self, monkeypatch):
        clock = VirtualClock()
        perf = benchmark(ScriptedModel(clock, MS // 10), clock=clock, mlperf_trace=True, samples_per_query=8)
        ours, settings = perf.run_scenario("multi_stream").runs["model"][0], perf.settings
        monkeypatch.syspath_prepend(str(BENCHMARKS))
        peer, side_by_side = import_module("peer"), import_module("side_by_side")
        theirs = peer.Seeds(settings.qsl_seed, settings.sample_index_seed)
        run = partial(peer.run_loadgen, seeds=theirs, samples_per_query=8, trace=True)
        library = [np.zeros((1, 1), np.float32)] * 60
        trace = side_by_side.fresh(run, side_by_side.null_model, library, "MultiStream", ours.n // 8, timeout_s=60)
        assert np.array_equal(ours.sample_indices, trace.sample_indices)
