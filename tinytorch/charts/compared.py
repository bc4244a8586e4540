"""The pictures of a comparison: values with their intervals, and what each round gave.

Used as the pictures of one system are, and knows as little: rows of numbers and names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

from tinytorch.charts import drawing
from tinytorch.charts.shared import check_array, check_some, fresh_name, show_on
from tinytorch.charts.svg import Svg, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = tuple[str, float, float, float]


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
