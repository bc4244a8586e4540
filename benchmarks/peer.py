"""The peer: MLPerf LoadGen (`mlcommons-loadgen`) driving a Python model, and what it logs as plain numbers.

Knows nothing of our own load generator. LoadGen aborts the process if a model raises and waits for ever if an answer
is lost, so whoever calls this does it in a process of its own (`tinytorch.machine.own_process`). Its system under
test does less than `tinytorch.mlperf.loadgen` does: what is left to measure is LoadGen.
"""

from __future__ import annotations

import importlib.util
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tinytorch.benchmarking import Array, IntArray, Model
from tinytorch.mlperf.loadgen import import_loadgen, start_test
from tinytorch.mlperf.logs import read_detail, read_trace

NOT_INSTALLED = "not installed"


@dataclass(frozen=True)
class Seeds:
    """LoadGen's three seeds of a performance run."""

    qsl: int = 1
    sample_index: int = 2
    schedule: int = 3


@dataclass(frozen=True)
class PeerRun:
    """What LoadGen logged about a run. The trace's columns are int64 in the order of issue, empty without trace."""

    detail: dict[str, Any]  # the detail log, by key
    scheduled_ns: IntArray  # since the first
    issued_ns: IntArray
    completed_ns: IntArray
    sample_indices: IntArray
    after_s: float  # from the last query issued until LoadGen returned: its post-processing, wall time
    after_cpu_s: float  # and processor time, of all its threads

    @property
    def latency_ns(self) -> IntArray:
        """Completed - scheduled, as LoadGen defines it."""
        return self.completed_ns - self.scheduled_ns

    @property
    def held(self) -> float:
        """The share of its Server schedule that LoadGen kept: completed over scheduled samples per second."""
        return float(self.detail["result_completed_samples_per_sec"] / self.detail["result_scheduled_samples_per_sec"])


def installed() -> bool:
    """Return whether LoadGen can be imported; its wheel exists for CPython 3.11 on x86-64 Linux."""
    return importlib.util.find_spec("mlperf_loadgen") is not None


def run_loadgen(
    model: Model,
    samples: Sequence[Array],
    scenario: str,
    n_queries: int,
    *,
    target_qps: float = 1.0,
    performance_count: int | None = None,
    seeds: Seeds | None = None,
    target_latency_ns: int = 100_000_000,
    min_duration_ms: int = 0,
    samples_per_query: int = 8,
    trace: bool = False,
) -> PeerRun:
    """Run `scenario` ('SingleStream', 'MultiStream' or 'Server') and return what LoadGen logged.

    That are exactly `n_queries`, or more until the last one is due after `min_duration_ms`. A Multi-Stream query holds
    `samples_per_query` samples, and the columns have an entry for each of them.
    """
    loadgen = import_loadgen()
    complete, response, seeds = loadgen.QuerySamplesComplete, loadgen.QuerySampleResponse, seeds or Seeds()
    all_issued_at = (0.0, 0.0)

    def issue(queries: list[Any]) -> None:
        query = queries[0]
        model(samples[query.index])
        complete([response(query.id, 0, 0)])

    def issue_together(queries: list[Any]) -> None:
        for query in queries:
            model(samples[query.index])
        complete([response(query.id, 0, 0) for query in queries])

    def flush() -> None:
        nonlocal all_issued_at
        all_issued_at = (time.perf_counter(), time.process_time())

    def do_nothing(indices: list[int]) -> None:
        pass

    settings = {
        "scenario": scenario,
        "mode": "PerformanceOnly",
        "min_query_count": n_queries,
        "min_duration_ms": min_duration_ms,
        "server_target_qps": target_qps,
        "server_target_latency_ns": target_latency_ns,
        "multi_stream_samples_per_query": samples_per_query,
        "qsl_rng_seed": seeds.qsl,
        "sample_index_rng_seed": seeds.sample_index,
        "schedule_rng_seed": seeds.schedule,
    }
    sut = loadgen.ConstructSUT(issue_together if scenario == "MultiStream" else issue, flush)
    library = loadgen.ConstructQSL(len(samples), performance_count or len(samples), do_nothing, do_nothing)
    with tempfile.TemporaryDirectory() as folder:
        start_test(sut, library, settings, Path(folder), trace=trace)
        after_s, after_cpu_s = time.perf_counter() - all_issued_at[0], time.process_time() - all_issued_at[1]
        loadgen.DestroyQSL(library)
        loadgen.DestroySUT(sut)
        detail = read_detail(Path(folder))
        traced = read_trace(Path(folder)) if trace else np.empty((4, 0), np.int64)
        return PeerRun(detail, traced[0], traced[1], traced[2], traced[3], after_s, after_cpu_s)
