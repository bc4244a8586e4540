"""Pitfalls of how much was measured and how it varies: too little, too coarse, too alike, too mixed."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from book.pictures.paper import broken, detect, write_finding, write_picture
from book.pictures.scripted import MS, S, Timed, ask, noise, one_by_one, serve
from book.pictures.strips import histogram, strips, whiskers
from tinytorch.benchmarking import (
    Array,
    IntArray,
    Run,
    ScriptedModel,
    Settings,
    VirtualClock,
    mean_interval,
    percentile,
    poisson_arrivals,
    validity,
)
from tinytorch.charts.drawing import dress
from tinytorch.charts.shared import show
from tinytorch.charts.svg import INK, SERIES, Svg
from tinytorch.pitfalls import (
    autocorrelation,
    between_run_variance,
    coarse_timer,
    multimodality,
    too_few_rounds,
    too_few_samples,
    too_short,
    wide_median,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def make(folder: Path) -> None:
    """Write the family's pictures and findings into `folder`."""
    tails = few_and_many()
    least = detect(too_few_samples, 100, 0.99), detect(wide_median, 1 * MS * skewed(30, np.random.default_rng(13)))
    write_finding(folder, "too_few_samples", *least)
    unit, true_ms = "99th percentile latency (ms)", math.exp(0.5 * 2.3263)
    write_picture(folder, "too_few_samples", strips(tails, unit, "The same model, measured 40 times", true_ms))

    ends = three_rounds()
    write_finding(folder, "too_few_rounds", detect(too_few_rounds, 3))
    title = "From the smallest to the largest of three rounds"
    write_picture(folder, "too_few_rounds", whiskers(ends, 1.0, "median latency (ms)", title, "benchmark of 3 rounds"))

    took_ns, clock_ns = by_two_clocks()
    write_finding(folder, "coarse_timer", detect(coarse_timer, clock_ns))
    write_picture(folder, "coarse_timer", draw_stairs(took_ns, clock_ns))

    latency_ns = two_kinds()
    marked = {"mean": float(latency_ns.mean()) / MS, "median": float(np.median(latency_ns)) / MS}
    write_finding(folder, "multimodality", detect(multimodality, latency_ns))
    picture = histogram(latency_ns / MS, marked, "latency (ms)", "A model that answers two kinds of queries")
    write_picture(folder, "multimodality", picture)

    runs = eight_processes()
    write_finding(folder, "between_run_variance", detect(between_run_variance, runs))
    write_picture(folder, "between_run_variance", draw_runs(runs))

    waits = [busy_server(seed) for seed in range(20)]
    write_finding(folder, "autocorrelation", detect(autocorrelation, waits[0]))
    intervals_ms = [mean_interval(latency_ns / MS)[:2] for latency_ns in waits]
    title = "20 runs of one server, each with the interval of its own queries"
    true_ms = 4 * (1 + 0.8 / (2 * (1 - 0.8)))  # M/D/1: Pollaczek and Khinchine
    write_picture(folder, "autocorrelation", whiskers(intervals_ms, true_ms, "mean latency (ms)", title, "run"))

    rates, true_rate = short_and_long(), 1 / 0.75e-3
    short, longer = run_of(bursts(S // 10, 0)), detect(too_short, 5 * S, S, bursts(5 * S, 0))
    write_finding(folder, "too_short", broken(validity, short, Settings(min_queries=1)), longer)
    picture = strips(rates, "throughput (samples/s)", "The same machine, measured 20 times", true_rate)
    write_picture(folder, "too_short", picture)


def skewed(n: int, rng: np.random.Generator) -> Array:
    """Return n log-normal factors with a long tail; their median is 1."""
    return rng.lognormal(0, 0.5, n)


def few_and_many() -> dict[str, list[float]]:
    """Return the 99th percentile, in ms, of 40 runs of 100 queries and of 40 runs of 5,000."""
    rng = np.random.default_rng(13)
    tails = {}
    for n in (100, 5_000):
        runs = [one_by_one(1 * MS * skewed(n, rng)) for _ in range(40)]
        tails[f"40 runs of {n:,} queries"] = [percentile(latency_ns, 0.99) / MS for latency_ns in runs]
    return tails


def three_rounds() -> list[tuple[float, float]]:
    """Return the smallest and the largest median of three rounds, in ms, of 40 benchmarks; rounds differ by 2 %."""
    rng = np.random.default_rng(13)
    ends = []
    for _ in range(40):
        rounds = [one_by_one(1 * MS * level * noise(100, rng)) for level in rng.lognormal(0, 0.02, 3)]
        medians = [float(np.median(latency_ns)) / MS for latency_ns in rounds]
        ends.append((min(medians), max(medians)))
    return ends


class CoarseClock(VirtualClock):
    """A virtual clock whose hands move every 10 microseconds only."""

    def now_ns(self) -> int:
        """Return the time in ns, rounded down to a tick."""
        return super().now_ns() // 10_000 * 10_000


def by_two_clocks() -> tuple[IntArray, IntArray]:
    """Return what 400 calls took, and what a coarse clock says that they took, both in ns."""
    rng, clock = np.random.default_rng(13), CoarseClock()
    times_ns = rng.uniform(22_000, 58_000, 400).astype(np.int64)
    return times_ns, ask(Timed(clock, times_ns), 400, clock)


def two_kinds() -> IntArray:
    """Return latencies of a model that gets short queries, and long ones three times in ten."""
    rng = np.random.default_rng(13)
    is_long = rng.random(4_000) < 0.3
    return one_by_one(1 * MS * np.where(is_long, 1.5, 1.0) * noise(4_000, rng, spread=0.04))


def eight_processes() -> list[IntArray]:
    """Return the latencies of eight runs whose level differs by 2 %, as that of fresh processes does."""
    rng = np.random.default_rng(13)
    return [one_by_one(1 * MS * level * noise(1_000, rng)) for level in rng.lognormal(0, 0.02, 8)]


def busy_server(seed: int) -> IntArray:
    """Return the latencies of about 1,000 queries to one server of 4 ms a query that is busy 80 % of the time."""
    arrivals = poisson_arrivals(200, 5 * S, np.random.default_rng(seed))
    log = serve(lambda clock: ScriptedModel(clock, 4 * MS), arrivals)
    return log.completed - log.scheduled


def bursts(duration_ns: int, seed: int) -> IntArray:
    """Return the latencies of a run so long, on a machine where a call takes 0.5 ms, and 1 ms in some stretches."""
    rng = np.random.default_rng(seed)
    n = 2 * duration_ns // MS
    is_slow = (rng.integers(2) + np.cumsum(rng.random(n) < 1 / 400)) % 2  # it changes every 400 calls or so
    times_ns = 0.5 * MS * (1 + is_slow)
    return one_by_one(times_ns[: int(np.searchsorted(times_ns.cumsum(), duration_ns)) + 1])


def run_of(latency_ns: IntArray) -> Run:
    """Return the Single-Stream run that has these latencies, back to back."""
    completed, nothing = latency_ns.cumsum(), np.empty(0, np.int64)
    started = completed - latency_ns
    return Run("single_stream", started, started, completed, np.zeros(len(latency_ns), np.int64), nothing, nothing)


def short_and_long() -> dict[str, list[float]]:
    """Return the throughput, in samples per second, of 20 runs of 0.1 s and of 20 runs of 5 s."""
    rates = {}
    for duration_ns in (S // 10, 5 * S):
        runs = [bursts(duration_ns, seed) for seed in range(20)]
        name = f"20 runs of {duration_ns / S:g} s"
        rates[name] = [len(latency_ns) / float(latency_ns.sum()) * S for latency_ns in runs]
    return rates


def draw_stairs(took_ns: IntArray, clock_ns: IntArray) -> Svg:
    """Return what the clock says against what each call took."""

    def draw(ax: Axes) -> None:
        ends = [20, 60]
        ax.plot(ends, ends, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        ax.plot(took_ns / 1e3, clock_ns / 1e3, "o", color=SERIES[0], markersize=3.5)
        ax.set_xlim(20, 60)
        ax.set_yticks(range(20, 70, 10))
        dress(ax, "what a call took (µs)", "what the clock says (µs)\ndashed: the same")

    seen = ", ".join(f"{value / 1e3:g}" for value in np.unique(clock_ns))
    words = [f"{len(took_ns)} different times come out as {len(np.unique(clock_ns))} values: {seen} microseconds."]
    return show(draw, "Calls timed by a clock that ticks every 10 microseconds", words, 250)


def draw_runs(runs: list[IntArray]) -> Svg:
    """Return ten batch medians of every run, in a column."""
    columns = [[float(np.median(batch)) / MS for batch in np.array_split(run, 10)] for run in runs]

    def draw(ax: Axes) -> None:
        for x, column in enumerate(columns, start=1):
            ax.plot([x - 0.3, x + 0.3], [np.median(column)] * 2, color=SERIES[1], linewidth=2)
            ax.plot(x + np.linspace(-0.2, 0.2, 10), column, "o", color=SERIES[0], markersize=3)
        ax.set_xticks(range(1, len(columns) + 1))
        dress(ax, "run, ten batches each (line: the run's median)", "latency (ms)")

    medians = [float(np.median(column)) for column in columns]
    words = [f"The medians of {len(runs)} runs go from {min(medians):.3f} to {max(medians):.3f} ms."]
    return show(draw, "Batch medians of eight runs of one model", words, 220)
