"""Failures where nothing is timed: while a model is built, in the accuracy pass, in answers of an odd kind."""

from __future__ import annotations

import itertools
import math
import time
from functools import partial

import numpy as np
import pytest

from tests.scripted import INPUTS, MS, Timed, benchmark, scripted
from tinytorch.benchmarking import QueryLog, RunFailed, ScriptedModel, StatisticalValidator, VirtualClock, record
from tinytorch.benchmarking import single_stream as drive_single_stream

LABELLED = (INPUTS, np.zeros(60, np.int64))


def interrupted(batch):
    raise KeyboardInterrupt


def built_thrice(error: BaseException):
    """Return a benchmark whose factory fails in its second round: it is called once by set_model, twice a round."""
    clock, count = VirtualClock(), itertools.count(1)

    def build():
        if next(count) > 4:
            raise error
        return ScriptedModel(clock, MS)

    return benchmark(build=build, clock=clock)


@pytest.mark.parametrize("error", [OSError("no weights"), KeyboardInterrupt()])
def test_a_benchmark_whose_model_cannot_be_built_is_not_complete(error):
    perf = built_thrice(error)
    with pytest.raises((RunFailed, type(error))):
        perf.run_all_scenarios()
    assert len(perf.results["offline"].runs["model"]) == 1
    assert not perf.results.complete, "it ended after one round of six"
    assert (str(error) or type(error).__name__) in perf.results.error
    assert not StatisticalValidator().validate_results(perf.results).valid


def test_an_accuracy_pass_that_is_interrupted_is_not_complete():
    perf = benchmark(interrupted, data=LABELLED)
    with pytest.raises((RunFailed, KeyboardInterrupt)):
        perf.run_all_scenarios()
    assert not perf.results.complete


def test_an_accuracy_pass_that_hangs_is_ended():
    perf = benchmark(lambda batch: time.sleep(0.5) or np.zeros(len(batch)), data=LABELLED, deadline_s=0.1)
    with pytest.raises(RunFailed) as info:
        perf.run_all_scenarios()
    assert info.value.scenario == "accuracy", "it went on after its deadline and timed the model"


def test_an_accuracy_pass_that_answers_nan_has_failed():
    clock = VirtualClock()

    def nan_in_large_batches(batch):
        clock.advance_ns(MS)
        return np.full((len(batch), 2), np.nan if len(batch) > 20 else 0.5)

    perf = benchmark(nan_in_large_batches, clock=clock, data=LABELLED)
    with pytest.raises(RunFailed, match="NaN"):
        perf.run_all_scenarios()


def answers(outputs, model_ns: int = MS):
    """Record a Single-Stream run of a model that gives these outputs in turn."""
    clock, log = VirtualClock(), QueryLog(len(outputs))
    timed, left = Timed(clock, itertools.repeat(model_ns)), iter(outputs)

    def model(batch):
        timed(batch)
        return next(left)

    queries = [INPUTS[i : i + 1] for i in range(len(outputs))]
    drive = partial(drive_single_stream, model, queries, clock, log)
    return record("single_stream", drive, [log], np.arange(len(outputs)), np.random.default_rng(1))


@pytest.mark.parametrize("one", [[0.5], (1,), np.ones((1, 3), np.float32), [[1, 2]], ["a"], np.ones(1, np.int8)])
def test_whatever_has_one_entry_is_one_output(one):
    [run] = answers([one] * 5)
    assert (run.n, len(run.outputs)) == (5, 5)


@pytest.mark.parametrize(
    ("good", "bad"),
    [([0.5], [math.nan]), ([[0.5, 0.5]], [[0.5, math.nan]]), (np.array([1j]), np.array([complex(0, math.nan)]))],
)
def test_nan_is_found_in_lists_too(good, bad):
    with pytest.raises(RunFailed, match="query 2 with ValueError: the outputs hold NaN"):
        answers([good, good, bad, good])


def test_an_array_without_dimensions_is_a_wrong_count():
    with pytest.raises(RunFailed) as info:
        answers([np.ones(1), np.ones(1), np.array(1.0)])
    assert "query 2 with ValueError: 1 samples went in, 0 outputs came back" in str(info.value)


def test_outputs_of_different_lengths_are_kept():
    """As a model that writes text gives them."""
    [run] = answers([[[1]], [[1, 2]], [[1, 2, 3]]])
    assert [list(one) for one in run.outputs] == [[1], [1, 2], [1, 2, 3]]


def test_a_missing_answer_is_found_where_the_clock_stands_still():
    with pytest.raises(RunFailed) as info:
        answers([np.zeros(1), None, np.zeros(1)], model_ns=0)
    assert "query 1 with ValueError: the model returned None" in str(info.value)


@pytest.mark.parametrize("error", [RuntimeError("only leaf tensors"), NotImplementedError("no copy")])
def test_a_model_that_refuses_a_copy_is_used_as_it_is(error):
    """PyTorch's tensors refuse with RuntimeError."""
    clock = VirtualClock()

    class Refuses(ScriptedModel):
        def __deepcopy__(self, memo):
            raise error

    results = benchmark(Refuses(clock, MS), clock=clock).run_all_scenarios()
    assert not results.layout_controlled


@pytest.mark.parametrize("changed", [{"target_qps": 0.0}, {"percentile": 99.0}, {"rounds": 0}, {"confidence": 95}])
def test_settings_out_of_range_are_refused_before_anything_runs(changed):
    with pytest.raises(ValueError, match=next(iter(changed))):
        scripted(**changed).run_scenario("server")


def test_a_rate_that_was_not_used_is_not_in_the_notes():
    perf = scripted(target_qps=None)
    perf.run_scenario("single_stream")
    assert not any("target_qps" in note for note in perf.results.notes)
