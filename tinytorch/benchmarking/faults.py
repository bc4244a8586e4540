"""A colleague's benchmark, repaired. Knows nothing of the classes above: only their parts."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "11. Find the faults"; make it again with
# `tinytorch export`.

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tinytorch.machine.clock import Clock
from tinytorch.runs import Array, Model, QueryLog, Step

from .comparison import paired_ratio, verdict
from .loadgen import interleaved
from .schedule import coin_flip_order

__all__ = ["repaired_benchmark"]


def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    """Return the verdict on the model against the baseline, from the rounds' medians.

    Its parts are `drive(models, queries, order, clock, logs)`, `coins(n, n_arms, rng)`,
    `ratio_of(model, baseline, confidence)`, `decide(interval, equivalence, margin)`.
    """
    medians = []
    for _ in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append(
            [float(np.median(log.completed - log.scheduled)) for log in logs]
        )
    model_ns, baseline_ns = zip(*medians, strict=True)
    narrow, wide = (
        ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9)
    )
    return str(decide(narrow, wide, margin))
