"""Scenarios and results: the number that counts, why a run does not count, and data that come back as they went."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripted import LAW, MS, QUICK, LateClock, benchmark, jittery, run_of, scripted
from tinytorch.benchmarking import (
    METRICS,
    NS_PER_S,
    Results,
    Run,
    ScenarioResult,
    ScriptedModel,
    Settings,
    early_stopping,
    end_to_end,
    goodput,
    headline,
    late_generator,
    load_results,
    metric_value,
    validity,
)
from tinytorch.runs.packed import pack, unpack

ASKED = Settings(min_queries=100, min_duration_ns=NS_PER_S, latency_target_ns=15 * MS)
EASY = replace(ASKED, min_queries=1, min_duration_ns=0)


def claims(reasons) -> list[str]:
    assert all(reason.claim and reason.evidence and reason.remedy for reason in reasons)
    return [reason.claim for reason in reasons]


@LAW
@given(latency=st.lists(st.integers(1, 10**9), min_size=1, max_size=50))
def test_stream_metrics_are_percentiles_of_latency(latency):
    for scenario, p in (("single_stream", 0.9), ("multi_stream", 0.99)):
        exact = sorted(latency)[int(len(latency) * p)] / 1e6
        assert headline(run_of(scenario, latency), ASKED) == pytest.approx(exact)


def test_throughputs_are_totals():
    """3 gaps in 2 s are scheduled; 4 samples take 2.5 s from the first due time to the last completion."""
    due = np.array([5, 6, 6.5, 7]) * NS_PER_S
    latency = np.array([0.1, 0.1, 1, 0.3]) * NS_PER_S
    assert metric_value(run_of("server", latency, due), ASKED) == pytest.approx(1.5)
    assert metric_value(run_of("offline", latency, due), ASKED) == pytest.approx(4 / 2.5)
    assert [metric.higher_is_better for metric in METRICS.values()] == [False, False, True, True]


def test_an_unknown_scenario_is_refused():
    with pytest.raises(ValueError, match="got 'interactive'"):
        metric_value(run_of("interactive", [1]), ASKED)


@pytest.mark.parametrize(
    ("n", "latency_ms", "scenario", "expected"),
    [
        (100, 10.0, "offline", []),
        (99, 11.0, "single_stream", ["too few queries"]),
        (100, 9.99, "offline", ["too short"]),
        (99, 1.0, "offline", ["too few queries", "too short"]),
        (100, 15.0, "server", []),
        (100, 15.001, "server", ["latency target missed"]),
        (100, 99.0, "single_stream", []),
    ],
)
def test_a_run_counts_if_it_is_long_enough_and_fast_enough(n, latency_ms, scenario, expected):
    assert claims(validity(run_of(scenario, np.full(n, round(latency_ms * MS))), ASKED)) == expected


def test_a_run_without_a_query_has_reasons_and_no_crash():
    empty = run_of("server", [])
    assert claims(validity(empty, ASKED)) == ["too few queries", "too short"]
    assert late_generator(empty, ASKED) == []
    assert goodput(empty, ASKED) == 0


@pytest.mark.parametrize(("late", "passes"), [(100, True), (101, False)])
def test_one_percent_of_server_queries_may_be_late(late, passes):
    """sorted[9_900] of 10,000 is the 100th from above: 99 may be late, and the 100th may not."""
    latency = np.full(10_000, MS)
    latency[: late - 1] = 16 * MS
    assert (claims(validity(run_of("server", latency), EASY)) == []) == passes


@pytest.mark.parametrize(
    ("scenario", "late", "needed"),
    [("single_stream", 0, 64), ("server", 0, 459), ("server", 1, 662), ("server", 10, 2_010), ("offline", 0, 1)],
)
def test_early_stopping_asks_for_mlperfs_numbers(scenario, late, needed):
    """MLPerf's table: h(t) + t queries for the t that were late; the floor of its estimate where none can be."""
    for n in {needed, max(1, needed - 1)}:
        latency = np.full(n, MS)
        latency[:late] = 16 * MS
        reasons = early_stopping(run_of(scenario, latency), EASY)
        assert claims(reasons) == (["the percentile is not certain"] if n < needed else [])
        assert all(f"{n} queries where early stopping asks for {needed}" in reason.evidence for reason in reasons)


