"""Whatever is left of a run that ended early, on the machine's clock or a virtual one: it is judged and shown."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scripted import INPUTS, LAW, MS, QUICK, benchmark
from tinytorch.benchmarking import (
    PerformanceReporter,
    RunFailed,
    ScriptedModel,
    Settings,
    StatisticalValidator,
    VirtualClock,
    load_results,
)
from tinytorch.runs.run import Run
from tinytorch.templates.terminal import terminal_answer, terminal_table


class Random:
    """Takes the times that it is given, over and over."""

    def __init__(self, clock, times_ns):
        self.clock, self.times_ns, self.calls = clock, times_ns, 0

    def __call__(self, batch):
        self.calls += 1
        self.clock.advance_ns(self.times_ns[self.calls % len(self.times_ns)])
        return np.zeros((len(batch), 2))

    def __deepcopy__(self, memo):
        return self


def results_of(times_ns, baseline_ns=None, **changed):
    clock = VirtualClock()
    baseline = None if baseline_ns is None else Random(clock, baseline_ns)
    perf = benchmark(Random(clock, times_ns), baseline=baseline, clock=clock, **changed)
    return perf.run_all_scenarios()


def first(run: Run, n: int, error: str | None) -> Run:
    """The first n samples of a run."""
    moments = {name: getattr(run, name)[:n] for name in ("scheduled_ns", "issued_ns", "completed_ns", "sample_indices")}
    return replace(run, **moments, kept=run.kept[:0], outputs=run.outputs[:0], error=error)


def shown(results) -> str:
    """Judge and show the results in every way; return the text."""
    report = PerformanceReporter().generate_report(results)
    assert "nan" not in report.answer
    report.to_html()
    report.to_dict()
    return report.to_markdown() + terminal_table(report) + terminal_answer(report)


@settings(LAW, max_examples=20)  # each draws pages
@given(
    times=st.lists(st.integers(0, 5 * MS), min_size=1, max_size=30),
    baseline=st.none() | st.lists(st.integers(0, 5 * MS), min_size=1, max_size=30),
    whole=st.integers(0, 3),
    part=st.integers(0, 40),
    ended=st.sampled_from(["single_stream", "server", "offline"]),
    virtual=st.booleans(),
)
def test_what_is_left_is_judged_and_shown(times, baseline, whole, part, ended, virtual):
    results = results_of(times, baseline, min_queries=240, rounds=4, min_duration_ns=0)
    results.virtual_time, results.rounds_measured, results.error = virtual, whole, "KeyboardInterrupt"
    after = False
    for scenario, result in results.items():
        for runs in result.runs.values():
            last = [first(runs[whole], part, "KeyboardInterrupt")] if scenario == ended else [runs[whole]]
            runs[:] = runs[:whole] + ([] if after else last)
        after = after or scenario == ended
    text = shown(results)
    assert "INCOMPLETE" in text
    assert f"{whole} of 4 rounds were measured" in text


@pytest.mark.parametrize("virtual", [True, False])
@pytest.mark.parametrize("baseline", [None, [2 * MS, 3 * MS, 2 * MS]])
def test_one_round_is_shown_and_says_what_it_lacks(baseline, virtual):
    results = results_of([MS, 2 * MS, MS], baseline, rounds=1, min_queries=240, min_duration_ns=0)
    results.virtual_time = virtual
    assert "there is no interval" in shown(results)


@pytest.mark.parametrize("arm", ["model", "baseline", "control"])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), SystemExit(3), OSError("gone")])
@pytest.mark.parametrize("at", ["first call", "warm-up", "single_stream", "first Offline"])
def test_whatever_ends_the_first_round_is_kept_and_said(arm, error, at):
    clock, built = VirtualClock(), []

    def build(fails):
        scripted, calls = ScriptedModel(clock, MS), []
        built.append(fails)

        def model(batch):
            calls.append(len(batch))
            due = {"first call": 1, "warm-up": 5, "single_stream": 60}.get(at, math.inf)
            if fails and (len(calls) == due or (at == "first Offline" and len(batch) > 1)):
                raise error
            return scripted(batch)

        return model

    made = {"model": 0, "baseline": 0}

    def factory(name):
        def make():
            made[name] += 1
            again = name == "model" and arm == "control"  # built after the model, or before it: either one fails
            return build(made[name] > 1 and (name == arm or again))

        return make

    perf = benchmark(build=factory("model"), clock=clock, data=INPUTS)
    perf.set_baseline(build=factory("baseline"), name="A")
    if arm == "control" and at == "first Offline":
        return  # there is none in Offline
    with pytest.raises(RunFailed):
        perf.run_all_scenarios()
    assert not perf.results.complete
    assert perf.results.rounds_measured == 0
    assert type(error).__name__ in shown(perf.results)


@pytest.mark.parametrize("n", [60, 1200])
@pytest.mark.parametrize("baseline", [None, [0], [MS]])
def test_a_model_that_takes_no_time_has_no_rate_and_says_so(n, baseline):
    results = results_of([0], baseline, min_queries=n, min_duration_ns=0)
    assert "a round took no time" in str(results["offline"].reasons["model"])
    assert results["offline"].metric() == []
    text = shown(results)
    assert "inf" not in text.replace("information", "")


@pytest.mark.parametrize(
    ("name", "values"),
    {
        "margin": [0, -0.1, math.nan, math.inf],
        "confidence": [0.5, 0.3, 0, 1, math.nan],
        "min_duration_ns": [-1],
        "latency_target_ns": [-1],
        "deadline_s": [-1, math.nan, math.inf],
        "batch_timeout_ns": [-1],
    }.items(),
)
def test_settings_that_mean_nothing_are_refused_with_the_way_out(name, values):
    for value in values:
        with pytest.raises(ValueError, match=rf"{name} .*, got {value}"):
            Settings(**{name: value})


@pytest.mark.parametrize("margin", [0, -0.1, math.nan])
def test_a_validators_margin_that_means_nothing_is_refused(margin):
    results = results_of([MS, 2 * MS], [2 * MS, 3 * MS, MS])
    with pytest.raises(ValueError, match="margin is above 0 and finite"):
        StatisticalValidator(margin=margin).validate_results(results)


def test_a_baseline_without_a_right_answer_voids_the_comparison():
    data = INPUTS, np.ones(60, dtype=int)  # all answer 0
    results = results_of([MS, 2 * MS, MS], [9 * MS, 8 * MS], data=data)
    validation = StatisticalValidator().validate_results(results)
    assert (validation.valid, validation.significant, validation.accuracy) == (False, False, None)
    assert "the baseline answers nothing rightly" in shown(results)


def test_results_written_in_mid_run_say_so(tmp_path):
    from tinytorch.templates.report import write_results

    clock, seen = VirtualClock(), []
    perf = benchmark(ScriptedModel(clock, MS), clock=clock)
    perf.keep = lambda results: seen.append(load_results(write_results(results, tmp_path / "new.json")))
    results = perf.run_all_scenarios()
    assert [one.rounds_measured for one in seen] == list(range(QUICK["rounds"] + 1))
    assert [one.complete for one in seen] == [False] * QUICK["rounds"] + [True]
    assert seen[2].error == "it ended after 2 of 6 rounds, without a word"
    assert [len(one.get("server").runs["model"]) for one in seen[1:]] == [1, 2, 3, 4, 5, 6]
    assert seen[-1].to_dict() == results.to_dict()
