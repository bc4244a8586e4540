"""Rounds and the benchmark: models built anew, the same queries to each, a control, and the peak rate."""

from __future__ import annotations

import threading
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.queue_models import peak_utilisation
from tests.scripted import INPUTS, LAW, MS, QUICK, Jittery, benchmark, jittery, scripted
from tinytorch.benchmarking import (
    PerformanceReporter,
    ScriptedModel,
    Settings,
    StatisticalValidator,
    TinyTorchPerf,
    VirtualClock,
    queries_needed,
    rebuild,
)
from tinytorch.runs.draws import easy_load

RNG = np.random.default_rng


@LAW
@given(latency=st.floats(1, 1e9), least=st.integers(1, 10**6), duration=st.integers(0, 10**10))
def test_queries_needed_are_the_fewest_that_meet_both_minimums(latency, least, duration):
    n = queries_needed(latency, least, duration)
    assert n >= least
    assert n * latency >= 1.25 * duration * (1 - 1e-12)
    assert n == least or (n - 1) * latency < 1.25 * duration * (1 + 1e-12)


def test_an_easy_load_is_three_tenths_of_the_slowest_models_and_at_most_a_thousand():
    assert easy_load([MS, 2 * MS]) == pytest.approx(150)
    assert easy_load([1_000, 30]) == 1_000


class Issuer:
    """An object with `issue`, which holds a list."""

    def __init__(self) -> None:
        self.state = [1]

    def issue(self, queries):
        return np.full((len(queries), 1), self.state[0])


def test_a_factory_builds_another_object_each_time():
    made = [rebuild(None, Issuer, RNG(i)) for i in range(3)]
    assert len(set(map(id, made))) == 3


def test_without_a_factory_a_deep_copy_is_made():
    original = Issuer()
    copy = rebuild(original, None, RNG(1))
    copy.state[0] = 2
    assert original.state == [1]


def test_what_cannot_be_copied_is_used_as_it_is():
    original = Issuer()
    original.state = threading.Lock()
    assert rebuild(original, None, RNG(1)) is original


def test_a_factory_that_raises_typeerror_is_not_passed_over():
    with pytest.raises(TypeError, match="missing 1 required positional"):
        rebuild(Issuer(), lambda missing: Issuer(), RNG(1))


@pytest.mark.parametrize(
    ("kind", "controlled"), [("factory", True), ("copy", True), ("function", False), ("lock", False)]
)
def test_layout_that_is_not_controlled_is_said_to_be(kind, controlled):
    clock = VirtualClock()
    scripted_model = ScriptedModel(clock, MS)

    class Locked:
        def __init__(self):
            self.lock = threading.Lock()

        def __call__(self, batch):
            return scripted_model(batch)

    model = {"function": lambda batch: scripted_model(batch), "lock": Locked()}.get(kind, scripted_model)
    factory = partial(ScriptedModel, clock, MS) if kind == "factory" else None
    baseline = Jittery(clock, MS, RNG(1))
    results = benchmark(model, build=factory, baseline=baseline, clock=clock).run_all_scenarios()
    assert results.layout_controlled == controlled
    validation = StatisticalValidator().validate_results(results)
    assert ("layout bias" in {pitfall.name for pitfall in validation.pitfalls}) != controlled
    text = PerformanceReporter().generate_report(results).to_markdown()
    assert ("memory layout is not controlled" in text) != controlled


def test_every_round_builds_every_arm_anew():
    clock, made = VirtualClock(), {"model": 0, "baseline": 0}

    def factory(arm):
        made[arm] += 1
        return ScriptedModel(clock, MS)

    perf = TinyTorchPerf(Settings(**QUICK), clock=clock, progress=False)
    perf.set_model(build=partial(factory, "model"))
    perf.set_baseline(build=partial(factory, "baseline"))
    perf.set_dataset(INPUTS)
    perf.run_all_scenarios()
    assert made == {"model": 1 + 2 * 6, "baseline": 1 + 6}, "the control is the model's; set_model itself built one"


def test_all_arms_are_given_the_same_queries():
    results = jittery(0.9).run_all_scenarios()
    assert list(results["single_stream"].runs) == ["model", "baseline", "control"]
    assert list(results["server"].runs) == list(results["offline"].runs) == ["model", "baseline"]
    for result in results.values():
        for model, *others in zip(*result.runs.values(), strict=True):
            for other in others:
                n = min(model.n, other.n)  # Offline asks the faster one for more
                assert np.array_equal(model.sample_indices[:n], other.sample_indices[:n])
    for model, other in zip(*results["server"].runs.values(), strict=True):
        assert np.array_equal(np.diff(model.scheduled_ns), np.diff(other.scheduled_ns))


