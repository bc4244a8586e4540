"""What MLPerf LoadGen wrote into its logs, as plain numbers. Does not need LoadGen and runs nothing.

Read from the detail log (`:::MLLOG` lines), the accuracy log and the trace of LoadGen 6.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

DETAIL, ACCURACY, TRACE = "mlperf_log_detail.txt", "mlperf_log_accuracy.json", "mlperf_log_trace.json"
PERCENTILES = ("50", "90", "95", "97", "99", "99.9")
# Ours: (LoadGen's name, the metric, its unit, what divides LoadGen's number, the key it stands under)
SCENARIOS = {
    "single_stream": ("SingleStream", "90th percentile latency", "ms", 1e6, "result_90.00_percentile_latency_ns"),
    "multi_stream": (
        "MultiStream", "99th percentile latency", "ms", 1e6, "result_99.00_percentile_per_query_latency_ns"
    ),
    "server": ("Server", "scheduled load", "samples/s", 1, "result_scheduled_samples_per_sec"),
    "offline": ("Offline", "throughput", "samples/s", 1, "result_samples_per_second"),
}  # fmt: skip
CONDITIONS = {
    "result_perf_constraints_met": "the latency target was missed",
    "result_min_duration_met": "too short",
    "result_min_queries_met": "too few queries",
    "early_stopping_met": "too few queries for early stopping, or too many late ones",
}
_TRACED = re.compile(
    r'"name":"Sample","cat":"default","ph":"b",.*"ts":(-?\d+)\.(\d{3}),.*"sample_seq":(\d+),.*"sample_idx":(\d+),'
    r'"issue_start_ns":(-?\d+),"complete_ns":(\d+)'
)


def read_detail(folder: Path) -> dict[str, Any]:
    """Return the detail log, the last value of each key, and under 'errors' the texts that LoadGen marked as errors."""
    lines = (folder / DETAIL).read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line.removeprefix(":::MLLOG ")) for line in lines]
    errors = [f"{entry['value']}" for entry in entries if entry.get("metadata", {}).get("is_error")]
    return {entry["key"]: entry["value"] for entry in entries} | {"errors": errors}


def read_numbers(folder: Path, scenario: str) -> dict[str, Any]:
    """Return a performance run of 'single_stream', 'multi_stream', 'server' or 'offline' as plain numbers.

    Keys: 'scenario', 'valid' (LoadGen's word), 'reasons' (why not, []), 'metric', 'unit' and 'result' (as METRICS of
    this project has them), 'queries', 'latency_ns' (of queries: min, mean, max, p50 to p99.9; Offline's only query is
    the whole run), 'early_stopping_estimate_ns' (Single- and Multi-Stream, None below its floor), 'completed_qps' and
    'late' (Server: queries over the latency target), 'errors' (texts; they do not change 'valid') and 'version'.
    """
    detail = read_detail(folder)
    _, metric, unit, divisor, key = SCENARIOS[scenario]
    reasons = [f"{words}" for condition, words in CONDITIONS.items() if detail.get(condition) is False]
    reasons += [" ".join(text.split()) for text in _advice(detail)] if reasons else []
    return {
        "scenario": scenario,
        "valid": detail["result_validity"] == "VALID",
        "reasons": reasons,
        "metric": metric,
        "unit": unit,
        "result": detail[key] / divisor,
        "queries": detail["result_query_count"],
        "latency_ns": _latencies(detail, "query_" if scenario == "multi_stream" else ""),
        "early_stopping_estimate_ns": detail.get(f"early_stopping_latency_{_short(scenario)}") or None,
        "completed_qps": detail.get("result_completed_samples_per_sec"),
        "late": detail.get("result_overlatency_query_count"),
        "errors": detail["errors"],
        "version": detail["loadgen_version"].partition(" ")[0],
    }


def _advice(detail: Mapping[str, Any]) -> list[str]:
    texts = [detail.get("result_invalid_reason", "")]
    if not detail.get("early_stopping_met", True):
        texts.append(detail.get("early_stopping_result", ""))
    return [text for text in texts if text.strip()]


def _short(scenario: str) -> str:
    return "".join(word[0] for word in scenario.split("_"))


def _latencies(detail: Mapping[str, Any], query: str) -> dict[str, int]:
    found = {name: detail[f"result_{name}_{query}latency_ns"] for name in ("min", "mean", "max")}
    per = "per_query_" if query else ""
    return found | {f"p{p}": detail[f"result_{float(p):.2f}_percentile_{per}latency_ns"] for p in PERCENTILES}


def read_answers(folder: Path) -> tuple[IntArray, list[bytes]]:
    """Return the accuracy log: the sample index of each answer, and the bytes that the SUT gave."""
    entries = json.loads((folder / ACCURACY).read_text(encoding="utf-8"))
    indices = np.array([entry["qsl_idx"] for entry in entries], dtype=np.int64)
    return indices, [bytes.fromhex(entry["data"]) for entry in entries]


def read_trace(folder: Path) -> IntArray:
    """Return scheduled, issued, completed (ns since the first was scheduled) and sample index, shape (4, n), int64."""
    text = (folder / TRACE).read_text(encoding="utf-8")
    rows = np.array([[int(field) for field in (us + ns, *rest)] for us, ns, *rest in _TRACED.findall(text)])
    scheduled, order, index, issued, completed = rows[np.argsort(rows[:, 1])].T.astype(np.int64)
    if not np.array_equal(order, np.arange(len(order))):
        raise ValueError(f"the trace of {len(order)} queries has holes")
    scheduled = scheduled - scheduled[0]
    return np.stack([scheduled, scheduled + issued, scheduled + completed, index])
