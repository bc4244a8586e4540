"""Is our recomputation of MLPerf LoadGen identical to LoadGen? Arrivals, sample order, percentiles, early stopping.

Each row runs LoadGen with its trace on, computes the same from the seeds (`tinytorch.mlperf`) or from the traced
latencies, and counts the differences: 0 is identical.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from peer import NOT_INSTALLED, PeerRun, Seeds, installed, run_loadgen
from side_by_side import ChildFailedError, command_line, fresh, null_model, publish, table

from tinytorch.benchmarking import Array, percentile
from tinytorch.mlperf import (
    early_stopping_discard,
    early_stopping_estimate,
    early_stopping_queries,
    loadgen_arrivals,
    loadgen_samples,
)

MLPERF_SEEDS = Seeds(2085463073848966840, 2747215439041700203, 16159082839903944936)  # mlperf.conf
ARRIVALS = ((1_000.0, MLPERF_SEEDS, 2_000), (5_000.0, Seeds(), 10_000), (20_000.0, Seeds(schedule=2**32 - 1), 20_000))
LIBRARIES = ((5_000, 1_024), (5_000, 1_000), (777, 777), (64, 1), (100_000, 100_000))
QUERIES = (64, 662, 1_000, 1_024, 10_000)
REPORTED = (0.5, 0.9, 0.95, 0.97, 0.99, 0.999)
Row = tuple[str, int, int]  # what, how many were compared, how many differ (arrivals: the largest difference in ns)


def library(n_samples: int) -> list[Array]:
    """Return so many samples; what is in them does not matter here."""
    return [np.zeros((1, 1), np.float32)] * n_samples


def arrivals(target_qps: float, seeds: Seeds, n: int) -> Row:
    """Compare when Server queries are scheduled."""
    run = run_loadgen(null_model, library(64), "Server", n, target_qps=target_qps, seeds=seeds, trace=True)
    difference = np.abs(run.scheduled_ns - loadgen_arrivals(target_qps, n, seeds.schedule))
    return f"arrivals at {target_qps:,.0f} QPS, largest difference in ns", n, int(difference.max())


def samples(scenario: str, n_samples: int, performance_count: int, seeds: Seeds, n: int) -> Row:
    """Compare which samples are asked for."""
    run = run_loadgen(
        null_model, library(n_samples), scenario, n,
        target_qps=20_000.0, performance_count=performance_count, seeds=seeds, trace=True,
    )  # fmt: skip
    ours = loadgen_samples(n, n_samples, performance_count, seeds.qsl, seeds.sample_index)
    differ = int(np.count_nonzero(ours != run.sample_indices))
    return f"{scenario}, sample order, {performance_count:,} of {n_samples:,} loaded", n, differ


def multi_stream_samples(n_samples: int, performance_count: int, size: int, seeds: Seeds, n: int) -> Row:
    """Compare which samples are asked for together, `size` a query."""
    run = run_loadgen(
        null_model, library(n_samples), "MultiStream", n,
        performance_count=performance_count, seeds=seeds, samples_per_query=size, trace=True,
    )  # fmt: skip
    ours = loadgen_samples(n, n_samples, performance_count, seeds.qsl, seeds.sample_index, samples_per_query=size)
    differ = int(np.count_nonzero(ours != run.sample_indices))
    return f"MultiStream, sample order, {size} a query, {performance_count:,} of {n_samples:,} loaded", n * size, differ


def timed_samples(min_query_count: int, min_duration_ms: int) -> Row:
    """Compare which samples are asked for where the duration decides how many, and not the minimum."""
    run = run_loadgen(
        null_model, library(500), "Server", min_query_count,
        target_qps=20_000.0, performance_count=64, min_duration_ms=min_duration_ms, trace=True,
    )  # fmt: skip
    n, seeds = len(run.sample_indices), Seeds()
    ours = loadgen_samples(n, 500, 64, seeds.qsl, seeds.sample_index, min_query_count)
    differ = int(np.count_nonzero(ours != run.sample_indices))
    return f"Server, sample order, {min_query_count} queries or {min_duration_ms} ms", n, differ


def single_stream_statistics(n: int) -> list[Row]:
    """Compare percentiles, discards and early-stopping estimates."""
    run = run_loadgen(null_model, library(64), "SingleStream", n, trace=True)
    logged = [run.detail[f"result_{100 * p:.2f}_percentile_latency_ns"] for p in REPORTED]
    wrong = sum(percentile(run.latency_ns, p) != ns for p, ns in zip(REPORTED, logged, strict=True))
    discarded = int(found(r"Would discard (\d+) highest", run) or 0)
    rows: list[Row] = [
        (f"percentiles of {n:,} latencies", len(REPORTED), wrong),
        (f"latencies discarded for p90 of {n:,}", 1, int(discarded != early_stopping_discard(n, 0.9))),
    ]
    for p, key in ((0.9, "early_stopping_latency_ss"), (0.99, "early_stopping_latency_ms")):
        if n >= early_stopping_queries(1, p):
            differs = run.detail[key] != early_stopping_estimate(run.latency_ns, p)
            rows.append((f"early-stopping estimate of p{100 * p:g} of {n:,}", 1, int(differs)))
    return rows


def server_statistics(n: int, target_latency_ns: int) -> list[Row]:
    """Compare how many queries miss the target, and how many more h(t) + t asks for (p99)."""
    run = run_loadgen(
        null_model, library(64), "Server", n, target_qps=20_000.0, target_latency_ns=target_latency_ns, trace=True
    )
    late = int(np.count_nonzero(run.latency_ns > target_latency_ns))
    more = int(found(r"at least (\d+) more queries", run) or 0)
    needed = max(0, early_stopping_queries(late, 0.99) - n)
    where = f"of {n:,}, target {target_latency_ns:,} ns"
    return [
        (f"queries over the target {where}", 1, int(late != run.detail["result_overlatency_query_count"])),
        (f"queries still to run {where}: {more:,}", 1, int(more != needed)),
    ]


def found(pattern: str, run: PeerRun) -> str | None:
    """Return the number in LoadGen's early-stopping text, or None."""
    match = re.search(pattern, run.detail["early_stopping_result"])
    return match and match[1]


