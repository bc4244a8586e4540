"""Draws checked numbers on matplotlib Axes: what `tinytorch.charts` shows, alone or on Axes of the reader's own.

Knows nothing of files, pages or alternative text; sets no text size, so a drawing takes that of the figure it is in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from tinytorch.charts.svg import BAND, INK, MUTED, RULE, SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Values = npt.NDArray[np.float64]
LANES = 12  # queries a run that a timeline shows: more are too thin to see
POINTS = 600  # steps of a curve kept, with both extremes: more than a screen has columns
LANE, GAP = 5.0, 26.0  # units of height of a query's lane, and of a run's name above its band


def number(value: float) -> str:
    """Three significant digits without an exponent where people read it: 0.00412, 4.61, 12300."""
    if value == 0 or not 1e-4 <= abs(value) < 1e7:
        return f"{value:.3g}"
    return f"{float(f'{value:.2e}'):.{_decimals(value)}f}"


def spread(value: float, low: float, high: float) -> str:
    """A value and its interval, all with the decimals that the finest of the three needs: 0.990 [0.970, 1.010].

    One decimal more where the interval would else look empty: 1.342 [1.338, 1.347].
    """
    if not all(1e-4 <= abs(x) < 1e7 for x in (value, low, high)):
        return f"{number(value)} [{number(low)}, {number(high)}]"
    decimals = max(_decimals(x) for x in (value, low, high))
    if high > low:
        decimals += -math.floor(math.log10(high - low)) > decimals
    return f"{value:.{decimals}f} [{low:.{decimals}f}, {high:.{decimals}f}]"


def time_unit(ns: float) -> tuple[float, str]:
    """Return (ns per unit, unit) of the largest unit that `ns` fills once."""
    for size, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if ns >= size:
            return size, unit
    return 1.0, "ns"


def marked(n: int, percentiles: Sequence[float]) -> list[tuple[float, int]]:
    """Return (p, floor(n p)) of each percentile that `n` sorted values can tell from their largest."""
    return [(p, math.floor(n * p)) for p in percentiles if math.floor(n * p) < n - 1]


def timeline_height(lanes: Mapping[str, Values]) -> float:
    """Return the units of height that `draw_timeline` fills."""
    return GAP * len(lanes) + LANE * sum(min(int(times.shape[1]), LANES) for times in lanes.values())


def draw_timeline(ax: Axes, lanes: Mapping[str, Values]) -> None:
    """Draw (3, n) times (scheduled, issued, completed; ns from the start) a run."""
    shown = {name: times[:, :LANES] for name, times in lanes.items()}
    longest = max(float(times.max()) for times in shown.values())
    size, unit = time_unit(longest)
    top = 0.0
    for name, times in shown.items():
        total = lanes[name].shape[1]
        more = f", first {LANES} of {total} queries" if total > LANES else ""
        ax.text(0, top + GAP - 7, f"{name}{more}", color=INK, va="baseline", parse_math=False)
        centres = top + GAP + LANE * (np.arange(times.shape[1]) + 0.5)
        scheduled, issued, completed = times / size
        ax.barh(centres, issued - scheduled, left=scheduled, height=LANE * 0.35, color=SERIES[1])
        ax.barh(centres, completed - issued, left=issued, height=LANE * 0.8, color=SERIES[0])
        top = centres[-1] + LANE / 2
    ax.set_ylim(top + LANE, 0)
    ax.set_xlim(0, longest / size * 1.02 or 1)
    ax.set_yticks([])
    dress(ax, f"time since the run's first query ({unit})", "")
    ax.spines["left"].set_visible(False)
    name_colours(ax, {"waits": SERIES[1], "is served": SERIES[0]})


def draw_cdf(ax: Axes, ordered: Mapping[str, Values], percentiles: Sequence[float]) -> None:
    """Draw sorted (n,) ns a series against -log10(1 - share), and the marked percentiles with their values."""
    size, unit = time_unit(max(float(np.median(values)) for values in ordered.values()))
    top = max(math.log10(len(values)) for values in ordered.values()) + 0.25
    for name, colour in zip(ordered, _colours(ordered), strict=True):
        values = ordered[name]
        n, marks = len(values), marked(len(values), percentiles)
        tails = -np.log10(1 - np.arange(n) / n)
        kept = np.searchsorted(tails, np.linspace(0, tails[-1], min(n, POINTS)), side="left")
        kept = np.union1d(kept, [0, n - 1, *(i for _, i in marks)])
        # The last query's step rises to the top of the picture: no share is known beyond it.
        x, y = np.append(values[kept], values[-1]) / size, np.append(tails[kept], top)
        ax.plot(x, y, drawstyle="steps-pre", color=colour, linewidth=1.5)
        others = [other for key, other in ordered.items() if key != name]
        for p, i in marks:
            dot = (values[i] / size, -math.log10(1 - p))
            ax.plot(*dot, "o", color=colour, markersize=4.5)
            # The curves rise to the right: only above left and below right of a dot is there room for words.
            left = any(values[i] < other[math.floor(len(other) * p)] for other in others)
            if len(ordered) <= 2:
                ax.annotate(
                    f"{number(dot[0])} {unit}",
                    dot,
                    xytext=(-7, 2) if left else (7, -2),
                    textcoords="offset points",
                    ha="right" if left else "left",
                    va="bottom" if left else "top",
                    color=colour,
                )
    low = min(float(values[0]) for values in ordered.values()) / size
    high = max(float(values[-1]) for values in ordered.values()) / size
    set_scale(ax, "x", low, high, pad=(0.34 if len(ordered) == 2 else 0.06, 0.22))
    shares = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999]
    ticks = [(-math.log10(1 - share), f"{100 * share:g} %") for share in shares if -math.log10(1 - share) < top]
    ax.set_yticks([y for y, _ in ticks], [text for _, text in ticks])
    ax.set_ylim(0, top)
    ax.grid(axis="y", color=RULE, linewidth=0.6)
    dress(ax, f"latency ({unit})", "queries answered within")
    name_colours(ax, dict(zip(ordered, _colours(ordered), strict=True)))


def draw_intervals(
    ax: Axes,
    rows: Sequence[tuple[str, float, float, float]],
    margin: float | None,
    reference: float | None,
    below: Sequence[str],
    claimed: Sequence[bool],
) -> None:
    """Draw (label, value, low, high) rows from top to bottom, the first on top; those not `claimed` grey and hollow.
    `below` are the lines under the axis."""
    ends = [end for _, _, low, high in rows for end in (low, high)]
    if reference is not None:
        band = reference / (1 + (margin or 0)), reference * (1 + (margin or 0))
        ends += band
        # Only beside the whiskers: a line through the whole picture would cross the words above them.
        for y in range(len(rows)):
            ax.fill_betweenx([y - 0.2, y + 0.2], *band, color=BAND, linewidth=0)
            ax.plot([reference, reference], [y - 0.2, y + 0.2], color=MUTED, linewidth=1)
    set_scale(ax, "x", min(ends), max(ends), pad=(0.06, 0.06))
    across = ax.get_yaxis_transform()
    for y, ((label, value, low, high), counts) in enumerate(zip(rows, claimed, strict=True)):
        colour, words = (SERIES[0], INK) if counts else (MUTED, MUTED)
        ax.plot([low, high], [y, y], color=colour, linewidth=2 if counts else 1, solid_capstyle="butt")
        # The band's shade hides the whisker within the dot, and looks empty on a light page and on a dark one.
        ax.plot(value, y, "o", color=colour, markersize=6, markerfacecolor=colour if counts else BAND)
        ax.text(0, y - 0.3, label, color=words, transform=across, parse_math=False)
        ax.text(1, y - 0.3, spread(value, low, high), color=words, ha="right", transform=across)
    ax.set_ylim(len(rows) - 0.6, -0.7)
    ax.set_yticks([])
    dress(ax, "\n".join(below), "")
    ax.spines["left"].set_visible(False)


def draw_rounds(ax: Axes, series: Mapping[str, Values], unit: str) -> None:
    """Draw (rounds,) values a series over the round's number, with the medians."""
    longest = max(len(values) for values in series.values())
    for i in range(longest):
        paired = [values[i] for values in series.values() if i < len(values)]
        if len(paired) > 1:
            ax.plot([i + 1, i + 1], [min(paired), max(paired)], color=RULE, linewidth=1, zorder=1)
    key = {}
    for (name, values), colour in zip(series.items(), _colours(series), strict=True):
        median = float(np.median(values))
        ax.axhline(median, color=colour, linewidth=0.8, alpha=0.6, zorder=1)
        ax.plot(np.arange(1, len(values) + 1), values, "o", color=colour, markersize=5)
        key[f"{name}, median {number(median)}"] = colour
    set_scale(
        ax,
        "y",
        min(float(values.min()) for values in series.values()),
        max(float(values.max()) for values in series.values()),
        pad=(0.1, 0.1),
    )
    ax.set_xticks(range(1, longest + 1, math.ceil(longest / 12)))
    ax.set_xlim(0.5, longest + 0.5)
    dress(ax, "round", unit)
    name_colours(ax, key)


