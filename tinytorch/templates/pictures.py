"""The pictures of a report: the comparison, the latencies, the rounds. Knows results and what was concluded of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tinytorch import charts
from tinytorch.runs.results import ScenarioRuns, StoredResults
from tinytorch.runs.run import end_to_end
from tinytorch.templates.words import finished, short, title

Pictures = list[tuple[str, charts.Svg]]  # title and drawing


def pictures(
    results: StoredResults, comparisons: Sequence[Any], rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> dict[str, Pictures]:
    """Return (title, inline SVG) pairs: the comparison, latencies of all rounds together, the rounds one by one."""
    latency = [drawn for scenario, result in results.items() for drawn in _latency(scenario, result, names)]
    return {
        "comparison": _comparison(results, comparisons, names),
        "latency": latency,
        "rounds": _rounds(comparisons, rows, names),
    }


def _comparison(results: StoredResults, comparisons: Sequence[Any], names: Mapping[str, str]) -> Pictures:
    if not comparisons:
        return []
    ratios = [(f"{title(c.scenario)}: {short(c.quantity)}", c.ratio, *c.interval[:2]) for c in comparisons]
    unit = f"time of {names['model']} / time of {names['baseline']}"
    claimed = [c.verdict != "no claim" for c in comparisons]
    return [("", charts.intervals(ratios, results.settings.margin, 1.0, unit, claimed))]


def _latency(scenario: str, result: ScenarioRuns, names: Mapping[str, str]) -> Pictures:
    rounds = {names[arm]: [run.latency_ns for run in finished(result, arm)] for arm in names if finished(result, arm)}
    if not rounds or scenario == "offline":
        return []
    drawn = [(title(scenario), charts.latency_cdf({name: np.concatenate(arrays) for name, arrays in rounds.items()}))]
    if scenario == "single_stream":
        drawn.append((f"{title(scenario)} over time", charts.over_time(rounds)))
    if scenario == "server":
        ends = {names[arm]: end_to_end(finished(result, arm)) for arm in names if finished(result, arm)}
        queues = {name: (run.scheduled_ns, run.completed_ns) for name, run in ends.items()}
        drawn.append((f"{title(scenario)}: the queue", charts.queue_depth(queues)))
    return drawn


def _rounds(comparisons: Sequence[Any], rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Pictures:
    compared = [(c.scenario, c.quantity) for c in comparisons]
    shown = [row for row in rows if not compared or (row["scenario"], row["quantity"]) in compared]
    drawn = []
    for scenario, row in {row["scenario"]: row for row in shown}.items():  # one picture a scenario
        if row["arms"]:
            values = {names[arm]: held["rounds"] for arm, held in row["arms"].items()}
            drawn.append((title(scenario), charts.round_values(values, f"{short(row['quantity'])} ({row['unit']})")))
    return drawn
