"""The pictures of a benchmark: a timeline, latency percentiles, closed against open loop, intervals, rounds.

Every function takes plain arrays and returns one inline `<svg>` whose alternative text states the numbers drawn; given
`ax=` it draws on those Axes instead and returns None. Knows arrays and names, not runs, scenarios or verdicts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, overload

import numpy as np
import numpy.typing as npt

from tinytorch.charts import drawing
from tinytorch.charts.svg import Svg, plain, render

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Stamps = tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]
Row = tuple[str, float, float, float]


@overload
def timeline(runs: Mapping[str, Stamps], *, ax: None = None) -> Svg: ...
@overload
def timeline(runs: Mapping[str, Stamps], *, ax: Axes) -> None: ...
def timeline(runs: Mapping[str, Stamps], *, ax: Axes | None = None) -> Svg | None:
    """Show when the first queries of each run waited and were served: a band a run, a lane a query.

    `runs`: name -> (scheduled_ns, issued_ns, completed_ns), each (n,). Time starts at the run's first scheduled query.
    Raises ValueError for no run, an empty or non-finite array, unequal lengths, or a query that ends before it begins.
    """
    check_some(runs, "runs")
    lanes: dict[str, drawing.Values] = {}
    for name, stamps in runs.items():
        scheduled, issued, completed = (
            check_array(stamp, f"{part} of {name!r}")
            for part, stamp in zip(("scheduled_ns", "issued_ns", "completed_ns"), stamps, strict=True)
        )
        if not len(scheduled) == len(issued) == len(completed):
            raise ValueError(
                f"a timeline needs three times of each query, got {len(scheduled)} scheduled, {len(issued)} issued and "
                f"{len(completed)} completed in {name!r}; leave out the queries that were not completed"
            )
        if (wrong := np.flatnonzero((issued < scheduled) | (completed < issued))).size:
            i = wrong[0]
            raise ValueError(
                f"a query is scheduled, then issued, then completed; query {i} of {name!r} has "
                f"{scheduled[i]:.0f}, {issued[i]:.0f}, {completed[i]:.0f} ns; give the times in this order"
            )
        lanes[_fresh(name, lanes)] = np.stack([scheduled, issued, completed]) - scheduled.min()
    sentences = []
    for name, times in lanes.items():
        waits, services = times[1] - times[0], times[2] - times[1]
        sentences.append(
            f"{name}: {times.shape[1]} queries in {in_words(times.max())}, "
            f"median wait {in_words(float(np.median(waits)))}, median service {in_words(float(np.median(services)))}."
        )
    return _show(
        lambda axes: drawing.draw_timeline(axes, lanes),
        ax,
        f"When queries waited and were served: {_listed(lanes)}",
        sentences,
        48 + drawing.timeline_height(lanes),
    )


@overload
def latency_cdf(
    latencies_ns: Mapping[str, npt.ArrayLike], percentiles: Sequence[float] = ..., *, ax: None = None
) -> Svg: ...
@overload
def latency_cdf(latencies_ns: Mapping[str, npt.ArrayLike], percentiles: Sequence[float] = ..., *, ax: Axes) -> None: ...
def latency_cdf(
    latencies_ns: Mapping[str, npt.ArrayLike],
    percentiles: Sequence[float] = (0.5, 0.9, 0.99),
    *,
    ax: Axes | None = None,
) -> Svg | None:
    """Show the share of queries answered within each latency, the tail stretched: 90, 99, 99.9 % equally far apart.

    `latencies_ns`: name -> (n,) ns, any order. Marks each of `percentiles` (MLPerf's `sorted[floor(n p)]`) that n
    queries can tell from their largest. Raises ValueError for no series, an empty, negative or non-finite array, or a
    percentile outside (0, 1).
    """
    check_some(latencies_ns, "latencies_ns")
    if bad := [p for p in percentiles if not 0 < p < 1]:
        raise ValueError(f"a percentile lies between 0 and 1, got {bad[0]}; write the 99th as 0.99")
    ordered: dict[str, drawing.Values] = {}
    for name, latencies in latencies_ns.items():
        ordered[_fresh(name, ordered)] = np.sort(check_array(latencies, f"latencies_ns[{name!r}]"))
    sentences = []
    for name, values in ordered.items():
        marks = [f"p{100 * p:g} {in_words(values[i])}" for p, i in drawing.marked(len(values), percentiles)]
        sentences.append(f"{name}: {', '.join(marks)}, largest {in_words(values[-1])} of {len(values)} queries.")
    return _show(
        lambda axes: drawing.draw_cdf(axes, ordered, percentiles),
        ax,
        f"Latency percentiles: {_listed(ordered)}",
        sentences,
        270,
    )


@overload
def closed_open(closed_latency_ns: npt.ArrayLike, open_latency_ns: npt.ArrayLike, *, ax: None = None) -> Svg: ...
@overload
def closed_open(closed_latency_ns: npt.ArrayLike, open_latency_ns: npt.ArrayLike, *, ax: Axes) -> None: ...
def closed_open(
    closed_latency_ns: npt.ArrayLike, open_latency_ns: npt.ArrayLike, *, ax: Axes | None = None
) -> Svg | None:
    """Show the latencies (n,) and (m,) ns of one system twice: the load generator waits for answers, or keeps time.

    Raises ValueError as `latency_cdf` does.
    """
    series = {"closed loop": closed_latency_ns, "open loop": open_latency_ns}
    return latency_cdf(series) if ax is None else latency_cdf(series, ax=ax)


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
        sentences.append(f"The shaded band is ±{100 * margin:g} % around {_number(reference or 0)}.")
    below = _below(unit)
    if margin:
        below.append(f"shaded: within ±{100 * margin:g} %")
    if not all(counts):
        below.append("grey, hollow: no claim, the runs do not count")
    return _show(
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
        series[_fresh(name, series)] = check_array(numbers, f"values[{name!r}]", signed=True)
    sentences = [
        f"{name}: median {_number(float(np.median(array)))} of {len(array)} rounds, "
        f"{_number(array.min())} to {_number(array.max())}."
        for name, array in series.items()
    ]
    return _show(
        lambda axes: drawing.draw_rounds(axes, series, plain(unit, 30)),
        ax,
        f"One dot a round, {unit}: {_listed(series)}",
        sentences,
        230,
    )


_number = drawing.number


def show(draw: Callable[[Axes], None], title: str, sentences: Sequence[str], height: float) -> Svg:
    """Return the drawing with its words as alternative text."""
    return render(draw, title=title, description=" ".join(sentences), height=height)


def _show(draw: Callable[[Axes], None], ax: Axes | None, title: str, sentences: list[str], height: float) -> Svg | None:
    if ax is None:
        return show(draw, title, sentences, height)
    draw(ax)
    return None


def in_words(ns: float) -> str:
    """Return a time in the unit that reads best."""
    size, unit = drawing.time_unit(ns)
    return f"{_number(ns / size)} {unit}"


def _fresh(name: str, taken: Mapping[str, object]) -> str:
    """Return `name` short enough to draw and unlike those taken: two long names may begin alike."""
    short, number = plain(name, 40), 1
    while short in taken:
        number += 1
        short = f"{plain(name, 34)} ({number})"
    return short


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(names)


def check_some(items: object, name: str) -> None:
    """Raise ValueError if there is nothing to draw."""
    if not items:
        raise ValueError(f"a chart needs at least one series, {name} is empty; draw it once something was measured")


def check_array(values: npt.ArrayLike, name: str, signed: bool = False) -> npt.NDArray[np.float64]:
    """Return a row of finite numbers, not negative unless `signed`. Raises ValueError for anything else."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} needs one value or more in one dimension, got shape {array.shape}; measure first")
    bad = np.flatnonzero(~np.isfinite(array) | ((array < 0) & (not signed)))
    if bad.size:
        rule = "finite" if signed else "finite and not negative"
        raise ValueError(
            f"{name} must be {rule}, got {array[bad[0]]} at index {bad[0]} ({bad.size} of {array.size}); "
            "leave out what was not measured"
        )
    return array
