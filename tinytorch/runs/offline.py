"""Rounds of batches: Offline, which repeats the library until the time is filled, and Multi-Stream.

Knows no statistics.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tinytorch.mlperf import early_stopping_queries
from tinytorch.runs.drivers import Step, multi_stream
from tinytorch.runs.rounds import MOST_SAMPLES, RoundBase
from tinytorch.runs.run import Array, QueryLog, Run
from tinytorch.runs.settings import NS_PER_MS

Offline = Callable[..., None]  # model, inputs, batch_size, clock, log
Needed = Callable[[float, int, int], int]  # latency in ns, min_queries, min_duration_ns -> queries


def offline_rounds(this: RoundBase, drive: Offline, needed: Needed) -> None:
    """Give each model in turn the library over and over, as many full batches as fill the time; keep a run of each."""
    for arm in this.in_turn("offline"):
        run = offline_run(this, arm, drive, needed)
        this.keep("offline", [arm], [run])


def offline_run(this: RoundBase, arm: str, drive: Offline, needed: Needed) -> Run:
    """Return one model's Offline run. One that was too short was a warm-up, and is done again: at most twice."""
    size = this.settings.batch_size
    n = needed(batch_pace_ns(this, arm, size, drive), this.min_queries, this.min_duration_ns)

    def ask(inputs: Array, log: QueryLog) -> None:
        drive(this.models[arm], inputs, size, this.clock, log)

    for _ in range(3):
        n = math.ceil(min(n, MOST_SAMPLES) / size) * size  # a part batch would cost one model more
        run = this.record_batches("offline", arm, np.arange(n) % len(this.library), ask)
        if run.duration_ns >= this.min_duration_ns:
            break
        n = needed(max(1.0, run.duration_ns / run.n), this.min_queries, this.min_duration_ns)
    return run


def batch_pace_ns(this: RoundBase, arm: str, size: int, drive: Offline) -> float:
    """Warm batches up, one and then up to five more until 20 ms have passed; return the best ns per sample."""
    indices = np.arange(size) % len(this.library)

    def ask(inputs: Array, log: QueryLog) -> None:
        drive(this.models[arm], inputs, size, this.clock, log)

    runs = [this.record_batches("warm-up", arm, indices, ask)]
    began_ns = this.clock.now_ns()
    while len(runs) < 6 and (len(runs) < 2 or this.clock.now_ns() - began_ns < 20 * NS_PER_MS):
        runs.append(this.record_batches("warm-up", arm, indices, ask))
    warm_ns = [run.duration_ns for run in runs[1:]]
    return max(1.0, (min(warm_ns) or float(np.mean(warm_ns))) / size)  # 0: under a step of the clock


def multi_stream_rounds(this: RoundBase, samples: Callable[..., Array], drive: Offline, needed: Needed) -> None:
    """Ask each model in turn for several neighbouring samples at a time, as often as early stopping needs."""
    size = this.settings.samples_per_query
    least = max(this.min_queries, math.ceil(early_stopping_queries(1, 0.99) / this.settings.at_least))
    for arm in this.in_turn("multi_stream"):
        pace_ns = size * batch_pace_ns(this, arm, size, drive)
        n = min(needed(pace_ns, least, this.min_duration_ns), MOST_SAMPLES // size)
        indices = samples("multi_stream", n, size)

        def ask(inputs: Array, log: QueryLog, arm: str = arm) -> None:
            multi_stream(this.models[arm], inputs, size, this.clock, log)

        this.keep("multi_stream", [arm], [this.record_batches("multi_stream", arm, indices, ask)])


def ways(stream: Step, serve: Step, server: Offline, offline: Offline, needed: Needed) -> dict[str, Step]:
    """Return, by scenario, what records it in a round; `stream` and `serve` record Single-Stream and Server.

    `server`, `offline` and `needed` are what drives a server, what drives batches, and how many queries are enough.
    """

    def served(this: RoundBase) -> None:
        serve(this, this.driver(server))

    def batched(this: RoundBase) -> None:
        offline_rounds(this, offline, needed)

    def several(this: Any) -> None:
        multi_stream_rounds(this, this.samples, offline, needed)

    return {"single_stream": stream, "server": served, "offline": batched, "multi_stream": several}
