"""A model under the real MLPerf LoadGen: its numbers, its answers, its queries, and every way in which it fails."""

import json
import time
from functools import partial

import mlperf_loadgen
import numpy as np
import pytest

from tinytorch.benchmarking import accuracy, predict
from tinytorch.datasets import QuerySampleLibrary, digits
from tinytorch.mlperf import early_stopping_estimate, loadgen_arrivals, loadgen_samples
from tinytorch.mlperf.loadgen import SEEDS, LoadGenFailed, loadgen_sut, run_loadgen, start_test
from tinytorch.mlperf.logs import SCENARIOS, read_detail, read_trace
from tinytorch.models import digits_mlp

MS = 1_000_000
SMALL = QuerySampleLibrary("small", np.arange(40, dtype=np.float32).reshape(20, 2))
FEW = {"min_queries": 70, "min_duration_ns": 20 * MS, "timeout_s": 120.0}


def sleepy(batch, each_s=0.001):
    time.sleep(each_s * len(batch))
    return batch.sum(axis=1)


def raising(batch):
    raise ZeroDivisionError("no answer")


def short(batch):
    return batch[:-1] if len(batch) > 1 else batch


def test_single_stream_is_timed_in_our_units():
    numbers = run_loadgen(sleepy, SMALL, "single_stream", **FEW)
    latency_ns = numbers["latency_ns"]
    assert numbers["valid"], numbers["reasons"]
    assert numbers["reasons"] == numbers["errors"] == []
    assert (numbers["metric"], numbers["unit"]) == ("90th percentile latency", "ms")
    assert MS <= latency_ns["min"] <= latency_ns["p50"] <= latency_ns["p90"] <= latency_ns["p99.9"] <= latency_ns["max"]
    assert numbers["result"] == latency_ns["p90"] / MS
    assert numbers["queries"] >= 70
    assert numbers["early_stopping_estimate_ns"] >= latency_ns["p90"]
    assert numbers["version"].startswith("6.")


def test_enough_queries_are_prepared_for_the_duration():
    asked = {"min_queries": 70, "min_duration_ns": 200 * MS, "timeout_s": 120.0}
    numbers = run_loadgen(digits_mlp("vectorised"), digits(), "single_stream", **asked)
    assert numbers["valid"], numbers["reasons"]
    assert numbers["errors"] == []
    assert numbers["queries"] > 70


@pytest.mark.parametrize(("each_s", "valid"), [(0.001, True), (0.006, False)])
def test_server_says_whether_the_target_was_met(each_s, valid):
    numbers = run_loadgen(
        partial(sleepy, each_s=each_s), SMALL, "server",
        target_qps=300.0, min_queries=500, min_duration_ns=MS, latency_target_ns=400 * MS, timeout_s=120.0,
    )  # fmt: skip
    assert numbers["valid"] is valid
    assert ("the latency target was missed" in numbers["reasons"]) is not valid
    assert numbers["queries"] == 500
    assert (numbers["late"] > 5) is not valid
    arrivals = loadgen_arrivals(300.0, 500, SEEDS[2])
    assert numbers["result"] == pytest.approx(499 / (arrivals[-1] / 1e9), rel=1e-4)
    assert numbers["completed_qps"] <= numbers["result"] * 1.001


def test_offline_answers_in_batches_and_fills_the_duration():
    asked = {"min_queries": 10, "min_duration_ns": 200 * MS, "timeout_s": 120.0}
    numbers = run_loadgen(partial(sleepy, each_s=0.0005), SMALL, "offline", batch_size=8, **asked)
    assert numbers["valid"], numbers["reasons"]
    assert 500 < numbers["result"] <= 2_000
    assert (numbers["unit"], numbers["queries"]) == ("samples/s", 1)


def test_multi_stream_needs_its_662_queries():
    numbers = run_loadgen(digits_mlp("vectorised"), digits(), "multi_stream", **FEW)
    assert numbers["unit"] == "ms"
    assert numbers["queries"] >= 70
    assert numbers["valid"] == (numbers["queries"] >= 662)


def test_too_few_queries_are_invalid_and_say_so():
    numbers = run_loadgen(sleepy, SMALL, "single_stream", min_queries=10, min_duration_ns=MS, timeout_s=120.0)
    assert not numbers["valid"]
    assert numbers["early_stopping_estimate_ns"] is None
    assert "early stopping" in numbers["reasons"][0]
    assert "Need to process at least 64 queries" in numbers["reasons"][1]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_accuracy_mode_asks_every_sample_and_is_our_own_accuracy(scenario):
    model, library = digits_mlp("vectorised"), digits()
    expected = accuracy(predict(model, library.inputs), library.labels)
    numbers = run_loadgen(model, library, scenario, mode="accuracy", timeout_s=120.0)
    assert numbers == {"scenario": scenario, "samples": len(library), "accuracy": expected}


def test_class_ids_are_answers_too_and_without_labels_there_is_no_accuracy():
    ids = np.arange(20)
    labelled = QuerySampleLibrary("ids", np.stack([ids, 0 * ids], axis=1), np.where(ids < 15, ids, 0))
    assert run_loadgen(sleepy, labelled, "single_stream", mode="accuracy", timeout_s=120.0)["accuracy"] == 0.75
    assert run_loadgen(sleepy, SMALL, "single_stream", mode="accuracy", timeout_s=120.0)["accuracy"] is None