@pytest.mark.parametrize(("queries", "enough"), [(661, False), (662, True)])
def test_multi_stream_counts_queries_and_not_samples(queries, enough):
    run = run_of("multi_stream", np.full(queries * 8, MS))
    assert (early_stopping(run, EASY) == []) == enough


@LAW
@given(latency=st.lists(st.integers(1, 30 * MS), min_size=2, max_size=50))
def test_goodput_is_the_part_of_the_load_that_came_in_time(latency):
    """Over the time to the last answer it would be above the load where that answer took less than a gap."""
    run = run_of("server", latency)
    late = sum(one > 15 * MS for one in latency)
    load = metric_value(run, ASKED)
    assert goodput(run, ASKED) == pytest.approx((1 - late / run.n) * load)
    assert goodput(run, ASKED) <= load
    assert (goodput(run, ASKED) == load) == (late == 0)


def test_one_query_has_no_rate():
    assert goodput(run_of("server", [MS]), ASKED) == 0


@pytest.mark.parametrize(("late_ms", "allowed"), [(1.5, True), (1.6, False)])
@pytest.mark.parametrize("timeout_ms", [0, 4])
def test_a_generator_may_be_late_by_a_tenth_of_the_target(late_ms, allowed, timeout_ms):
    due = np.arange(500) * 100 * MS
    lag = round((late_ms + timeout_ms) * MS)
    run = run_of("server", np.full(500, lag + 15 * MS), due, due + lag)
    reasons = late_generator(run, replace(ASKED, batch_timeout_ns=timeout_ms * MS))
    assert claims(reasons) == ([] if allowed else ["the load generator did not keep its schedule"])
    assert late_generator(replace(run, scenario="offline"), ASKED) == []


def test_a_target_that_is_met_in_spite_of_the_lag_counts():
    """The lag is inside the latency, so the pass is on the safe side."""
    due = np.arange(500) * 10 * MS
    assert late_generator(run_of("server", np.full(500, 15 * MS), due, due + 14 * MS), ASKED) == []


@pytest.mark.parametrize(("late_ns", "valid"), [(0, True), (MS, True), (3 * MS, True), (16 * MS, False)])
def test_a_late_generator_makes_the_server_run_invalid(late_ns, valid):
    clock = LateClock(late_ns)
    perf = benchmark(ScriptedModel(clock, MS), clock=clock, min_queries=600)
    results = perf.run_all_scenarios()
    reasons = claims(results["server"].reasons["model"])
    assert ("the load generator did not keep its schedule" in reasons) == (not valid)
    assert results["server"].valid == valid
    assert results["single_stream"].valid
    assert {int(lag) for run in results["server"].runs["model"] for lag in run.lag_ns} <= {0, late_ns}


def test_rounds_are_laid_end_to_end():
    """A round that starts at 1,000 and one that starts at 70 are one run without a gap."""
    one = run_of("server", [10, 30], scheduled_ns=[1_000, 1_005], issued_ns=[1_000, 1_010])
    other = run_of("server", [5], scheduled_ns=[70], issued_ns=[72])
    run = end_to_end([one, run_of("server", []), replace(other, error="it broke")])
    assert run.scheduled_ns.tolist() == [0, 5, 35]
    assert run.issued_ns.tolist() == [0, 10, 37]
    assert run.latency_ns.tolist() == [10, 30, 5]
    assert run.duration_ns == one.duration_ns + other.duration_ns
    assert run.lag_ns.tolist() == [0, 0, 2]
    assert run.error == "it broke"


