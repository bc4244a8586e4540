"""Rules by which a run does not count, beyond the three that the lesson builds: claim, evidence, remedy each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from tinytorch.mlperf import early_stopping_queries
from tinytorch.runs.run import IntArray, Run
from tinytorch.runs.settings import NS_PER_MS, Reason, Settings


def coarse_clock(run: Run, step_ns: int) -> list[Reason]:
    """Return a reason if the clock moves in steps of over a tenth of the median latency; 0: a virtual clock."""
    median_ns = float(np.median(run.latency_ns)) if run.n else math.inf
    if run.scenario == "offline" or 10 * step_ns <= median_ns:
        return []
    evidence = f"it moves in steps of {step_ns / NS_PER_MS:.3g} ms"
    evidence += f" where the median latency is {median_ns / NS_PER_MS:.3g} ms"
    return [Reason("the clock is too coarse", evidence, "trust Offline, which times batches, or use another machine")]


def no_time(runs: Sequence[Run]) -> list[Reason]:
    """Return a reason if a run of answered samples took no time at all: then there is no rate."""
    empty = sum(run.n > 0 and run.duration_ns == 0 for run in runs)
    if not empty:
        return []
    evidence = f"{empty} of {len(runs)} rounds took 0 ns, less than a step of the clock"
    return [Reason("a round took no time", evidence, "give each query more work, or use a finer clock")]


def late_issue(run: Run, settings: Settings, tail: Callable[[IntArray], float]) -> list[Reason]:
    """Return a reason if the `tail` of a Server run's lags is over a tenth of the latency target.

    A lag is how late a query was issued though it was due and the model was free: the generator's own doing.
    """
    if run.scenario != "server" or not run.n:
        return []
    late_ns = run.lag_ns if settings.workers == 1 else run.issued_ns - run.scheduled_ns  # handed over, not begun
    lag_ns, allowed_ns = tail(late_ns), settings.latency_target_ns // 10 + settings.batch_timeout_ns
    if lag_ns <= allowed_ns:
        return []
    evidence = f"1 % of the queries were issued {lag_ns / NS_PER_MS:.3g} ms late or later, the model being free"
    evidence += f"; {allowed_ns / NS_PER_MS:.3g} ms are allowed"
    remedy = "close what else runs on the machine, or lower target_qps"
    return [Reason("the load generator did not keep its schedule", evidence, remedy)]


def early_stopping(run: Run, settings: Settings) -> list[Reason]:
    """Return a reason if there are too few queries for the percentile at MLPerf's 99 % confidence.

    Single-Stream and Multi-Stream need the floor of their estimate; Server needs h(t) + t for the t that were late.
    """
    latency_ns, scenario = run.latency_ns, run.scenario
    if scenario == "server":
        late = int(np.count_nonzero(latency_ns > settings.latency_target_ns))
        needed = early_stopping_queries(late, settings.percentile)
    elif scenario == "multi_stream":
        needed, latency_ns = early_stopping_queries(1, 0.99), latency_ns[:: settings.samples_per_query]
    else:
        needed = early_stopping_queries(1, 0.9) if scenario == "single_stream" else 0
    if len(latency_ns) >= needed:
        return []
    evidence = f"{len(latency_ns)} queries where early stopping asks for {needed}"
    return [Reason("the percentile is not certain", evidence, "issue more queries, or make the model faster")]
