"""Answers that are looked at while a run goes on: each is checked, the rows drawn are kept, the rest is let go."""

from __future__ import annotations

import gc
import math
import weakref
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripted import LAW, MS, benchmark
from tinytorch.benchmarking import (
    UNANSWERED,
    Queries,
    QueryLog,
    RunFailed,
    ScriptedModel,
    VirtualClock,
    interleaved,
    record,
    server,
    single_stream,
)
from tinytorch.runs.outputs import first_bad, one_and_the_same, rows_of
from tinytorch.runs.record import UNCHECKED as PART

N = 2 * PART + 100
SINGLES = [np.full((1, 1), float(i)) for i in range(N)]
GOOD = {
    "scores": np.zeros((1, 3), np.float32),
    "class": np.array([4]),
    "list": [[0.5, 0.25]],
    "text": ["a cat"],
    "complex": np.array([1j]),
    "rows of two lengths": [[1]],
}
BAD = {
    "nothing": (None, "the model returned None"),
    "one too few": (np.zeros((0, 3)), "1 samples went in, 0 outputs came back"),
    "one too many": (np.zeros((2, 3)), "1 samples went in, 2 outputs came back"),
    "a number": (0.5, "1 samples went in, 0 outputs came back"),
    "an array without dimensions": (np.array(0.5), "1 samples went in, 0 outputs came back"),
    "NaN": (np.array([[0.5, math.nan, 0.5]]), "the outputs hold NaN"),
    "NaN in a list": ([[math.nan]], "the outputs hold NaN"),
    "complex NaN": (np.array([complex(0, math.nan)]), "the outputs hold NaN"),
}


@pytest.mark.parametrize("good", GOOD)
@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("at", [0, 7, 1023, 1024, 2999])
def test_one_bad_answer_among_many_good_ones_is_found(good, bad, at):
    output, text = BAD[bad]
    outputs = [GOOD[good]] * 3000
    assert first_bad(outputs, [1] * 3000) is None
    outputs[at] = output
    place, what = first_bad(outputs, [1] * 3000) or (None, "")
    assert place == at
    assert what.startswith(text)


@LAW
@given(data=st.data(), sizes=st.lists(st.integers(1, 4), min_size=1, max_size=20))
def test_the_first_of_several_bad_batches_is_named(data, sizes):
    wrong = data.draw(st.lists(st.sampled_from(["", "NaN", "count", "None"]), min_size=len(sizes), max_size=len(sizes)))
    outputs = []
    for size, what in zip(sizes, wrong, strict=True):
        rows = np.zeros((size + (what == "count"), 2))
        if what == "NaN":
            rows[-1, 1] = math.nan
        outputs.append(None if what == "None" else rows)
    bad = [i for i, what in enumerate(wrong) if what]
    found = first_bad(outputs, sizes)
    assert (found and found[0]) == (bad[0] if bad else None)
    assert found is None or {"NaN": "NaN", "count": "samples went in", "None": "None"}[wrong[bad[0]]] in found[1]


def test_rows_of_several_lengths_are_objects():
    assert rows_of([[1, 2], [3]]).tolist() == [[1, 2], [3]]
    assert first_bad([[[1, 2], [3]], [[4]]], [2, 1]) is None


def test_equal_answers_are_not_one_and_the_same():
    one = np.zeros((1, 2))
    assert one_and_the_same([one] * 5)
    assert not one_and_the_same([np.zeros((1, 2)) for _ in range(5)])
    assert not one_and_the_same([one, np.zeros((1, 2)), one]), "arrays refuse to be compared"
    assert not one_and_the_same([one, None, one])


def singles(model, clock, log):
    single_stream(model, Queries(SINGLES, [log]), clock, log)


def served(model, clock, log):
    server(model, Queries(SINGLES, [log]), np.arange(N) * 2 * MS, clock, log)


def recorded(drive, answer):
    """Record a run of N queries of a model that takes 1 ms and answers `answer(number of the call, batch)`."""
    clock, log, calls = VirtualClock(), QueryLog(N), iter(range(N))

    def model(batch):
        clock.advance_ns(MS)
        return answer(next(calls), batch)

    [run] = record("stream", partial(drive, model, clock, log), [log], np.arange(N), np.random.default_rng(1))
    return run