def test_the_control_is_the_model_against_itself():
    results = jittery().run_all_scenarios()
    control = StatisticalValidator().validate_results(results).control
    assert control.ratio == pytest.approx(1, abs=0.01)
    assert control.interval.low < 1 < control.interval.high
    assert control.p_value > 0.001
    without = jittery(control=False).run_all_scenarios()
    assert list(without["single_stream"].runs) == ["model"]
    assert StatisticalValidator().validate_results(without).control is None


def test_an_object_with_issue_is_a_model():
    clock = VirtualClock()

    class Ticking(Issuer):
        def issue(self, queries):
            clock.advance_ns(MS)
            return super().issue(queries)

    results = benchmark(Ticking(), clock=clock).run_all_scenarios()
    assert results["single_stream"].metric() == [1.0] * 6
    assert results.layout_controlled


def test_multi_stream_runs_where_it_is_asked_for():
    perf = scripted(samples_per_query=4)
    result = perf.run_scenario("multi_stream")
    assert list(perf.results) == ["multi_stream"]
    assert sum(run.n for run in result.runs["model"]) >= 4 * 662
    assert result.metric() == [1.0] * 6
    assert result.valid
    run = result.runs["model"][0]
    assert (np.diff(run.sample_indices.reshape(-1, 4), axis=1) % 60 == 1).all(), "neighbours in the library"


def test_a_dynamic_batch_is_what_has_queued_up():
    perf = scripted(max_batch=8, batch_timeout_ns=5 * MS, target_qps=2_000.0, min_queries=1_200)
    runs = perf.run_scenario("server").runs["model"]
    sizes = np.concatenate([np.unique(run.issued_ns, return_counts=True)[1] for run in runs])
    assert sizes.max() == 8
    assert len(sizes) < sum(run.n for run in runs) / 4


@pytest.mark.parametrize("scenario", ["offline", "single_stream", "multi_stream"])
def test_a_round_of_a_model_without_cost_stays_small(scenario, monkeypatch):
    """A real model on virtual time takes none: a default round of it asks for 125 million queries."""
    for home in ("benchmarking.perf", "runs.offline"):
        monkeypatch.setattr(f"tinytorch.{home}.MOST_SAMPLES", 10_000)
    perf = scripted(per_batch_ns=1, min_duration_ns=120_000, rounds=1, min_queries=1, control=False)
    [run] = perf.run_scenario(scenario).runs["model"]
    assert run.n < 100_000, "150,000 fill the time"


def test_a_progress_bar_is_on_standard_error(capsys):
    perf = scripted()
    perf.progress = True
    perf.run_all_scenarios()
    assert "6/6" in capsys.readouterr().err


@pytest.mark.parametrize(("queue", "target_ms", "p"), [("M/D/1", 10, 0.9), ("M/M/1", 4, 0.95)])
def test_the_peak_rate_is_that_of_theory(queue, target_ms, p):
    """One server, 1 ms a query on average: the highest Poisson rate with so many of the latencies within the target."""
    clock, rng = VirtualClock(), RNG(13)

    class Exponential(ScriptedModel):
        def __call__(self, batch):
            self.per_batch_ns = round(rng.exponential(MS))
            return super().__call__(batch)

    perf = benchmark(build=partial(ScriptedModel if queue == "M/D/1" else Exponential, clock, MS), clock=clock)
    found = perf.find_peak_qps(target_ms * MS, p, queries=15_000, tolerance=0.25)
    exact = 1_000 * peak_utilisation(queue, target_ms, 1 - p)
    assert found.complete, found.why
    assert found.low < exact < found.high
    assert 0.75 * exact < found.low


def test_each_seed_of_the_search_is_another_run(monkeypatch):
    """And the same seed the same run, at the rate asked for and with as many queries."""
    given = {}

    def search(measure, target_ns, share, **options):
        given.update(options, target_ns=target_ns, share=share)
        return [measure(500.0, seed) for seed in (0, 1, 0)], measure(50.0, 0)

    monkeypatch.setattr("tinytorch.peak.find_peak_qps", search)
    (one, other, again), quiet = scripted().find_peak_qps(3 * MS, 0.8, queries=400, seeds=range(3), max_runs=7)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert len(one) == len(other) == 400
    assert one.mean() > 1.3 * MS > 1.1 * MS > quiet.mean(), "M/D/1 waits half a service at 500, a fortieth at 50"
    assert given == {"target_ns": 3 * MS, "share": 0.8, "start_qps": 300.0, "seeds": range(3), "max_runs": 7}


def test_too_short_a_search_for_the_peak_says_so():
    found = scripted().find_peak_qps(10 * MS, 0.99, queries=20, seeds=range(2))
    assert not found.complete
    assert "decide nothing: measure longer or with more seeds" in found.why
