"""Three more ways to ask: several samples a query, what has queued up as one batch, several queries at once.

Like the student's own drivers, each fills a log and knows nothing of scenarios, seeds or statistics.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

import numpy as np

from tinytorch.machine.clock import Clock
from tinytorch.runs.run import Array, IntArray, QueryLog

Model = Callable[[Array], Any]
Step = Callable[..., Any]  # a function that another one is made of, and that may be replaced by a scripted one


def multi_stream(model: Model, inputs: Array, samples_per_query: int, clock: Clock, log: QueryLog) -> None:
    """Issue `inputs` (n, ...) in queries of several samples, each when the one before has completed."""
    for first in range(0, len(inputs), samples_per_query):
        query = slice(first, first + samples_per_query)
        log.scheduled[query] = _asked(model, inputs, query, clock, log)


def _asked(model: Model, inputs: Array, samples: slice, clock: Clock, log: QueryLog) -> int:
    """Have the model answer these samples as one batch, write down when, and return when it was asked."""
    asked_ns = clock.now_ns()
    log.outputs[samples.start], answered_ns = model(inputs[samples]), clock.now_ns()
    log.issued[samples], log.completed[samples] = asked_ns, answered_ns
    return asked_ns


def batching_server(
    model: Model,
    inputs: Array,
    arrivals_ns: IntArray,
    clock: Clock,
    log: QueryLog,
    max_batch: int,
    batch_timeout_ns: int = 0,
) -> None:
    """Serve `inputs` (n, ...) first come, first served, but issue together what has queued up, at most `max_batch`.

    The first of a batch waits up to `batch_timeout_ns` for the batch to fill.
    """
    due = clock.now_ns() + arrivals_ns
    log.scheduled[:] = due
    first = 0
    while first < len(due):
        full = int(due[min(first + max_batch, len(due)) - 1])
        clock.wait_until_ns(min(full, int(due[first]) + batch_timeout_ns))
        ready = int(np.searchsorted(due, clock.now_ns(), side="right"))
        batch = slice(first, min(max(ready, first + 1), first + max_batch))
        _asked(model, inputs, batch, clock, log)
        first = batch.stop


def concurrent_server(
    model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog, workers: int
) -> None:
    """Serve first come, first served with `workers` threads; `issued` is when a query was handed to them.

    The clock must be one on which threads wait in real time. Raises what the model raises.
    """
    todo: SimpleQueue[int | None] = SimpleQueue()
    errors: list[BaseException] = []

    def serve() -> None:
        while (i := todo.get()) is not None and not errors:
            try:
                log.outputs[i], answered_ns = model(queries[i]), clock.now_ns()
                log.completed[i] = answered_ns
            except BaseException as error:  # noqa: BLE001  raised below, in the thread that issues
                errors.append(error)

    threads = [threading.Thread(target=serve, daemon=True) for _ in range(workers)]  # one that hangs is not waited for
    for thread in threads:
        thread.start()
    due_ns = (clock.now_ns() + arrivals_ns).tolist()
    log.scheduled[:] = due_ns
    try:
        for i, moment in enumerate(due_ns):
            clock.wait_until_ns(moment)
            handed_over_ns = clock.now_ns()
            log.issued[i] = handed_over_ns
            todo.put(i)
            if errors:
                break
    finally:
        for _ in threads:
            todo.put(None)
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
