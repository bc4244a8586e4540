"""Pitfalls of the machine itself, measured on its own clock: a cold start, a shared core, nothing to compute."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from book.pictures.paper import detect, write_finding, write_picture
from tinytorch.benchmarking import (
    Array,
    IntArray,
    Model,
    QueryLog,
    RealClock,
    Run,
    cold_start,
    record,
    single_stream,
)
from tinytorch.charts import latency_cdf
from tinytorch.charts.drawing import dress, name_colours, set_scale, time_unit
from tinytorch.charts.shared import show
from tinytorch.charts.svg import SERIES, Svg
from tinytorch.core.networks import Sequential
from tinytorch.datasets import load_dataset
from tinytorch.models import digits_mlp
from tinytorch.pitfalls import contention, dead_code

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BUSY = "while True: pass"


def make(folder: Path) -> None:
    """Write the family's pictures and findings into `folder`."""
    latency_ns = first_calls()
    write_finding(folder, "cold_start", detect(cold_start, latency_ns))
    write_picture(folder, "cold_start", draw_first_call(latency_ns))

    alone, shared = on_one_core()
    write_finding(folder, "contention", detect(contention, shared.preempted, shared.cpu_ns, shared.duration_ns))
    write_picture(folder, "contention", draw_core({"alone": alone, "beside a busy program": shared}))

    runs = {name: measured(model, 2_000) for name, model in three_models().items()}
    empty_ns = float(np.median(runs["a call that does nothing"].latency_ns))
    write_finding(folder, "dead_code", detect(dead_code, runs["a 'model' that computes nothing"].latency_ns, empty_ns))
    write_picture(folder, "dead_code", latency_cdf({name: run.latency_ns for name, run in runs.items()}))


class Lazy:
    """The digits network; its weights are read from disk when the first query comes, as many a service does it."""

    @cached_property
    def network(self) -> Sequential:
        """The network, from its file."""
        return digits_mlp()

    def __call__(self, batch: Array) -> Array:
        """Return the network's outputs (n, 10)."""
        return self.network(batch)


def first_calls() -> IntArray:
    """Return the first 60 latencies of a lazy model on the machine's own clock."""
    inputs, log = load_dataset("digits").inputs, QueryLog(60)
    single_stream(Lazy(), [inputs[i : i + 1] for i in range(60)], RealClock(), log)
    return log.completed - log.scheduled


def measured(model: Model, n: int) -> Run:
    """Return a Single-Stream run of n digits on the machine's own clock."""
    inputs, log = load_dataset("digits").inputs, QueryLog(n)
    indices = np.arange(n) % len(inputs)
    drive = partial(single_stream, model, [inputs[i : i + 1] for i in indices], RealClock(), log)
    [run] = record("single_stream", drive, [log], indices, np.random.default_rng(13))
    return run


def on_one_core() -> tuple[Run, Run]:
    """Run the digits network in plain Python for 0.4 s, alone and then with a busy program held to the same core."""
    model, usable = digits_mlp("naive"), os.sched_getaffinity(0)
    n = max(50, round(0.4e9 / float(np.median(measured(model, 20).latency_ns))))
    os.sched_setaffinity(0, {max(usable)})
    try:
        alone = measured(model, n)
        with subprocess.Popen([sys.executable, "-c", BUSY]) as busy:  # it inherits the one core
            try:
                time.sleep(0.2)  # until Python has started there
                return alone, measured(model, n)
            finally:
                busy.kill()
    finally:
        os.sched_setaffinity(0, usable)


def three_models() -> Mapping[str, Model]:
    """Return a call that does nothing, a model that returns the same numbers each time, and the digits network."""
    answer = np.zeros((1, 10))

    def nothing(batch: Array) -> Array:
        return batch

    def constant(batch: Array) -> Array:
        return answer[: len(batch)]

    models: dict[str, Model] = {"a call that does nothing": nothing}
    models["a 'model' that computes nothing"] = constant
    return models | {"the digits network": digits_mlp()}


def draw_first_call(latency_ns: IntArray) -> Svg:
    """Return the first calls, one dot each, on a logarithmic axis."""
    size, unit = time_unit(float(np.median(latency_ns)))
    values = latency_ns / size

    def draw(ax: Axes) -> None:
        ax.plot(np.arange(2, len(values) + 1), values[1:], "o", color=SERIES[0], markersize=3.5)
        ax.plot(1, values[0], "o", color=SERIES[1], markersize=6)
        set_scale(ax, "y", float(values.min()), float(values.max()), pad=(0.1, 0.1))
        dress(ax, "query, in the order asked", f"latency ({unit})")
        name_colours(ax, {"first call": SERIES[1], "the other calls": SERIES[0]})

    others = float(np.median(values[1:]))
    words = [f"The first call took {values[0]:.4g} {unit}, the median of the others is {others:.4g} {unit}."]
    return show(draw, "The first calls of a model", words, 220)


def draw_core(runs: Mapping[str, Run]) -> Svg:
    """Return the latencies over time of both runs, from the start of each."""
    points = {
        name: ((run.scheduled_ns - run.scheduled_ns[0]) / 1e9, run.latency_ns / 1e6) for name, run in runs.items()
    }
    colours = dict(zip(runs, SERIES, strict=False))

    def draw(ax: Axes) -> None:
        for name, (x, y) in points.items():
            ax.plot(x, y, "o", color=colours[name], markersize=2.5)
        every = np.concatenate([y for _, y in points.values()])
        set_scale(ax, "y", float(every.min()), float(every.max()), pad=(0.1, 0.1))
        dress(ax, "time since the start of the run (s)", "latency (ms)")
        name_colours(ax, colours)

    words = [
        f"{name}: {run.n} queries in {run.duration_ns / 1e9:.2f} s, involuntary context switches {run.preempted}."
        for name, run in runs.items()
    ]
    return show(draw, "One model, alone on its core and beside a busy program", words, 230)
