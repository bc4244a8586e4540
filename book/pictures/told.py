"""Pitfalls of what is told of a measurement: chosen runs, chosen moments to stop, many questions, wrong averages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from book.pictures.paper import detect, write_finding, write_picture
from book.pictures.scripted import MS, Timed, noise, one_by_one, queries
from book.pictures.strips import strips
from tinytorch.benchmarking import (
    NS_PER_S,
    Array,
    QueryLog,
    ScriptedModel,
    VirtualClock,
    coin_flip_order,
    interleaved,
    offline,
    paired_ratio,
)
from tinytorch.charts.drawing import dress, name_colours
from tinytorch.charts.shared import show
from tinytorch.charts.svg import INK, MUTED, SERIES, Svg
from tinytorch.pitfalls import averaged_throughput, best_of_k, mean_of_ratios, multiple_comparisons, optional_stopping

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ALPHA = 0.05
MOST_ROUNDS = 30


def make(folder: Path) -> None:
    """Write the family's pictures and findings into `folder`."""
    reports = [p_values(seed) for seed in range(20)]
    first = next(report for report in reports if report.min() < ALPHA)
    write_finding(folder, "multiple_comparisons", detect(multiple_comparisons, first))
    write_picture(folder, "multiple_comparisons", draw_reports(reports))

    paths = [looking_each_round(seed) for seed in range(20)]
    stopped = next(path for path in paths if path.min() < ALPHA)
    rounds = 5 + int(np.argmax(stopped < ALPHA))
    write_finding(folder, "optional_stopping", detect(optional_stopping, MOST_ROUNDS, rounds))
    write_picture(folder, "optional_stopping", draw_paths(paths))

    runs = twenty_runs()
    write_finding(folder, "best_of_k", detect(best_of_k, len(runs), 1))
    rows = {"all 20 runs": runs, "the run that was reported": runs.min(keepdims=True)}
    write_picture(
        folder, "best_of_k", strips(rows, "median latency (ms)", "One model, 20 runs", float(np.median(runs)))
    )

    ratios = equals_on_a_busy_machine()
    write_finding(folder, "mean_of_ratios", detect(mean_of_ratios, ratios))
    write_picture(folder, "mean_of_ratios", draw_means(ratios))

    durations_ns = three_runs()
    reported = float(np.mean(1_000 / durations_ns)) * NS_PER_S
    found = detect(averaged_throughput, reported, np.full(3, 1_000), durations_ns)
    write_finding(folder, "averaged_throughput", found)


def rounds_of_equals(rounds: int, rng: np.random.Generator, n: int = 25) -> Array:
    """Return the median latencies (rounds, 2) of two equal models, interleaved, in ns; rounds differ by 2 %."""
    clock, medians = VirtualClock(), []
    for level in rng.lognormal(0, 0.02, rounds):
        models = [Timed(clock, 1 * MS * level * noise(n, rng, spread=0.05)) for _ in range(2)]
        logs = [QueryLog(n), QueryLog(n)]
        interleaved(models, queries(n), coin_flip_order(n, 2, rng), clock, logs)
        medians.append([np.median(log.completed - log.scheduled) for log in logs])
    return np.array(medians)


def p_values(seed: int, questions: int = 20) -> Array:
    """Return the p-values of so many comparisons of a model with itself, 10 rounds each: there is nothing to find."""
    rng = np.random.default_rng(seed)
    return np.array([paired_ratio(*rounds_of_equals(10, rng).T).p_value for _ in range(questions)])


def looking_each_round(seed: int) -> Array:
    """Return the p-value after 5, 6, ... 30 rounds of a model against itself."""
    medians = rounds_of_equals(MOST_ROUNDS, np.random.default_rng(seed))
    return np.array([paired_ratio(*medians[:rounds].T).p_value for rounds in range(5, MOST_ROUNDS + 1)])


def twenty_runs() -> Array:
    """Return the median latencies in ms of 20 runs of one model; runs differ by 2 %."""
    rng = np.random.default_rng(13)
    levels = rng.lognormal(0, 0.02, 20)
    return np.array([np.median(one_by_one(1 * MS * level * noise(200, rng))) / MS for level in levels])


def equals_on_a_busy_machine() -> Array:
    """Return the ratios of 1,000 pairs of queries to two equal models; one call in ten takes up to 4 times as long."""
    rng, clock, n = np.random.default_rng(13), VirtualClock(), 1_000
    logs = [QueryLog(n), QueryLog(n)]
    times = [1 * MS * np.where(rng.random(n) < 0.1, rng.uniform(1, 4, n), 1) * noise(n, rng) for _ in logs]
    interleaved([Timed(clock, each) for each in times], queries(n), coin_flip_order(n, 2, rng), clock, logs)
    one, other = (log.completed - log.scheduled for log in logs)
    return one / other


