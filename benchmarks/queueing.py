"""Does the Server scenario measure what a queue does? Against Lindley's recursion and M/D/1 theory, on virtual time.

Time is not the question here: nothing depends on the machine, and the same seeds print the same numbers. The closed
loop's row shows what a harness reports that issues each query when the one before has completed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from side_by_side import command_line, number, publish, table

from tinytorch.benchmarking import (
    NS_PER_MS,
    NS_PER_S,
    IntArray,
    QueryLog,
    ScriptedModel,
    VirtualClock,
    percentile,
    poisson_arrivals,
    server,
    single_stream,
)

SERVICE_NS, STALL_NS, STALL_EVERY, STALL_QPS = 4 * NS_PER_MS, 400 * NS_PER_MS, 100, 100.0
QUERY = np.zeros((1, 8), np.float32)
SHARES = (0.5, 0.9, 0.99)
# How many queries: the nearer to saturation, the longer a queue remembers, and the more it takes to average it out.
UTILISATIONS = {0.5: 1_000_000, 0.8: 2_000_000, 0.9: 4_000_000}
PART = 250_000  # queries a run, so that a run stays small


def lindley(arrivals_ns: IntArray, service_ns: IntArray) -> IntArray:
    """Return the waits W[k+1] = max(0, W[k] + S[k] - (A[k+1] - A[k])), W[0] = 0, in ns."""
    drift = np.concatenate([[0], np.cumsum(service_ns[:-1] - np.diff(arrivals_ns))])
    return drift - np.minimum.accumulate(drift)


def stalling(clock: VirtualClock) -> ScriptedModel:
    """Return the model of the stall experiment."""
    return ScriptedModel(clock, SERVICE_NS, stall_every=STALL_EVERY, stall_ns=STALL_NS)


def open_loop(arrivals_ns: IntArray) -> IntArray:
    """Return the latencies in ns that the package's Server measures."""
    clock, log = VirtualClock(), QueryLog(len(arrivals_ns))
    server(stalling(clock), [QUERY] * len(arrivals_ns), arrivals_ns, clock, log)
    return log.completed - log.scheduled


def closed_loop(n_queries: int) -> IntArray:
    """Return the latencies in ns of the same model in Single-Stream."""
    clock, log = VirtualClock(), QueryLog(n_queries)
    single_stream(stalling(clock), [QUERY] * n_queries, clock, log)
    return log.completed - log.scheduled


def stall_experiment(seconds: int, seed: int) -> dict[str, Any]:
    """Return p50, p90, p99 in ms: ours, Lindley's on the same arrivals, the closed loop's; and how far ours is off."""
    arrivals = poisson_arrivals(STALL_QPS, seconds * NS_PER_S, np.random.default_rng(seed))
    service = np.full(len(arrivals), SERVICE_NS)
    service[STALL_EVERY - 1 :: STALL_EVERY] += STALL_NS
    theirs, ours = lindley(arrivals, service) + service, open_loop(arrivals)
    return {
        "n": len(arrivals),
        "ours, Server": percentiles_ms(ours),
        "Lindley's recursion": percentiles_ms(theirs),
        "closed loop": percentiles_ms(closed_loop(len(arrivals))),
        "largest difference of a query, ns": int(np.abs(ours - theirs).max()),
    }


def percentiles_ms(latency_ns: IntArray) -> list[float]:
    """Return p50, p90 and p99 in ms."""
    return [percentile(latency_ns, p) / NS_PER_MS for p in SHARES]


def waits_ms(utilisation: float, n_queries: int, seed: int) -> tuple[float, float]:
    """Return the mean wait in ms for Poisson arrivals and constant service: ours, and Lindley's on the same."""
    qps = utilisation * NS_PER_S / SERVICE_NS
    duration_ns = int((n_queries + 10 * math.sqrt(n_queries)) / qps * NS_PER_S)
    arrivals = poisson_arrivals(qps, duration_ns, np.random.default_rng(seed))[:n_queries]
    clock, log = VirtualClock(), QueryLog(len(arrivals))
    server(ScriptedModel(clock, SERVICE_NS), [QUERY] * len(arrivals), arrivals, clock, log)
    theirs = lindley(arrivals, np.full(len(arrivals), SERVICE_NS))
    return float((log.issued - log.scheduled).mean()) / NS_PER_MS, float(theirs.mean()) / NS_PER_MS


def mean_waits(utilisation: float, n_queries: int) -> dict[str, float]:
    """Return the mean wait in ms of `n_queries` in parts, with its standard error over the parts, and the theory's."""
    parts = np.array([waits_ms(utilisation, min(PART, n_queries), seed) for seed in range(max(2, n_queries // PART))])
    ours, theirs = parts.mean(axis=0)
    error = parts[:, 0].std(ddof=1) / math.sqrt(len(parts))
    return {"ours": ours, "standard error": error, "Lindley": theirs, "theory": theory_ms(utilisation)}


def theory_ms(utilisation: float) -> float:
    """Return the mean wait of M/D/1 (Pollaczek and Khinchine): rho / (2 (1 - rho)) services."""
    return utilisation / (2 * (1 - utilisation)) * SERVICE_NS / NS_PER_MS


def main(arguments: Sequence[str] | None = None) -> None:
    """Compute, print the tables, and write the numbers where asked."""
    options = command_line(__doc__, arguments)
    stall = stall_experiment(20 if options.tiny else 3_600, seed=13)
    waits = {rho: mean_waits(rho, 500 if options.tiny else n) for rho, n in UTILISATIONS.items()}
    rows = [[name, *map(number, stall[name])] for name in ("ours, Server", "Lindley's recursion", "closed loop")]
    off = [ours / theirs - 1 for ours, theirs in zip(stall["ours, Server"], stall["Lindley's recursion"], strict=True)]
    rows.insert(2, ["  ours / Lindley's - 1", *(f"{share:+.2%}" for share in off)])
    title = f"A stall of 400 ms every 100th query, 4 ms else, Poisson at 100 QPS, {stall['n']:,} queries: latency, ms"
    tables = [
        table(title, ["", "p50", "p90", "p99"], rows),
        f"Largest difference of a single query: {stall['largest difference of a query, ns']} ns\n",
        table("M/D/1, 4 ms service: mean wait, ms", WAITS_HEADER, [wait_row(rho, wait) for rho, wait in waits.items()]),
    ]
    publish(tables, {"stall_ms": stall, "mean_wait_ms": waits}, options.json)


WAITS_HEADER = ["utilisation", "ours", "Lindley, same arrivals", "theory", "ours / theory - 1", "standard error"]


def wait_row(utilisation: float, wait: dict[str, float]) -> list[str]:
    """Return the table's row of one utilisation."""
    ours, theory = wait["ours"], wait["theory"]
    share, error = f"{ours / theory - 1:+.2%}", f"{wait['standard error'] / theory:.2%}"
    return [f"{utilisation}", number(ours, 4), number(wait["Lindley"], 4), number(theory, 4), share, error]


if __name__ == "__main__":
    main()
