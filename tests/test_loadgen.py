"""The load generator on virtual time, where every moment is known: against Lindley, simulations, and plain counting."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.scripted import LAW, MS, LateClock, Timed, run_of
from tinytorch.benchmarking import (
    QueryLog,
    ScriptedModel,
    VirtualClock,
    batching_server,
    coin_flip_order,
    interleaved,
    multi_stream,
    offline,
    record,
    server,
    single_stream,
)
from tinytorch.runs.run import freeze

TIMES = st.integers(0, 50)
WORK = st.integers(1, 50)  # a model takes time
PAIRS = st.lists(st.tuples(TIMES, WORK), min_size=1, max_size=30)  # of gap before a query and its service time
NULLS = st.lists(st.tuples(TIMES, TIMES), min_size=1, max_size=30)  # and of models that may take none


def samples(n: int) -> np.ndarray:
    """Return n samples that are their own index."""
    return np.arange(n, dtype=np.float64).reshape(n, 1)


def singles(n: int) -> list[np.ndarray]:
    return list(samples(n)[:, np.newaxis])


def frozen(scenario: str, log: QueryLog):
    return freeze(scenario, log, np.arange(len(log.completed)))


@LAW
@given(services=st.lists(TIMES, min_size=1, max_size=30), start=TIMES)
def test_single_stream_issues_back_to_back(services, start):
    clock, n = VirtualClock(start), len(services)
    model, log = Timed(clock, services), QueryLog(n)
    single_stream(model, singles(n), clock, log)
    ends = start + np.cumsum(services)
    assert log.completed.tolist() == ends.tolist()
    assert log.issued.tolist() == log.scheduled.tolist() == [start, *ends[:-1].tolist()]
    assert model.seen == [[i] for i in range(n)]
    assert frozen("single_stream", log).latency_ns.tolist() == services


@LAW
@given(pairs=PAIRS, start=TIMES)
def test_a_server_waits_as_lindley_says(pairs, start):
    gaps, services = zip(*pairs, strict=True)
    arrivals, n = np.cumsum(gaps), len(pairs)
    clock, log = VirtualClock(start), QueryLog(n)
    server(Timed(clock, services), singles(n), arrivals, clock, log)
    waits = [0]
    for (_, service), (gap, _) in pairwise(pairs):
        waits.append(max(0, waits[-1] + service - gap))
    run = frozen("server", log)
    assert run.scheduled_ns.tolist() == (start + arrivals).tolist()
    assert (run.issued_ns - run.scheduled_ns).tolist() == waits
    assert run.latency_ns.tolist() == [wait + service for wait, service in zip(waits, services, strict=True)]
    assert not run.lag_ns.any(), "a virtual clock is never late, so all waiting is the model's"


@LAW
@given(pairs=NULLS, late=st.integers(0, 40))
@example(pairs=[(10, 0), (2, 3)], late=5)
def test_lag_is_the_clocks_lateness_and_not_the_queue(pairs, late):
    gaps, services = zip(*pairs, strict=True)
    arrivals, n = np.cumsum(gaps), len(pairs)
    clock, log = LateClock(late), QueryLog(n)
    server(Timed(clock, services), singles(n), arrivals, clock, log)
    now, lags = 0, []
    for due, service in zip(arrivals.tolist(), services, strict=True):
        lags.append(late if due > now else 0)
        now = max(now, due + lags[-1]) + service
    assert frozen("server", log).lag_ns.tolist() == lags
    assert log.completed[-1] == now


def simulated(arrivals, max_batch: int, timeout: int, per_batch: int, per_sample: int):
    """Look at every ns whether the batch that has queued up is to be served; return (issued, completed) a query."""
    moments, waiting, free_at, now = {}, [], 0, 0
    while len(moments) < len(arrivals):
        waiting += [i for i, due in enumerate(arrivals) if due == now]
        full = len(waiting) >= max_batch or now >= max(arrivals)
        if waiting and now >= free_at and (full or now - arrivals[waiting[0]] >= timeout):
            batch, waiting = waiting[:max_batch], waiting[max_batch:]
            free_at = now + per_batch + len(batch) * per_sample
            moments.update(dict.fromkeys(batch, (now, free_at)))
        now += 1
    return [moments[i] for i in range(len(arrivals))]


@LAW
@given(
    gaps=st.lists(st.integers(0, 12), min_size=1, max_size=25),
    max_batch=st.integers(1, 6),
    timeout=st.integers(0, 15),
    per_batch=st.integers(1, 20),
    per_sample=st.integers(0, 3),
)
def test_a_batching_server_serves_what_has_queued_up(gaps, max_batch, timeout, per_batch, per_sample):
    arrivals, n = np.cumsum(gaps), len(gaps)
    clock, log = VirtualClock(), QueryLog(n)
    model = ScriptedModel(clock, per_batch, per_sample)
    batching_server(model, samples(n), arrivals, clock, log, max_batch, timeout)
    expected = simulated(arrivals.tolist(), max_batch, timeout, per_batch, per_sample)
    assert list(zip(log.issued.tolist(), log.completed.tolist(), strict=True)) == expected
    assert max(model.batch_sizes) <= max_batch
    assert frozen("server", log).lag_ns.max() <= timeout


@LAW
@given(pairs=PAIRS)
def test_batches_of_one_are_the_plain_server(pairs):
    gaps, services = zip(*pairs, strict=True)
    n, logs = len(pairs), (QueryLog(len(pairs)), QueryLog(len(pairs)))
    for log in logs:
        clock = VirtualClock()
        model, arrivals = Timed(clock, services), np.cumsum(gaps)
        if log is logs[0]:
            server(model, singles(n), arrivals, clock, log)
        else:
            batching_server(model, samples(n), arrivals, clock, log, max_batch=1)
    for moment in ("scheduled", "issued", "completed"):
        assert getattr(logs[0], moment).tolist() == getattr(logs[1], moment).tolist()


@LAW
@given(n=st.integers(1, 70), size=st.integers(1, 40), start=TIMES)
def test_offline_is_batched_and_keeps_the_ragged_tail(n, size, start):
    clock, log = VirtualClock(start), QueryLog(n)
    model = ScriptedModel(clock, per_batch_ns=100, per_sample_ns=3)
    offline(model, samples(n), size, clock, log)
    sizes = [size] * (n // size) + ([n % size] if n % size else [])
    assert model.batch_sizes == sizes
    ends = start + np.cumsum([100 + 3 * batch for batch in sizes])
    assert log.completed.tolist() == np.repeat(ends, sizes).tolist()
    assert log.issued.tolist() == np.repeat([start, *ends[:-1].tolist()], sizes).tolist()
    assert set(log.scheduled.tolist()) == {start}, "everything is due at the start"


@LAW
@given(n=st.integers(1, 70), size=st.integers(1, 20))
def test_multi_stream_issues_queries_of_several_samples(n, size):
    clock, log = VirtualClock(5), QueryLog(n)
    model = ScriptedModel(clock, per_batch_ns=100, per_sample_ns=3)
    multi_stream(model, samples(n), size, clock, log)
    run = frozen("multi_stream", log)
    sizes = np.array(model.batch_sizes)
    assert sizes.sum() == n
    assert set(sizes[:-1].tolist()) <= {size}
    assert run.latency_ns.tolist() == np.repeat(100 + 3 * sizes, sizes).tolist()
    assert run.duration_ns == (100 + 3 * sizes).sum(), "each query when the one before has completed"
    assert run.scheduled_ns.tolist() == run.issued_ns.tolist()


@LAW
@given(data=st.data(), n_arms=st.integers(1, 4), n=st.integers(1, 20))
def test_interleaved_gives_every_query_to_every_model_in_the_order_drawn(data, n_arms, n):
    services = data.draw(st.lists(st.lists(TIMES, min_size=n, max_size=n), min_size=n_arms, max_size=n_arms))
    order = coin_flip_order(n, n_arms, np.random.default_rng(data.draw(st.integers(0, 99))))
    clock, logs = VirtualClock(), [QueryLog(n) for _ in range(n_arms)]
    models = [Timed(clock, row) for row in services]
    interleaved(models, singles(n), order, clock, logs)
    now = 0
    for i, turns in enumerate(order.tolist()):
        assert sorted(turns) == list(range(n_arms))
        for arm in turns:
            assert (logs[arm].scheduled[i], logs[arm].issued[i]) == (now, now)
            now += services[arm][i]
            assert logs[arm].completed[i] == now
    assert all(model.seen == [[i] for i in range(n)] for model in models)


def test_a_run_keeps_the_outputs_at_their_own_positions():
    clock, log = VirtualClock(), QueryLog(70)
    model = Timed(clock, [MS] * 3)
    indices = np.arange(70)[::-1]
    drive = lambda: offline(model, samples(70)[indices], 32, clock, log)  # noqa: E731
    [run] = record("offline", drive, [log], indices, np.random.default_rng(1))
    assert len(run.kept) == 64
    assert np.unique(run.kept).tolist() == run.kept.tolist(), "in order, none twice"
    assert run.outputs[:, 0].tolist() == run.sample_indices[run.kept].tolist()
    assert (run.n, run.error, run.duration_ns) == (70, None, 3 * MS)


def test_which_outputs_are_kept_is_drawn():
    def kept(seed: int) -> list[int]:
        clock, log = VirtualClock(), QueryLog(500)
        drive = lambda: single_stream(ScriptedModel(clock, MS), singles(500), clock, log)  # noqa: E731
        [run] = record("single_stream", drive, [log], np.arange(500), np.random.default_rng(seed))
        return run.kept.tolist()

    assert kept(1) == kept(1) != kept(2)
    assert max(kept(1)) > 400


def test_a_run_measures_from_the_schedule():
    run = run_of("server", latency_ns=[5, 30, 20], scheduled_ns=[100, 110, 130], issued_ns=[100, 110, 140])
    assert run.latency_ns.tolist() == [5, 30, 20]
    assert run.duration_ns == 50
    assert run_of("server", []).duration_ns == 0


@pytest.mark.parametrize("done", [0, 1, 3])
def test_a_log_counts_what_was_completed_before_the_first_gap(done):
    log = QueryLog(3)
    log.completed[:done] = 7
    assert log.done == done
    log.completed[2] = 7
    assert log.done == (done if done < 2 else 3)
