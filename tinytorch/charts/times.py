"""Pictures of single moments: when queries are due, and how far apart two clocks' readings are.

Every function takes plain arrays of ns and returns one inline `<svg>` whose alternative text states the numbers drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tinytorch.charts import drawing
from tinytorch.charts.shared import BESIDE, check_array, check_some, fresh_name, in_words, show
from tinytorch.charts.svg import INK, RULE, SERIES, Svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TICKS = 60  # queries of the fullest row that are drawn: of more, a pile-up no longer stands out
WINDOWS = 8  # windows that the drawn time holds at least
ROW, NAME = 26.0, 26.0  # units of height of a row of ticks, and of the words above it


def arrivals(schedules: Mapping[str, npt.ArrayLike], window_ns: float | None = None) -> Svg:
    """Show when queries are due, a row of ticks a schedule, and shade the window of each in which most are due.

    `schedules`: name -> (n,) ns from the run's start, in any order. A window of `window_ns` holds what is due from its
    first query on, its end left out; None: an eighth of the time drawn, rounded down to 1, 2 or 5. Of long schedules
    the beginning is drawn and counted. Raises ValueError for no schedule, an empty, negative or non-finite one, or a
    window that is not above 0.
    """
    check_some(schedules, "schedules")
    if window_ns is not None and not 0 < window_ns < math.inf:
        raise ValueError(f"a window is a time above 0, got {window_ns} ns; leave it out to have one chosen")
    due: dict[str, drawing.Values] = {}
    for name, times in schedules.items():
        due[fresh_name(name, due, BESIDE)] = np.sort(check_array(times, f"schedules[{name!r}]"))
    end, whole = _shown(due), _last(due)
    rows = {name: times[times <= end] for name, times in due.items()}
    window = window_ns or _round(max(end / WINDOWS, 1.0))
    fullest = {name: _fullest(times, window) for name, times in rows.items()}
    sentences = [
        f"{name}: {len(times)} {'query' if len(times) == 1 else 'queries'}, "
        f"at most {fullest[name][1]} due within {in_words(window)}."
        for name, times in rows.items()
    ]
    part = f"the first {in_words(end)} of {in_words(whole)}" if end < whole else ""
    return show(
        lambda ax: _draw_arrivals(ax, rows, fullest, window, end, part),
        f"When queries are due: {', '.join(rows)}",
        [*sentences, *([f"Drawn and counted: {part}."] if part else [])],
        48 + (ROW + NAME) * len(rows) + 16 * bool(part),
    )


def clocks(real_ns: npt.ArrayLike, virtual_ns: npt.ArrayLike) -> Svg:
    """Show how far each reading of a real clock and of a virtual one is from the reading before it.

    (n,) and (m,) ns, in the order read, at least 2 each. The steps are drawn because the readings themselves look like
    two straight lines. Raises ValueError for fewer, for a reading that is negative or not finite, a clock set back.
    """
    steps = {"real clock": _steps(real_ns, "real_ns"), "virtual clock": _steps(virtual_ns, "virtual_ns")}
    sentences = [
        f"{name}: {len(each) + 1} readings, "
        + (f"every step {in_words(low)}." if low == high else f"steps from {in_words(low)} to {in_words(high)}.")
        for name, each in steps.items()
        for low, high in [(float(each.min()), float(each.max()))]
    ]
    return show(lambda ax: _draw_clocks(ax, steps), "Steps of a real and of a virtual clock", sentences, 210)


def _shown(due: Mapping[str, drawing.Values]) -> float:
    """Return until when is drawn, ns: all of it, or as long as no row has more than `TICKS`."""
    return min((float(times[TICKS - 1]) for times in due.values() if len(times) > TICKS), default=_last(due))


def _last(due: Mapping[str, drawing.Values]) -> float:
    return max(float(times[-1]) for times in due.values())


def _round(ns: float) -> float:
    """Return the largest 1, 2 or 5 times a power of ten that is not above `ns`."""
    size = 10.0 ** math.floor(math.log10(ns))
    return next(factor * size for factor in (5, 2, 1) if factor * size <= ns or factor == 1)


def _fullest(times: drawing.Values, window: float) -> tuple[float, int]:
    """Return (beginning, queries) of the window in which most are due; (0, 0) where none is."""
    if not times.size:
        return 0.0, 0
    counts = np.searchsorted(times, times + window, side="left") - np.arange(len(times))
    first = int(counts.argmax())
    return float(times[first]), int(counts[first])


def _steps(readings_ns: npt.ArrayLike, name: str) -> drawing.Values:
    """Return the steps between readings, ns, exact also where a reading has more digits than a float."""
    check_array(readings_ns, name)
    steps = np.diff(np.asarray(readings_ns)).astype(np.float64)
    if not steps.size:
        raise ValueError(f"{name} needs two readings or more, got 1; read the clock again")
    if (back := np.flatnonzero(steps < 0)).size:
        i = int(back[0])
        raise ValueError(f"a clock never goes back, {name} does by {-steps[i]:.0f} ns at index {i + 1}; read in order")
    return steps


def _draw_arrivals(
    ax: Axes,
    rows: Mapping[str, drawing.Values],
    fullest: Mapping[str, tuple[float, int]],
    window: float,
    end: float,
    part: str,
) -> None:
    size, unit = drawing.time_unit(max(end, 1.0))
    for i, (name, times) in enumerate(rows.items()):
        top = i * (ROW + NAME) + NAME
        begin, count = fullest[name]
        ax.fill_betweenx([top - 3, top + ROW - 1], begin / size, (begin + window) / size, color=RULE, linewidth=0)
        # One line with gaps in it: a path each would be a hundred bytes a query.
        x = np.column_stack([times, times, np.full(len(times), np.nan)]).ravel() / size
        ax.plot(x, np.tile([top, top + ROW - 4, np.nan], len(times)), color=SERIES[i % len(SERIES)], linewidth=1.2)
        words = f"{name}: at most {count} due within {in_words(window)}"
        ax.text(0, top - 6, words, color=INK, va="baseline", parse_math=False, in_layout=False)
    ax.set(xlim=(0, max(end, (max(begin for begin, _ in fullest.values()) + window)) / size), yticks=[])
    ax.set_ylim(len(rows) * (ROW + NAME) + 2, 0)
    below = [f"time since the run's start ({unit}); shaded: the fullest window", *([part] if part else [])]
    drawing.dress(ax, "\n".join(below), "")
    ax.spines["left"].set_visible(False)


def _draw_clocks(ax: Axes, steps: Mapping[str, drawing.Values]) -> None:
    size, unit = drawing.time_unit(max(float(np.median(each)) for each in steps.values()))
    colours = dict(zip(steps, (SERIES[1], SERIES[0]), strict=True))
    for name, each in steps.items():
        ax.plot(np.arange(2, len(each) + 2), each / size, "o-", color=colours[name], markersize=3.5, linewidth=1)
    low, high = (float(end([end(each) for each in steps.values()])) / size for end in (np.min, np.max))
    drawing.set_scale(ax, "y", low, high, pad=(0.12, 0.12))
    drawing.count_along(ax)
    drawing.dress(ax, "reading", f"since the one before ({unit})")
    drawing.name_colours(ax, colours)
