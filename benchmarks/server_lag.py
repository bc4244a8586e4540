"""How late a Server query is issued while the server is free, and how fast a schedule is kept: ours and MLPerf LoadGen.

Lag = issued - scheduled of the queries that found the server free (the one before had completed), with a null model.
LoadGen's comes from its own trace. A pair is one run of each on the same Poisson arrivals, one after the other.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from peer import NOT_INSTALLED, Seeds, installed, run_loadgen
from side_by_side import (
    ChildFailedError,
    command_line,
    fresh,
    ns_per_query,
    null_model,
    number,
    publish,
    spread,
    stamping_model,
    table,
)

from tinytorch.benchmarking import IntArray, Model, Queries, QueryLog, RealClock, percentile, server
from tinytorch.mlperf import loadgen_arrivals

SAMPLES = [np.zeros((1, 8), np.float32) for _ in range(64)]
HELD = 0.99
LADDER = [round(100_000 * 1.25**step, -3) for step in range(18)]  # 100,000 to 4.4 million queries per second
TRY_S = 0.02  # of schedule a try
OVERLOAD_QPS = 1e7
Lags = tuple[float, float]  # p50 and p99 in us
Rates = dict[str, dict[str, list[float]]]


def lag_us(scheduled: IntArray, issued: IntArray, completed: IntArray) -> Lags:
    """Return p50 and p99 of the lag in us. Queries that had to wait for the server do not count."""
    free = np.concatenate([[True], completed[:-1] <= scheduled[1:]])
    lag = (issued - scheduled)[free]
    return percentile(lag, 0.5) / 1000, percentile(lag, 0.99) / 1000


def serve(qps: float, n_queries: int, seed: int, model: Model = null_model) -> QueryLog:
    """Return the log of the package's Server on LoadGen's arrivals, with its look at every answer."""
    log = QueryLog(n_queries)
    queries = Queries([SAMPLES[i % len(SAMPLES)] for i in range(n_queries)], [log])
    server(model, queries, loadgen_arrivals(qps, n_queries, seed), RealClock(), log)
    return log


def our_lag(qps: float, n_queries: int, seed: int) -> Lags:
    """Return p50 and p99 of our lag in us."""
    log = serve(qps, n_queries, seed)
    return lag_us(log.scheduled, log.issued, log.completed)


def loadgen_lag(qps: float, n_queries: int, seed: int) -> Lags:
    """Return p50 and p99 of LoadGen's lag in us."""
    seeds = Seeds(schedule=seed)
    run = run_loadgen(null_model, SAMPLES, "Server", n_queries, target_qps=qps, seeds=seeds, trace=True)
    return lag_us(run.scheduled_ns, run.issued_ns, run.completed_ns)


def our_held(qps: float, n_queries: int, seed: int) -> float:
    """Return which share of the scheduled rate was completed, as LoadGen defines both."""
    log = serve(qps, n_queries, seed)
    return float((log.scheduled[-1] - log.scheduled[0]) / (log.completed[-1] - log.scheduled[0]))


def loadgen_held(qps: float, n_queries: int, seed: int) -> float:
    """Return LoadGen's share."""
    return run_loadgen(null_model, SAMPLES, "Server", n_queries, target_qps=qps, seeds=Seeds(schedule=seed)).held


def measure_lags(rates: Sequence[float], pairs: int, duration_s: float, peer: bool) -> dict[str, dict[str, list[Lags]]]:
    """Return, by rate and contestant, the lags of each pair."""
    lags: dict[str, dict[str, list[Lags]]] = {}
    for qps in rates:
        n_queries = max(20, int(qps * duration_s))
        turns = [("ours", our_lag)] + ([("LoadGen", loadgen_lag)] if peer else [])
        of_rate = lags[f"{qps:.0f}"] = {name: [] for name, _ in turns}
        for pair in range(pairs):
            for name, lag in turns[:: 1 if pair % 2 else -1]:
                of_rate[name].append(lag(qps, n_queries, pair))
    return lags


def highest_held(held: Callable[[float, int, int], float], rates: Sequence[float], tries: int) -> float:
    """Return the highest rate of the ladder up to which each was held in one of the tries; 0 if none was.

    Others on the machine only ever make a try worse, so that the best one tells what the generator can do.
    """
    best = 0.0
    for qps in rates:
        n_queries = max(50, int(qps * TRY_S))
        if not any(held(qps, n_queries, seed) >= HELD for seed in range(tries)):
            break
        best = qps
    return best


def our_capacity(n_queries: int, every: int) -> float:
    """Return how many queries per second we complete when all are overdue, in the median stretch of `every`."""
    model, stamps = stamping_model(every)
    serve(OVERLOAD_QPS, n_queries, 3, model)
    return 1e9 / ns_per_query(stamps, every)