@pytest.mark.parametrize("drive", [singles, served])
@pytest.mark.parametrize("at", [0, PART - 1, PART, 2 * PART, N - 1])
def test_a_bad_answer_ends_the_run_within_a_part(drive, at):
    for output, text in BAD.values():
        with pytest.raises(RunFailed, match=f"the model failed at query {at} with ValueError") as info:
            recorded(drive, lambda i, batch, bad=output: bad if i == at else batch)
        assert text in str(info.value)
        assert info.value.runs[0].n == min(N, PART * (1 + at // PART)), "no part was asked after the one with it"


@pytest.mark.parametrize("drive", [singles, served])
def test_kept_outputs_are_those_of_their_queries_in_all_parts(drive):
    run = recorded(drive, lambda i, batch: 2 * batch)
    assert (run.n, len(run.kept)) == (N, 64)
    assert {int(part) for part in run.kept // PART} == {0, 1, 2}
    assert run.outputs[:, 0].tolist() == (2 * run.kept).tolist()


@pytest.mark.parametrize("text", [lambda i: [f"{i} cats"], lambda i: np.array([f"{i} cats"], dtype=object)])
def test_texts_are_kept_too(text):
    run = recorded(singles, lambda i, batch: text(i))
    assert run.outputs.tolist() == [f"{i} cats" for i in run.kept]


def test_outputs_are_let_go_part_by_part():
    alive = weakref.WeakSet()

    class Answer(list):
        """A list that can be watched."""

        __hash__ = object.__hash__

    most = 0

    def answer(i, batch):
        nonlocal most
        most = max(most, len(alive))
        one = Answer([0.5])
        alive.add(one)
        return one

    recorded(singles, answer)
    gc.collect()
    assert most <= PART + 64
    assert len(alive) == 0


def test_of_two_models_the_one_that_answers_badly_is_named():
    clock, logs, order = VirtualClock(), [QueryLog(N), QueryLog(N)], np.tile([[0, 1]], (N, 1))
    calls = iter(range(N))
    models = [ScriptedModel(clock, MS), lambda batch: None if next(calls) == 5 else np.zeros(1)]
    drive = partial(interleaved, models, Queries(SINGLES, logs), order, clock, logs)
    with pytest.raises(RunFailed, match="the baseline failed at query 5 with ValueError: the model returned None"):
        record("single_stream", drive, logs, np.arange(N), np.random.default_rng(1), arms=["model", "baseline"])


def by_index(model, clock, log):
    """Drive as a student may: by index, with the outputs written after the last query."""
    outputs = []
    queries = Queries(SINGLES, [log])
    for i in range(len(queries)):
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        outputs.append(model(queries[i]))
        log.completed[i] = clock.now_ns()
    log.outputs[:] = outputs


def late(model, clock, log):
    """Write each output one query late."""
    last = None
    for i, query in enumerate(Queries(SINGLES, [log])):
        if last is not None:
            log.outputs[i - 1] = last
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        last = model(query)
        log.completed[i] = clock.now_ns()
    log.outputs[N - 1] = last


@pytest.mark.parametrize("drive", [by_index, late])
def test_other_ways_to_fill_the_log_are_looked_at_in_the_end(drive):
    run = recorded(drive, lambda i, batch: 2 * batch)
    assert run.outputs[:, 0].tolist() == (2 * run.kept).tolist()
    with pytest.raises(RunFailed, match="query 3000 with ValueError: the outputs hold NaN"):
        recorded(drive, lambda i, batch: batch + (math.nan if i == 3000 else 0))


def test_outputs_that_were_thrown_away_are_missed():
    def forgets(model, clock, log):
        singles(model, clock, log)
        log.outputs[:] = [UNANSWERED] * N

    def forgets_all(model, clock, log):
        other = QueryLog(N)
        singles(model, clock, other)
        log.scheduled[:] = log.issued[:] = other.scheduled
        log.completed[:] = other.completed

    for drive in (forgets, forgets_all):
        with pytest.raises(RunFailed, match="no output was written to the log"):
            recorded(drive, lambda i, batch: batch)


def test_what_is_kept_does_not_depend_on_how_long_the_warm_up_was():
    def kept(per_query_ns):
        clock = VirtualClock()
        perf = benchmark(ScriptedModel(clock, per_query_ns), clock=clock, rounds=2, min_queries=400)
        results = perf.run_all_scenarios()
        return [results[name].runs["model"][1].kept.tolist() for name in ("single_stream", "server")]

    assert kept(2 * MS) == kept(9 * MS)
