"""The reporter: a page that says what was measured, what it shows, and what it does not. Knows only results."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "10. PerformanceReporter"; make it again
# with `tinytorch export`.

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tinytorch.runs import METRICS, Settings, Step
from tinytorch.templates.report import Report, read_results
from tinytorch.templates.tables import rounds_needed, tabulate
from tinytorch.templates.words import certainty, finished, names_of, short, title

from .comparison import QUANTITIES, latency_ms
from .scenarios import Results, goodput, headline
from .stats import Interval, median_interval
from .validator import StatisticalValidator, Validation

__all__ = [
    "PerformanceReporter",
    "Report",
    "answer",
    "certainty",
    "finished",
    "html_table",
    "load_results",
    "quantities",
    "short",
    "summary",
    "summary_row",
    "title",
    "with_interval",
]


def with_interval(value: float, interval: Interval, unit: str) -> str:
    """Return '4.61 ms [4.55, 4.70]': three significant digits each, no exponent."""

    def three_digits(number: float) -> str:
        rounded = f"{number:.2e}"
        decimals = max(0, 2 - int(rounded.partition("e")[2]))
        return f"{float(rounded):.{decimals}f}"

    low, high = three_digits(interval.low), three_digits(interval.high)
    return f"{three_digits(value)} {unit} [{low}, {high}]"


def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    """Return the median of the values (n,), its interval, the rounds, and the words."""
    rounds = np.asarray(values, dtype=float).tolist()
    median, needed = float(np.median(rounds)), rounds_needed(confidence)
    interval = interval_of(rounds, confidence) if len(rounds) >= needed else None
    missing = f"{median:.3g} {unit} [needs {needed} rounds, has {len(rounds)}]"
    stated = missing if interval is None else written(median, interval, unit)
    return {"median": median, "interval": interval, "rounds": rounds, "stated": stated}


def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    """Return the report's first sentence: 'faster' only where that was shown."""
    against = f" against {baseline_name}" if baseline_name is not None else ""
    doubt = "" if validation.valid else "; some runs are INVALID"
    if not validation.significant:
        return f"{model_name}{against}: {validation.why}{doubt}."
    fast = [c for c in validation.comparisons if c.verdict == "faster"]
    parts = [
        f"{1 / c.ratio:.3g} times in {title(c.scenario)} ({c.quantity})" for c in fast
    ]
    return f"{model_name} is faster than {baseline_name}: {', '.join(parts)}{doubt}."


def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return `<table>` with `header` and `rows`, every text escaped."""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = ""
    for row in rows:
        cells = zip(header, row, strict=True)
        labelled = ((escape(name), escape(cell)) for name, cell in cells)
        tds = (f'<td data-label="{name}">{cell}</td>' for name, cell in labelled)
        body += f"<tr>{''.join(tds)}</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"


def quantities(scenario: str, settings: Settings) -> dict[str, Any]:
    """Return what is stated of each round: name -> (unit, value), the metric first."""
    name, unit, _ = METRICS[scenario]
    stated = {name: (unit, lambda run: headline(run, settings))}
    for (where, name), value in QUANTITIES.items():
        if where == scenario:
            stated[name] = "ms", value
    if scenario == "server":
        stated["goodput"] = "samples/s", lambda run: goodput(run, settings)
        tail = f"{100 * settings.percentile:g}th percentile latency"
        stated[tail] = "ms", latency_ms(settings.percentile)
    return stated


def summary(results: Results) -> list[dict[str, Any]]:
    """Return a row for each scenario and quantity, with a summary_row for each arm."""
    return tabulate(results, quantities, summary_row)


def load_results(path: str | Path) -> Results:
    """Return the results in a file that `Report.save_as_json` wrote."""
    return read_results(path, Results)


class PerformanceReporter:
    """Makes a `Report` of results, which `validator` validates."""

    def __init__(
        self,
        validator: StatisticalValidator | None = None,
        sentence: Step = answer,
        rows: Step = summary,
        table: Step = html_table,
    ) -> None:
        self.validator = validator or StatisticalValidator()
        self.sentence, self.rows, self.table = sentence, rows, table

    def generate_report(self, results: Results) -> Report:
        """Validate `results` and return their report."""
        validation = self.validator.validate_results(results)
        names = names_of(results)
        sentence = self.sentence(validation, names["model"], names.get("baseline"))
        return Report(results, validation, sentence, self.rows(results), self.table)