def three_runs() -> Array:
    """Return how long three Offline runs of 1,000 samples took in ns; the machine was four times slower in the last."""
    durations = []
    for per_sample_ns in (1 * MS, 1 * MS, 4 * MS):
        clock, log = VirtualClock(), QueryLog(1_000)
        offline(ScriptedModel(clock, 0, per_sample_ns), np.zeros((1_000, 1)), 50, clock, log)
        durations.append(log.completed[-1] - log.scheduled[0])
    return np.array(durations, dtype=float)


def draw_reports(reports: list[Array]) -> Svg:
    """Return a column of p-values for each report, those under 0.05 marked."""
    wrong = sum(bool((report < ALPHA).any()) for report in reports)

    def draw(ax: Axes) -> None:
        ax.axhline(ALPHA, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        for x, report in enumerate(reports, start=1):
            for mine, colour, size in ((report >= ALPHA, SERIES[0], 2.5), (report < ALPHA, SERIES[1], 5)):
                ax.plot([x] * int(mine.sum()), report[mine], "o", color=colour, markersize=size)
        ax.set_yscale("log")
        ax.set_yticks([0.01, 0.05, 0.2, 1], ["0.01", "0.05", "0.2", "1"])
        ax.set_yticks([], minor=True)
        ax.set_xticks(range(1, len(reports) + 1, 3))
        dress(ax, "report, 20 comparisons each (dashed: 0.05)", "p-value")
        name_colours(ax, {f"'significant', in {wrong} of {len(reports)} reports": SERIES[1]})

    words = [f"{wrong} of {len(reports)} reports hold a p-value under 0.05, though nothing differs."]
    return show(draw, "P-values of comparisons of a model with itself", words, 240)


def draw_paths(paths: list[Array]) -> Svg:
    """Return the p-value over the rounds of each benchmark; those that would have been stopped are marked."""
    stopped = [path for path in paths if path.min() < ALPHA]
    x = np.arange(5, MOST_ROUNDS + 1)

    def draw(ax: Axes) -> None:
        ax.axhline(ALPHA, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        for path in paths:
            below = np.flatnonzero(path < ALPHA)
            end = int(below[0]) + 1 if len(below) else len(path)
            ax.plot(x[:end], path[:end], color=SERIES[1] if len(below) else MUTED, linewidth=1.2 if len(below) else 0.5)
            if len(below):
                ax.plot(x[end - 1], path[end - 1], "o", color=SERIES[1], markersize=5)
        ax.set_yscale("log")
        ax.set_yticks([0.01, 0.05, 0.2, 1], ["0.01", "0.05", "0.2", "1"])
        ax.set_yticks([], minor=True)
        dress(ax, "rounds so far (dashed: 0.05)", "p-value")
        name_colours(ax, {f"stopped: 'significant', {len(stopped)} of {len(paths)}": SERIES[1], "went on": MUTED})

    words = [f"{len(stopped)} of {len(paths)} benchmarks of equals fall under 0.05 at some round from 5 to 30."]
    return show(draw, "P-values as the rounds go on", words, 240)


def draw_means(ratios: Array) -> Svg:
    """Return three averages of A over B and of B over A: only one of them is its own reciprocal."""
    averages = {
        "arithmetic mean": (float(ratios.mean()), float((1 / ratios).mean())),
        "geometric mean": (float(np.exp(np.log(ratios).mean())), float(np.exp(-np.log(ratios).mean()))),
    }

    def draw(ax: Axes) -> None:
        ax.axvline(1, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        for y, (name, pair) in enumerate(averages.items()):
            for i, value in enumerate(pair):
                ax.barh(y + 0.28 * (i - 0.5), value - 1, 0.24, left=1, color=SERIES[i])
                text = f"{value:.3f}"
                ax.text(max(value, 1) + 0.004, y + 0.28 * (i - 0.5), text, color=SERIES[i], va="center")
            ax.text(1.002, y - 0.36, name, color=INK)
        ax.set_ylim(1.45, -0.6)
        ax.set_xlim(0.97, max(value for pair in averages.values() for value in pair) + 0.06)
        ax.set_yticks([])
        dress(ax, "average of 1,000 ratios (dashed: no difference)", "")
        ax.spines["left"].set_visible(False)
        name_colours(ax, {"time of A / time of B": SERIES[0], "time of B / time of A": SERIES[1]})

    words = [f"{name}: A over B {one:.3f}, B over A {other:.3f}." for name, (one, other) in averages.items()]
    return show(draw, "Averages of ratios of two equal models", words, 210)
