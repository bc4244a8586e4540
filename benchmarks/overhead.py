"""What Single-Stream costs per query with a null model: a bare timing loop, ours, and MLPerf LoadGen, in one process.

Wall time. The null model returns the same array at once; slices of the loops take turns; ratios are within repetitions.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Sequence

import numpy as np
from peer import NOT_INSTALLED, installed, run_loadgen
from side_by_side import (
    ChildFailedError,
    command_line,
    fresh,
    ns_per_query,
    null_model,
    publish,
    spread,
    stamping_model,
    table,
)

from tinytorch.benchmarking import Array, Queries, QueryLog, RealClock, single_stream
from tinytorch.runs.record import check_outputs_so_far

BARE, OURS, LOADGEN = "bare loop", "ours, single_stream", "LoadGen, SingleStream"
SAMPLES = [np.zeros((1, 8), np.float32) for _ in range(64)]


def bare_loop(queries: Sequence[Array]) -> float:
    """Return the ns per query of the least that can time a call; the list of differences is the fastest store."""
    now, f, x, out = time.perf_counter_ns, null_model, queries[0], [0] * len(queries)
    start = now()
    for i in range(len(queries)):
        t0 = now()
        f(x)
        t1 = now()
        out[i] = t1 - t0
    return (now() - start) / len(queries)


def ours(queries: Sequence[Array]) -> float:
    """Return the ns per query of the package's Single-Stream, with its check of every answer.

    As with LoadGen, setting the run up is not timed.
    """
    log, clock = QueryLog(len(queries)), RealClock()
    watched = Queries(queries, [log])
    start = time.perf_counter_ns()
    single_stream(null_model, watched, clock, log)
    check_outputs_so_far(log, len(queries), final=True)
    return (time.perf_counter_ns() - start) / len(queries)


def loadgen(n_queries: int, every: int) -> float:
    """Return the ns per query of LoadGen's SingleStream: the median over stretches of `every` queries."""
    model, stamps = stamping_model(every)
    run_loadgen(model, SAMPLES, "SingleStream", n_queries)
    return ns_per_query(stamps, every)


def measure(repetitions: int, slices: int, n_queries: int, with_loadgen: bool) -> dict[str, list[float]]:
    """Return each contestant's ns per query, one value a repetition: the median of its slices of `n_queries`.

    A slice, and a stretch of LoadGen's, is shorter than what a busy machine grants at a time: most are not interrupted.
    """
    queries = [SAMPLES[i % len(SAMPLES)] for i in range(n_queries)]
    values: dict[str, list[float]] = {name: [] for name in (BARE, OURS, LOADGEN) if name != LOADGEN or with_loadgen}
    for _ in range(repetitions):
        gc.collect()
        taken: dict[str, list[float]] = {BARE: [], OURS: []}
        for turn in range(slices):
            for name, loop in ((BARE, bare_loop), (OURS, ours))[:: 1 if turn % 2 else -1]:
                taken[name].append(loop(queries))
        for name, each in taken.items():
            values[name].append(statistics.median(each))
        if with_loadgen:
            values[LOADGEN].append(loadgen(slices * n_queries, max(1, n_queries // 10)))
    return values


def rows_of(values: dict[str, list[float]], missing: str | None) -> list[list[str]]:
    """Return the table's rows: ns per query and the ratio to the bare loop."""
    rows = [[name, spread(each), spread(paired(each, values[BARE]))] for name, each in values.items()]
    return rows if missing is None else [*rows, [LOADGEN, missing, missing]]


def paired(values: Sequence[float], reference: Sequence[float]) -> list[float]:
    """Return the ratios within repetitions."""
    return [value / other for value, other in zip(values, reference, strict=True)]


def aims(values: dict[str, list[float]]) -> list[list[str]]:
    """Return what was aimed at and what was reached."""
    to_bare = statistics.median(paired(values[OURS], values[BARE]))
    rows = [["ours <= 1.3 x the bare loop", f"{to_bare:.2f} x", "yes" if to_bare <= 1.3 else "no"]]
    if LOADGEN in values:
        share = statistics.median(paired(values[LOADGEN], values[OURS]))
        rows.append(["ours <= 1/8 of LoadGen's", f"1/{share:.1f}", "yes" if share >= 8 else "no"])
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, and write the numbers where asked."""
    options = command_line(__doc__, arguments)
    repetitions, slices, n_queries = (2, 2, 100) if options.tiny else (25, 11, 4_096)
    missing = None if installed() else NOT_INSTALLED
    values: dict[str, list[float]]
    try:
        values = fresh(measure, repetitions, slices, n_queries, missing is None, timeout_s=300)
    except ChildFailedError as error:  # only LoadGen can hang or abort
        missing = str(error)
        values = measure(repetitions, slices, n_queries, False)
    title = f"Single-Stream, null model, wall time: {repetitions} repetitions, median [smallest-largest]"
    header = ["", "this machine, ns/query", "ratio to the bare loop"]
    tables = [table(title, header, rows_of(values, missing)), table("Aims", ["", "median", "met"], aims(values))]
    data = {"ns_per_query": values, "n_queries": n_queries, "loadgen": missing or "measured"}
    publish(tables, data, options.json)


if __name__ == "__main__":
    main()
