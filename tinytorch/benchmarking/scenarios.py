"""Scenarios: what is asked of a run, which number counts, and when a run does not count at all."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "6. Scenarios"; make it again with
# `tinytorch export`.

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tinytorch.mlperf import early_stopping_queries

from .clock import NS_PER_MS, NS_PER_S
from .loadgen import Run
from .stats import percentile

__all__ = [
    "METRICS",
    "Metric",
    "Reason",
    "Settings",
    "coarse_clock",
    "early_stopping",
    "goodput",
    "headline",
    "late_generator",
    "metric_value",
    "validity",
]


class Reason(NamedTuple):
    """Why a run does not count: what is wrong, what shows it, and what to do."""

    claim: str
    evidence: str
    remedy: str


@dataclass(frozen=True)
class Settings:
    """What is asked of a benchmark. Counts and durations are per scenario and model, spread over the rounds."""

    rounds: int = 10
    min_queries: int = 1_000
    min_duration_ns: int = 1_000_000_000
    target_qps: float | None = None  # Server; None: 0.3 of what the slowest model can do, at most 1000
    latency_target_ns: int = 15_000_000  # Server; MLPerf's limit for ResNet-50
    percentile: float = 0.99  # Server: this share of queries meets the target
    max_batch: int = 1  # Server; more than 1: what has queued up is answered together
    batch_timeout_ns: int = 0  # Server; how long the first of a batch waits for the batch to fill
    workers: int = 1  # Server; more than 1: threads, for a model that leaves Python while it works
    batch_size: int = 32  # Offline
    samples_per_query: int = 8  # Multi-Stream
    deadline_s: float = 120.0  # a scenario that takes longer in one round has failed; 0: no limit
    control: bool = True  # give the queries to a rebuild of the model as well: A against A
    confidence: float = 0.95
    margin: float = 0.01  # a difference smaller than this matters to nobody
    seed: int = 13  # who goes first, and with the four below everything else that is drawn
    qsl_seed: int = 2085463073848966840  # MLPerf's own four: mlperf.conf
    sample_index_seed: int = 2747215439041700203
    schedule_seed: int = 16159082839903944936
    accuracy_log_seed: int = 0
    mlperf_trace: bool = False  # samples and arrivals exactly as MLPerf LoadGen draws them from these seeds

    def __post_init__(self) -> None:
        for name in ("rounds", "min_queries", "max_batch", "workers", "batch_size", "samples_per_query"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is 1 or more, got {getattr(self, name)}")
        for name in ("percentile", "confidence"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} lies between 0 and 1, for example 0.95, got {getattr(self, name)}")
        if self.target_qps is not None and not (math.isfinite(self.target_qps) and self.target_qps > 0):
            raise ValueError(f"target_qps is positive and finite, or None, got {self.target_qps}")


class Metric(NamedTuple):
    """A scenario's headline number."""

    name: str
    unit: str
    higher_is_better: bool


METRICS = {
    "multi_stream": Metric("99th percentile latency", "ms", False),
    "single_stream": Metric("90th percentile latency", "ms", False),
    "server": Metric("scheduled load", "samples/s", True),
    "offline": Metric("throughput", "samples/s", True),
}


def metric_value(run: Run, settings: Settings) -> float:
    """Return the run's headline number in the unit of METRICS. Raises ValueError for an unknown scenario."""
    if run.scenario == "single_stream":
        return percentile(run.latency_ns, 0.9) / NS_PER_MS
    if run.scenario == "server":
        return (run.n - 1) / int(run.scheduled_ns[-1] - run.scheduled_ns[0]) * NS_PER_S
    if run.scenario == "offline":
        return run.n / run.duration_ns * NS_PER_S
    raise ValueError(f"a metric is known of single_stream, server and offline, got {run.scenario!r}")


