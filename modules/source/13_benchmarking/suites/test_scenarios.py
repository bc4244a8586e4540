"""Scenarios: each scenario's own metric, and every reason why a run does not count.

The percentile is scripted and passed in, so that one that is wrong, or not written yet, costs nothing here. Latencies
lie on plateaus and in order, so that who sorts again by hand sees the same, and fails only the test that is about it.
"""

import math
import re

import numpy as np
import pytest

from autograder.examining.checks import close, expect
from autograder.examining.errors import StudentError
from autograder.examining.promised import attributes, number, refused

MS = 1_000_000


def a_run(student, scenario, scheduled, completed):
    """A Run of one-sample queries, issued when scheduled, to be passed on."""
    n = len(scheduled)
    scheduled, completed = np.array(scheduled, dtype=np.int64), np.array(completed, dtype=np.int64)
    everything = np.arange(n)
    return student.made(
        student.Run,
        scenario=scenario,
        scheduled_ns=scheduled,
        issued_ns=scheduled,
        completed_ns=completed,
        sample_indices=everything,
        kept=everything[:1],
        outputs=np.zeros((min(n, 1), 2)),
    )


def evenly(n, gap_ms, start_ms=50_000):
    """`n` times `gap_ms` apart, in ns."""
    return (np.arange(n) * gap_ms + start_ms) * MS


def nearest(values, p):
    """The percentile that the suites pass in: sorted(values)[floor(n * p)]; a row of numbers, p in (0, 1)."""
    row = np.array(values if isinstance(values, list | tuple | np.ndarray) else [])
    if row.ndim != 1 or not row.size or row.dtype.kind not in "iuf" or type(p) not in (float, np.float64):
        raise ValueError("percentile_of takes one or more values, and p, for example 0.9")
    if not 0 < p < 1:
        raise ValueError(f"p lies between 0 and 1, for example 0.9, got {p}")
    return float(np.sort(row)[math.floor(row.size * p)])


def tripled(values, p):
    """Three times the percentile, which nobody gets who does not ask for it."""
    return 3 * nearest(values, p)


GIVEN = "Ask percentile_of, the parameter: whoever calls you may give another one than yours."


def metric(student, run, percentile_of=nearest):
    """What the student reports of a run, with the settings as they are unless told."""
    return student.metric_value(run, student.made(student.Settings), percentile_of=percentile_of)


# -- metric_value -----------------------------------------------------------------------------------------------------


