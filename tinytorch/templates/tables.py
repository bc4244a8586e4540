"""The numbers that a report states, as rows. Knows no page: how a row is made of rounds is handed in."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from tinytorch.runs.run import Run
from tinytorch.runs.settings import Settings
from tinytorch.templates.words import finished, title

if TYPE_CHECKING:
    from tinytorch.runs.results import ScenarioRuns, StoredResults

Stated = Mapping[str, tuple[str, Callable[[Run], float]]]  # by quantity: its unit, and the value of one run
RowMaker = Callable[..., dict[str, Any]]  # rounds (n,), unit, confidence -> median, interval, rounds, stated


def rounds_needed(confidence: float) -> int:
    """Return how few rounds give no interval of a median: with fewer not even smallest to largest holds."""
    return math.ceil(1 - math.log2(1 - confidence))


def tabulate(
    results: StoredResults, quantities: Callable[[str, Settings], Stated], row: RowMaker
) -> list[dict[str, Any]]:
    """Return a row a scenario and quantity: its unit and, per arm, what `row` makes of the rounds' values."""
    confidence = results.settings.confidence
    return [
        _row(scenario, quantity, unit, _values(result, value_of), confidence, row)
        for scenario, result in results.items()
        for quantity, (unit, value_of) in quantities(scenario, results.settings).items()
    ]


def _values(result: ScenarioRuns, value_of: Callable[[Run], float]) -> dict[str, np.ndarray[Any, Any]]:
    arms = [arm for arm in result.runs if arm != "control"]
    values = {arm: np.array([value_of(run) for run in finished(result, arm)]) for arm in arms}
    return {arm: v for arm, v in values.items() if v.size}


def _row(
    scenario: str,
    quantity: str,
    unit: str,
    values: Mapping[str, np.ndarray[Any, Any]],
    confidence: float,
    row: RowMaker,
) -> dict[str, Any]:
    unit, factor = _readable(unit, [float(np.median(v)) for v in values.values()])
    arms = {arm: row(factor * v, unit, confidence) for arm, v in values.items()}
    facts = {"scenario": scenario, "quantity": quantity, "unit": unit, "rounds_needed": rounds_needed(confidence)}
    return facts | {"arms": arms}


def _readable(unit: str, medians: list[float]) -> tuple[str, float]:
    """Return the unit to state numbers in, and the factor: 0.00203 ms and 2980000 samples/s are hard to read."""
    if unit == "ms" and medians and min(medians) < 0.1:
        return "µs", 1000.0
    if unit == "samples/s" and medians and max(medians) >= 1_000_000:
        return "thousand samples/s", 0.001
    return unit, 1.0


def measured_cells(results: StoredResults, rows: list[dict[str, Any]], names: Mapping[str, str]) -> list[list[str]]:
    """Return the cells of the report's first table, a list a row: scenario, quantity, what each model showed."""
    cells, before = [], ""
    for row in rows:
        scenario = title(row["scenario"])
        stated = [row["arms"][arm]["stated"] if arm in row["arms"] else "not measured" for arm in names]
        cells.append(["" if scenario == before else scenario, row["quantity"], *stated])
        before = scenario
    return [*cells, [*metric_words(results), *(share_of(results, arm) for arm in names)]]


def readable(table: str, caption: str) -> str:
    """Return a `<table>` as handed in with its caption, and with what a screen reader needs to tell rows and columns.

    On a narrow page its rows are set as blocks, and then only these roles say that it is a table.
    """
    roles = {"table": 'role="table"', "tr": 'role="row"', "th": 'scope="col" role="columnheader"', "td": 'role="cell"'}
    named = re.sub(r"<(table|tr|th|td)(?=[\s>])(?![^>]*\srole=)", lambda tag: f"<{tag[1]} {roles[tag[1]]}", table)
    headed = "" if "<caption" in table else f"\n<caption>{escape(caption)}</caption>"
    return re.sub(r"<table[^>]*>", lambda tag: tag[0] + headed, named, count=1)


def metric_words(results: StoredResults) -> tuple[str, str]:
    """What the row about the answers is called, and by which metric they were rated."""
    if results.metric == "regression":
        return "Error", "mean absolute"
    words = {"top1": "top-1", "binary": "of two classes", "multilabel": "all labels right", "none": "top-1"}
    return "Accuracy", words.get(results.metric, results.metric)


def share_of(results: StoredResults, arm: str) -> str:
    """How right the answers of an arm are, or how far off, in words."""
    share = results.accuracy.get(arm)
    if arm in results.mean_error:
        return f"{results.mean_error[arm]:.4g}"
    if share is None:
        unlabelled = results.labels is None and results.metric in ("top1", "none")
        return "not measured (no labels)" if unlabelled else "not measured"
    return f"{100 * share:.1f} %"
