"""The validator looks everywhere: each pitfall put into sound results is found by name, and none where none was put."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.scripted import MS, benchmark, jittery, run_of
from tinytorch.benchmarking import (
    RealClock,
    Results,
    ScenarioResult,
    ScriptedModel,
    Settings,
    StatisticalValidator,
    VirtualClock,
    poisson_arrivals,
    single_stream,
)
from tinytorch.runs.benchmark import empty_call_ns

ROUNDS, QUERIES = 10, 400
SETTINGS = Settings(rounds=ROUNDS, min_queries=1000, min_duration_ns=0, target_qps=100.0)
ARMS = ("model", "baseline", "control")
RNG = np.random.default_rng


def latencies(rng: np.random.Generator) -> np.ndarray:
    """Return independent latencies of about 1 ms, one kind only, none of them far off."""
    return np.round(MS * (1 + 0.02 * np.clip(rng.normal(size=QUERIES), -3, 3))).astype(np.int64)


def in_turn(rows: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """Return when each arm's queries start if they take turns in coin-flip order."""
    starts, now = [np.empty(QUERIES, np.int64) for _ in rows], 0
    for i in range(QUERIES):
        for arm in rng.permutation(len(rows)):
            starts[arm][i] = now
            now += rows[arm][i]
    return starts


def sound(change=lambda arm, latency_ns, number: latency_ns) -> Results:
    """Return results of three equal arms; `change` is done to the latencies of each arm in each Single-Stream round."""
    rng = RNG(13)
    stream = {arm: [] for arm in ARMS}
    serve = {arm: [] for arm in ARMS[:2]}
    for number in range(ROUNDS):
        rows = [np.asarray(change(arm, latencies(rng), number)).astype(np.int64) for arm in ARMS]
        indices = rng.integers(0, 4 * QUERIES, QUERIES)
        for arm, row, start in zip(ARMS, rows, in_turn(rows, rng), strict=True):
            stream[arm].append(
                replace(run_of("single_stream", row, start, cpu_ns=int(np.sum(rows))), sample_indices=indices)
            )
        due = poisson_arrivals(100.0, 4_000 * MS, rng)
        for runs in serve.values():
            service, free, done = latencies(rng), 0, []
            for at, takes in zip(due.tolist(), np.resize(service, len(due)).tolist(), strict=True):
                free = max(free, at) + takes
                done.append(free)
            begun = np.maximum(due, np.concatenate([[0], done[:-1]]))
            runs.append(run_of("server", np.array(done) - due, due, begun))
    scenarios = {
        name: ScenarioResult(name, runs, SETTINGS) for name, runs in (("single_stream", stream), ("server", serve))
    }
    labels = np.arange(2_000) % 10
    return Results(
        SETTINGS, "B", "A", "numbers", "", 2_000, scenarios, labels, {arm: labels.copy() for arm in ARMS[:2]},
        layout_controlled=True, rounds_measured=ROUNDS, empty_call_ns=100.0,
    )  # fmt: skip


def found(results: Results) -> dict[str, str]:
    """Return the severity of each pitfall that the validator finds, by name."""
    return {pitfall.name: pitfall.severity for pitfall in StatisticalValidator().validate_results(results).pitfalls}


def slower(factor):
    """Return a change that multiplies every arm's latencies: by a number a query, or `factor(number of the round)`."""
    return lambda arm, row, number: row * (factor(number) if callable(factor) else factor)


