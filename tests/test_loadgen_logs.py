"""LoadGen's logs as plain numbers, from lines as LoadGen 6 writes them; LoadGen itself is not needed here."""

import json
import sys

import pytest

from tinytorch.datasets import QuerySampleLibrary
from tinytorch.mlperf.loadgen import loadgen_sut, run_loadgen
from tinytorch.mlperf.logs import (
    ACCURACY,
    DETAIL,
    PERCENTILES,
    TRACE,
    read_answers,
    read_detail,
    read_numbers,
    read_trace,
)

LATENCIES = {f"result_{name}_latency_ns": 10 * i for i, name in enumerate(("min", "mean", "max"), 1)}
LATENCIES |= {f"result_{float(p):.2f}_percentile_latency_ns": 100 + i for i, p in enumerate(PERCENTILES)}
SERVER = {
    "loadgen_version": "6.0.17 @ d6147c7eb7",
    "result_validity": "INVALID",
    "result_perf_constraints_met": True,
    "result_min_duration_met": False,
    "result_min_queries_met": True,
    "early_stopping_met": False,
    "result_invalid_reason": "Increase the target QPS so the loadgen pre-generates more queries. ",
    "early_stopping_result": " * Run unsuccessful.  * Processed 200 queries. ",
    "result_query_count": 200,
    "result_overlatency_query_count": 3,
    "result_scheduled_samples_per_sec": 476.043,
    "result_completed_samples_per_sec": 475.723,
}


def write(folder, entries, *errors):
    lines = [{"key": key, "value": value, "metadata": {"is_error": False}} for key, value in entries.items()]
    lines += [{"key": "error_generic_message", "value": text, "metadata": {"is_error": True}} for text in errors]
    (folder / DETAIL).write_text("".join(f":::MLLOG {json.dumps(line)}\n" for line in lines))


def test_server_numbers(tmp_path):
    write(tmp_path, SERVER | LATENCIES, "too many outstanding queries")
    assert read_numbers(tmp_path, "server") == {
        "scenario": "server",
        "valid": False,
        "reasons": [
            "too short",
            "too few queries for early stopping, or too many late ones",
            "Increase the target QPS so the loadgen pre-generates more queries.",
            "* Run unsuccessful. * Processed 200 queries.",
        ],
        "metric": "scheduled load",
        "unit": "samples/s",
        "result": 476.043,
        "queries": 200,
        "latency_ns": {
            "min": 10, "mean": 20, "max": 30, "p50": 100, "p90": 101, "p95": 102, "p97": 103, "p99": 104, "p99.9": 105
        },
        "early_stopping_estimate_ns": None,
        "completed_qps": 475.723,
        "late": 3,
        "errors": ["too many outstanding queries"],
        "version": "6.0.17",
    }  # fmt: skip


def test_the_last_value_of_a_key_counts(tmp_path):
    write(tmp_path, {"a": 1})
    with (tmp_path / DETAIL).open("a") as log:
        log.write(':::MLLOG {"key": "a", "value": 2, "metadata": {}}\n')
    assert read_detail(tmp_path) == {"a": 2, "errors": []}


def test_answers_are_bytes_by_sample(tmp_path):
    (tmp_path / ACCURACY).write_text('[\n{ "seq_id" : 0, "qsl_idx" : 48, "data" : "0000803f" }\n]\n')
    indices, answers = read_answers(tmp_path)
    assert (indices.tolist(), answers) == ([48], [b"\x00\x00\x80\x3f"])


@pytest.mark.parametrize("sequence", [(0, 1), (0, 2)])
def test_a_trace_is_in_the_order_of_issue_or_has_holes(tmp_path, sequence):
    line = (
        '{{"name":"Sample","cat":"default","ph":"b","pid":1,"tid":2,"ts":{us}.500,"args":{{"sample_seq":{n},'
        '"query_seq":{n},"sample_idx":{index},"issue_start_ns":7,"complete_ns":90}}}},\n'
    )
    rows = [line.format(us=us, n=n, index=index) for us, n, index in ((11, sequence[1], 4), (10, sequence[0], 6))]
    (tmp_path / TRACE).write_text("".join(rows))
    if sequence == (0, 2):
        with pytest.raises(ValueError, match="the trace of 2 queries has holes"):
            read_trace(tmp_path)
    else:
        assert read_trace(tmp_path).tolist() == [[0, 1000], [7, 1007], [90, 1090], [6, 4]]


def test_without_loadgen_its_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlperf_loadgen", None)
    library = QuerySampleLibrary("one", [[1.0]])
    with pytest.raises(ModuleNotFoundError, match="its package is mlcommons-loadgen"):
        loadgen_sut(len, library)
    with pytest.raises(ModuleNotFoundError, match=r"CPython 3\.11 on x86-64 Linux"):
        run_loadgen(len, library, "single_stream")
