"""Scenarios: what is asked of a run, which number counts, and when a run does not count at all."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "5. Scenarios"; make it again with
# `tinytorch export`.

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tinytorch.mlperf import min_queries_for
from tinytorch.runs import (
    METRICS,
    NS_PER_MS,
    NS_PER_S,
    SCENARIOS,
    Metric,
    Reason,
    Run,
    ScenarioRuns,
    Settings,
    Step,
    StoredResults,
    coarse_clock,
    early_stopping,
    late_issue,
)

from .sut import accuracy

__all__ = [
    "METRICS",
    "SCENARIOS",
    "Metric",
    "Reason",
    "Results",
    "ScenarioResult",
    "Settings",
    "coarse_clock",
    "early_stopping",
    "goodput",
    "headline",
    "late_generator",
    "metric_value",
    "min_queries_for",
    "percentile",
    "validity",
]


def percentile(values: npt.ArrayLike, p: float) -> float:
    """Return sorted(values)[floor(n * p)], for example p = 0.9. Source: MLPerf LoadGen.

    Raises ValueError for no values, values not finite, and p outside (0, 1).
    """
    sample = np.array(values, dtype=float)
    if sample.ndim != 1 or sample.size == 0 or not np.isfinite(sample).all():
        raise ValueError(
            f"a percentile needs one or more finite values, got {sample.shape}"
        )
    if not 0 < p < 1:
        raise ValueError(f"p lies between 0 and 1, for example 0.9, got {p}")
    position = math.floor(sample.size * p)
    sample.partition(
        position
    )  # puts there what belongs there in sorted order, and no more
    return float(sample[position])


def metric_value(
    run: Run, settings: Settings, percentile_of: Step = percentile
) -> float:
    """Return the number in METRICS' unit; ValueError for another scenario than these."""
    if run.scenario == "single_stream":
        return float(percentile_of(run.latency_ns, 0.9)) / NS_PER_MS
    if run.scenario == "server":
        scheduled_ns = int(run.scheduled_ns[-1] - run.scheduled_ns[0])
        return (run.n - 1) / scheduled_ns * NS_PER_S
    if run.scenario == "offline":
        return run.n / run.duration_ns * NS_PER_S
    raise ValueError(f"metrics: single_stream, server, offline; got {run.scenario!r}")


def validity(
    run: Run, settings: Settings, percentile_of: Step = percentile
) -> list[Reason]:
    """Return why the run does not count: too few, short or slow; [] if it does."""
    reasons = []
    if run.n < settings.min_queries:
        evidence = f"{run.n} samples where {settings.min_queries} are asked"
        reasons.append(Reason("too few queries", evidence, "issue more queries"))
    if run.duration_ns < settings.min_duration_ns:
        took_s, least_s = (
            run.duration_ns / NS_PER_S,
            settings.min_duration_ns / NS_PER_S,
        )
        evidence = f"{took_s:.3f} s where {least_s:.3f} s are asked"
        reasons.append(Reason("too short", evidence, "run longer"))
    if run.scenario == "server" and run.n:
        tail_ns = percentile_of(run.latency_ns, settings.percentile)
        if tail_ns > settings.latency_target_ns:
            tail_ms, most_ms = (
                tail_ns / NS_PER_MS,
                settings.latency_target_ns / NS_PER_MS,
            )
            evidence = f"{tail_ms:.3f} ms at the percentile {settings.percentile:g}"
            evidence += f" where the target is {most_ms:.3f} ms"
            remedy = "ask for a lower target_qps, or for a faster model"
            reasons.append(Reason("latency target missed", evidence, remedy))
    return reasons


def headline(run: Run, settings: Settings) -> float:
    """Return the run's metric, Multi-Stream's included, in the unit of METRICS."""
    if run.scenario == "multi_stream":
        return percentile(run.latency_ns, 0.99) / NS_PER_MS
    return metric_value(run, settings)


def goodput(run: Run, settings: Settings) -> float:
    """Return the part of a Server run's load, per second, that met the target."""
    in_time = int(np.count_nonzero(run.latency_ns <= settings.latency_target_ns))
    return in_time / run.n * metric_value(run, settings) if run.n > 1 else 0.0


def late_generator(run: Run, settings: Settings) -> list[Reason]:
    """Return a reason if 1 % of a Server run's queries were issued too late."""
    return late_issue(run, settings, lambda lag_ns: percentile(lag_ns, 0.99))


class ScenarioResult(ScenarioRuns):
    """The runs of a scenario by arm, one a round. `reasons`: why they do not count."""

    rules = (validity, late_generator, early_stopping)
    value_of = staticmethod(headline)


class Results(StoredResults):
    """All that a benchmark measured, by scenario, and what repeats it."""

    scenario_type = ScenarioResult
    score = staticmethod(accuracy)
