"""Answers that are not there yet when the model returns: waited for in the timed region, or refused. Virtual time."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

import numpy as np
import pytest

from tests.scripted import INPUTS, MS, benchmark
from tinytorch.benchmarking import PerformanceReporter, RunFailed, ScriptedModel, VirtualClock
from tinytorch.runs.later import Waiting, way_to_wait

WORK_NS = 3 * MS


class Lazy:
    """Rows that are there once somebody has waited for them, as JAX's arrays."""

    def __init__(self, clock, rows):
        self.clock, self.rows, self.there = clock, rows, False

    def block_until_ready(self):
        if not self.there:
            self.clock.advance_ns(WORK_NS)
        self.there = True
        return self

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.block_until_ready().rows, dtype)

    def __len__(self):
        return len(self.rows)


class Unread(Lazy):
    """Has no way to wait but being read."""

    block_until_ready = None

    def __array__(self, dtype=None, copy=None):
        return np.asarray(Lazy.block_until_ready(self).rows, dtype)


class Task(Future):
    """A future whose result takes its time."""

    def __init__(self, clock, rows):
        super().__init__()
        self.clock = clock
        self.set_result(rows)

    def result(self, timeout=None):
        self.clock.advance_ns(WORK_NS)
        return super().result(timeout)


class Pooled:
    """What `multiprocessing.Pool.apply_async` returns, in its form."""

    def __init__(self, clock, rows):
        self.clock, self.rows = clock, rows

    def ready(self):
        return False

    def get(self):
        self.clock.advance_ns(WORK_NS)
        return self.rows


class Device:
    type = "cuda"


class OnDevice(Pooled):
    """A tensor of torch that is not on the CPU, in its form."""

    ready = None
    device = Device()

    def detach(self):
        return self

    def cpu(self):
        return self.get()


async def coroutine(clock, rows):
    await asyncio.sleep(0)
    clock.advance_ns(WORK_NS)
    return rows


KINDS = [Lazy, Unread, Task, Pooled, OnDevice, coroutine]


def dispatching(clock, kind):
    """Return a model that takes 1 ms to begin and 3 ms more until its answer is there."""

    def model(batch):
        clock.advance_ns(MS)
        return kind(clock, np.asarray(batch))

    return model


@pytest.mark.parametrize("labels", [None, np.arange(60) % 2], ids=["no labels", "labels"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_time_is_taken_in_every_scenario(kind, labels):
    clock = VirtualClock()
    data = INPUTS if labels is None else (INPUTS, labels)
    perf = benchmark(dispatching(clock, kind), baseline=ScriptedModel(clock, 4 * MS), clock=clock, data=data[:60])
    if labels is not None:
        perf.set_baseline(lambda batch: clock.advance_ns(4 * MS) or batch, name="A")
    results = perf.run(["single_stream", "server", "offline"])
    for arm in ("model", "baseline", "control"):
        assert set(results["single_stream"].latency_ns(arm).tolist()) == {MS + WORK_NS}
    assert (results["server"].latency_ns("model") >= MS + WORK_NS).all()
    one, other = (sum(run.duration_ns / run.n for run in results["offline"].runs[arm]) for arm in ("model", "baseline"))
    assert one == other
    multi = perf.run(["multi_stream"])
    assert set(multi["multi_stream"].latency_ns("model").tolist()) == {MS + WORK_NS}


def test_the_pace_is_that_of_the_answer_and_not_of_its_beginning():
    clock = VirtualClock()
    perf = benchmark(dispatching(clock, Lazy), clock=clock, target_qps=None)
    results = perf.run(["server"])
    assert results.settings.target_qps == pytest.approx(0.3 * 1_000 / 4)


def test_several_workers_wait_too(monkeypatch):
    from tinytorch.benchmarking import Settings, TinyTorchPerf
    from tinytorch.runs.rounds import RoundBase

    kinds = []
    drive = RoundBase.record
    monkeypatch.setattr(RoundBase, "record", lambda this, *rest: kinds.append(dict(this.models)) or drive(this, *rest))
    clock = VirtualClock()
    perf = TinyTorchPerf(
        Settings(rounds=1, min_queries=20, min_duration_ns=0, workers=2, target_qps=500.0), progress=False
    )
    perf.set_model(dispatching(clock, Lazy))
    perf.set_dataset(INPUTS)
    perf.run(["server"])
    assert isinstance(kinds[-1]["model"], Waiting)


def test_a_model_that_answers_at_once_is_asked_itself():
    clock = VirtualClock()
    seen = []
    model = ScriptedModel(clock, MS)
    perf = benchmark(build=lambda: model, clock=clock)
    note = perf.note
    perf.note = lambda results, this: seen.append(dict(this.models)) or note(results, this)
    perf.run_all_scenarios()
    assert all(built is model for models in seen for built in models.values())


@pytest.mark.parametrize(
    "rows", [np.zeros(3), [1, 2], (1.0,), 3, np.float32(1), "text", ["a", "b"], [np.zeros(2)], None, []]
)
def test_what_is_there_is_not_waited_for(rows):
    assert way_to_wait(rows) is None


def test_a_list_of_what_comes_later_is_waited_for():
    clock = VirtualClock()
    wait = way_to_wait([Task(clock, 1), Task(clock, 2)])
    assert wait([Task(clock, 1), Task(clock, 2)]) == [1, 2]


def generates(clock, rows):
    yield from rows


async def generates_later(clock, rows):
    yield rows


@pytest.mark.parametrize("kind", [generates, generates_later])
def test_what_cannot_be_waited_for_is_refused_with_the_way_out(kind):
    clock = VirtualClock()
    perf = benchmark(dispatching(clock, kind), clock=clock)
    with pytest.raises(RunFailed, match=r"generator; return the whole answer, an array \(n, \.\.\.\)"):
        perf.run_all_scenarios()
    assert not perf.results.complete
    assert "generator" in PerformanceReporter().generate_report(perf.results).to_markdown()


def test_an_awaitable_inside_of_a_running_loop_is_refused():
    clock = VirtualClock()
    perf = benchmark(dispatching(clock, lambda clock, rows: asyncio.sleep(0, rows)), clock=clock)

    async def notebook():
        perf.run_all_scenarios()

    with pytest.raises(RunFailed, match="hand in a call that waits itself"):
        asyncio.run(notebook())


def test_a_model_whose_future_fails_fails():
    clock = VirtualClock()

    def model(batch):
        future = Future()
        future.set_exception(OSError("gone"))
        return future

    perf = benchmark(model, clock=clock)
    with pytest.raises(RunFailed, match="OSError: gone"):
        perf.run_all_scenarios()


def test_one_that_was_never_warmed_up_is_refused():
    """What was timed is how long it takes to begin."""
    clock = VirtualClock()
    perf = benchmark(dispatching(clock, Lazy), clock=clock)
    round_type = type(perf).round_type
    this = round_type(perf.systems, perf.library, perf.settings, clock, 0, {"single_stream": {"model": []}})
    this.take({"model": dispatching(clock, Lazy)})
    from tinytorch.benchmarking import single_stream

    with pytest.raises(RunFailed, match="warm it up first"):
        this.record(
            "single_stream",
            ["model"],
            this.first(20),
            lambda queries, logs: single_stream(this.models["model"], queries, clock, logs[0]),
        )
    assert this.runs["single_stream"]["model"] == []
