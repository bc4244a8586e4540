"""Rounds that end when the question is answered: at a planned look, with what is open said, and never anywhere else."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripted import INPUTS, LAW, MS, Failing, Jittery
from tests.test_same_runs import digest
from tinytorch.benchmarking import (
    PerformanceReporter,
    Results,
    RunFailed,
    ScriptedModel,
    Settings,
    StatisticalValidator,
    TinyTorchPerf,
    VirtualClock,
)
from tinytorch.looks import LOOKS, OPEN, TOLD, standing
from tinytorch.looks.standing import chance
from tinytorch.pitfalls import optional_stopping
from tinytorch.templates.terminal import terminal_answer

SHORT = {"min_queries": 1_000, "min_duration_ns": MS, "target_qps": 100.0}


class Moody(ScriptedModel):
    """Takes `per_batch_ns` times a factor that each copy draws for itself: rounds differ by `spread`."""

    def __init__(self, clock, per_batch_ns, rng, spread):
        super().__init__(clock, round(per_batch_ns * math.exp(rng.normal(0, spread))))
        self.whole_ns, self.rng, self.spread = per_batch_ns, rng, spread

    def __deepcopy__(self, memo):
        return Moody(self.clock, self.whole_ns, self.rng, self.spread)


def measured(ratio, spread=0.003, progress=False, seed=7, **asked):
    """Results of a model that takes `ratio` times as long as its baseline, in rounds that differ by `spread`."""
    clock, rng = VirtualClock(), np.random.default_rng(seed)
    perf = TinyTorchPerf(Settings(**(SHORT | asked)), clock, progress=progress)
    perf.set_model(Moody(clock, round(MS * ratio), rng, spread), name="B")
    perf.set_baseline(Moody(clock, MS, rng, spread), name="A")
    perf.set_dataset(INPUTS)
    return perf.run_all_scenarios()


def verdicts(results):
    return {c.verdict for c in StatisticalValidator().validate_results(results).comparisons}


@pytest.mark.parametrize(("ratio", "word"), [(0.5, "faster"), (2.0, "slower"), (1.0, "equivalent")])
def test_a_clear_answer_ends_the_rounds_early_and_counts(ratio, word):
    results = measured(ratio)
    validation = StatisticalValidator().validate_results(results)
    assert results.rounds_measured in LOOKS[:3]
    assert results.ended
    assert {c.verdict for c in validation.comparisons} == {word}
    assert validation.valid, "what was asked of all rounds is not asked of those that were enough"
    assert all(len(runs) == results.rounds_measured for result in results.values() for runs in result.runs.values())
    asked = Settings(**SHORT)
    assert results.settings.min_queries == math.ceil(asked.min_queries * results.rounds_measured / 40)


def test_what_is_open_goes_on_and_the_progress_line_says_so(capsys):
    results = measured(1.0, spread=0.012, progress=True)
    assert results.rounds_measured > 10
    assert "open: single_stream" in capsys.readouterr().err


def test_too_close_to_the_margin_ends_before_the_limit_and_says_so():
    results = measured(1.01, spread=0.004)
    assert results.rounds_measured < 40
    report = PerformanceReporter().generate_report(results)
    assert "not resolved: too close to the margin to tell" in report.to_markdown()
    assert f"{results.rounds_measured} rounds of up to 40, ended at a planned look" in report.to_markdown()
    assert "rounds were measured" not in terminal_answer(report)


def test_noise_that_no_limit_overcomes_is_not_waited_for():
    results = measured(1.0, spread=0.3)
    assert results.rounds_measured <= 20
    assert verdicts(results) == {"not resolved"}
    assert "the rounds differ too much to tell" in PerformanceReporter().generate_report(results).to_markdown()


def test_a_round_is_as_long_as_the_fewest_rounds_need():
    """Server's six hold all that is asked; Single-Stream's are short, but six tell a 90th percentile."""
    results = measured(2.0)
    assert min(run.n for run in results["server"].runs["model"]) >= math.ceil(1_000 / 6)
    assert {run.n for run in results["single_stream"].runs["model"]} == {25}
    few = measured(2.0, min_queries=12)
    assert {run.n for run in few["single_stream"].runs["model"]} == {math.ceil(64 / 6)}
    assert few["single_stream"].valid


def test_four_rows_share_the_error():
    """Each alone would be told: together none is."""
    rng = np.random.default_rng(8)
    logs = rng.standard_normal((4, 10))
    logs = (logs - logs.mean(axis=1, keepdims=True)) / logs.std(axis=1, ddof=1, keepdims=True)
    rows = list(np.exp(0.05 + 0.028 * logs))  # p of 0.0014 at this look, 0.0075 over all, 0.03 of four
    assert standing(rows[:1], 0.01) == [TOLD]
    assert standing(rows, 0.01) == [TOLD] * 4
    wider = list(np.exp(0.05 + 0.036 * logs))
    assert standing(wider[:1], 0.01) == [TOLD]
    assert standing(wider, 0.01) == [OPEN] * 4


def test_an_upper_limit_is_kept():
    results = measured(1.0, spread=0.012, most_rounds=9)
    assert results.rounds_measured in (6, 8, 9)
    assert {run.n for run in results["single_stream"].runs["model"]} == {math.ceil(1_000 / 9)}


def test_a_fixed_number_stays_fixed():
    results = measured(2.0, rounds=9)
    assert results.rounds_measured == 9
    assert results.settings.min_queries == SHORT["min_queries"]
    assert not results.planned


def test_without_a_baseline_there_are_ten_rounds():
    clock = VirtualClock()
    perf = TinyTorchPerf(Settings(**SHORT), clock, progress=False)
    perf.set_model(ScriptedModel(clock, MS))
    perf.set_dataset(INPUTS)
    results = perf.run_all_scenarios()
    assert results.rounds_measured == results.settings.rounds == 10
    assert perf.settings.rounds is None


def test_more_confidence_takes_more_rounds_at_the_least():
    """At 99 % no interval of a median has fewer than 8 rounds."""
    results = measured(2.0, confidence=0.99)
    assert results.rounds_measured == 8
    assert StatisticalValidator().validate_results(results).valid


def test_a_look_changes_no_run():
    """The first rounds are those of whoever goes on longer: the looks only end them."""
    short, longer = measured(2.0), measured(2.0, spread=0.003, confidence=0.99)
    for scenario, result in short.items():
        for arm, runs in result.runs.items():
            for one, other in zip(runs, longer[scenario].runs[arm], strict=False):
                assert np.array_equal(one.completed_ns, other.completed_ns)
    assert digest(measured(2.0)) == digest(short)


def test_results_are_read_again_as_they_were(tmp_path):
    from tinytorch.benchmarking import load_results

    results = measured(2.0)
    path = PerformanceReporter().generate_report(results).save_as_json(tmp_path / "new.json")
    assert load_results(path).to_dict() == results.to_dict()


def test_rounds_that_end_elsewhere_are_peeking():
    results = measured(2.0)
    cut = replace(results, rounds_measured=7)
    for result in cut.values():
        for runs in result.runs.values():
            del runs[7:]
    found = {pitfall.name: pitfall for pitfall in StatisticalValidator().validate_results(cut).pitfalls}
    assert "looks were planned after 6, 8, 10, 14, 20, 28, 40 rounds, 7 were run" in found["optional stopping"].evidence
    assert "optional stopping" not in {p.name for p in StatisticalValidator().validate_results(measured(2.0)).pitfalls}


@pytest.mark.parametrize("rounds", range(1, 41))
def test_a_planned_look_is_no_peeking(rounds):
    assert (optional_stopping(LOOKS, rounds) is None) == (rounds in LOOKS)


def test_a_failure_before_a_look_is_incomplete():
    clock, calls = VirtualClock(), [0]
    perf = TinyTorchPerf(Settings(**SHORT), clock, progress=False)
    perf.set_model(ScriptedModel(clock, MS), name="B")
    perf.set_baseline(build=lambda: Failing(clock, calls, 400, fails), name="A")
    perf.set_dataset(INPUTS)
    with pytest.raises(RunFailed):
        perf.run_all_scenarios()
    assert not perf.results.complete
    assert not perf.results.ended
    said = terminal_answer(PerformanceReporter().generate_report(perf.results))
    assert f"{perf.results.rounds_measured} of 40 rounds were measured to their end" in said


def fails(batch):
    raise ValueError("no more")


def test_jitter_within_a_round_is_no_difference():
    clock, rng = VirtualClock(), np.random.default_rng(3)
    perf = TinyTorchPerf(Settings(**SHORT), clock, progress=False)
    perf.set_model(Jittery(clock, MS, rng), name="B")
    perf.set_baseline(Jittery(clock, MS, rng), name="A")
    perf.set_dataset(INPUTS)
    results: Results = perf.run_scenario("single_stream") and perf.results
    assert verdicts(results) <= {"equivalent", "not resolved"}


@pytest.mark.parametrize(
    ("asked", "message"),
    [({"most_rounds": 5}, "6 to 40"), ({"most_rounds": 41}, "6 to 40"), ({"rounds": 0}, "or None for planned looks")],
)
def test_what_cannot_be_planned_is_refused(asked, message):
    with pytest.raises(ValueError, match=message):
        Settings(**asked)


@LAW
@given(seed=st.integers(0, 10**6), mean=st.floats(-0.03, 0.03), spread=st.floats(0.001, 0.05), n=st.sampled_from(LOOKS))
def test_the_chance_of_a_verdict_is_one(seed, mean, spread, n):
    ratios = np.exp(mean + spread * np.random.default_rng(seed).standard_normal(n))
    found = chance(ratios, 0.01, 0.01)
    assert 0 <= found <= 1 + 1e-12
    assert found == 0 or n < LOOKS[-1]
    assert found == pytest.approx(chance(1 / ratios, 0.01, 0.01), abs=1e-9)


def test_the_chance_is_that_of_a_simulation():
    """The mean of the next rounds scatters around that of these; the spread is taken as it is."""
    rng = np.random.default_rng(11)
    ratios = np.exp(0.006 + 0.02 * rng.standard_normal(14))
    logs = np.log(ratios)
    mean, spread, wanders = logs.mean(), logs.std(ddof=1), logs.std(ddof=1) * math.sqrt(1 / 14 - 1 / 40)
    ends = mean + wanders * rng.standard_normal(200_000)
    from scipy import stats

    half = stats.t.ppf(1 - 0.0114 / 2, 39) * spread / math.sqrt(40)
    due = (np.abs(np.abs(ends) - math.log(1.01)) > half).mean()
    assert chance(ratios, 0.01, 0.0114) == pytest.approx(due, abs=0.005)


def test_a_row_that_is_told_stays_told_beside_open_ones():
    rng = np.random.default_rng(2)
    told, still = np.exp(0.7 + 0.01 * rng.standard_normal(8)), np.exp(0.004 + 0.01 * rng.standard_normal(8))
    assert standing([still, told], 0.01) == [OPEN, TOLD]