def remembered(results: Results) -> None:
    """Make every arm answer a sample that it has seen before in a tenth less time and more."""
    for runs in results["single_stream"].runs.values():
        seen: set[int] = set()
        for number, run in enumerate(runs):
            again = np.array([i in seen or seen.add(i) or False for i in run.sample_indices.tolist()])
            shorter = run.scheduled_ns + np.where(again, run.latency_ns * 8 // 10, run.latency_ns)
            runs[number] = replace(run, completed_ns=shorter)


def runs_of(scenario, arm, **changed):
    """Return a change of results that replaces fields of an arm's runs by functions of the run."""

    def change(results: Results) -> None:
        runs = results[scenario].runs[arm]
        runs[:] = [replace(run, **{name: value(run) for name, value in changed.items()}) for run in runs]

    return change


def fields(**changed):
    """Return a change of results that sets fields."""
    return lambda results: vars(results).update(changed)


def settings(**changed):
    """Return a change of results that sets settings."""

    def change(results: Results) -> None:
        results.settings = replace(results.settings, **changed)
        results.scenarios = {name: replace(each, settings=results.settings) for name, each in results.items()}

    return change


def one_after_the_other(results: Results) -> None:
    later = runs_of("single_stream", "baseline", **{
        name: lambda run, name=name: getattr(run, name) + 10_000 * MS
        for name in ("scheduled_ns", "issued_ns", "completed_ns")
    })  # fmt: skip
    later(results)


def waits_for_answers(results: Results) -> None:
    """Let the sender schedule a query 1 ms after the last answer."""
    for runs in results["server"].runs.values():
        for number, run in enumerate(runs):
            due = np.arange(run.n) * 2 * MS
            runs[number] = run_of("server", np.full(run.n, MS), due, due)


def falls_behind(results: Results) -> None:
    """Let the server take 11 ms a query where one comes every 10 ms."""
    for runs in results["server"].runs.values():
        for number, run in enumerate(runs):
            done = run.scheduled_ns[0] + 11 * MS * np.arange(1, run.n + 1)
            done = np.maximum(done, run.scheduled_ns + 11 * MS)
            runs[number] = run_of("server", done - run.scheduled_ns, run.scheduled_ns, done - 11 * MS)


def left_out(results: Results) -> None:
    for result in results.values():
        for runs in result.runs.values():
            del runs[3:5]


def wrong_answers(results: Results) -> None:
    results.classes["model"][:200] = 11


I = np.arange(QUERIES)  # noqa: E741  the number of the query in its round
# The pitfall, its severity, and what puts it into sound results: a change of the latencies, or of the results.
PUT_IN = {
    "cold start": ("warning", slower(np.where(I == 0, 3, 1)), None),
    "slow warm-up": ("warning", slower(1 + 0.25 * np.exp(-I / 60)), None),
    "stalls": ("note", slower(np.where(I % 100 == 50, 40, 1)), None),
    "multimodality": ("note", slower(np.where(I * 7 % 10 < 3, 1.25, 1)), None),
    "coarse timer": ("warning", lambda arm, row, number: np.ceil(row / 50_000) * 50_000, None),
    "drift": ("warning", slower(lambda number: 1 + 0.1 * (number + I / QUERIES) / ROUNDS), None),
    "level step": ("warning", slower(lambda number: 1.1 if number > 4 else 1.0), None),
    "autocorrelation": ("note", slower(1 + 0.1 * np.sin(I / 20)), None),
    "between-run variance": ("note", slower(lambda number: 1 + 0.03 * (number * 7 % 5)), None),
    "dead code": ("warning", None, fields(empty_call_ns=0.3 * MS)),
    "caching": ("invalid", None, remembered),
    "contention": ("warning", None, runs_of("single_stream", "model", preempted=lambda run: 100)),
    "too few samples": ("warning", None, settings(percentile=0.9999)),
    "too few rounds": ("invalid", None, settings(rounds=5)),
    "order confounding": ("warning", None, one_after_the_other),
    "different inputs": (
        "invalid", None, runs_of("single_stream", "baseline", sample_indices=lambda run: run.sample_indices[::-1]),
    ),
    "layout bias": ("warning", lambda arm, row, number: row * (1.05 if arm == "control" else 1), None),
    "closed loop": ("invalid", None, waits_for_answers),
    "saturated": ("warning", None, falls_behind),
    "wrong arrivals": ("warning", None, settings(target_qps=130.0)),
    "unequal accuracy": ("invalid", None, wrong_answers),
    "best of k": ("invalid", None, left_out),
    "optional stopping": ("invalid", None, settings(rounds=20)),
    "mean of ratios": (
        "note", lambda arm, row, number: row * (2 if arm == "model" and number % 2 else 1), None,
    ),
    "invalid baseline": ("warning", None, runs_of("server", "baseline", error=lambda run: "OSError: gone")),
}  # fmt: skip


def test_sound_results_have_no_pitfall():
    assert found(sound()) == {}
    assert StatisticalValidator().validate_results(sound()).valid


@pytest.mark.parametrize("name", PUT_IN)
def test_a_pitfall_is_found_where_it_was_put(name):
    severity, of_latencies, of_results = PUT_IN[name]
    results = sound(of_latencies) if of_latencies is not None else sound()
    if of_results is not None:
        of_results(results)
    pitfalls = found(results)
    assert pitfalls.get(name) == severity, f"{name} is not among {pitfalls}"
    if "invalid" in pitfalls.values():
        assert not StatisticalValidator().validate_results(results).valid


def test_every_invalid_pitfall_ends_all_claims():
    for name in ("best of k", "optional stopping"):
        results = sound(lambda arm, row, number: row // (2 if arm == "model" else 1))
        assert StatisticalValidator().validate_results(results).significant
        PUT_IN[name][2](results)
        validation = StatisticalValidator().validate_results(results)
        assert (validation.significant, validation.valid) == (False, False)
        assert {comparison.verdict for comparison in validation.comparisons} == {"no claim"}


def test_rounds_are_counted_by_the_benchmark_and_kept_in_its_data():
    results = jittery(1.0).run_all_scenarios()
    assert results.rounds_measured == 6
    left_out(results)
    again = Results.from_dict(json.loads(json.dumps(results.to_dict())))
    assert found(again)["best of k"] == "invalid"
    del vars(results)["rounds_measured"]  # as written before this was counted
    assert "best of k" not in found(results)


def test_a_run_that_failed_was_not_stopped_at_will():
    results = sound()
    results.rounds_measured, results.error = 4, "single_stream: the model failed at query 3"
    assert {"optional stopping", "best of k"} & set(found(results)) == set()


def test_a_benchmark_that_is_run_again_says_so():
    perf = jittery(1.0, min_queries=600)
    assert "best of k" not in found(perf.run_all_scenarios())
    again = StatisticalValidator().validate_results(perf.run_all_scenarios())
    [pitfall] = [pitfall for pitfall in again.pitfalls if pitfall.name == "best of k"]
    assert (pitfall.severity, pitfall.evidence) == ("warning", "2 runs were recorded, 1 reported")
    assert again.valid
    perf.run_scenario("multi_stream")
    assert perf.results.runs_before == 0, "of this scenario it was the first"
    for change in (lambda: perf.set_model(perf.systems["model"].system), lambda: perf.set_dataset(np.zeros((60, 2)))):
        perf.run_all_scenarios()
        assert perf.results.runs_before > 0
        change()
        perf.run_all_scenarios()
        assert perf.results.runs_before == 0, "another model, or other data"


def test_an_empty_call_is_timed_on_the_benchmarks_clock():
    assert 0 < empty_call_ns(RealClock(), single_stream) < MS
    assert empty_call_ns(VirtualClock(), single_stream) == 0
    clock = VirtualClock()
    results = benchmark(ScriptedModel(clock, MS), clock=clock).run_scenario("single_stream")
    assert results.valid
    assert "dead code" not in found(sound())


def test_validity_comes_before_the_missing_baseline():
    results = sound()
    results.baseline_name = None
    assert StatisticalValidator().validate_results(results).why == "no baseline was set, so nothing was compared"
    settings(min_queries=10**6)(results)
    validation = StatisticalValidator().validate_results(results)
    assert (validation.valid, validation.why) == (False, "the runs do not count, so they show nothing")
