"""The pictures of one system's queries: a timeline, latency percentiles, closed against open loop.

Every function takes plain arrays and returns one inline `<svg>` whose alternative text states the numbers drawn; given
`ax=` it draws on those Axes instead and returns None. Knows arrays and names, not runs, scenarios or verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, overload

import numpy as np
import numpy.typing as npt

from tinytorch.charts import drawing
from tinytorch.charts.shared import check_array, check_some, fresh_name, in_words, show_on
from tinytorch.charts.svg import Svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Stamps = tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]


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
        lanes[fresh_name(name, lanes)] = np.stack([scheduled, issued, completed]) - scheduled.min()
    sentences = []
    for name, times in lanes.items():
        waits, services = times[1] - times[0], times[2] - times[1]
        sentences.append(
            f"{name}: {times.shape[1]} queries in {in_words(times.max())}, "
            f"median wait {in_words(float(np.median(waits)))}, median service {in_words(float(np.median(services)))}."
        )
    return show_on(
        lambda axes: drawing.draw_timeline(axes, lanes),
        ax,
        f"When queries waited and were served: {', '.join(lanes)}",
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
        ordered[fresh_name(name, ordered)] = np.sort(check_array(latencies, f"latencies_ns[{name!r}]"))
    sentences = []
    for name, values in ordered.items():
        marks = [f"p{100 * p:g} {in_words(values[i])}" for p, i in drawing.marked(len(values), percentiles)]
        sentences.append(f"{name}: {', '.join(marks)}, largest {in_words(values[-1])} of {len(values)} queries.")
    return show_on(
        lambda axes: drawing.draw_cdf(axes, ordered, percentiles),
        ax,
        f"Latency percentiles: {', '.join(ordered)}",
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
