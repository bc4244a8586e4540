"""Pitfalls of how two systems are compared: the order, the memory, the inputs, the answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from book.pictures.paper import detect, write_finding, write_picture
from book.pictures.scripted import MS, Timed, noise, queries
from tinytorch.benchmarking import (
    NS_PER_S,
    Array,
    IntArray,
    QueryLog,
    RatioEstimate,
    VirtualClock,
    coin_flip_order,
    interleaved,
    paired_ratio,
    predict,
    sample_order,
    single_stream,
)
from tinytorch.charts import intervals, latency_cdf
from tinytorch.charts.drawing import dress, name_colours, set_scale
from tinytorch.charts.shared import show
from tinytorch.charts.svg import INK, SERIES, Svg
from tinytorch.core.compression import magnitude_prune, quantise_int8
from tinytorch.datasets import load_dataset
from tinytorch.models import digits_mlp
from tinytorch.pitfalls import accuracy_drop, different_inputs, layout_bias, order_confounding, unequal_accuracy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUERIES = 300


def make(folder: Path) -> None:
    """Write the family's pictures and findings into `folder`."""
    one, other = one_after_the_other()
    write_finding(folder, "order_confounding", detect(order_confounding, one.scheduled, other.scheduled))
    write_picture(
        folder, "order_confounding", draw_turns({"A": one, "B": other}, "Two equal models, one after the other")
    )
    one, other = in_coin_flip_order()
    write_picture(
        folder, "order_interleaved", draw_turns({"A": one, "B": other}, "Two equal models, in coin-flip order")
    )

    ratios = {"built once": against_itself(10, anew=False), "built anew each round": against_itself(10, anew=True)}
    write_finding(folder, "layout_bias", detect(layout_bias, *ratios["built once"].interval[:2]))
    rows = [(name, found.ratio, *found.interval[:2]) for name, found in ratios.items()]
    write_picture(folder, "layout_bias", intervals(rows, 0.01, 1.0, "time of a copy / time of its model"))

    runs = by_other_inputs()
    write_finding(folder, "different_inputs", detect(different_inputs, *(indices for indices, _ in runs.values())))
    latencies = {name: latency_ns for name, (_, latency_ns) in runs.items()}
    write_picture(folder, "different_inputs", latency_cdf(latencies))

    right, reference = answers()
    found = [detect(unequal_accuracy, right[f"{percent} % of the weights dropped"], reference) for percent in (70, 60)]
    write_finding(folder, "unequal_accuracy", *found)
    write_picture(folder, "unequal_accuracy", draw_drops(right, reference))


def slower_and_slower(clock: VirtualClock) -> Timed:
    """Return a model on a machine that gets hot: 12 % slower at the end, whoever is asked."""
    calls = np.arange(2 * QUERIES)
    return Timed(clock, 1 * MS * (1 + 0.12 * calls / len(calls)) * noise(len(calls), np.random.default_rng(13)))


def one_after_the_other() -> tuple[QueryLog, QueryLog]:
    """Give all queries to model A, then all to its equal B: AAAA BBBB."""
    clock, logs = VirtualClock(), (QueryLog(QUERIES), QueryLog(QUERIES))
    machine = slower_and_slower(clock)
    for log in logs:
        single_stream(machine, queries(QUERIES), clock, log)
    return logs


def in_coin_flip_order() -> tuple[QueryLog, QueryLog]:
    """Give each query to both, in coin-flip order."""
    clock, logs = VirtualClock(), (QueryLog(QUERIES), QueryLog(QUERIES))
    machine, order = slower_and_slower(clock), coin_flip_order(QUERIES, 2, np.random.default_rng(13))
    interleaved([machine, machine], queries(QUERIES), order, clock, logs)
    return logs


class Placed:
    """A model that takes 2 % longer unless its weights begin where a cache line does; it cannot be copied."""

    def __init__(self, clock: VirtualClock, rng: np.random.Generator, offset: int) -> None:
        memory = np.zeros(256, dtype=np.uint8)
        begin = -memory.ctypes.data % 64 + offset
        self.weights = memory[begin : begin + 64]
        self.clock, self.rng = clock, rng

    def __call__(self, batch: Array) -> Array:
        """Let 1 ms pass, more or less, and return zeros (n, 1)."""
        cost = 1.0 if self.weights.ctypes.data % 64 == 0 else 1.02
        self.clock.advance_ns(round(1 * MS * cost * self.rng.lognormal(0, 0.02)))
        return np.zeros((len(batch), 1))