def _decimals(value: float) -> int:
    """Return how many decimals three significant digits of `value` take."""
    return max(0, 2 - int(f"{value:.2e}".partition("e")[2]))


def _colours(series: Mapping[str, object]) -> list[str]:
    return [SERIES[i % len(SERIES)] for i in range(len(series))]


def dress(ax: Axes, x_label: str, y_label: str) -> None:
    """Label the axes and leave only what is needed of them."""
    ax.set_xlabel(x_label, color=MUTED, parse_math=False)
    ax.set_ylabel(y_label, color=MUTED, parse_math=False)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set(color=MUTED, linewidth=0.8)
    ax.tick_params(which="both", color=MUTED, labelcolor=MUTED, width=0.8, length=3)
    ax.set_axisbelow(True)


def name_colours(ax: Axes, colours: Mapping[str, str]) -> None:
    """Name the colours above the picture, in their colours: nothing drawn can lie under it."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=colour, marker="o", linestyle="", label=name) for name, colour in colours.items()]
    ax.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=1 if sum(len(name) + 4 for name in colours) > 46 else len(colours),
        frameon=False,
        labelcolor="linecolor",
        handlelength=0.6,
        handletextpad=0.5,
        columnspacing=1.4,
        borderpad=0,
        borderaxespad=0.4,
    )


def count_along(ax: Axes) -> None:
    """Mark the horizontal axis at whole numbers: nothing stands between two queries, readings or intervals."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(7, integer=True))


def set_scale(ax: Axes, which: Literal["x", "y"], low: float, high: float, pad: tuple[float, float]) -> None:
    """Set the limits with `pad` shares to spare; logarithmic where a linear axis would flatten the small values."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    axis = ax.xaxis if which == "x" else ax.yaxis
    logarithmic = low > 0 and high / low > 3.8
    if logarithmic:
        low, high = math.log10(low), math.log10(high)
    span = (high - low) or abs(high) * 0.2 or 1.0
    ends = (low - pad[0] * span, high + pad[1] * span)
    if logarithmic:
        ax.set(**{f"{which}scale": "log"})
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if ends[1] - ends[0] < 2.5 else (1,), numticks=6))
        axis.set_minor_locator(NullLocator())
        ends = (10 ** ends[0], 10 ** ends[1])
    else:
        axis.set_major_locator(MaxNLocator(5))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.7g}"))
    ax.set(**{f"{which}lim": ends})
