"""Pitfalls of the load: how queries come, whether the server keeps up, and whether it answers from memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from book.pictures.paper import broken, detect, write_finding, write_picture
from book.pictures.scripted import MS, S, serve
from tinytorch.benchmarking import (
    Array,
    IntArray,
    QueryLog,
    Results,
    ScriptedModel,
    Settings,
    TinyTorchPerf,
    VirtualClock,
    closed_loop,
    poisson_arrivals,
    sample_order,
    single_stream,
    validity,
)
from tinytorch.charts import latency_cdf, queue_depth, timeline
from tinytorch.charts.drawing import dress, name_colours, set_scale
from tinytorch.charts.shared import show
from tinytorch.charts.svg import SERIES, Svg
from tinytorch.pitfalls import caching, offered_load, same_sample, saturated, wrong_arrivals

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def make(folder: Path) -> None:
    """Write the family's pictures and findings into `folder`."""
    closed, opened = waiting_for_answers(), keeping_the_schedule()
    write_finding(folder, "closed_loop", detect(closed_loop, closed.scheduled, closed.issued, closed.completed))
    around = {
        "The sender waits for answers": around_the_stall(closed),
        "Users come when they come": around_the_stall(opened),
    }
    write_picture(folder, "closed_loop", timeline(around))
    latencies = {"closed loop": closed.completed - closed.scheduled, "open loop": opened.completed - opened.scheduled}
    write_picture(folder, "closed_loop_cdf", latency_cdf(latencies))

    even, poisson = evenly_spaced(), at_random()
    write_finding(folder, "wrong_arrivals", detect(wrong_arrivals, np.diff(even.scheduled), 200.0))
    latencies = {"Poisson": poisson.completed - poisson.scheduled, "evenly spaced": even.completed - even.scheduled}
    write_picture(folder, "wrong_arrivals", latency_cdf(latencies))

    run = overloaded()["server"].runs["model"][0]
    finding = detect(offered_load, run.completed_ns - run.issued_ns, 300.0)
    behind = detect(saturated, run.scheduled_ns, run.completed_ns)
    write_finding(
        folder, "saturated", finding, behind, broken(validity, run, Settings(min_queries=1, min_duration_ns=0))
    )
    servers = {f"{qps} queries/s": serve(four_ms, arrivals(qps, 4)) for qps in (200, 300)}
    depths = {name: (log.scheduled, log.completed) for name, log in servers.items()}
    write_picture(folder, "saturated", queue_depth(depths))

    latency_ns, indices = remembering()
    again = detect(same_sample, asked(np.zeros(300, np.int64)), asked(np.arange(300)))
    write_finding(folder, "caching", detect(caching, latency_ns, indices), again)
    write_picture(folder, "caching", draw_visits(latency_ns, indices))


def four_ms(clock: VirtualClock) -> ScriptedModel:
    """Return a model that takes 4 ms a query: at most 250 queries per second."""
    return ScriptedModel(clock, per_batch_ns=4 * MS)


def stalling(clock: VirtualClock) -> ScriptedModel:
    """Return a model that takes 4 ms a query and stalls for 400 ms at every hundredth."""
    return ScriptedModel(clock, per_batch_ns=4 * MS, stall_every=100, stall_ns=400 * MS)


def arrivals(qps: float, seconds: int) -> IntArray:
    """Return Poisson arrivals at this rate."""
    return poisson_arrivals(qps, seconds * S, np.random.default_rng(13))


def waiting_for_answers() -> QueryLog:
    """Ask the stalling model 2,000 times, each time when the answer to the last has come."""
    clock, log = VirtualClock(), QueryLog(2_000)
    single_stream(stalling(clock), [np.zeros((1, 1))] * 2_000, clock, log)
    return log


def keeping_the_schedule() -> QueryLog:
    """Ask the stalling model at the times of a Poisson schedule, 100 per second, answered or not."""
    return serve(stalling, arrivals(100, 20))


def around_the_stall(log: QueryLog) -> tuple[IntArray, IntArray, IntArray]:
    """Return the three moments of twelve queries, of which the second stalls."""
    some = slice(98, 110)
    return log.scheduled[some], log.issued[some], log.completed[some]


def evenly_spaced() -> QueryLog:
    """Serve 200 queries per second, one each 5 ms, with a model that takes 4 ms."""
    return serve(four_ms, np.arange(1, 4_001) * 5 * MS)


def at_random() -> QueryLog:
    """Serve 200 queries per second that come at random, with the same model."""
    return serve(four_ms, arrivals(200, 20))


def overloaded() -> Results:
    """Return a benchmark of a model that can answer 250 queries per second and is asked 300."""
    clock = VirtualClock()
    settings = Settings(rounds=6, target_qps=300, min_queries=6_000, control=False)
    benchmark = TinyTorchPerf(settings, clock=clock, progress=False)
    benchmark.set_model(four_ms(clock), name="model")
    benchmark.set_dataset(np.zeros((100, 1)))
    benchmark.run_scenario("server")
    results: Results = benchmark.results
    return results


class Remembering:
    """A model that takes 1 ms for a sample, and 0.6 ms for one that it has seen before."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock, self.seen = clock, set[bytes]()

    def __call__(self, batch: Array) -> Array:
        """Return zeros (n, 1)."""
        key = batch.tobytes()
        self.clock.advance_ns(600_000 if key in self.seen else 1 * MS)
        self.seen.add(key)
        return np.zeros((len(batch), 1))


def asked(indices: IntArray) -> IntArray:
    """Return the latencies of queries on these samples, to a model that remembers."""
    clock, log = VirtualClock(), QueryLog(len(indices))
    single_stream(Remembering(clock), [np.full((1, 1), i) for i in indices], clock, log)
    return log.completed - log.scheduled


def remembering() -> tuple[IntArray, IntArray]:
    """Return the latencies of 600 queries drawn from 200 samples, and which sample each held."""
    indices = sample_order(600, 200, np.random.default_rng(13))
    return asked(indices), indices


def draw_visits(latency_ns: IntArray, indices: IntArray) -> Svg:
    """Return the share of queries on a sample seen before, and the mean latency, as the run goes on."""
    is_first = np.zeros(len(indices), dtype=bool)
    is_first[np.unique(indices, return_index=True)[1]] = True
    x = np.arange(1, len(indices) + 1)
    kinds = {"first visit of a sample": is_first, "visited before": ~is_first}

    def draw(ax: Axes) -> None:
        for (_, mine), colour in zip(kinds.items(), SERIES, strict=False):
            ax.plot(x[mine], latency_ns[mine] / MS, "|", color=colour, markersize=14)
        mean = np.cumsum(latency_ns) / x / MS
        ax.plot(x, mean, color=SERIES[2], linewidth=1.5)
        set_scale(ax, "y", 0.5, 1.1, pad=(0, 0.05))
        dress(ax, "query, in the order asked", "latency (ms)")
        name_colours(ax, dict(zip(kinds, SERIES, strict=False)) | {"mean so far": SERIES[2]})

    share = float(np.mean(~is_first))
    words = [f"{share:.0%} of {len(indices)} queries hold a sample seen before; they take 0.6 ms instead of 1 ms."]
    return show(draw, "A model that remembers its inputs", words, 230)
