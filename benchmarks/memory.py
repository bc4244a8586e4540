"""Peak memory and post-processing time for a million queries: ours and MLPerf LoadGen, each in a fresh process.

Memory is what a run of a million adds to the peak of a run of a thousand in the same process, so that libraries do not
count. Post-processing is everything after the last answer: freezing the log, percentiles and validity; LoadGen's
includes writing its log, without trace. Its processor time tells the contestants apart on a busy machine too.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from peer import NOT_INSTALLED, installed, run_loadgen
from side_by_side import ChildFailedError, command_line, fresh, null_model, number, publish, spread, table

from tinytorch.benchmarking import (
    Array,
    IntArray,
    Queries,
    QueryLog,
    RealClock,
    Run,
    Settings,
    early_stopping,
    late_generator,
    metric_value,
    percentile,
    record,
    sample_order,
    server,
    single_stream,
    validity,
)
from tinytorch.mlperf import loadgen_arrivals
from tinytorch.runs.record import UNCHECKED

SERVER_QPS = 200_000.0  # a million queries in five seconds
REPORTED = (0.5, 0.9, 0.95, 0.97, 0.99, 0.999)  # LoadGen's summary
SAMPLES = [np.zeros((1, 8), np.float32) for _ in range(1024)]
MIB = 1 << 20
Cost = tuple[float, float, float]  # MiB, wall and processor seconds of post-processing
Seconds = tuple[float, float]


def ten_outputs(batch: Array) -> Array:
    """Answer like a classifier of ten classes: a new array each time."""
    return np.zeros((len(batch), 10), np.float32)


def peak_bytes() -> int:
    """Return the largest resident size that this process has had."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would also count the process that started this one
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) << 10
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def now_s() -> Seconds:
    """Return wall time and this process's processor time in s."""
    return time.perf_counter(), time.process_time()


def since(start: Seconds) -> Seconds:
    """Return how much of both has passed."""
    wall, cpu = now_s()
    return wall - start[0], cpu - start[1]