def loadgen_capacity(n_queries: int, every: int) -> float:
    """Return LoadGen's."""
    model, stamps = stamping_model(every)
    run_loadgen(model, SAMPLES, "Server", n_queries, target_qps=OVERLOAD_QPS)
    return 1e9 / ns_per_query(stamps, every)


def measure_rates(rates: Sequence[float], repetitions: int, tries: int, peer: bool) -> Rates:
    """Return, by what was measured and contestant, the rate of each repetition."""
    contestants = {"ours": (our_capacity, our_held)} | ({"LoadGen": (loadgen_capacity, loadgen_held)} if peer else {})
    found: Rates = {kind: {name: [] for name in contestants} for kind in ("saturated", "held")}
    for _ in range(repetitions):
        for name, (capacity, held) in contestants.items():
            found["saturated"][name].append(capacity(max(100, 1000 * tries), 10 * tries))
            found["held"][name].append(highest_held(held, rates, tries))
    return found


def measure(tiny: bool, peer: bool) -> dict[str, Any]:
    """Return the lags by target rate, and the highest rates."""
    if tiny:
        return {"lag_us": measure_lags([1_000.0], 1, 0.05, peer), "highest_qps": measure_rates(LADDER[:1], 1, 1, peer)}
    lags = measure_lags([1_000.0, 5_000.0], 7, 1.0, peer)
    return {"lag_us": lags, "highest_qps": measure_rates(LADDER, 5, 20, peer)}


def lag_rows(lags: dict[str, dict[str, list[Lags]]], missing: str | None) -> list[list[str]]:
    """Return a row for each rate and contestant, and under each pair LoadGen's lag over ours."""
    rows = []
    for qps, of_rate in lags.items():
        for name, pairs in of_rate.items():
            rows.append([f"{name}, {float(qps):,.0f} QPS", *(spread([pair[i] for pair in pairs]) for i in (0, 1))])
        if missing is None:
            rows.append(["  LoadGen / ours", *(spread(ratios(of_rate, i)) for i in (0, 1))])
        else:
            rows.append([f"LoadGen, {float(qps):,.0f} QPS", missing, missing])
    return rows


def ratios(of_rate: dict[str, list[Lags]], column: int) -> list[float]:
    """Return LoadGen's lag over ours within each pair."""
    return [peer[column] / ours[column] for ours, peer in zip(of_rate["ours"], of_rate["LoadGen"], strict=True)]


def aims(data: dict[str, Any]) -> list[list[str]]:
    """Return what was aimed at and what was reached."""
    rows = []
    for qps, of_rate in data["lag_us"].items():
        p50 = statistics.median(pair[0] for pair in of_rate["ours"])
        rows.append([f"{qps} QPS: p50 <= 1 us", f"{number(p50)} us", p50 <= 1])
        if "LoadGen" in of_rate:
            share, tail = (statistics.median(ratios(of_rate, i)) for i in (0, 1))
            rows.append([f"{qps} QPS: p50 <= 1/20 of LoadGen's", f"1/{number(share)}", share >= 20])
            rows.append([f"{qps} QPS: p99 <= LoadGen's", f"{number(1 / tail)} x", tail >= 1])
    for kind, name in (("saturated", "completed per second, saturated"), ("held", "highest rate held")):
        highest = {contestant: statistics.median(rates) for contestant, rates in data["highest_qps"][kind].items()}
        rows.append([f"{name}: >= 1 M", f"{highest['ours']:,.0f}", highest["ours"] >= 1e6])
        if highest.get("LoadGen"):
            times = highest["ours"] / highest["LoadGen"]
            rows.append([f"{name}: >= 2 x LoadGen's", f"{times:.1f} x", times >= 2])
    return [[aim, reached, "yes" if met else "no"] for aim, reached, met in rows]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the tables, and write the numbers where asked."""
    options = command_line(__doc__, arguments)
    missing = None if installed() else NOT_INSTALLED
    data: dict[str, Any]
    try:
        data = fresh(measure, options.tiny, missing is None, timeout_s=900)
    except ChildFailedError as error:  # only LoadGen can hang or abort
        missing = str(error)
        data = measure(options.tiny, False)
    highest = data["highest_qps"]
    rates = [[name, *(spread(highest[kind][name], 4) for kind in highest)] for name in highest["held"]]
    title = "Server, null model: schedule lag while the server is free, median [smallest-largest] of paired runs"
    tables = [
        table(title, ["", "p50, us (this machine)", "p99, us (this machine)"], lag_rows(data["lag_us"], missing)),
        table(
            f"Queries per second (this machine); held: {HELD:.0%} of a Poisson schedule, on a ladder of steps of 1.25",
            ["", "completed when saturated", "highest rate held"],
            rates if missing is None else [*rates, ["LoadGen", missing, missing]],
        ),
        table("Aims", ["", "median", "met"], aims(data)),
    ]
    publish(tables, data | {"loadgen": missing or "measured"}, options.json)


if __name__ == "__main__":
    main()