def against_itself(rounds: int, anew: bool) -> RatioEstimate:
    """Return the time of a copy over the time of its model, in rounds: both built once, or anew for every round."""
    rng, clock = np.random.default_rng(13), VirtualClock()
    models, medians = [Placed(clock, rng, 0), Placed(clock, rng, 16)], []
    for _ in range(rounds):
        if anew:
            models = [Placed(clock, rng, int(offset)) for offset in rng.choice([0, 16, 32, 48], 2)]
        logs = [QueryLog(QUERIES), QueryLog(QUERIES)]
        interleaved(models, queries(QUERIES), coin_flip_order(QUERIES, 2, rng), clock, logs)
        medians.append([np.median(log.completed - log.scheduled) for log in logs])
    model, copy = np.array(medians).T
    return paired_ratio(copy, model)


class ByLength:
    """A model that takes 1 ms and 5 microseconds for each unit that its input is long."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock

    def __call__(self, batch: Array) -> Array:
        """Return zeros (n, 1)."""
        self.clock.advance_ns(1 * MS + int(5_000 * batch.sum()))
        return np.zeros((len(batch), 1))


def by_other_inputs() -> dict[str, tuple[IntArray, IntArray]]:
    """Return samples and latencies of one model on either half of data that somebody sorted by length."""
    lengths = np.sort(np.random.default_rng(13).gamma(4, 50, 1_000))[:, np.newaxis]
    runs = {}
    for name, first in (("the first half of the data", 0), ("the second half", 500)):
        clock, log = VirtualClock(), QueryLog(500)
        indices = first + sample_order(500, 500, np.random.default_rng(13))
        single_stream(ByLength(clock), [lengths[i : i + 1] for i in indices], clock, log)
        runs[name] = indices, log.completed - log.scheduled
    return runs


def answers() -> tuple[dict[str, Array], Array]:
    """Return which of the digits each smaller network gets right, and which the trained network does."""
    library, network = load_dataset("digits"), digits_mlp()
    smaller = {"int8": network.map_weights(quantise_int8)}
    for percent in (40, 60, 70):
        pruned = network.map_weights(partial(magnitude_prune, fraction=percent / 100))
        smaller[f"{percent} % of the weights dropped"] = pruned
    right = {name: predict(model, library.inputs).argmax(axis=1) == library.labels for name, model in smaller.items()}
    return right, predict(network, library.inputs).argmax(axis=1) == library.labels


def draw_turns(arms: Mapping[str, QueryLog], title: str) -> Svg:
    """Return the latencies of both over time, and the median of either."""
    latencies = {name: (log.completed - log.scheduled) / MS for name, log in arms.items()}
    medians = {name: float(np.median(values)) for name, values in latencies.items()}

    def draw(ax: Axes) -> None:
        for name, colour in zip(arms, SERIES, strict=False):
            ax.plot(arms[name].scheduled / NS_PER_S, latencies[name], "o", color=colour, markersize=2)
            ax.axhline(medians[name], color=colour, linewidth=1.5)
        ax.set_ylim(0.9, 1.25)
        dress(ax, "time (s)", "latency (ms)")
        name_colours(ax, {f"{name}, median {medians[name]:.3f}": c for name, c in zip(arms, SERIES, strict=False)})

    words = [f"{name}: median {median:.3f} ms of {QUERIES} queries." for name, median in medians.items()]
    return show(draw, title, words, 200)


def draw_drops(right: Mapping[str, Array], reference: Array) -> Svg:
    """Return how much accuracy each network loses, with its interval, and what MLPerf's rule allows."""
    drops = {name: accuracy_drop(mine, reference) for name, mine in right.items()}
    limit = 100 * next(iter(drops.values())).limit

    def draw(ax: Axes) -> None:
        ends = [100 * end for drop in drops.values() for end in (drop.low, drop.high)]
        set_scale(ax, "x", min(ends), max(ends), pad=(0.05, 0.05))
        for y, (name, drop) in enumerate(drops.items()):
            ax.plot([limit, limit], [y - 0.14, y + 0.2], color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
            ax.plot([100 * drop.low, 100 * drop.high], [y, y], color=SERIES[0], linewidth=2, solid_capstyle="butt")
            ax.plot(100 * drop.drop, y, "o", color=SERIES[0], markersize=6)
            ax.text(0, y - 0.3, name, color=INK, transform=ax.get_yaxis_transform(), parse_math=False)
            ax.text(1, y - 0.3, drop.verdict, color=INK, ha="right", transform=ax.get_yaxis_transform())
        ax.set_ylim(len(drops) - 0.6, -0.7)
        ax.set_yticks([])
        dress(ax, "accuracy lost (percentage points)\ndashed: the most that may be lost", "")
        ax.spines["left"].set_visible(False)

    words = [
        f"{name}: {100 * d.drop:.1f} points [{100 * d.low:.1f}, {100 * d.high:.1f}], {d.verdict}."
        for name, d in drops.items()
    ]
    return show(draw, "Accuracy lost against the trained network", words, 250)
