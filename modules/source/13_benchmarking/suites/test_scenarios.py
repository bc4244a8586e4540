"""Scenarios: each scenario's own metric, and every reason why a run does not count.

Latencies lie on plateaus, and where a percentile matters the student's own is as good as ours: a slip in an earlier
section costs its points there and not here again.
"""

import numpy as np
import pytest

from autograder.examining.checks import close, expect

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
        outputs=np.zeros((1, 2)),
    )


def evenly(n, gap_ms, start_ms=50_000):
    """`n` times `gap_ms` apart, in ns."""
    return (np.arange(n) * gap_ms + start_ms) * MS


def metric(student, run):
    return student.metric_value(run, student.made(student.Settings))


# -- metric_value -----------------------------------------------------------------------------------------------------


@pytest.mark.exercise("metric_value", points=1)
def test_single_stream_reports_p90_in_ms(student, seed):
    """The mean hides the tail, the median more so, and nanoseconds are not what the report says."""
    low, mid, high = (int(x) * MS for x in np.cumsum(np.random.default_rng(seed).integers(2, 9, size=3)))
    latency = np.repeat([low, mid, high], [70, 25, 5])
    scheduled = np.cumsum(latency) - latency
    yours = metric(student, a_run(student, "single_stream", scheduled, scheduled + latency))
    right = close(yours, mid / MS) or close(yours, student.percentile(latency.astype(float), 0.9) / MS)
    assert right, expect(yours, mid / MS, "Single-Stream reports the 90th percentile of latency in ms.")


@pytest.mark.exercise("metric_value", points=0.75)
def test_server_reports_the_scheduled_rate(student, seed):
    """Completed per second is what the model managed after the last arrival too; the rate offered is the schedule's."""
    n, gap = (int(x) for x in np.random.default_rng(seed).integers((50, 5), (90, 20)))
    scheduled = evenly(n, gap)
    completed = scheduled + np.linspace(1, 40 * gap, n).astype(np.int64) * MS
    yours, due = metric(student, a_run(student, "server", scheduled, completed)), 1000 / gap
    # 3 % allows n for n - 1, which has a test of its own.
    look = "Server reports samples per second of the schedule: from the first to the last scheduled time."
    assert close(yours, due, rel=0.03), expect(yours, due, look)


@pytest.mark.exercise("metric_value", points=0.5)
def test_server_counts_gaps_not_posts(student, seed):
    """n queries span n - 1 gaps."""
    gap = int(np.random.default_rng(seed).integers(5, 20))
    scheduled = evenly(5, gap)
    yours, due = metric(student, a_run(student, "server", scheduled, scheduled + gap * MS)), 1000 / gap
    look = "Between the first and the last of n scheduled queries lie n - 1 gaps."
    assert close(yours, due), expect(yours, due, look)


@pytest.mark.exercise("metric_value", points=0.75)
def test_offline_reports_samples_over_the_whole_run(student, seed):
    """Latencies of samples served together overlap: their sum, or their mean, is no duration."""
    batches, size, took = (int(x) for x in np.random.default_rng(seed).integers((4, 8, 10), (9, 16, 40)))
    completed = np.repeat(np.arange(1, batches + 1), size) * took * MS
    run = a_run(student, "offline", np.zeros_like(completed), completed)
    yours, due = metric(student, run), 1000 * size / took
    look = "Offline reports all samples over the time from the start to the last completion."
    assert close(yours, due), expect(yours, due, look)


@pytest.mark.exercise("metric_value", points=0.5)
def test_offline_starts_when_the_run_starts(student, seed):
    """The clock does not show 0 when a run starts."""
    start = int(np.random.default_rng(seed).integers(1_000, 90_000)) * MS
    completed = start + np.repeat([20, 40], 8) * MS
    yours = metric(student, a_run(student, "offline", np.full(16, start), completed))
    look = "Subtract the scheduled time: times are the clock's, not the run's."
    overlapping = close(yours, 16 / (8 * 0.020 + 8 * 0.040))  # latencies added up, which has just had a test of its own
    assert close(yours, 400.0) or overlapping, expect(yours, 400.0, look)


@pytest.mark.exercise("metric_value", points=0.5)
def test_an_unknown_scenario_has_no_metric(student):
    """A misspelt scenario that is measured as Offline gives a number of nothing."""
    scheduled = evenly(10, 10)
    run = a_run(student, "multi_player", scheduled, scheduled + 5 * MS)
    student.refuses("ValueError", student.metric_value, run, student.made(student.Settings))


# -- validity ---------------------------------------------------------------------------------------------------------


