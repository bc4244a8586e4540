"""Models that raise, answer wrongly, hang or are interrupted: the run ends, keeps what was measured, and says why."""

from __future__ import annotations

import signal
import time
from functools import partial

import numpy as np
import pytest

from tests.scripted import INPUTS, MS, Failing, benchmark, scripted
from tinytorch.benchmarking import (
    PerformanceReporter,
    QueryLog,
    RunFailed,
    Settings,
    StatisticalValidator,
    TinyTorchPerf,
    VirtualClock,
    batching_server,
    concurrent_server,
    interleaved,
    multi_stream,
    offline,
    record,
    server,
    single_stream,
)

N = 24
ARRIVALS = np.arange(N) * MS // 2
SINGLES = [INPUTS[i : i + 1] for i in range(N)]
# How to drive a model, and how many samples it gets at a call.
DRIVES = {
    "single_stream": (lambda model, clock, log: single_stream(model, SINGLES, clock, log), 1),
    "server": (lambda model, clock, log: server(model, SINGLES, ARRIVALS, clock, log), 1),
    "offline": (lambda model, clock, log: offline(model, INPUTS[:N], 4, clock, log), 4),
    "multi_stream": (lambda model, clock, log: multi_stream(model, INPUTS[:N], 4, clock, log), 4),
    "batching_server": (lambda model, clock, log: batching_server(model, INPUTS[:N], ARRIVALS, clock, log, 2), None),
    "one_worker": (lambda model, clock, log: concurrent_server(model, SINGLES, ARRIVALS, clock, log, 1), 1),
}


def raises(error: BaseException, batch):
    raise error


# What a model does once, and the cause that the failure names; {n} is the size of the batch.
MISDEEDS = {
    "raises": (partial(raises, OSError("no weights")), "OSError: no weights"),
    "raises without a word": (partial(raises, AssertionError()), "AssertionError;"),
    "is interrupted": (partial(raises, KeyboardInterrupt()), "KeyboardInterrupt;"),
    "returns None": (lambda batch: None, "ValueError: the model returned None"),
    "returns one output too few": (lambda batch: batch[1:], "{n} samples went in, {n-1} outputs came back"),
    "returns one output too many": (lambda batch: np.zeros(len(batch) + 1), "{n} samples went in, {n+1} outputs"),
    "returns a bare number": (lambda batch: 0.5, "{n} samples went in, 0 outputs came back"),
    "returns NaN": (lambda batch: np.full((len(batch), 3), np.nan), "ValueError: the outputs hold NaN"),
    "returns one NaN": (lambda batch: np.append(np.zeros(len(batch) - 1), np.nan), "the outputs hold NaN"),
}


@pytest.mark.parametrize("misdeed", MISDEEDS)
@pytest.mark.parametrize("scenario", DRIVES)
def test_what_a_model_does_once_is_named_with_its_query(scenario, misdeed):
    drive, size = DRIVES[scenario]
    then, cause = MISDEEDS[misdeed]
    clock, log = VirtualClock(), QueryLog(N)
    sizes = []
    model = Failing(clock, [0], at=4, then=lambda batch: sizes.append(len(batch)) or then(batch))
    with pytest.raises(RunFailed) as info:
        record(scenario, lambda: drive(model, clock, log), [log], np.arange(N), np.random.default_rng(1))
    failure, [run] = info.value, info.value.runs
    for word, n in (("{n}", sizes[0]), ("{n-1}", sizes[0] - 1), ("{n+1}", sizes[0] + 1)):
        cause = cause.replace(word, str(n))
    assert str(failure).startswith(f"{scenario}: the model failed at query {failure.query} with ")
    assert cause in str(failure)
    assert failure.scenario == scenario
    if size is not None:
        assert failure.query == 3 * size
    ended_at_once = "raises" in misdeed or "interrupted" in misdeed
    assert run.n == (failure.query if ended_at_once and scenario != "one_worker" else run.n)
    assert run.n in (failure.query, N), "what was measured before is kept"
    assert run.error is not None
    assert run.error in str(failure)
    assert (run.completed_ns > 0).all()


@pytest.mark.parametrize("scenario", ["single_stream", "server", "offline", "multi_stream"])
@pytest.mark.parametrize("answer", [None, np.zeros(0), 3, np.full((1, 1), np.nan)])
def test_what_a_model_always_does_is_found_at_its_first_query(scenario, answer):
    clock, log = VirtualClock(), QueryLog(N)
    model = lambda batch: clock.advance_ns(MS) or answer  # noqa: E731
    with pytest.raises(RunFailed) as info:
        record(scenario, lambda: DRIVES[scenario][0](model, clock, log), [log], np.arange(N), np.random.default_rng(1))
    assert info.value.query == 0


