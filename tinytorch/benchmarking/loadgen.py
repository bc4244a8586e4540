"""The load generator: issues queries on a schedule and writes down what happened. Knows no statistics."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "4. Load generator"; make it again with
# `tinytorch export`.

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tinytorch.machine.clock import Clock
from tinytorch.runs import (
    KEPT_OUTPUTS,
    UNANSWERED,
    Array,
    IntArray,
    Model,
    Queries,
    QueryLog,
    Run,
    RunFailed,
    batching_server,
    concurrent_server,
    end_to_end,
    multi_stream,
    record,
)

__all__ = [
    "KEPT_OUTPUTS",
    "UNANSWERED",
    "Queries",
    "QueryLog",
    "Run",
    "RunFailed",
    "batching_server",
    "concurrent_server",
    "end_to_end",
    "interleaved",
    "multi_stream",
    "offline",
    "record",
    "server",
    "single_stream",
]


def single_stream(
    model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog
) -> None:
    """Issue each query when the one before has completed.

    Fills `log`: scheduled, issued (the same moment), completed, outputs.
    """
    log.issued = log.scheduled  # one and the same moment in this scenario
    now, outputs = clock.now_ns, log.outputs
    scheduled, completed = log.scheduled.data, log.completed.data  # cheaper to write to
    for i, query in enumerate(queries):
        scheduled[i] = now()
        outputs[i] = model(query)
        completed[i] = now()


def server(
    model: Model,
    queries: Sequence[Array],
    arrivals_ns: IntArray,
    clock: Clock,
    log: QueryLog,
) -> None:
    """Issue query i at `arrivals_ns[i]` ns after the start, or when the model is free.

    One FIFO server. Fills `log`: scheduled, issued, completed, outputs. Source: MLPerf
    Inference rules, Server scenario, latency.
    """
    now, wait_until, outputs = clock.now_ns, clock.wait_until_ns, log.outputs
    start = free = now()
    np.add(arrivals_ns, start, out=log.scheduled)
    moments = log.scheduled, log.issued, log.completed
    scheduled, issued, completed = (moment.data for moment in moments)  # cheap to use
    for i, query in enumerate(queries):
        if free < scheduled[i]:
            wait_until(scheduled[i])
        issued[i] = now()
        outputs[i] = model(query)
        completed[i] = free = now()


def offline(
    model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog
) -> None:
    """Issue all `inputs` (n, ...) in batches, back to back; one log entry a sample."""
    log.scheduled[:] = clock.now_ns()
    for first in range(0, len(inputs), batch_size):
        batch = slice(first, first + batch_size)
        log.issued[batch] = clock.now_ns()
        log.outputs[first] = model(inputs[batch])
        log.completed[batch] = clock.now_ns()


def interleaved(
    models: Sequence[Model],
    queries: Sequence[Array],
    order: IntArray,
    clock: Clock,
    logs: Sequence[QueryLog],
) -> None:
    """Issue query i to `models[order[i, 0]]`, then to `models[order[i, 1]]`, ...

    Each model fills its own log: scheduled and issued (the same moment), completed,
    outputs.
    """
    now, arms = clock.now_ns, []
    for model, log in zip(models, logs, strict=True):
        log.issued = log.scheduled
        arms.append((model, log.scheduled.data, log.completed.data, log.outputs))
    for i, (query, turns) in enumerate(zip(queries, order, strict=True)):
        for arm in turns.tolist():
            model, scheduled, completed, outputs = arms[arm]
            scheduled[i] = now()
            outputs[i] = model(query)
            completed[i] = now()
