"""Rules by which a run does not count, beyond the three that the lesson builds: claim, evidence, remedy each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tinytorch.mlperf import early_stopping_queries
from tinytorch.runs.run import IntArray, Run
from tinytorch.runs.settings import NS_PER_MS, NS_PER_S, Reason, Settings

if TYPE_CHECKING:
    from tinytorch.peak.queue_memory import Shown

BUSY = 0.45  # below this utilisation MLPerf's 99 % leaves room enough for what a queue remembers


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
    """Return a reason if a Server run's `tail` misses the latency target and that of its lags is over a tenth of it.

    A lag is how late a query was issued though it was due and the model was free: the generator's own doing. It is
    inside the latency, so a run that meets its target all the same counts.
    """
    if run.scenario != "server" or not run.n:
        return []
    late_ns = run.lag_ns if settings.workers == 1 else run.issued_ns - run.scheduled_ns  # handed over, not begun
    lag_ns, allowed_ns = tail(late_ns), settings.latency_target_ns // 10 + settings.batch_timeout_ns
    missed = tail(run.latency_ns) > settings.latency_target_ns
    if lag_ns <= allowed_ns or not missed:
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


def queue_remembers(runs: Sequence[Run], settings: Settings) -> list[Reason]:
    """Return a reason if a busy server is not shown to keep its latency target: its latencies come in waves.

    The utilisation is the load times the mean service time of all rounds. From 0.45 on rounds must be long enough to
    forget that they started empty, and the bound of the share over the target, at 95 %, at most what is allowed. Of
    simulated M/M/1 and M/D/1 servers that just fail at a utilisation of 0.5 to 0.95 it passes at most 5 %. Servers in
    batches or with several workers are not looked into, nor a run whose percentile misses the target anyway.
    """
    from tinytorch.peak.queue_memory import shown_share

    whole = [run for run in runs if run.n and run.error is None and run.scenario == "server"]
    if not whole or settings.workers > 1 or settings.max_batch > 1 or settings.target_qps is None:
        return []
    service_ns = np.concatenate([run.completed_ns - run.issued_ns for run in whole])
    latency_ns = np.concatenate([run.latency_ns for run in whole])
    utilisation = float(service_ns.mean()) * settings.target_qps / NS_PER_S
    over = int(np.count_nonzero(latency_ns > settings.latency_target_ns))
    if utilisation < BUSY or over >= latency_ns.size - math.floor(latency_ns.size * settings.percentile):
        return []
    if utilisation >= 1:
        evidence = f"a utilisation of {utilisation:.2f}: the queue grows for as long as queries come"
        return [Reason("the server does not keep up", evidence, "lower target_qps, or make the model faster")]
    each = [run.latency_ns for run in whole]
    target = settings.latency_target_ns, settings.percentile
    return _not_shown(shown_share(each, service_ns, utilisation, *target), each, utilisation, settings)


def _not_shown(shown: Shown, each: Sequence[IntArray], utilisation: float, settings: Settings) -> list[Reason]:
    """The reason in words: what was seen, and how long would do."""
    n, shortest, allowed = sum(map(len, each)), min(map(len, each)), 1 - settings.percentile
    if shortest >= shown.rounds_of and shown.upper <= allowed:
        return []
    at = f"at a utilisation of {utilisation:.2f}"
    total = max(shown.needed or 0, shown.rounds_of * len(each))
    remedy = "lower target_qps, or make the model faster"
    if shown.needed is not None:
        remedy = f"ask for {total:,} queries or more in {len(each)} rounds (min_queries), or lower target_qps"
    if shortest < shown.rounds_of:
        evidence = f"a round has {shortest:,} queries, and {at} a queue takes {shown.rounds_of:,} to forget its start"
        return [Reason("the rounds are too short for their queue", evidence, remedy)]
    evidence = f"{at} {n:,} queries tell as much as {n / shown.cluster:,.0f} independent ones, so up to "
    evidence += f"{100 * shown.upper:.2g} % may be over the target where {100 * allowed:.2g} % are allowed"
    return [Reason("the latency target is not shown to be met", evidence, remedy)]