@pytest.mark.exercise("metric_value", points=0.55)
def test_single_stream_reports_p90_in_ms(student, seed):
    """The mean hides the tail, the median more so, and nanoseconds are not what the report says."""
    low, mid, high = (int(x) * MS + MS // 4 for x in np.cumsum(np.random.default_rng(seed).integers(12, 19, size=3)))
    latency = np.repeat([low, mid, high], [86, 8, 6])
    scheduled = np.cumsum(latency) - latency
    yours = metric(student, a_run(student, "single_stream", scheduled, scheduled + latency))
    look = "Single-Stream reports the 90th percentile of latency in ms."
    assert close(yours, mid / MS), expect(yours, mid / MS, look)


@pytest.mark.exercise("metric_value", points=0.2)
def test_single_stream_asks_the_percentile_that_it_is_given(student):
    """What stands in percentile alone is repaired there alone."""
    latency = np.repeat([12, 31, 47], [86, 8, 6]) * MS
    run = a_run(student, "single_stream", evenly(100, 50), evenly(100, 50) + latency)
    exact, yours = number(metric(student, run)), metric(student, run, tripled)
    # Which percentile it is, and in which unit, has just had a test of its own; so has the mean.
    due = exact if close(exact, latency.mean() / MS) else 3 * exact
    assert exact > 0, expect(exact, "a latency", GIVEN)
    assert close(yours, due), expect(yours, 3 * exact, GIVEN)


@pytest.mark.exercise("metric_value", points=0.6)
def test_server_reports_the_scheduled_rate(student):
    """Completed per second is what the model managed after the last arrival too; the rate offered is the schedule's."""
    scheduled = evenly(70, 8)
    completed = scheduled + np.linspace(1, 40 * 8, 70).astype(np.int64) * MS
    yours, due = metric(student, a_run(student, "server", scheduled, completed)), 125.0
    # 3 % allows n for n - 1, which has a test of its own.
    look = "Server reports samples per second of the schedule: from the first to the last scheduled time."
    assert close(yours, due, rel=0.03), expect(yours, due, look)


@pytest.mark.exercise("metric_value", points=0.4)
def test_server_counts_gaps_not_posts(student):
    """n queries span n - 1 gaps, long ones and short ones."""
    scheduled = (50_000 + np.array([0, 2, 17, 19, 25])) * MS
    yours, due = metric(student, a_run(student, "server", scheduled, scheduled + 5 * MS)), 160.0
    look = "Between the first and the last of n scheduled queries lie n - 1 gaps."
    late = close(yours, 4 / 0.024)  # of the completions: which has just had a test of its own
    assert close(yours, due) or late, expect(yours, due, look)


@pytest.mark.exercise("metric_value", points=0.55)
def test_offline_reports_samples_over_the_whole_run(student, seed):
    """Latencies of samples served together overlap: their sum, or their mean, is no duration."""
    batches, size, took = (int(x) for x in np.random.default_rng(seed).integers((4, 8, 10), (9, 16, 40)))
    completed = np.repeat(np.arange(1, batches + 1), size) * took * MS
    run = a_run(student, "offline", np.zeros_like(completed), completed)
    yours, due = metric(student, run), 1000 * size / took
    look = "Offline reports all samples over the time from the start to the last completion."
    assert close(yours, due), expect(yours, due, look)


@pytest.mark.exercise("metric_value", points=0.4)
def test_offline_starts_when_the_run_starts(student, seed):
    """The clock does not show 0 when a run starts."""
    start = int(np.random.default_rng(seed).integers(1_000, 90_000)) * MS
    completed = start + np.repeat([20, 25], 8) * MS
    yours = metric(student, a_run(student, "offline", np.full(16, start), completed))
    look = "Subtract the scheduled time: times are the clock's, not the run's."
    overlapping = close(yours, 16 / (8 * 0.020 + 8 * 0.025))  # latencies added up, which has just had a test of its own
    assert close(yours, 640.0) or overlapping, expect(yours, 640.0, look)


@pytest.mark.exercise("metric_value", points=0.3)
def test_an_unknown_scenario_has_no_metric(student):
    """A misspelt scenario that is measured as Offline gives a number of nothing."""
    scheduled = evenly(10, 10)
    number(metric(student, a_run(student, "offline", scheduled, scheduled + 5 * MS)))
    run = a_run(student, "multi_player", scheduled, scheduled + 5 * MS)
    refused({"scenario 'multi_player'": lambda: metric(student, run)})


# -- validity ---------------------------------------------------------------------------------------------------------


def reasons(student, scenario, n, gap_ms, latency_ms, percentile_of=nearest, **settings):
    """The reasons that the student finds against a run of `n` queries, one every `gap_ms`."""
    scheduled = evenly(n, gap_ms)
    run = a_run(student, scenario, scheduled, scheduled + np.asarray(latency_ms, dtype=np.int64) * MS)
    fair = {"min_queries": 10, "min_duration_ns": 100 * MS, "latency_target_ns": 30 * MS} | settings
    found = student.validity(run, student.made(student.Settings, **fair), percentile_of=percentile_of)
    look = "Return a list of Reason, empty for a run that counts."
    assert isinstance(found, list), expect(f"a {student.kind(found)}", "a list", look)
    return found


def count(found, due, said, look):
    """Check how many reasons were found."""
    yours = len(found)
    assert yours == due, expect(f"{said}, reasons: {yours}", f"{said}, reasons: {due}", look)


def told(student, found):
    """The claim, the evidence and the remedy of each reason."""
    return [attributes(student, reason, "Reason", "claim", "evidence", "remedy") for reason in found]


def broken(student):
    """What is told against a run that is too short and has too few queries: who finds nothing there finds valid runs
    valid as well. No Server, whose target has tests of its own."""
    words = {"min_queries": 53, "min_duration_ns": 1000 * MS}
    found = student.once("broken", lambda: told(student, reasons(student, "single_stream", 47, 1, [60] * 47, **words)))
    look = "Too few queries and too short: that run does not count."
    assert found, expect("reasons: 0", "reasons: 2", look)
    return found


@pytest.mark.exercise("validity", points=0.4)
def test_a_good_run_is_valid(student):
    """Limits that are met exactly are met."""
    broken(student)
    look = "A run with exactly min_queries queries, or with a latency exactly at the target, is VALID."
    for scenario in ("single_stream", "server", "offline"):
        found = reasons(student, scenario, 60, gap_ms=20, latency_ms=np.full(60, 15), min_queries=60)
        count(found, 0, scenario, look)
    found = reasons(student, "server", 60, 20, np.full(60, 30), min_queries=60, min_duration_ns=(59 * 20 + 30) * MS)
    count(found, 0, "server, all limits met exactly", look)


@pytest.mark.exercise("validity", points=0.4)
def test_too_few_queries_are_a_reason(student, seed):
    """However long a run was, a handful of queries holds no tail."""
    n = int(np.random.default_rng(seed).integers(40, 80))
    found = reasons(student, "single_stream", n, gap_ms=20, latency_ms=np.full(n, 15), min_queries=n + 1)
    count(found, 1, "one query too few", "Compare run.n with settings.min_queries.")


@pytest.mark.exercise("validity", points=0.4)
def test_too_short_is_a_reason(student):
    """However many queries there were, a moment is not representative."""
    took = (59 * 20 + 15) * MS
    found = reasons(student, "single_stream", 60, gap_ms=20, latency_ms=np.full(60, 15), min_duration_ns=took + 1)
    count(found, 1, "1 ns too short", "Compare run.duration_ns with settings.min_duration_ns.")


@pytest.mark.exercise("validity", points=0.3)
def test_server_tail_over_the_target_is_a_reason(student):
    """A mean or a median within the target says nothing about the slowest users."""
    found = reasons(student, "server", 60, gap_ms=100, latency_ms=np.repeat([5, 60], [54, 6]))
    look = "Server holds percentile(latency, settings.percentile) against settings.latency_target_ns."
    count(found, 1, "server, a tenth over the target", look)


@pytest.mark.exercise("validity", points=0.2)
def test_the_percentile_is_that_of_the_settings(student):
    """Who asks that 70 % of the users are served in time does not ask it of 99 %."""
    look = "The share that must be in time is settings.percentile."
    latency = np.repeat([5, 40], [40, 10])
    count(reasons(student, "server", 50, 100, latency, percentile=0.7), 0, "percentile 0.7, 80 % in time", look)
    latency = np.repeat([5, 200], [40, 10])
    count(reasons(student, "server", 50, 100, latency, percentile=0.9), 1, "percentile 0.9, 80 % in time", look)


@pytest.mark.exercise("validity", points=0.2)
def test_the_tail_is_that_of_the_percentile_that_is_given(student):
    """Three times the tail is over the target, which the tail is not; a mean over it has had a test of its own."""
    latency = np.repeat([15, 800], [56, 4])
    found = reasons(student, "server", 60, 100, latency, tripled, percentile=0.9)
    count(found, 1, "server, percentile_of(...) over the target", GIVEN)


@pytest.mark.exercise("validity", points=0.3)
def test_only_the_server_has_a_target(student, seed):
    """Offline samples wait for the whole run by design, and Single-Stream has no constraint."""
    broken(student)
    n = int(np.random.default_rng(seed).integers(40, 80))
    for scenario in ("single_stream", "offline"):
        found = reasons(student, scenario, n, gap_ms=100, latency_ms=np.full(n, 60))
        count(found, 0, scenario, "The latency target belongs to Server alone.")


@pytest.mark.exercise("validity", points=0.4)
def test_every_reason_is_given(student):
    """Who repairs the first reason should not meet the second only after the next run."""
    n, slow, few, short = 50, np.full(50, 60), {"min_queries": 51}, {"min_duration_ns": 1000 * MS}
    due, found = 3, len(reasons(student, "server", n, 1, slow, **few, **short))
    if found != due:  # which of them are seen at all has tests of its own
        fast = np.full(n, 1)
        alone = [reasons(student, "server", n, 20, fast, **few), reasons(student, "server", n, 1, fast, **short)]
        due = sum(map(len, [*alone, reasons(student, "server", n, 20, slow)]))
    look = "Collect reasons in a list; do not return early."
    assert found == due > 1, expect(f"reasons: {found}", f"reasons: {max(due, 2)}", look)


@pytest.mark.exercise("validity", points=0.2)
def test_a_reason_says_what_was_found(student):
    """'Too slow' without a number convinces nobody, and without a remedy helps nobody."""
    look = "A Reason has a claim, evidence and a remedy, each a text."
    late = told(student, reasons(student, "server", 50, 20, [60] * 50))
    for texts in [*broken(student), *late]:
        right = all(isinstance(text, str) and text.strip() for text in texts)
        assert right, expect(texts, "three texts", look)
        evidence = texts[1]
        assert re.search(r"\d", evidence), expect(evidence, "evidence with numbers", "Say what was found and asked.")
    for _, evidence, _ in told(student, reasons(student, "single_stream", 47, 20, [15] * 47, min_queries=53)):
        due = "47 queries: evidence with 47"
        assert "47" in evidence, expect(f"47 queries: {evidence}", due, "Say how many queries there were.")


@pytest.mark.exercise("validity", points=0.2)
def test_a_run_without_a_sample_has_no_percentile(student):
    """A model that failed at once left an empty run: it is too few and too short, and no error of the validator."""
    look = "A run without a sample has no percentile: ask for it only where run.n is not 0."
    try:
        found = reasons(student, "server", 0, 20, np.zeros(0))
    except StudentError as error:
        raise AssertionError(expect(f"no sample: {error}", "no sample: reasons", look)) from None
    assert found, expect("no sample, reasons: 0", "no sample, reasons: 2", look)
