"""The pictures of a comparison: values with their intervals, how often these hold, and what each round gave.

Used as the pictures of one system are, and knows as little: rows of numbers and names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

from tinytorch.charts import drawing
from tinytorch.charts.shared import check_array, check_some, fresh_name, show, show_on
from tinytorch.charts.svg import INK, SERIES, Svg, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = tuple[str, float, float, float]

INTERVALS = 100  # that a picture of their coverage shows: more run together


@overload
def intervals(
    rows: Sequence[Row],
    margin: float | None,
    reference: float | None,
    unit: str,
    claimed: Sequence[bool] | None = None,
    *,
    ax: None = None,
) -> Svg: ...
@overload
def intervals(
    rows: Sequence[Row],
    margin: float | None,
    reference: float | None,
    unit: str,
    claimed: Sequence[bool] | None = None,
    *,
    ax: Axes,
) -> None: ...
def intervals(
    rows: Sequence[Row],
    margin: float | None,
    reference: float | None,
    unit: str,
    claimed: Sequence[bool] | None = None,
    *,
    ax: Axes | None = None,
) -> Svg | None:
    """Show each row (label, value, low, high) as a dot with its interval, all in `unit` on one axis.

    `reference` draws a line there; `margin` (0.01 is 1 %) shades reference / (1 + margin) to reference * (1 + margin).
    Rows that are False in `claimed` (one a row; None: all are claimed) are grey and hollow: their runs do not count.
    Raises ValueError for no rows, a non-finite number, a value outside its interval, a margin without a reference, or
    a `claimed` of another length.
    """
    check_some(rows, "rows")
    for i, (label, value, low, high) in enumerate(rows):
        if not (math.isfinite(low) and math.isfinite(high) and low <= value <= high):
            raise ValueError(
                f"a row needs finite low <= value <= high, got {low} <= {value} <= {high} in row {i} ({label!r}); "
                "leave out what has no interval"
            )
    if margin is not None and (reference is None or reference <= 0 or margin < 0):
        raise ValueError(
            f"a margin is a share (0 or more) of a positive reference, got margin {margin} and reference {reference}; "
            "for ratios give reference=1"
        )
    counts = [True] * len(rows) if claimed is None else list(claimed)
    if len(counts) != len(rows):
        raise ValueError(f"each row is claimed or not, got {len(rows)} rows and {len(counts)} words; give one a row")
    named = [(plain(label, 34), value, low, high) for label, value, low, high in rows]
    sentences = [
        f"{label}: {drawing.spread(value, low, high)}{'' if count else ', no claim'}."
        for (label, value, low, high), count in zip(named, counts, strict=True)
    ]
    if margin:
        sentences.append(f"The shaded band is ±{100 * margin:g} % around {drawing.number(reference or 0)}.")
    below = _below(unit)
    if margin:
        below.append(f"shaded: within ±{100 * margin:g} %")
    if not all(counts):
        below.append("grey, hollow: no claim, the runs do not count")
    return show_on(
        lambda axes: drawing.draw_intervals(axes, named, margin, reference, below, counts),
        ax,
        f"Intervals, {unit}",
        sentences,
        38 + 42 * len(named) + 16 * len(below),
    )


def coverage(intervals: Sequence[tuple[float, float]], truth: float, unit: str) -> Svg:
    """Show intervals (low, high) in `unit`, one line each in order; those that miss the truth stand out.

    An interval that ends at the truth holds it. Of many, the first 100 are drawn and all are counted. Raises ValueError
    for none, an end or truth that is not finite, and for an interval whose low is above its high.
    """
    check_some(intervals, "intervals")
    if not math.isfinite(truth):
        raise ValueError(f"the truth must be finite, got {truth}; give the value that the draws were made with")
    for i, (low, high) in enumerate(intervals):
        if not (math.isfinite(low) and math.isfinite(high) and low <= high):
            raise ValueError(
                f"an interval needs finite low <= high, got {low} and {high} at index {i}; leave out what has none"
            )
    missed = [i for i, (low, high) in enumerate(intervals) if not low <= truth <= high]
    shown, total = min(len(intervals), INTERVALS), len(intervals)
    sentences = [
        f"{total - len(missed)} of {total} intervals hold the truth, {drawing.number(truth)}; {len(missed)} miss it"
        + (f": {', '.join(str(i + 1) for i in missed[:12])}{', …' if len(missed) > 12 else ''}." if missed else ".")
    ]
    if shown < total:
        sentences.append(f"The first {shown} are drawn.")
    return show(
        lambda ax: _draw_coverage(ax, intervals, truth, plain(unit, 30), len(missed)),
        f"{total} intervals and the truth, {plain(unit, 60)}",
        sentences,
        230,
    )


def _draw_coverage(ax: Axes, intervals: Sequence[tuple[float, float]], truth: float, unit: str, missed: int) -> None:
    """Draw (low, high) pairs from left to right, those without `truth` thicker and in the colour of a warning."""
    shown = intervals[:INTERVALS]
    for i, (low, high) in enumerate(shown, start=1):
        holds = low <= truth <= high
        colour, width = (SERIES[0], 1.4) if holds else (SERIES[1], 3)
        ax.plot([i, i], [low, high], color=colour, linewidth=width, solid_capstyle="butt")
    ax.axhline(truth, color=INK, linewidth=1)
    ends = [*(end for pair in shown for end in pair), truth]
    drawing.set_scale(ax, "y", min(ends), max(ends), pad=(0.06, 0.06))
    ax.set_xlim(0, len(shown) + 1)
    drawing.count_along(ax)
    more = f"first {len(shown)} of {len(intervals)} intervals" if len(shown) < len(intervals) else "interval"
    drawing.dress(ax, f"{more}; line across: the truth, {drawing.number(truth)}", unit)
    drawing.name_colours(ax, {f"hold the truth: {len(intervals) - missed}": SERIES[0], f"miss it: {missed}": SERIES[1]})


def _below(unit: str) -> list[str]:
    """Return what an axis is called: a ratio too long for one line stands in two, above and below its stroke."""
    above, stroke, divisor = unit.partition(" / ")
    lines = [f"{above} /", divisor] if stroke and len(unit) > 60 else [unit]
    return [plain(line, 60) for line in lines]


@overload
def round_values(values: Mapping[str, Sequence[float]], unit: str, *, ax: None = None) -> Svg: ...
@overload
def round_values(values: Mapping[str, Sequence[float]], unit: str, *, ax: Axes) -> None: ...
def round_values(values: Mapping[str, Sequence[float]], unit: str, *, ax: Axes | None = None) -> Svg | None:
    """Show one dot a round for each series, the dots of one round joined, and each series' median as a line.

    `values`: name -> (rounds,) in `unit`, which names the vertical axis. A series may stop early; its rounds then go
    unpaired. Raises ValueError for no series, an empty one, or a non-finite value.
    """
    check_some(values, "values")
    series: dict[str, drawing.Values] = {}
    for name, numbers in values.items():
        series[fresh_name(name, series)] = check_array(numbers, f"values[{name!r}]", signed=True)
    sentences = [
        f"{name}: median {drawing.number(float(np.median(array)))} of {len(array)} rounds, "
        f"{drawing.number(array.min())} to {drawing.number(array.max())}."
        for name, array in series.items()
    ]
    return show_on(
        lambda axes: drawing.draw_rounds(axes, series, plain(unit, 30)),
        ax,
        f"One dot a round, {unit}: {', '.join(series)}",
        sentences,
        230,
    )