def compare(tiny: bool) -> list[Row]:
    """Return every comparison."""
    if tiny:
        rows = [arrivals(5_000.0, MLPERF_SEEDS, 200), samples("SingleStream", 50, 20, Seeds(), 200)]
        rows.append(multi_stream_samples(50, 20, 8, Seeds(), 30))
        return [*rows, *single_stream_statistics(700), *server_statistics(200, 1)]
    rows = [arrivals(*each) for each in ARRIVALS]
    for scenario, seeds in (("SingleStream", Seeds()), ("Server", MLPERF_SEEDS)):
        rows += [samples(scenario, total, loaded, seeds, 3_000) for total, loaded in LIBRARIES]
    rows += [multi_stream_samples(total, loaded, 8, MLPERF_SEEDS, 700) for total, loaded in LIBRARIES]
    rows += [multi_stream_samples(500, 7, size, Seeds(), 300) for size in (2, 3, 16)]
    rows.append(timed_samples(200, 100))
    for n in QUERIES:
        rows += single_stream_statistics(n)
    for target_latency_ns in (1, 70_000, 1_000_000_000):
        rows += server_statistics(1_000, target_latency_ns)
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare, print the table, and write the rows where asked."""
    options = command_line(__doc__, arguments)
    rows: list[Row] = []
    missing = None if installed() else NOT_INSTALLED
    if missing is None:
        try:
            rows = fresh(compare, options.tiny, timeout_s=300)
        except ChildFailedError as error:
            missing = str(error)
    shown = [[what, f"{n:,}", f"{differ:,}"] for what, n, differ in rows] or [["LoadGen", missing or "", ""]]
    publish(
        [table("Recomputed from the seeds or from the trace, against MLPerf LoadGen", HEADER, shown)],
        {"rows": rows, "loadgen": missing or "measured"},
        options.json,
    )


HEADER = ["", "compared", "different"]

if __name__ == "__main__":
    main()