def scheduled_late(models, queries, order, clock, logs):
    """Write down when a query was due after its answer: a driver that fills the log in full, but not while it waits."""
    for i, turns in enumerate(order.tolist()):
        for arm in turns:
            due = clock.now_ns()
            logs[arm].outputs[i] = models[arm](queries[i])
            logs[arm].scheduled[i] = logs[arm].issued[i] = due
            logs[arm].completed[i] = clock.now_ns()


@pytest.mark.parametrize("interleaved", [interleaved, scheduled_late])
@pytest.mark.parametrize("turns", [[0, 1], [1, 0]])
@pytest.mark.parametrize("arm", [0, 1])
def test_of_two_models_the_one_that_failed_is_named(interleaved, turns, arm):
    """Whoever went first, and whatever a driver writes down beside `completed`, and when."""
    order = np.tile([turns], (N, 1))
    clock, logs = VirtualClock(), [QueryLog(N), QueryLog(N)]
    good, bad = (Failing(clock, [0], at, partial(raises, OSError("gone"))) for at in (0, 8))
    models = [bad, good] if arm == 0 else [good, bad]
    drive = partial(interleaved, models, SINGLES, order, clock, logs)
    with pytest.raises(RunFailed, match=f"the {('model', 'baseline')[arm]} failed at query 7") as info:
        record("s", drive, logs, np.arange(N), np.random.default_rng(1), arms=["model", "baseline"], order=order)
    assert (info.value.arm, info.value.query) == (arm, 7)
    assert [run.n for run in info.value.runs] == ([7, 7] if turns[0] == arm else [[7, 8], [8, 7]][arm])


def test_without_the_order_the_model_that_completed_the_fewest_is_named():
    order = np.tile([[0, 1]], (N, 1))
    for arm in (0, 1):
        clock, logs = VirtualClock(), [QueryLog(N), QueryLog(N)]
        good, bad = (Failing(clock, [0], at, partial(raises, OSError("gone"))) for at in (0, 8))
        models = [bad, good] if arm == 0 else [good, bad]
        drive = partial(interleaved, models, SINGLES, order, clock, logs)
        with pytest.raises(RunFailed) as info:
            record("single_stream", drive, logs, np.arange(N), np.random.default_rng(1))
        assert (info.value.arm, info.value.query) == (arm, 7)
        assert [run.n for run in info.value.runs] == ([7, 7] if arm == 0 else [8, 7])


def failed(at: int, then, **changed) -> tuple[TinyTorchPerf, RunFailed]:
    """Run all scenarios of a model that misbehaves at one call."""
    clock = VirtualClock()
    perf = benchmark(Failing(clock, [0], at, then), clock=clock, **changed)
    with pytest.raises(RunFailed) as info:
        perf.run_all_scenarios()
    return perf, info.value


# Calls 1 to 100 warm model and control up, 107 to 146 are Single-Stream queries, 150 to 169 Server queries of round 0.
@pytest.mark.parametrize(("at", "scenario"), [(30, "warm-up"), (130, "single_stream"), (160, "server"), (400, None)])
@pytest.mark.parametrize("misdeed", ["raises", "is interrupted", "returns None", "returns NaN"])
def test_a_failed_benchmark_keeps_what_it_measured_and_claims_nothing(at, scenario, misdeed):
    perf, failure = failed(at, MISDEEDS[misdeed][0])
    results = perf.results
    assert results.error == str(failure)
    assert not results.complete
    assert scenario in (None, failure.scenario)
    validation = StatisticalValidator().validate_results(results)
    assert not validation.valid
    assert not validation.significant
    every = [run for result in results.values() for run in result.runs["model"]]
    if failure.scenario != "warm-up":
        all_arms = [run for result in results.values() for runs in result.runs.values() for run in runs]
        assert [run.error for run in all_arms if run.error] == [run.error for run in failure.runs if run.error]
    if scenario is None:
        assert sum(run.error is None for run in every) >= 3, "the rounds before are whole"
    report = PerformanceReporter().generate_report(results)
    for text in [report.to_markdown()] + [report.to_html()] * (misdeed == "raises"):  # pages take their time
        assert "INCOMPLETE" in text
        assert "INVALID" in text
    assert "INVALID" in report.to_dict()["answer"]
    assert report.to_dict()["results"]["error"] == str(failure)


