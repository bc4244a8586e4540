"""The LoadGen, one query at a time: Single-Stream and Server, seen from the model's and the clock's side."""

import numpy as np
import pytest

from autograder.examining.checks import expect
from autograder.examining.queries import (
    MS,
    asked,
    column,
    doubled,
    outputs_are_in_place,
    queries_of,
    same_times,
    started,
    varied_ms,
)

# -- Single-Stream ----------------------------------------------------------------------------------------------------


def run_single_stream(student, clock, scripted, seed, n=12):
    rng, start = started(clock, seed)
    model, log = scripted(varied_ms(rng, n), answer=doubled), student.QueryLog(n)
    student.single_stream(model, queries_of(n), clock, log)
    return start, model, log


@pytest.mark.exercise("single_stream", points=1.5)
def test_single_stream_is_one_query_after_the_other(student, clock, scripted, seed):
    """Queries scheduled all at once turn the wait for the others into latency."""
    start, model, log = run_single_stream(student, clock, scripted, seed)
    look = "A query is scheduled when the one before it completed."
    # The last twelve calls: one more before them has a test of its own.
    same_times(column(log, "scheduled"), [*model.began[-12:][:1], *model.ended[-12:-1]], start, look)


@pytest.mark.exercise("single_stream", points=0.5)
def test_single_stream_issues_when_the_model_is_called(student, clock, scripted, seed):
    """Issued later or earlier than the model was called would be a wait that was never there."""
    start, model, log = run_single_stream(student, clock, scripted, seed)
    same_times(column(log, "issued"), model.began[-12:], start, "A query is issued the moment the model gets it.")


@pytest.mark.exercise("single_stream", points=1)
def test_single_stream_times_each_query_by_itself(student, clock, scripted, seed):
    """One stopwatch around the whole loop gives every query the mean, and no percentile is left to see."""
    start, model, log = run_single_stream(student, clock, scripted, seed)
    same_times(
        column(log, "completed"), model.ended[-12:], start, "Read the clock right after each answer of the model."
    )


@pytest.mark.exercise("single_stream", points=1)
def test_single_stream_asks_each_query_once_in_order(student, clock, scripted, seed):
    """A query more is a warm-up that nobody asked for; a query less is a loop that ends early."""
    _, model, _ = run_single_stream(student, clock, scripted, seed)
    due = list(range(12))
    assert asked(model) == due, expect(asked(model), due, "Give the model each query once, in order.")


@pytest.mark.exercise("single_stream", points=1)
def test_single_stream_keeps_the_outputs(student, clock, scripted, seed):
    """Without the outputs of the timed run nobody can check that it computed anything."""
    _, _, log = run_single_stream(student, clock, scripted, seed)
    outputs_are_in_place(log, 12)


# -- Server -----------------------------------------------------------------------------------------------------------


def run_server(student, clock, scripted, seed, gap_ms=20, stall_ms=0):
    """Twelve queries about `gap_ms` apart; service 2 to 8 ms, for the third query `stall_ms` more."""
    rng, start = np.random.default_rng(seed), clock.now_ns()
    service = varied_ms(rng, 12)
    service[2] += stall_ms * MS
    arrivals = np.cumsum(rng.integers(gap_ms, gap_ms + 5, size=12)) * MS
    model, log = scripted(service, answer=doubled), student.QueryLog(12)
    student.server(model, queries_of(12), arrivals, clock, log)
    return start, [start + int(a) for a in arrivals], model, log


@pytest.mark.exercise("server", points=0.5)
def test_server_arrivals_count_from_its_start(student, clock, scripted, seed):
    """Arrivals are relative: taken as times of the clock they are all long past, and nothing is waited for."""
    started(clock, seed)
    start, due, _, log = run_server(student, clock, scripted, seed)
    look = "A query is scheduled at the start of the run plus its arrival."
    same_times(column(log, "scheduled")[:1], due[:1], start, look)


@pytest.mark.exercise("server", points=2.5)
def test_server_waiting_counts(student, clock, scripted, seed):
    """Coordinated omission: with scheduled set to issued, the wait behind a stalled query is not latency."""
    start, due, _, log = run_server(student, clock, scripted, seed, gap_ms=10, stall_ms=80)
    look = "A stall delays the queries behind it, but not when they were due: scheduled stays start + arrival."
    same_times(column(log, "scheduled"), due, start, look)


@pytest.mark.exercise("server", points=1)
def test_server_users_do_not_wait_for_each_other(student, clock, scripted, seed):
    """A closed loop counts the next gap from the last answer, so a slow model gets fewer queries."""
    start, due, model, _ = run_server(student, clock, scripted, seed, gap_ms=10, stall_ms=80)
    free = [start, *model.ended[:-1]]
    look = "After a stall the queries that are due follow at once; the schedule does not start anew."
    same_times(model.began, [max(d, f) for d, f in zip(due, free, strict=False)], start, look)


@pytest.mark.exercise("server", points=0.5)
def test_server_waits_until_a_query_is_due(student, clock, scripted, seed):
    """A query that is served before it was due has a latency below what the model needs."""
    _, due, model, _ = run_server(student, clock, scripted, seed)
    early = sum(began < d for began, d in zip(model.began, due, strict=False))
    assert early == 0, expect(f"{early} queries before their time", "0 queries", "Wait on the clock until it is due.")


@pytest.mark.exercise("server", points=0.5)
def test_server_records_when_the_model_began(student, clock, scripted, seed):
    """Issued is when the model got the query; issued minus scheduled is the time in the queue."""
    start, _, model, log = run_server(student, clock, scripted, seed, gap_ms=10, stall_ms=80)
    look = "Read the clock after the wait, right before the model is called."
    same_times(column(log, "issued"), model.began, start, look)


@pytest.mark.exercise("server", points=0.5)
def test_server_records_when_the_answer_came(student, clock, scripted, seed):
    """Completed is read after the model; read before, every latency is the time in the queue alone."""
    start, _, model, log = run_server(student, clock, scripted, seed)
    same_times(column(log, "completed"), model.ended, start, "Read the clock right after each answer of the model.")


@pytest.mark.exercise("server", points=0.5)
def test_server_serves_all_and_keeps_the_outputs(student, clock, scripted, seed):
    """Queries dropped because they were late are the slowest ones."""
    *_, model, log = run_server(student, clock, scripted, seed, gap_ms=10, stall_ms=80)
    due = list(range(12))
    assert asked(model) == due, expect(asked(model), due, "Serve each query once, in order of arrival.")
    outputs_are_in_place(log, 12)
