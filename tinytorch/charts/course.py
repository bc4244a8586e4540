"""Pictures of what changes: latency over the course of a run, the queue before a server, latency against load.

Every function takes plain arrays and returns one inline `<svg>` whose alternative text states the numbers drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tinytorch.charts import drawing
from tinytorch.charts.shared import BESIDE, check_array, check_some, fresh_name, in_words, show
from tinytorch.charts.svg import BAND, INK, MUTED, SERIES, Svg, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BATCHES = 60
PANEL, NAME = 56.0, 26.0  # units of height of a small panel, and of the words above it


def over_time(rounds_ns: Mapping[str, Sequence[npt.ArrayLike]], warm_up: int = 0) -> Svg:
    """Show each series' latency in the order it was measured: medians of up to 60 batches, a line between rounds.

    `rounds_ns`: name -> one array (n,) a round. The first `warm_up` queries of a series are shaded. Raises ValueError
    for no series and for an empty or non-finite round.
    """
    check_some(rounds_ns, "rounds_ns")
    series: dict[str, npt.NDArray[np.float64]] = {}
    borders: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
    for name, rounds in rounds_ns.items():
        check_some(rounds, f"rounds of {name!r}")
        parts = [check_array(values, f"round {i} of {name!r}") for i, values in enumerate(rounds)]
        series[plain(name, 40)] = np.concatenate(parts)
        borders = np.cumsum([len(part) for part in parts])[:-1]
    size, unit = drawing.time_unit(max(float(np.median(values)) for values in series.values()))
    lines = {name: _batches(values) for name, values in series.items()}
    sentences = [
        f"{name}: batch medians from {in_words(float(y.min()))} to {in_words(float(y.max()))}, first "
        f"{in_words(float(y[0]))}, last {in_words(float(y[-1]))}."
        for name, (_, y) in lines.items()
    ]

    def draw(ax: Axes) -> None:
        for (x, y), colour in zip(lines.values(), _colours(lines), strict=True):
            ax.plot(x, y / size, color=colour, linewidth=1.3)
        for border in borders.tolist():
            ax.axvline(border, color=BAND, linewidth=1, zorder=0)
        if warm_up:
            ax.axvspan(0, warm_up, color=BAND, linewidth=0, zorder=0)
        drawing.set_scale(ax, "y", *_ends([y / size for _, y in lines.values()]), pad=(0.1, 0.15))
        drawing.dress(ax, "query, in the order measured; grey lines part the rounds", f"batch median ({unit})")
        drawing.name_colours(ax, dict(zip(lines, _colours(lines), strict=True)))

    return show(draw, f"Latency over time: {', '.join(series)}", sentences, 230)


def queue_depth(servers: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]]) -> Svg:
    """Show how many queries were due and not yet answered, over time.

    `servers`: name -> (scheduled_ns, completed_ns), each (n,). Raises ValueError for none, an empty or non-finite
    array, or unequal lengths.
    """
    check_some(servers, "servers")
    curves: dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]] = {}
    sentences = []
    for name, (scheduled_ns, completed_ns) in servers.items():
        scheduled = check_array(scheduled_ns, f"scheduled_ns of {name!r}")
        completed = check_array(completed_ns, f"completed_ns of {name!r}")
        if len(scheduled) != len(completed):
            counts = f"{len(scheduled)} due times and {len(completed)} completions"
            raise ValueError(f"{name!r} has {counts}; give both of each query")
        moments = np.concatenate([scheduled, completed]) - scheduled.min()
        steps = np.concatenate([np.ones(len(scheduled), np.int64), -np.ones(len(completed), np.int64)])
        order = np.lexsort((steps, moments))
        depth = np.cumsum(steps[order])
        curves[plain(name, 40)] = moments[order] / 1e9, depth
        waited = float(np.sum(completed - scheduled)) / float(completed.max() - scheduled.min() or 1)
        sentences.append(f"{plain(name, 40)}: at most {depth.max()} queries in the system, {waited:.2f} on average.")

    def draw(ax: Axes) -> None:
        for (x, depth), colour in zip(curves.values(), _colours(curves), strict=True):
            kept = _highest(depth)
            ax.plot(x[kept], depth[kept], color=colour, linewidth=1, drawstyle="steps-post")
        ax.set_ylim(0, max(int(depth.max()) for _, depth in curves.values()) * 1.1 + 0.5)
        drawing.dress(ax, "time (s)", "queries in the system")
        drawing.name_colours(ax, dict(zip(curves, _colours(curves), strict=True)))

    return show(draw, f"Queue depth: {', '.join(curves)}", sentences, 210)


def load_latency(points: Sequence[tuple[float, float, str]], target_ns: float, percentile: float) -> Svg:
    """Show a latency percentile against offered load, around the peak: what passed, failed, or stayed undecided.

    `points`: (queries per second, percentile in ns, 'pass' | 'fail' | 'undecided'). Raises ValueError for none.
    """
    check_some(points, "points")
    rates = check_array([rate for rate, _, _ in points], "rates")
    tails = check_array([tail for _, tail, _ in points], "percentiles")
    size, unit = drawing.time_unit(target_ns)
    looks = {"pass": ("o", SERIES[0]), "fail": ("X", SERIES[1]), "undecided": ("d", MUTED)}
    name = f"p{100 * percentile:g}"
    sentences = [
        f"{rate:.4g} queries per second: {name} {in_words(tail)}, {verdict}." for rate, tail, verdict in sorted(points)
    ]

    def draw(ax: Axes) -> None:
        ax.axhline(target_ns / size, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        for verdict, (marker, colour) in looks.items():
            mine = [i for i, point in enumerate(points) if point[2] == verdict]
            ax.plot(rates[mine], tails[mine] / size, marker, color=colour, markersize=6, linestyle="")
        drawing.set_scale(ax, "x", float(rates.min()), float(rates.max()), pad=(0.06, 0.06))
        drawing.set_scale(ax, "y", *_ends([tails / size, np.array([target_ns / size])]), pad=(0.1, 0.15))
        drawing.dress(ax, "offered load (queries/s)", f"{name} latency ({unit})\ndashed: target")
        seen = [verdict for verdict in looks if any(point[2] == verdict for point in points)]
        drawing.name_colours(ax, {verdict: looks[verdict][1] for verdict in seen})

    return show(draw, f"{name} latency against load", sentences, 230)


def traces(traces: Mapping[str, npt.ArrayLike]) -> Svg:
    """Show the latency of each query in order, a small panel a trace, so that bad traces stand beside a good one.

    `traces`: name -> (n,) ns. Every panel begins at 0 and reaches to its own highest latency, at least to 1.5 times
    its median, which is marked. Raises ValueError for no trace, and for an empty, negative or non-finite one.
    """
    check_some(traces, "traces")
    panels: dict[str, drawing.Values] = {}
    for name, latencies in traces.items():
        panels[fresh_name(name, panels, BESIDE)] = check_array(latencies, f"traces[{name!r}]")
    sentences = [
        f"{name}: {len(y)} queries, median {in_words(float(np.median(y)))}, first {in_words(y[0])}, "
        f"last {in_words(y[-1])}, highest {in_words(y.max())}."
        for name, y in panels.items()
    ]
    height = 44 + (PANEL + NAME) * len(panels)
    return show(lambda ax: _draw_traces(ax, panels), f"Latency over time: {', '.join(panels)}", sentences, height)


def _draw_traces(ax: Axes, panels: Mapping[str, drawing.Values]) -> None:
    for i, (name, y) in enumerate(panels.items()):
        floor, median = (i + 1) * (PANEL + NAME), float(np.median(y))
        unit = PANEL / (max(float(y.max()), 1.5 * median) or 1.0)
        kept = _highest(y)
        ax.axhline(floor, color=MUTED, linewidth=0.8)
        ax.axhline(floor - median * unit, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
        marker = "." if len(y) <= BATCHES else ""  # a single query has no line
        ax.plot(kept + 1, floor - y[kept] * unit, marker=marker, color=SERIES[i % len(SERIES)], linewidth=1.2)
        words = f"median {in_words(median)}, highest {in_words(y.max())}"
        for x, text, side in ((0, name, "left"), (1, words, "right")):
            place: dict[str, Any] = {"ha": side, "transform": ax.get_yaxis_transform(), "in_layout": False}
            ax.text(x, floor - PANEL - 7, text, color=INK, parse_math=False, **place)
    ax.set(xlim=(1, max(2, *(len(y) for y in panels.values()))), ylim=((PANEL + NAME) * len(panels), 0), yticks=[])
    drawing.count_along(ax)
    drawing.dress(ax, "query, in the order measured; dashed: median", "")
    ax.spines[["left", "bottom"]].set_visible(False)


def _batches(values: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the middles and medians of up to 60 batches in order."""
    parts = np.array_split(np.arange(len(values)), min(BATCHES, len(values)))
    return np.array([part.mean() for part in parts]), np.array([np.median(values[part]) for part in parts])


def _highest(depth: npt.NDArray[Any], points: int = 600) -> npt.NDArray[np.int64]:
    """Return positions to draw: all of few, else each stretch's first, highest and last, so that no peak is lost."""
    if len(depth) <= points:
        return np.arange(len(depth))
    parts = np.array_split(np.arange(len(depth)), points // 3)
    return np.unique([[part[0], part[int(depth[part].argmax())], part[-1]] for part in parts])


def _ends(arrays: Sequence[npt.NDArray[np.float64]]) -> tuple[float, float]:
    return min(float(array.min()) for array in arrays), max(float(array.max()) for array in arrays)


def _colours(series: Mapping[str, object]) -> list[str]:
    return [SERIES[i % len(SERIES)] for i in range(math.ceil(len(series)))]