def test_the_handles_work_in_a_test_of_ones_own(tmp_path):
    """As one writes it for a submission: in this process, with LoadGen's own settings, traced."""
    asked = []

    def model(batch):
        asked.append(int(batch[0, 0]) // 2)
        return batch

    settings = {"scenario": "SingleStream", "mode": "PerformanceOnly", "min_query_count": 100, "min_duration_ms": 0}
    settings |= dict(zip(("qsl_rng_seed", "sample_index_rng_seed", "schedule_rng_seed"), SEEDS, strict=True))
    with loadgen_sut(model, SMALL) as system:
        start_test(system.sut, system.qsl, settings, tmp_path, trace=True)
    assert system.sut is None
    expected = loadgen_samples(100, 20, 20, SEEDS[0], SEEDS[1])
    traced = read_trace(tmp_path)
    assert asked == expected.tolist() == traced[3].tolist()
    detail = read_detail(tmp_path)
    assert detail["early_stopping_latency_ss"] == early_stopping_estimate(traced[2] - traced[0], 0.9)
    assert detail["errors"] == []


def test_multi_stream_asks_for_neighbours_of_the_loaded_set(tmp_path):
    """As `tinytorch.mlperf` recomputes them: eight samples a query, in the order in which they were loaded."""
    asked = []

    def model(batch):
        asked.extend((batch[:, 0].astype(int) // 2).tolist())
        return batch

    settings = {"scenario": "MultiStream", "mode": "PerformanceOnly", "min_query_count": 90, "min_duration_ms": 0}
    settings |= dict(zip(("qsl_rng_seed", "sample_index_rng_seed", "schedule_rng_seed"), SEEDS, strict=True))
    with loadgen_sut(model, SMALL) as system:
        start_test(system.sut, system.qsl, settings, tmp_path, trace=True)
    expected = loadgen_samples(90, 20, 20, SEEDS[0], SEEDS[1], samples_per_query=8)
    assert asked == expected.tolist() == read_trace(tmp_path)[3].tolist()


def test_an_error_is_read_from_the_log(tmp_path):
    """LoadGen ran out of prepared queries: it counts an error and the run may still be valid."""
    settings = {"scenario": "SingleStream", "mode": "PerformanceOnly", "min_query_count": 100, "min_duration_ms": 100}
    with loadgen_sut(lambda batch: batch, SMALL) as system:
        start_test(system.sut, system.qsl, settings | {"single_stream_expected_latency_ns": 10 * MS}, tmp_path)
    [error] = read_detail(tmp_path)["errors"]
    assert "Ran out of generated queries" in error


class FailsLater:
    """Raises at call 121: not in the warm-up, but under LoadGen."""

    calls = 0

    def __call__(self, batch):
        self.calls += 1
        time.sleep(0.0005)
        return 1 // (self.calls <= 120) * batch[:, 0]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_model_that_fails_in_mid_run_is_named(scenario):
    """From inside of LoadGen, which would abort the process."""
    asked = {"target_qps": 500.0} if scenario == "server" else {}
    with pytest.raises(LoadGenFailed, match=f"LoadGen, {scenario}: ZeroDivisionError: .*; there is no result"):
        run_loadgen(FailsLater(), SMALL, scenario, min_queries=1_000, timeout_s=120.0, **asked)


@pytest.mark.parametrize("scenario", ["single_stream", "offline"])
@pytest.mark.parametrize(
    ("model", "cause"),
    [
        (raising, "ZeroDivisionError: no answer"),
        (partial(sleepy, each_s=60), "no result in 3 s"),
        (lambda batch: batch, "importable by name"),
        (object(), "AttributeError: 'object' object has no attribute 'issue'"),
    ],
)
def test_a_model_that_fails_is_named_and_nothing_hangs(scenario, model, cause):
    asked = FEW | {"timeout_s": 3.0 if "3 s" in cause else 120.0}
    with pytest.raises(LoadGenFailed, match=f"LoadGen, {scenario}: .*{cause}.*; there is no result"):
        run_loadgen(model, SMALL, scenario, **asked)


def test_a_wrong_count_is_found():
    with pytest.raises(LoadGenFailed, match=r"ValueError: 8 samples went in, 7 outputs came back"):
        run_loadgen(short, SMALL, "offline", batch_size=8, **FEW)


@pytest.mark.parametrize(
    ("scenario", "asked", "match"),
    [
        ("sever", {}, "scenarios are single_stream, .*'sever'"),
        ("server", {}, "needs target_qps"),
        ("server", {"target_qps": float("inf")}, "positive"),
        ("single_stream", {"target_qps": 5.0}, "belongs to server and offline"),
        ("offline", {"mode": "both"}, "modes performance, accuracy"),
    ],
)
def test_settings_that_make_no_run_are_refused(scenario, asked, match):
    with pytest.raises(ValueError, match=match):
        run_loadgen(sleepy, SMALL, scenario, **asked)


def test_logs_stay_where_they_are_asked_for_and_nowhere_else(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    run_loadgen(sleepy, SMALL, "single_stream", **FEW)
    assert list(tmp_path.iterdir()) == []
    numbers = run_loadgen(sleepy, SMALL, "single_stream", folder="logs", **FEW)
    assert "Result is : VALID" in (tmp_path / "logs" / "mlperf_log_summary.txt").read_text()
    assert json.loads(json.dumps(numbers)) == numbers
    assert capfd.readouterr() == ("", "")


def test_an_audit_file_in_the_working_folder_changes_nothing(tmp_path, monkeypatch):
    (tmp_path / "audit.config").write_text("*.*.min_query_count = 5000\n")
    monkeypatch.chdir(tmp_path)
    assert run_loadgen(sleepy, SMALL, "single_stream", **FEW)["queries"] < 1_000


def test_loadgen_is_the_real_one():
    assert mlperf_loadgen.__doc__ == "MLPerf Inference load generator."