def test_a_scenario_counts_by_the_models_runs_alone():
    good, bad = run_of("offline", np.full(200, 10 * MS)), run_of("offline", [MS])
    assert ScenarioResult("offline", {"model": [good], "baseline": [bad]}, ASKED).valid
    result = ScenarioResult("offline", {"model": [bad], "baseline": [good]}, ASKED)
    assert not result.valid
    assert claims(result.reasons["baseline"]) == []
    assert claims(ScenarioResult("offline", {"model": []}, ASKED).reasons["model"]) == ["there is no run"]
    failed = ScenarioResult("offline", {"model": [replace(good, error="OSError: gone")]}, ASKED)
    assert claims(failed.reasons["model"]) == ["the model failed"]


def test_minimums_are_for_all_rounds_together():
    results = scripted(min_queries=603, min_duration_ns=700 * MS).run_all_scenarios()
    assert all(result.valid for result in results.values())
    for result in results.values():
        assert sum(run.n for run in result.runs["model"]) >= 603
        assert sum(run.duration_ns for run in result.runs["model"]) >= 700 * MS


@LAW
@given(values=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50))
def test_whole_numbers_come_back_from_text(values):
    packed = pack(np.array(values, dtype=np.int64))
    assert json.loads(json.dumps(packed)) == packed
    assert unpack(packed).tolist() == values
    assert unpack(packed).dtype == np.int64


MOMENTS = st.lists(st.tuples(*[st.integers(0, 2**62)] * 4), max_size=6)
ERROR = st.none() | st.text(max_size=10)
RUN = st.builds(
    lambda scenario, rows, error, preempted, cpu_ns: Run(
        scenario, *np.array(rows, dtype=np.int64).reshape(-1, 4).T, np.empty(0, np.int64), np.empty(0), error,
        preempted, cpu_ns,
    ),
    st.sampled_from(list(METRICS)), MOMENTS, ERROR, st.integers(0, 99), st.integers(0, 2**60),
)  # fmt: skip


@LAW
@given(
    runs=st.lists(RUN, max_size=4), name=st.text(max_size=10), error=ERROR, labels=st.none() | st.lists(st.integers())
)
def test_results_come_back_from_plain_data(runs, name, error, labels):
    settings = Settings(target_qps=3.5, seed=2**40)
    scenarios = {run.scenario: ScenarioResult(run.scenario, {"model": [run]}, settings) for run in runs}
    labels = None if labels is None else np.array([label % 10 for label in labels], dtype=np.int64)
    classes = {} if labels is None else {"model": labels}
    results = Results(settings, name, None, name, "", 7, scenarios, labels, classes, notes=[name], error=error)
    plain = json.loads(json.dumps(results.to_dict()))
    again = Results.from_dict(plain)
    assert again.to_dict() == plain
    assert again.settings == settings
    for scenario, result in results.items():
        for one, other in zip(result.runs["model"], again[scenario].runs["model"], strict=True):
            assert np.array_equal(one.latency_ns, other.latency_ns)
            assert (one.error, one.preempted, one.cpu_ns) == (other.error, other.preempted, other.cpu_ns)


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_schema_version_is_refused(version):
    plain = scripted().run_all_scenarios().to_dict() | {"schema_version": version}
    with pytest.raises(ValueError, match=f"reads schema version 1, the data has {version}"):
        Results.from_dict(plain)


@pytest.mark.parametrize("change", [{"settings": None}, {"scenarios": {"server": {"model": [{}]}}}, {"colour": "red"}])
def test_results_of_another_shape_are_refused(change, tmp_path):
    plain = scripted().run_all_scenarios().to_dict() | change
    path = tmp_path / "other.json"
    path.write_text(json.dumps({"schema_version": 1, "results": plain}))
    with pytest.raises(ValueError, match=r"other\.json"):
        load_results(path)


def test_accuracy_is_the_share_of_labels_met():
    labels = np.arange(60) % 4
    results = jittery(1.0, data=(np.zeros((60, 2)), labels)).run_all_scenarios()  # scripted models answer class 0
    assert results.accuracy == {"model": 0.25, "baseline": 0.25}
    assert scripted().run_all_scenarios().accuracy == {"model": None}
    assert QUICK["rounds"] == len(results["offline"].metric("baseline"))
