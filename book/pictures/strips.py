"""Two ways to show repeated measurements: dots in rows, and whiskers of which some miss the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tinytorch.charts.drawing import dress, name_colours, number, set_scale
from tinytorch.charts.shared import show
from tinytorch.charts.svg import INK, MUTED, SERIES, Svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def strips(rows: Mapping[str, npt.ArrayLike], unit: str, title: str, truth: float | None = None) -> Svg:
    """Return one row of dots for each entry of `rows`, all on one axis, with a line at the true value."""
    values = {name: np.sort(np.asarray(row, dtype=float)) for name, row in rows.items()}

    def draw(ax: Axes) -> None:
        for y, row in enumerate(values.values()):
            heights = y + 0.09 * (np.arange(len(row)) % 5 - 2)  # so that neighbours do not hide one another
            ax.plot(row, heights, "o", color=SERIES[y % len(SERIES)], markersize=4)
            if truth is not None:
                ax.plot([truth, truth], [y - 0.2, y + 0.24], color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
        for y, name in enumerate(values):
            ax.text(0, y - 0.38, name, color=INK, transform=ax.get_yaxis_transform(), parse_math=False)
        every = np.concatenate([*values.values(), [] if truth is None else [truth]])
        set_scale(ax, "x", float(every.min()), float(every.max()), pad=(0.04, 0.06))
        ax.set_ylim(len(values) - 0.6, -0.7)
        ax.set_yticks([])
        dress(ax, unit + ("" if truth is None else "\ndashed: what it is"), "")
        ax.spines["left"].set_visible(False)

    words = [f"{name}: {len(row)} values from {number(row[0])} to {number(row[-1])}." for name, row in values.items()]
    words += [] if truth is None else [f"The true value is {number(truth)}."]
    return show(draw, title, words, 62 + 64 * len(values) + (0 if truth is None else 14))


def whiskers(ends: Sequence[tuple[float, float]], truth: float, unit: str, title: str, what: str) -> Svg:
    """Return one whisker for each (low, high); those that do not hold `truth` stand out, and are counted."""
    missed = [not low <= truth <= high for low, high in ends]

    def draw(ax: Axes) -> None:
        ax.axhline(truth, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        for x, ((low, high), miss) in enumerate(zip(ends, missed, strict=True), start=1):
            ax.plot([x, x], [low, high], color=SERIES[miss], linewidth=3, solid_capstyle="butt")
        set_scale(ax, "y", min(low for low, _ in ends), max(high for _, high in ends), pad=(0.08, 0.08))
        ax.set_xticks(range(5, len(ends) + 1, 5))
        dress(ax, f"{what} (dashed: what it is)", unit)
        name_colours(ax, {f"{len(ends) - sum(missed)} hold it": SERIES[0], f"{sum(missed)} miss it": SERIES[1]})

    words = [f"{sum(missed)} of {len(ends)} intervals do not hold the true value, {number(truth)}."]
    return show(draw, title, words, 230)


def histogram(values: npt.ArrayLike, marked: Mapping[str, float], unit: str, title: str) -> Svg:
    """Return how often each value came, with lines at the marked ones."""
    row = np.asarray(values, dtype=float)
    low, high = np.quantile(row, [0.001, 0.99])
    counts, edges = np.histogram(row, np.linspace(low, high, 46))

    def draw(ax: Axes) -> None:
        ax.bar(edges[:-1], counts, np.diff(edges), align="edge", color=SERIES[0], linewidth=0)
        for i, value in enumerate(marked.values(), start=1):
            ax.axvline(value, color=SERIES[i], linewidth=2)
        ax.tick_params(colors=MUTED)
        dress(ax, unit, "queries")
        name_colours(ax, {name: SERIES[i] for i, name in enumerate(marked, start=1)})

    words = [f"{name}: {number(value)}." for name, value in marked.items()]
    return show(draw, title, words, 220)