def asked_of(indices: IntArray, log: QueryLog) -> Queries:
    """Return the queries as a round of the package makes them."""
    samples = np.empty(len(SAMPLES), dtype=object)
    for i, sample in enumerate(SAMPLES):
        samples[i] = sample
    parts = np.array_split(indices, 1 + len(indices) // UNCHECKED)
    return Queries(chain.from_iterable(samples[part].tolist() for part in parts), [log])


def loop_alone(scenario: str, n: int) -> Seconds:
    """Fill a log and keep only its int64 columns: the least that a run takes. Return the post-processing time."""
    rng = np.random.default_rng(13)
    indices, log = sample_order(n, len(SAMPLES), rng), QueryLog(n)
    single_stream(null_model, [SAMPLES[i] for i in indices], RealClock(), log)
    start = now_s()
    empty = np.empty(0, np.int64)
    summarise(Run(scenario, log.scheduled, log.issued, log.completed, indices, empty, empty))
    return since(start)


def whole_run(scenario: str, n: int, ten: bool = False) -> Seconds:
    """Schedule, run, record and judge as the package does. Return the post-processing time."""
    rng, clock, model = np.random.default_rng(13), RealClock(), ten_outputs if ten else null_model
    arrivals = loadgen_arrivals(SERVER_QPS, n, 3) if scenario == "server" else None
    indices, log = sample_order(n, len(SAMPLES), rng), QueryLog(n)
    queries = asked_of(indices, log)
    start = (0.0, 0.0)

    def drive() -> None:
        nonlocal start
        if arrivals is None:
            single_stream(model, queries, clock, log)
        else:
            server(model, queries, arrivals, clock, log)
        start = now_s()
        queries.clear()

    summarise(record(scenario, drive, [log], indices, rng)[0])
    return since(start)


def summarise(run: Run) -> None:
    """Compute what LoadGen's summary holds: six percentiles, the metric, the validity by every rule."""
    for p in REPORTED:
        percentile(run.latency_ns, p)
    metric_value(run, Settings())
    for rule in (validity, late_generator, early_stopping):
        rule(run, Settings())


def loadgen(scenario: str, n: int) -> Seconds:
    """Run LoadGen. Return its post-processing time."""
    run = run_loadgen(null_model, SAMPLES, scenario, n, target_qps=SERVER_QPS)
    return run.after_s, run.after_cpu_s


CONTESTANTS: dict[str, tuple[Any, ...]] = {
    "ours, Single-Stream": (whole_run, "single_stream"),
    "ours, Server": (whole_run, "server"),
    "ours, Single-Stream, 10 new outputs a query": (whole_run, "single_stream", True),
    "ours, Server, 10 new outputs a query": (whole_run, "server", True),
    "ours, Single-Stream, loop and columns only": (loop_alone, "single_stream"),
    "LoadGen, Single-Stream": (loadgen, "SingleStream"),
    "LoadGen, Server": (loadgen, "Server"),
}


def cost(name: str, n: int) -> Cost:
    """Return what `n` queries cost, scaled to a million."""
    task, scenario, *rest = CONTESTANTS[name]
    task(scenario, 1000, *rest)
    before = peak_bytes()
    wall, cpu = task(scenario, n, *rest)
    scale = 1e6 / n
    return (peak_bytes() - before) / MIB * scale, wall * scale, cpu * scale


def measure(n: int, repetitions: int) -> tuple[dict[str, list[Cost]], dict[str, str]]:
    """Return the costs by contestant, and why there are none where there are none."""
    costs: dict[str, list[Cost]] = {name: [] for name in CONTESTANTS}
    missing = {} if installed() else {name: NOT_INSTALLED for name in CONTESTANTS if name.startswith("LoadGen")}
    for _ in range(repetitions):
        for name in [name for name in CONTESTANTS if name not in missing]:
            try:
                costs[name].append(fresh(cost, name, n, timeout_s=120))
            except ChildFailedError as error:
                missing[name] = str(error)
    return costs, missing


def rows_of(costs: dict[str, list[Cost]], missing: dict[str, str]) -> list[list[str]]:
    """Return the table's rows; the ratios are those of the medians, to LoadGen in the same scenario."""
    rows = []
    for name, own in costs.items():
        peer = costs["LoadGen, Server" if "Server" in name else "LoadGen, Single-Stream"]
        figures = [missing.get(name) or spread([each[i] for each in own]) for i in range(3)]
        ratio = [number(middle(own, i) / middle(peer, i), 2) if own and peer else "-" for i in range(3)]
        rows.append([name, figures[0], ratio[0], figures[1], figures[2], ratio[2]])
    return rows


def middle(costs: Sequence[Cost], column: int) -> float:
    """Return the median of one column."""
    return statistics.median(each[column] for each in costs)


def aims(costs: dict[str, list[Cost]]) -> list[list[str]]:
    """Return what was aimed at and what was reached."""
    rows = []
    for name in [name for name, (task, *_) in CONTESTANTS.items() if task is whole_run]:
        memory, seconds = middle(costs[name], 0), middle(costs[name], 2)
        rows.append([f"{name}: <= 60 MiB", f"{number(memory)} MiB", "yes" if memory <= 60 else "no"])
        rows.append([f"{name}: <= 0.1 s", f"{number(seconds)} s", "yes" if seconds <= 0.1 else "no"])
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the tables, and write the numbers where asked."""
    options = command_line(__doc__, arguments)
    n, repetitions = (2_000, 1) if options.tiny else (1_000_000, 3)
    costs, missing = measure(n, repetitions)
    title = f"Per million queries ({n:,} measured, {repetitions} times, a fresh process each)"
    header = ["", "peak MiB", "/ LoadGen", "after the run, s*", "processor s*", "/ LoadGen"]
    tables = [
        table(title, header, rows_of(costs, missing)),
        table("Aims per million queries, post-processing in processor time", ["", "median", "met"], aims(costs)),
        "* absolute numbers are this machine's",
    ]
    publish(tables, {"costs": costs, "missing": missing}, options.json)


if __name__ == "__main__":
    main()
