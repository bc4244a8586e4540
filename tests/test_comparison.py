"""Comparison and verdict against scipy, counting and symmetry; what has to be so before a model is called faster."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.scripted import LAW, MS, Jittery, benchmark, jittery, run_of
from tinytorch.benchmarking import (
    Interval,
    PerformanceReporter,
    Results,
    ScenarioResult,
    Settings,
    StatisticalValidator,
    VirtualClock,
    cliffs_delta,
    compare,
    holm,
    in_most,
    paired_ratio,
    percentile,
    round_pairs,
    verdict,
)
from tinytorch.pitfalls import Pitfall
from tinytorch.runs import doubt_of
from tinytorch.templates.terminal import terminal_table

POSITIVE = st.floats(0.01, 1e6)
PAIRS = st.lists(st.tuples(POSITIVE, POSITIVE), min_size=3, max_size=20).filter(
    lambda pairs: np.std([math.log(one / other) for one, other in pairs]) > 1e-6
)


@LAW
@given(pairs=PAIRS, confidence=st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_a_paired_ratio_is_scipys_paired_t_on_logarithms(pairs, confidence):
    model, baseline = np.array(pairs).T
    found = paired_ratio(model, baseline, confidence)
    exact = stats.ttest_rel(np.log(model), np.log(baseline))
    interval = np.exp(exact.confidence_interval(confidence))
    assert found.p_value == pytest.approx(exact.pvalue, rel=1e-6)
    assert found.interval[:2] == pytest.approx(interval, rel=1e-6)
    assert found.ratio == pytest.approx(stats.gmean(model) / stats.gmean(baseline), rel=1e-6)


@LAW
@given(pairs=PAIRS)
def test_the_other_way_round_the_ratio_is_the_reciprocal(pairs):
    model, baseline = np.array(pairs).T
    one, other = paired_ratio(model, baseline), paired_ratio(baseline, model)
    assert one.ratio * other.ratio == pytest.approx(1)
    assert one.interval.low * other.interval.high == pytest.approx(1, rel=1e-6)
    assert one.p_value == pytest.approx(other.p_value, rel=1e-6)


@pytest.mark.parametrize(
    ("model", "baseline"), [([1, 2], [1, 2, 3]), ([1, -2], [1, 2]), ([1, 2], [0, 2]), ([1, math.nan], [1, 2]), ([], [])]
)
def test_what_are_no_pairs_is_refused(model, baseline):
    with pytest.raises(
        ValueError, match=r"needs two pairs or more|needs positive values on either side|needs 2 finite values or more"
    ):
        paired_ratio(model, baseline)


def test_ratios_that_are_equal_but_for_rounding_are_exact():
    """As on virtual time, where a t test of them would find anything significant, and scipy warns."""
    rounds = np.array([100_003, 110_017, 123_457, 23, 1, 120_121])
    assert np.ptp(np.log(3 * rounds) - np.log(7 * rounds)) > 0
    arms = {"model": 3 * rounds, "baseline": 7 * rounds, "control": 7 * rounds}
    runs = {arm: [run_of("single_stream", np.full(70, ns)) for ns in values] for arm, values in arms.items()}
    settings = Settings(rounds=6, min_queries=1, min_duration_ns=1)
    scenarios = {"single_stream": ScenarioResult("single_stream", runs, settings)}
    results = Results(settings, "B", "A", "", "", 1, scenarios)
    found = compare(results, 0.95, 0.01)
    assert [(c.verdict, c.p_value) for c in found] == [("faster", 0.0)] * 2
    assert all(c.ratio == c.interval.low == c.interval.high == pytest.approx(3 / 7) for c in found)
    assert StatisticalValidator().validate_results(results).control is None
    equal = dict.fromkeys(arms, arms["model"])
    runs = {arm: [run_of("single_stream", np.full(70, ns)) for ns in values] for arm, values in equal.items()}
    results.scenarios["single_stream"] = ScenarioResult("single_stream", runs, settings)
    assert [(c.verdict, c.p_value) for c in compare(results, 0.95, 0.01)] == [("equivalent", 1.0)] * 2


RATIO = st.floats(0.9, 1.1)
MARGIN = st.floats(0.001, 0.05)
MIRRORED = {"faster": "slower", "slower": "faster"}


def interval(one: float, other: float) -> Interval:
    return Interval(min(one, other), max(one, other), 0.95)


@LAW
@given(ends=st.tuples(RATIO, RATIO), inner=st.tuples(RATIO, RATIO), margin=MARGIN)
def test_a_verdict_is_mirrored_when_model_and_baseline_change_places(ends, inner, margin):
    wide, narrow = interval(*ends), interval(*inner)
    other = [interval(1 / one.high, 1 / one.low) for one in (wide, narrow)]
    if min(abs(abs(math.log(end)) - math.log1p(margin)) for end in (*ends, *inner)) > 1e-9:
        word = verdict(wide, narrow, margin)
        assert verdict(*other, margin) == MIRRORED.get(word, word)


@pytest.mark.parametrize(
    ("ends", "inner", "word"),
    [
        ((0.90, 0.98), (0.91, 0.97), "faster"),
        ((0.90, 0.995), (0.91, 0.994), "not resolved"),
        ((1.02, 1.05), (1.03, 1.04), "slower"),
        ((1.005, 1.05), (1.006, 1.04), "not resolved"),
        ((0.985, 1.02), (0.995, 1.005), "equivalent"),
        ((0.985, 1.02), (0.985, 1.005), "not resolved"),
        ((0.5, 2.0), (0.6, 1.8), "not resolved"),
    ],
)
def test_a_verdict_holds_the_whole_interval_against_the_margin(ends, inner, word):
    assert verdict(interval(*ends), interval(*inner), 0.01) == word


@LAW
@given(
    model=st.lists(st.integers(0, 9), min_size=1, max_size=20),
    baseline=st.lists(st.integers(0, 9), min_size=1, max_size=20),
)
def test_cliffs_delta_counts_pairs(model, baseline):
    signs = [(one > other) - (one < other) for one in model for other in baseline]
    assert cliffs_delta(model, baseline) == pytest.approx(np.mean(signs))


@pytest.fixture(scope="module")
def slightly_faster():
    return jittery(0.97, min_queries=480).run_all_scenarios()


def test_comparisons_are_adjusted_together(slightly_faster):
    comparisons = compare(slightly_faster, 0.95, 0.01)
    assert [(one.scenario, one.quantity) for one in comparisons] == [
        ("single_stream", "median latency"),
        ("single_stream", "90th percentile latency"),
        ("server", "90th percentile latency"),
        ("offline", "time per sample"),
    ]
    doubts = [doubt_of(pair, 0.01) for pair in round_pairs(slightly_faster)]
    assert [one.p_adjusted for one in comparisons] == holm(doubts)
    ranks = np.argsort(np.argsort(doubts))
    levels = [1 - 0.05 / (len(comparisons) - rank) for rank in ranks]
    assert [one.interval.confidence for one in comparisons] == pytest.approx(levels)


def test_a_comparison_is_of_the_rounds(slightly_faster):
    median, p90 = compare(slightly_faster, 0.95, 0.01)[:2]
    rounds = slightly_faster["single_stream"].runs
    for p, found in ((0.5, median), (0.9, p90)):
        model, baseline = ([percentile(run.latency_ns, p) / MS for run in rounds[arm]] for arm in ("model", "baseline"))
        assert (found.model_value, found.baseline_value) == (np.median(model), np.median(baseline))
    due = paired_ratio(model, baseline, p90.interval.confidence)
    assert (p90.ratio, *p90.interval, p90.p_value) == pytest.approx((due.ratio, *due.interval, due.p_value))
    by_query = [
        np.exp(np.median(np.log(one.latency_ns / other.latency_ns)))
        for one, other in zip(rounds["model"], rounds["baseline"], strict=True)
    ]
    due = paired_ratio(by_query, np.ones(len(by_query)), median.interval.confidence)
    assert (median.ratio, *median.interval, median.p_value) == pytest.approx((due.ratio, *due.interval, due.p_value))
    assert median.cliffs_delta == -1, "every query of the model was faster"


@pytest.mark.parametrize(("ratio", "word"), [(0.9, "faster"), (1.1, "slower"), (1.0, "equivalent")])
def test_a_clear_difference_gets_its_verdict(ratio, word):
    validation = StatisticalValidator().validate_results(
        jittery(ratio, spread=0.002, min_queries=480).run_all_scenarios()
    )
    assert {one.verdict for one in validation.comparisons} == {word}
    assert validation.significant == (word == "faster")
    assert (validation.why == "an improvement beyond the margin was shown") == (word == "faster")


def test_a_difference_within_the_margin_is_not_an_improvement(slightly_faster):
    assert StatisticalValidator().validate_results(slightly_faster).significant
    wide = StatisticalValidator(margin=0.05).validate_results(slightly_faster)
    assert not wide.significant
    assert wide.why == "no improvement beyond the margin was shown"


@pytest.fixture(scope="module")
def unresolved():
    """Rounds that differ by a few per cent: six are not enough to see one."""
    clock, rng = VirtualClock(), np.random.default_rng(7)

    def build():
        return Jittery(clock, round(MS * rng.normal(1, 0.03)), rng, 0.001)

    return benchmark(build=build, baseline=Jittery(clock, MS, rng), clock=clock, min_queries=480).run_all_scenarios()


def test_what_is_not_resolved_is_said_to_be_too_close(unresolved):
    """How many rounds would settle it held in 1 to 95 % of uses: no such number is printed."""
    report = PerformanceReporter().generate_report(unresolved)
    open_ones = [one for one in report.validation.comparisons if one.verdict == "not resolved"]
    assert open_ones
    assert not report.validation.significant
    for text in (report.to_markdown(), report.to_html(), terminal_table(report)):
        reasons = text.count("too close to the margin to tell") + text.count("the rounds differ too much to tell")
        assert reasons == len(open_ones)


def test_runs_that_do_not_count_show_nothing(slightly_faster):
    """The same rounds, asked for more than they hold."""
    asked = replace(slightly_faster.settings, min_queries=10**6)
    scenarios = {name: replace(result, settings=asked) for name, result in slightly_faster.items()}
    validation = StatisticalValidator().validate_results(replace(slightly_faster, settings=asked, scenarios=scenarios))
    assert {one.verdict for one in validation.comparisons} == {"no claim"}
    assert not validation.valid
    assert not validation.significant
    assert validation.why == "the runs do not count, so they show nothing"


def test_a_model_that_answers_worse_is_not_an_improvement(slightly_faster):
    labels = np.zeros(600, np.int64)
    wrong = labels + (np.arange(600) % 10 == 0)
    results = replace(slightly_faster, labels=labels, classes={"model": wrong, "baseline": labels})
    validation = StatisticalValidator().validate_results(results)
    assert validation.accuracy.verdict == "fail"
    assert not validation.significant
    assert validation.why == "the model answers worse than 99 % of the baseline's accuracy"


def test_a_pitfall_counts_if_most_rounds_show_it():
    pitfall = Pitfall("a", "b", "c", "d")
    assert in_most([pitfall, None, pitfall]) == [pitfall]
    assert in_most([pitfall, None]) == in_most([]) == []