def validity(run: Run, settings: Settings) -> list[Reason]:
    """Return why the run does not count: too few queries, too short, too slow for the Server target; [] if it does."""
    reasons = []
    if run.n < settings.min_queries:
        evidence = f"{run.n} samples where {settings.min_queries} are asked"
        reasons.append(Reason("too few queries", evidence, "issue more queries, or lower min_queries and say so"))
    if run.duration_ns < settings.min_duration_ns:
        evidence = f"{run.duration_ns / NS_PER_S:.3f} s where {settings.min_duration_ns / NS_PER_S:.3f} s are asked"
        reasons.append(Reason("too short", evidence, "run longer, or lower min_duration_ns and say so"))
    if run.scenario == "server" and run.n:
        tail_ns = percentile(run.latency_ns, settings.percentile)
        if tail_ns > settings.latency_target_ns:
            evidence = f"{tail_ns / NS_PER_MS:.3f} ms at the percentile {settings.percentile:g}"
            evidence += f" where the target is {settings.latency_target_ns / NS_PER_MS:.3f} ms"
            reasons.append(Reason("latency target missed", evidence, "lower target_qps, or make the model faster"))
    return reasons


def headline(run: Run, settings: Settings) -> float:
    """Return the run's metric, Multi-Stream's included, in the unit of METRICS."""
    if run.scenario == "multi_stream":
        return percentile(run.latency_ns, 0.99) / NS_PER_MS
    return metric_value(run, settings)


def goodput(run: Run, settings: Settings) -> float:
    """Return the part of a Server run's scheduled load, in samples per second, that met the latency target."""
    in_time = int(np.count_nonzero(run.latency_ns <= settings.latency_target_ns))
    return in_time / run.n * metric_value(run, settings) if run.n > 1 else 0.0  # of one query there is no rate


def late_generator(run: Run, settings: Settings) -> list[Reason]:
    """Return a reason if 1 % of a Server run's queries were issued later than a tenth of the latency target allows."""
    if run.scenario != "server" or not run.n:
        return []
    late_ns = run.lag_ns if settings.workers == 1 else run.issued_ns - run.scheduled_ns  # handed over, not begun
    lag_ns, allowed_ns = percentile(late_ns, 0.99), settings.latency_target_ns // 10 + settings.batch_timeout_ns
    if lag_ns <= allowed_ns:
        return []
    evidence = f"1 % of the queries were issued {lag_ns / NS_PER_MS:.3g} ms late or later, the model being free"
    evidence += f"; {allowed_ns / NS_PER_MS:.3g} ms are allowed"
    remedy = "close what else runs on the machine, or lower target_qps"
    return [Reason("the load generator did not keep its schedule", evidence, remedy)]


def coarse_clock(run: Run, step_ns: int) -> list[Reason]:
    """Return a reason if the clock moves in steps of over a tenth of the median latency; 0: a virtual clock."""
    median_ns = float(np.median(run.latency_ns)) if run.n else math.inf
    if run.scenario == "offline" or 10 * step_ns <= median_ns:
        return []
    evidence = f"it moves in steps of {step_ns / NS_PER_MS:.3g} ms"
    evidence += f" where the median latency is {median_ns / NS_PER_MS:.3g} ms"
    return [Reason("the clock is too coarse", evidence, "trust Offline, which times batches, or use another machine")]


def early_stopping(run: Run, settings: Settings) -> list[Reason]:
    """Return a reason if there are too few queries for the percentile at MLPerf's 99 % confidence.

    Single-Stream and Multi-Stream need the floor of their estimate; Server needs h(t) + t for the t that were late.
    """
    latency_ns = run.latency_ns
    if run.scenario == "server":
        late = int(np.count_nonzero(latency_ns > settings.latency_target_ns))
        needed = early_stopping_queries(late, settings.percentile)
    elif run.scenario == "multi_stream":
        needed, latency_ns = early_stopping_queries(1, 0.99), latency_ns[:: settings.samples_per_query]
    else:
        needed = early_stopping_queries(1, 0.9) if run.scenario == "single_stream" else 0
    if len(latency_ns) >= needed:
        return []
    evidence = f"{len(latency_ns)} queries where early stopping asks for {needed}"
    return [Reason("the percentile is not certain", evidence, "issue more queries, or make the model faster")]
