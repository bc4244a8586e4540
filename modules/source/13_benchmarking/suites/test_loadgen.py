"""The LoadGen, one query at a time: Single-Stream and Server, seen from the model's and the clock's side."""

import numpy as np
import pytest

from autograder.examining.checks import expect
from autograder.examining.queries import (
    MS,
    Seen,
    asked,
    column,
    columns,
    doubled,
    outputs_are_in_place,
    queries_of,
    same_times,
    started,
    varied_ms,
)

# -- Single-Stream ----------------------------------------------------------------------------------------------------


@pytest.fixture
def single_stream(student, clock, scripted, seed):
    """A run of twelve queries, the same for every test that looks at it."""

    def run():
        rng, start = started(clock, seed)
        model, log = scripted(varied_ms(rng, 12), answer=doubled), student.QueryLog(12)
        student.single_stream(model, queries_of(12), clock, log)
        return Seen(start, model, columns(student, log))

    return student.once("single_stream", run)


@pytest.mark.exercise("single_stream", points=0.9)
def test_single_stream_is_one_query_after_the_other(single_stream):
    """Queries scheduled all at once turn the wait for the others into latency."""
    start, model, log = single_stream
    look = "A query is scheduled when the one before it completed."
    # The last twelve calls: one more before them has a test of its own.
    same_times(column(log, "scheduled"), [*model.began[-12:][:1], *model.ended[-12:-1]], start, look)


@pytest.mark.exercise("single_stream", points=0.3)
def test_single_stream_issues_when_the_model_is_called(single_stream):
    """Issued later or earlier than the model was called would be a wait that was never there."""
    start, model, log = single_stream
    same_times(column(log, "issued"), model.began[-12:], start, "A query is issued the moment the model gets it.")


@pytest.mark.exercise("single_stream", points=0.6)
def test_single_stream_times_each_query_by_itself(single_stream):
    """One stopwatch around the whole loop gives every query the mean, and no percentile is left to see."""
    start, model, log = single_stream
    same_times(
        column(log, "completed"), model.ended[-12:], start, "Read the clock right after each answer of the model."
    )


@pytest.mark.exercise("single_stream", points=0.6)
def test_single_stream_asks_each_query_once_in_order(single_stream):
    """A query more is a warm-up that nobody asked for; a query less is a loop that ends early."""
    _, model, _ = single_stream
    due = list(range(12))
    assert asked(model) == due, expect(asked(model), due, "Give the model each query once, in order.")


@pytest.mark.exercise("single_stream", points=0.6)
def test_single_stream_keeps_the_outputs(single_stream):
    """Without the outputs of the timed run nobody can check that it computed anything."""
    _, model, log = single_stream
    outputs_are_in_place(log, model.batches[-12:])


# -- Server -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def served(student, clock, scripted, seed):
    """Runs of the server by name, each the same for every test that looks at it: (seen, when queries were due)."""

    def run(n=12, gap_ms=20, stall_ms=0):
        """`n` queries about `gap_ms` apart; service 2 to 8 ms, for the third query `stall_ms` more."""
        rng, start = np.random.default_rng(seed), clock.now_ns()
        service = varied_ms(rng, 12)
        service[2] += stall_ms * MS
        arrivals = np.cumsum(rng.integers(gap_ms, gap_ms + 5, size=12))[:n] * MS
        model, log = scripted(service, answer=doubled), student.QueryLog(n)
        student.server(model, queries_of(n), arrivals, clock, log)
        return Seen(start, model, columns(student, log)), [start + int(a) for a in arrivals]

    def late():
        started(clock, seed)
        return run(n=3)

    runs = {"at ease": lambda: run(n=6), "stalled": lambda: run(gap_ms=10, stall_ms=80), "started late": late}
    return lambda name: student.once(("server", name), runs[name])


@pytest.mark.exercise("server", points=0.4)
def test_server_arrivals_count_from_its_start(served):
    """Arrivals are relative: taken as times of the clock they are all long past, and nothing is waited for."""
    (start, _, log), due = served("started late")
    look = "A query is scheduled at the start of the run plus its arrival."
    same_times(column(log, "scheduled")[:1], due[:1], start, look)


def late(model, due):
    """Of the queries that were served, those that were due before the model was free: (when it was, when it began).

    Whether each was served has a test of its own; from fewer than three nothing can be seen.
    """
    assert model.calls > 2, expect(f"{model.calls} queries served", f"{len(due)} queries served", "Serve every query.")
    moments = zip(asked(model)[1:], model.ended, model.began[1:], strict=False)
    return [(free, began) for query, free, began in moments if due[query] < free]


@pytest.mark.exercise("server", points=1.7)
def test_server_waiting_counts(served):
    """Coordinated omission: with scheduled set to issued, the wait behind a stalled query is not latency."""
    (start, model, log), due = served("stalled")
    look = "A stall delays the queries behind it, but not when they were due: scheduled stays start + arrival."
    closed = any(began > free for free, began in late(model, due))  # a loop in which nothing waits: see the next test
    same_times(column(log, "scheduled"), model.began if closed else due, start, look)


@pytest.mark.exercise("server", points=1.25)
def test_server_users_do_not_wait_for_each_other(served):
    """A closed loop counts the next gap from the last answer, so a slow model gets fewer queries."""
    (start, model, _), due = served("stalled")
    found = late(model, due)
    look = "After a stall the queries that are due follow at once; the schedule does not start anew."
    same_times([began for _, began in found], [free for free, _ in found], start, look)


@pytest.mark.exercise("server", points=0.4)
def test_server_waits_until_a_query_is_due(served):
    """A query that is served before it was due has a latency below what the model needs."""
    (_, model, _), due = served("at ease")
    assert model.calls > 2, expect(f"{model.calls} queries served", "6 queries served", "Serve every query.")
    early = sum(began < d for began, d in zip(model.began, due, strict=False))
    assert early == 0, expect(f"{early} queries before their time", "0 queries", "Wait on the clock until it is due.")


@pytest.mark.exercise("server", points=0.4)
def test_server_records_when_the_model_began(served):
    """Issued is when the model got the query; issued minus scheduled is the time in the queue."""
    (start, model, log), _ = served("stalled")
    look = "Read the clock after the wait, right before the model is called."
    issued = column(log, "issued")
    assert model.calls > 2, expect(f"{model.calls} queries served", "12 queries served", "Serve every query.")
    same_times([issued[query] for query in asked(model)], model.began, start, look)


@pytest.mark.exercise("server", points=0.4)
def test_server_records_when_the_answer_came(served):
    """Completed is read after the model; read before, every latency is the time in the queue alone."""
    (start, model, log), _ = served("at ease")
    same_times(column(log, "completed"), model.ended, start, "Read the clock right after each answer of the model.")


@pytest.mark.exercise("server", points=0.45)
def test_server_serves_all_and_keeps_the_outputs(served):
    """Queries dropped because they were late are the slowest ones."""
    (_, model, log), _ = served("stalled")
    due = list(range(12))
    assert asked(model) == due, expect(asked(model), due, "Serve each query once, in order of arrival.")
    outputs_are_in_place(log, model.batches)