def reasons(student, scenario, n, gap_ms, latency_ms, **settings):
    """How many reasons the student finds against a run of `n` queries, one every `gap_ms`."""
    scheduled = evenly(n, gap_ms)
    run = a_run(student, scenario, scheduled, scheduled + np.asarray(latency_ms) * MS)
    fair = {"min_queries": 10, "min_duration_ns": 100 * MS, "latency_target_ns": 30 * MS} | settings
    return len(student.validity(run, student.made(student.Settings, **fair)))


def own_p99_is_over(student, latency_ms, target_ms):
    """Whether the student's own percentile sees what ours sees."""
    return float(student.percentile(np.asarray(latency_ms, dtype=float), 0.99)) > target_ms


@pytest.mark.exercise("validity", points=0.5)
def test_a_good_run_is_valid(student, seed):
    """Limits that are met exactly are met."""
    n = int(np.random.default_rng(seed).integers(40, 80))
    look = "A run with exactly min_queries queries, or with a latency exactly at the target, is VALID."
    for scenario in ("single_stream", "server", "offline"):
        found = reasons(student, scenario, n, gap_ms=20, latency_ms=np.full(n, 15), min_queries=n)
        assert found == 0, expect(f"{scenario}, reasons: {found}", f"{scenario}, reasons: 0", look)
    found = reasons(student, "server", n, gap_ms=20, latency_ms=np.full(n, 30))
    assert found == 0, expect(f"server, reasons: {found}", "server, reasons: 0", look)


@pytest.mark.exercise("validity", points=0.5)
def test_too_few_queries_are_a_reason(student, seed):
    """However long a run was, a handful of queries holds no tail."""
    n = int(np.random.default_rng(seed).integers(40, 80))
    found = reasons(student, "single_stream", n, gap_ms=20, latency_ms=np.full(n, 15), min_queries=n + 1)
    assert found == 1, expect(f"reasons: {found}", "reasons: 1", "Compare run.n with settings.min_queries.")


@pytest.mark.exercise("validity", points=0.5)
def test_too_short_is_a_reason(student, seed):
    """However many queries there were, a moment is not representative."""
    n = int(np.random.default_rng(seed).integers(40, 80))
    found = reasons(student, "single_stream", n, gap_ms=1, latency_ms=np.full(n, 1), min_duration_ns=1000 * MS)
    look = "Compare run.duration_ns with settings.min_duration_ns."
    assert found == 1, expect(f"reasons: {found}", "reasons: 1", look)


@pytest.mark.exercise("validity", points=1)
def test_server_tail_over_the_target_is_a_reason(student, seed):
    """A mean or a median within the target says nothing about the slowest users."""
    n = 10 * int(np.random.default_rng(seed).integers(4, 8))
    latency = np.repeat([5, 60], [n - n // 10, n // 10])
    found = reasons(student, "server", n, gap_ms=100, latency_ms=latency)
    look = "Server holds percentile(latency, settings.percentile) against settings.latency_target_ns."
    seen = found == 1 or not own_p99_is_over(student, latency, 30)
    assert seen, expect(f"reasons: {found}", "reasons: 1", look)


@pytest.mark.exercise("validity", points=0.5)
def test_only_the_server_has_a_target(student, seed):
    """Offline samples wait for the whole run by design, and Single-Stream has no constraint."""
    n = int(np.random.default_rng(seed).integers(40, 80))
    for scenario in ("single_stream", "offline"):
        found = reasons(student, scenario, n, gap_ms=100, latency_ms=np.full(n, 60))
        look = "The latency target belongs to Server alone."
        assert found == 0, expect(f"{scenario}, reasons: {found}", f"{scenario}, reasons: 0", look)


@pytest.mark.exercise("validity", points=1)
def test_every_reason_is_given(student, seed):
    """Who repairs the first reason should not meet the second only after the next run."""
    n = int(np.random.default_rng(seed).integers(40, 80))
    latency, few, short = np.full(n, 60), {"min_queries": n + 1}, {"min_duration_ns": 1000 * MS}
    due, found = 3, reasons(student, "server", n, 1, latency, **few, **short)
    if found != due:  # which of them are seen at all has tests of its own
        fast = np.full(n, 1)
        due = reasons(student, "server", n, 20, fast, **few) + reasons(student, "server", n, 1, fast, **short)
        due += reasons(student, "server", n, 20, latency)
    look = "Collect reasons in a list; do not return early."
    assert found == due > 1, expect(f"reasons: {found}", f"reasons: {max(due, 2)}", look)
