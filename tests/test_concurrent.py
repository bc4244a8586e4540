"""Several workers: real threads and models that sleep. Only the order of things is looked at, no duration."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.scripted import INPUTS, MS, run_of
from tinytorch.benchmarking import (
    QueryLog,
    RealClock,
    RunFailed,
    Settings,
    TinyTorchPerf,
    concurrent_server,
    late_generator,
    record,
)

ROOT = Path(__file__).parents[1]
QUERIES = list(np.arange(12.0).reshape(12, 1, 1))
AT_ONCE = np.zeros(12, dtype=np.int64)


def serve(model, arrivals_ns, workers: int):
    """Serve twelve queries and return the run."""
    log, clock = QueryLog(12), RealClock(shares=True)

    def drive():
        concurrent_server(model, QUERIES, arrivals_ns, clock, log, workers)

    [run] = record("server", drive, [log], np.arange(12), np.random.default_rng(1), deadline_s=60)
    return run


def sleeping(batch):
    time.sleep(0.002)
    return batch


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_every_query_is_scheduled_then_issued_then_completed(workers):
    arrivals = np.arange(12) * MS
    run = serve(sleeping, arrivals, workers)
    assert (run.scheduled_ns - run.scheduled_ns[0]).tolist() == arrivals.tolist()
    assert (run.issued_ns >= run.scheduled_ns).all()
    assert (run.completed_ns > run.issued_ns).all()
    assert run.outputs[:, 0].tolist() == run.kept.tolist() == list(range(12)), "each answer beside its own query"


def test_two_workers_serve_two_queries_at_the_same_time():
    """Each call waits for another one: with one worker it would wait for ever."""
    together = threading.Barrier(2, timeout=30)

    def pair(batch):
        together.wait()
        return batch

    assert serve(pair, AT_ONCE, workers=2).n == 12


@pytest.mark.parametrize("workers", [1, 3])
def test_no_more_queries_are_served_at_a_time_than_there_are_workers(workers):
    lock, now, most = threading.Lock(), 0, 0

    def counted(batch):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.002)
        with lock:
            now -= 1
        return batch

    serve(counted, AT_ONCE, workers)
    assert 1 <= most <= workers


def test_one_worker_serves_in_the_order_of_arrival():
    seen = []
    run = serve(lambda batch: seen.append(batch[0, 0]) or sleeping(batch), AT_ONCE, workers=1)
    assert seen == list(range(12))
    assert (np.diff(run.completed_ns) > 0).all()


def test_an_error_in_a_thread_is_the_runs():
    def raises(batch):
        if batch[0, 0] == 7:
            raise OSError("the session is gone")
        return sleeping(batch)

    with pytest.raises(
        RunFailed, match="server: the model failed at query 7 with OSError: the session is gone"
    ) as info:
        serve(raises, AT_ONCE, workers=2)
    assert (info.value.query, info.value.runs[0].n) == (7, 7)


def test_after_an_error_nothing_more_is_served():
    seen = []

    def raises(batch):
        seen.append(batch[0, 0])
        time.sleep(0.05)  # meanwhile the other eleven queue up
        raise OSError("the session is gone")

    with pytest.raises(RunFailed, match="OSError: the session is gone"):
        serve(raises, AT_ONCE, workers=1)
    assert seen == [0]


def test_a_benchmark_with_workers_runs_on_the_machines_clock():
    settings = Settings(rounds=1, min_queries=20, min_duration_ns=5 * MS, workers=2, target_qps=1000.0)
    perf = TinyTorchPerf(settings, progress=False)
    perf.set_model(sleeping)
    perf.set_dataset(INPUTS)
    [run] = perf.run_scenario("server").runs["model"]
    assert run.n >= 20
    assert run.error is None
    assert (run.completed_ns > run.issued_ns).all()


def test_a_late_issuer_is_seen_beside_busy_workers():
    due = np.arange(5_000) * MS
    run = run_of("server", np.full(5_000, 130 * MS), due, issued_ns=due + 100 * MS)
    assert late_generator(run, Settings(workers=32)), "every query was issued 100 ms late, 1.5 ms are allowed"


HANGS = """
import threading
from tests.scripted import INPUTS, MS
from tinytorch.benchmarking import RunFailed, Settings, TinyTorchPerf

def hangs(batch, calls=[]):
    calls.append(1)
    return batch if len(calls) < 60 else threading.Event().wait()

settings = Settings(rounds=1, min_queries=20, min_duration_ns=MS, workers=2, target_qps=1000.0, deadline_s=0.3)
perf = TinyTorchPerf(settings, progress=False)
perf.set_model(hangs)
perf.set_dataset(INPUTS)
try:
    perf.run_scenario("server")
except RunFailed as failure:
    print(failure)
"""


def test_workers_that_hang_end_the_run():
    """In a process of its own, which has to end as well."""
    done = subprocess.run([sys.executable, "-c", HANGS], cwd=ROOT, timeout=20, capture_output=True, text=True)
    assert "DeadlineExceeded: no answer within 0.3 s" in done.stdout
