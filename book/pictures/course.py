"""Pitfalls that show in the order of the queries: slow beginnings, drift, steps, stalls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from book.pictures.paper import detect, write_finding, write_picture
from book.pictures.scripted import MS, noise, one_by_one
from tinytorch.benchmarking import IntArray, drift
from tinytorch.charts.drawing import dress, name_colours, set_scale
from tinytorch.charts.shared import show
from tinytorch.charts.svg import BAND, SERIES, Svg
from tinytorch.pitfalls import level_step, slow_warm_up, stalls

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUERIES = 4_000


def make(folder: Path) -> None:
    """Write the family's pictures and findings into `folder`."""
    latency_ns = warming_up()
    write_finding(folder, "slow_warm_up", detect(slow_warm_up, latency_ns))
    write_picture(folder, "slow_warm_up", draw_course(latency_ns, "A model that warms up slowly", shaded=500))

    latency_ns = heating_up()
    write_finding(folder, "drift", detect(drift, latency_ns))
    write_picture(folder, "drift", draw_course(latency_ns, "A model that gets slower and slower"))

    latency_ns = throttled()
    write_finding(folder, "level_step", detect(level_step, latency_ns, np.random.default_rng(13)))
    write_picture(folder, "level_step", draw_course(latency_ns, "A model whose core is slowed down"))

    latency_ns = stalling()
    write_finding(folder, "stalls", detect(stalls, latency_ns))
    write_picture(folder, "stalls", draw_running(latency_ns))


def warming_up() -> IntArray:
    """Return latencies that begin 60 % too high and settle after some hundred calls, as a cache fills."""
    rng, calls = np.random.default_rng(13), np.arange(QUERIES)
    return one_by_one(1 * MS * (1 + 0.6 * np.exp(-calls / 150)) * noise(QUERIES, rng))


def heating_up() -> IntArray:
    """Return latencies that rise by 15 % over the run, as on a machine that gets hot."""
    rng, calls = np.random.default_rng(13), np.arange(QUERIES)
    return one_by_one(1 * MS * (1 + 0.15 * calls / QUERIES) * noise(QUERIES, rng))


def throttled() -> IntArray:
    """Return latencies that jump by 15 % after three fifths of the run, as when a core's frequency is cut."""
    rng, calls = np.random.default_rng(13), np.arange(QUERIES)
    return one_by_one(1 * MS * np.where(calls < 0.6 * QUERIES, 1, 1.15) * noise(QUERIES, rng))


def stalling() -> IntArray:
    """Return latencies of which five of 4,000 take 200 ms instead of 1 ms, as when another program takes the core."""
    rng = np.random.default_rng(13)
    times = 1 * MS * noise(QUERIES, rng)
    times[rng.choice(QUERIES, 5, replace=False)] += 200 * MS
    return one_by_one(times)


def draw_course(latency_ns: IntArray, title: str, shaded: int = 0) -> Svg:
    """Return medians of 60 batches over the course of a run, and the run's median as a line."""
    parts = np.array_split(np.arange(len(latency_ns)), 60)
    x, y = (np.array([f(part) for part in parts]) for f in (np.mean, lambda part: np.median(latency_ns[part]) / MS))
    median = float(np.median(latency_ns)) / MS

    def draw(ax: Axes) -> None:
        if shaded:
            ax.axvspan(0, shaded, color=BAND, linewidth=0, zorder=0)
        ax.axhline(median, color=SERIES[1], linewidth=1.3)
        ax.plot(x, y, "o", color=SERIES[0], markersize=3.5)
        set_scale(ax, "y", float(y.min()), float(y.max()), pad=(0.1, 0.1))
        dress(ax, "query, in the order asked" + (" (shaded: the warm-up)" if shaded else ""), "latency (ms)")
        name_colours(ax, {"median of a batch": SERIES[0], "median of the run": SERIES[1]})

    words = [f"Batch medians from {y.min():.3f} to {y.max():.3f} ms, first {y[0]:.3f}, last {y[-1]:.3f}."]
    return show(draw, title, [*words, f"The median of the whole run is {median:.3f} ms."], 220)


def draw_running(latency_ns: IntArray) -> Svg:
    """Return the mean and the median of the queries so far, over the course of the run."""
    at = np.arange(20, len(latency_ns) + 1, 20)
    so_far: dict[str, Sequence[float]] = {
        "mean so far": [float(latency_ns[:n].mean()) / MS for n in at],
        "median so far": [float(np.median(latency_ns[:n])) / MS for n in at],
    }

    def draw(ax: Axes) -> None:
        colours = dict(zip(so_far, (SERIES[1], SERIES[0]), strict=True))
        for name, values in so_far.items():
            ax.plot(at, values, color=colours[name], linewidth=1.5)
        everything = [value for values in so_far.values() for value in values]
        set_scale(ax, "y", min(everything), max(everything), pad=(0.1, 0.1))
        dress(ax, "queries so far", "latency (ms)")
        name_colours(ax, colours)

    words = [f"{name}: {values[-1]:.3f} ms at the end." for name, values in so_far.items()]
    return show(draw, "Mean and median of a run with five stalls", words, 220)