def test_a_failed_baseline_ends_the_run_too():
    clock = VirtualClock()
    bad = Failing(clock, [0], 200, MISDEEDS["raises"][0])
    perf = benchmark(Failing(clock, [0], 0, None), baseline=bad, clock=clock)
    with pytest.raises(RunFailed, match="OSError: no weights"):
        perf.run_all_scenarios()
    assert not StatisticalValidator().validate_results(perf.results).valid


@pytest.mark.parametrize("failing", ["model", "baseline"])
def test_wherever_a_model_fails_there_is_a_report(failing):
    """At first queries too, where nothing is measured of one model and something of the other."""
    ended = set()
    for at in range(260, 380, 3):
        clock = VirtualClock()
        bad, good = Failing(clock, [0], at, MISDEEDS["raises"][0]), Failing(clock, [0], 0, None)
        model, baseline = (bad, good) if failing == "model" else (good, bad)
        perf = benchmark(model, baseline=baseline, clock=clock, control=False)
        with pytest.raises(RunFailed) as info:
            perf.run_all_scenarios()
        ended.add(info.value.scenario)
        report = PerformanceReporter().generate_report(perf.results)
        assert "INVALID" in report.to_markdown()
    assert ended >= {"warm-up", "single_stream", "server", "offline"}


def test_a_failed_baseline_is_not_called_the_model():
    clock = VirtualClock()
    good, bad = Failing(clock, [0], 0, None), Failing(clock, [0], 70, MISDEEDS["raises"][0])
    perf = benchmark(good, baseline=bad, clock=clock, control=False)
    with pytest.raises(RunFailed) as info:
        perf.run_all_scenarios()
    assert info.value.scenario == "single_stream"
    assert "the baseline failed at query" in str(info.value)
    reasons = perf.results["single_stream"].reasons
    assert "the model failed" not in [reason.claim for reason in reasons["model"]]
    assert reasons["baseline"][0][:2] == ("the baseline failed", "OSError: no weights")


def hangs(batch):
    time.sleep(30)
    raise TimeoutError("nobody ended it")


@pytest.mark.parametrize("scenario", ["single_stream", "server", "offline", "multi_stream"])
def test_a_model_that_hangs_is_ended(scenario):
    clock, log = VirtualClock(), QueryLog(N)
    model = Failing(clock, [0], at=4, then=hangs)
    drive = partial(DRIVES[scenario][0], model, clock, log)
    with pytest.raises(RunFailed, match=r"DeadlineExceeded: no answer within 0\.05 s") as info:
        record(scenario, drive, [log], np.arange(N), np.random.default_rng(1), deadline_s=0.05)
    assert info.value.runs[0].n == info.value.query == 3 * DRIVES[scenario][1]


def test_a_benchmark_of_a_model_that_hangs_ends_at_its_deadline():
    perf, failure = failed(70, hangs, deadline_s=0.2, control=False)
    assert failure.scenario == "single_stream"
    assert "DeadlineExceeded" in perf.results.error
    assert perf.results["single_stream"].runs["model"][0].n == failure.query > 0


def test_a_real_interrupt_from_the_keyboard_ends_the_run():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it
    try:
        perf, failure = failed(70, lambda batch: signal.raise_signal(signal.SIGINT), control=False)
    finally:
        signal.signal(signal.SIGINT, before)
    assert "KeyboardInterrupt" in perf.results.error
    assert perf.results["single_stream"].runs["model"][0].n == failure.query > 0


def test_a_failed_accuracy_pass_names_the_model():
    perf = benchmark(partial(raises, OSError("no weights")), data=(INPUTS, np.zeros(60, np.int64)))
    with pytest.raises(RunFailed, match="accuracy: B failed with OSError: no weights"):
        perf.run_all_scenarios()
    assert not perf.results.complete
    assert not StatisticalValidator().validate_results(perf.results).valid


@pytest.mark.parametrize("missing", ["model", "dataset"])
def test_a_benchmark_without_its_parts_says_what_is_missing(missing):
    perf = TinyTorchPerf(Settings(), clock=VirtualClock(), progress=False)
    if missing == "dataset":
        perf.set_model(len)
    else:
        perf.set_dataset(INPUTS)
    with pytest.raises(ValueError, match=r"needs set_model\(\.\.\.\) and set_dataset\(\.\.\.\) first"):
        perf.run_all_scenarios()


def test_what_is_no_model_is_refused():
    perf = scripted()
    with pytest.raises(TypeError, match=r"callable or has issue\(queries\), got int"):
        perf.set_model(5)
    with pytest.raises(TypeError, match="set_baseline needs a model or build=factory"):
        perf.set_baseline()
    with pytest.raises(ValueError, match=r"scenarios are .*; got 'interactive'"):
        perf.run_scenario("interactive")
