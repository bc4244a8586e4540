"""Real latencies to try statistics on: fresh processes, rounds in one process, and processes beside busy ones.

Everything is timed by the package's own load generator. Collecting stops at a time limit and keeps what it has. Knows
nothing of the statistics.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from side_by_side import fresh
from tqdm import tqdm

from tinytorch.benchmarking import (
    Array,
    IntArray,
    Model,
    QueryLog,
    RealClock,
    coin_flip_order,
    interleaved,
    rebuild,
    sample_order,
    single_stream,
)
from tinytorch.core.kernels import matmul_naive
from tinytorch.datasets import digits
from tinytorch.models import digits_cnn, digits_mlp

FloatArray = npt.NDArray[np.float64]

MODELS = ("digits_mlp", "digits_cnn", "matmul_naive")
COLD, WINDOW, SECOND, WARM_UP = 200, 2_000, 1_000, 50


@dataclass(frozen=True)
class Plan:
    """How much to collect, per model, and after how many seconds to stop."""

    processes: int = 40
    round_processes: int = 16
    rounds: int = 40  # in each of the latter
    pairs: int = 100  # a round
    busy_windows: int = 40
    limit_s: float = 170.0


QUICK = Plan(processes=6, round_processes=2, rounds=20, busy_windows=6, limit_s=8.0)


@dataclass(frozen=True)
class Window:
    """Warm calls of one object, and what the machine did meanwhile."""

    latency_ns: IntArray  # (WINDOW,)
    switches: int  # involuntary context switches
    cpu_ns: int
    wall_ns: int
    busy_cores: float  # of the whole machine, NaN where it cannot be known

    @property
    def quiet(self) -> bool:
        """Whether the process had a core to itself: nothing that looks at latencies decides that."""
        return self.cpu_ns >= 0.99 * self.wall_ns

    @property
    def idle_machine(self) -> bool:
        """Whether hardly anything else ran on any core."""
        return self.busy_cores < 1.2


@dataclass(frozen=True)
class ProcessTrace:
    """What one fresh process measured, in ns and in time order."""

    cold_ns: IntArray  # the first COLD calls of the process
    window: Window  # the calls after those
    second_ns: IntArray  # then an equal object, WARM_UP calls of which were dropped
    pairs_ns: IntArray  # (2, pairs): two more, in coin-flip order per query; row 0 was built first


@dataclass
class Traces:
    """By model: the processes, the rounds of each process (rounds, 2, pairs); and windows beside busy processes."""

    processes: dict[str, list[ProcessTrace]] = field(default_factory=lambda: {name: [] for name in MODELS})
    rounds: dict[str, list[IntArray]] = field(default_factory=lambda: {name: [] for name in MODELS})
    busy: list[Window] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def everything(self) -> list[ProcessTrace]:
        """All processes of all models."""
        return [trace for processes in self.processes.values() for trace in processes]


def factory(name: str) -> Callable[[], Model]:
    """Return what builds the model: equal ones, each with its own arrays."""
    if name == "matmul_naive":
        right = np.random.default_rng(13).random((8, 8))
        return lambda: partial(_times, right.copy())
    return {"digits_mlp": digits_mlp, "digits_cnn": digits_cnn}[name]


def _times(right: Array, batch: Array) -> Array:
    return matmul_naive(batch[0], right)[None]


def inputs_of(name: str) -> Array:
    """Return the samples, shape (n, ...)."""
    return np.random.default_rng(14).random((64, 8, 8)) if name == "matmul_naive" else digits("test").inputs


def run(model: Model, inputs: Array, n: int, rng: np.random.Generator) -> IntArray:
    """Return the latencies of n single-sample queries, one after the other."""
    return run_indices(model, inputs, sample_order(n, len(inputs), rng))


def run_indices(model: Model, inputs: Array, indices: IntArray) -> IntArray:
    """Return the latencies of queries with these samples, one after the other."""
    log = QueryLog(len(indices))
    single_stream(model, [inputs[i : i + 1] for i in indices.tolist()], RealClock(), log)
    return log.completed - log.scheduled


def one_round(models: list[Model], inputs: Array, pairs: int, rng: np.random.Generator) -> IntArray:
    """Return the latencies (2, pairs) of two models that get the same queries in coin-flip order, after a warm-up."""
    for model in models:
        run(model, inputs, WARM_UP, rng)
    logs = [QueryLog(pairs), QueryLog(pairs)]
    queries = [inputs[i : i + 1] for i in sample_order(pairs, len(inputs), rng).tolist()]
    interleaved(models, queries, coin_flip_order(pairs, 2, rng), RealClock(), logs)
    return np.array([log.completed - log.scheduled for log in logs])


def trace_process(name: str, seed: int, pairs: int) -> ProcessTrace:
    """Measure one process; call it in a fresh one."""
    rng, build, inputs = np.random.default_rng(seed), factory(name), inputs_of(name)
    first = rebuild(None, build, rng)
    cold, window = warm_window(first, inputs, rng)
    second = run(rebuild(None, build, rng), inputs, WARM_UP + SECOND, rng)[WARM_UP:]
    both = one_round([rebuild(None, build, rng) for _ in range(2)], inputs, pairs, rng)
    return ProcessTrace(cold, window, second, both)


def warm_window(model: Model, inputs: Array, rng: np.random.Generator) -> tuple[IntArray, Window]:
    """Return COLD calls, the WINDOW calls that follow them at once, and what the machine did meanwhile."""
    busy, switches, cpu, start = _busy_s(), _switches(), time.process_time_ns(), time.perf_counter_ns()
    latency = run(model, inputs, COLD + WINDOW, rng)
    wall, cpu, switches = time.perf_counter_ns() - start, time.process_time_ns() - cpu, _switches() - switches
    return latency[:COLD], Window(latency[COLD:], switches, max(1, cpu), wall, (_busy_s() - busy) / wall * 1e9)


def trace_windows(name: str, seed: int, count: int) -> list[Window]:
    """Return so many windows of one process; call it in a fresh one."""
    rng, model, inputs = np.random.default_rng(seed), factory(name)(), inputs_of(name)
    return [warm_window(model, inputs, rng)[1] for _ in range(count)]


def trace_rounds(name: str, seed: int, rounds: int, pairs: int) -> IntArray:
    """Return the latencies (rounds, 2, pairs) of rounds in one process, both models built anew; row 0 was first."""
    rng, build, inputs = np.random.default_rng(seed), factory(name), inputs_of(name)
    return np.array(
        [one_round([rebuild(None, build, rng) for _ in range(2)], inputs, pairs, rng) for _ in range(rounds)]
    )


def _switches() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw


def _busy_s() -> float:
    """Return the seconds that all cores together have been busy since boot, stolen time included; NaN if unknown."""
    stat = Path("/proc/stat")
    if not stat.is_file():
        return float("nan")
    ticks = [int(number) for number in stat.read_text().split("\n", 1)[0].split()[1:9]]
    return float(sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


@contextmanager
def busy_machine() -> Iterator[None]:
    """Keep every usable core busy with a process of its own."""
    context = multiprocessing.get_context("spawn")
    hogs = [context.Process(target=_spin, daemon=True) for _ in range(_cores())]
    try:
        for hog in hogs:
            hog.start()
        time.sleep(1.0)  # until they have imported what they import
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.join()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _spin() -> None:
    while True:
        pass


def collect(plan: Plan, seed: int) -> Traces:
    """Collect everything, the models in turn so that a slow change of the machine meets them all."""
    traces, started = Traces(), time.monotonic()
    steps = [("rounds", i) for i in range(plan.round_processes)] + [("process", i) for i in range(plan.processes)]
    for kind, i in tqdm(sorted(steps, key=lambda step: (step[1], step[0])), desc="collecting"):
        for name in MODELS:
            own_seed = seed + 1_000 * i + MODELS.index(name)
            if kind == "rounds":
                rounds = fresh(trace_rounds, name, own_seed, plan.rounds, plan.pairs, timeout_s=120)
                traces.rounds[name].append(rounds)
            else:
                traces.processes[name].append(fresh(trace_process, name, own_seed, plan.pairs, timeout_s=120))
        if i > 0 and time.monotonic() - started > plan.limit_s:  # two processes of each are the least
            break
    with busy_machine():
        for i in range(2):
            traces.busy += fresh(trace_windows, MODELS[0], seed + 500 + i, plan.busy_windows // 2, timeout_s=120)
    traces.seconds = time.monotonic() - started
    return traces
