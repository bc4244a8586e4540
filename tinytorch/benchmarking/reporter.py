"""The reporter: a page that says what was measured, what it shows, and what it does not. Knows only results."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "10. Reporter"; make it again with
# `tinytorch export`.

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .comparison import QUANTITIES, latency_ms
from .loadgen import Run
from .results import Results, ScenarioResult, end_to_end
from .scenarios import METRICS, Settings, goodput, headline
from .stats import Interval, median_interval
from .validator import StatisticalValidator, Validation

__all__ = [
    "PerformanceReporter",
    "Report",
    "answer",
    "finished",
    "load_results",
    "pictures",
    "quantities",
    "short",
    "stated",
    "summary",
    "title",
    "with_interval",
]


def title(scenario: str) -> str:
    """Return the name that people read: 'single_stream' is 'Single-Stream'."""
    return "-".join(word.capitalize() for word in scenario.split("_"))


def short(quantity: str) -> str:
    """Return what fits beside a picture: '90th percentile latency' is 'p90 latency'."""
    return re.sub(r"([\d.]+)th percentile", r"p\1", quantity)


def with_interval(value: float, interval: Interval, unit: str) -> str:
    """Return '4.61 ms [4.55, 4.70]': three significant digits each, never an exponent from 0.001 to a million."""

    def three_digits(number: float) -> str:
        rounded = f"{number:.2e}"
        decimals = max(0, 2 - int(rounded.partition("e")[2]))
        return f"{float(rounded):.{decimals}f}"

    return f"{three_digits(value)} {unit} [{three_digits(interval.low)}, {three_digits(interval.high)}]"


def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    """Return the report's first sentence. It says 'faster' only where an improvement was shown."""
    against = f" against {baseline_name}" if baseline_name is not None else ""
    if not validation.significant:
        return f"{model_name}{against}: {'' if validation.valid else 'some runs are INVALID; '}{validation.why}."
    shown = {c.scenario: c for c in reversed(validation.comparisons) if c.verdict == "faster"}
    parts = [f"{1 / c.ratio:.3g} times in {title(c.scenario)} ({c.quantity})" for c in reversed(shown.values())]
    return f"{model_name} is faster than {baseline_name}: {', '.join(parts)}."


def quantities(scenario: str, settings: Settings) -> dict[str, tuple[str, Callable[[Run], float]]]:
    """Return what a report states of every round: name -> (unit, the value of one run), the metric first."""
    metric = METRICS[scenario]
    stated: dict[str, tuple[str, Callable[[Run], float]]] = {
        metric.name: (metric.unit, lambda run: headline(run, settings))
    }
    stated |= {name: ("ms", value_of) for (where, name), value_of in QUANTITIES.items() if where == scenario}
    if scenario == "server":
        stated["goodput"] = "samples/s", lambda run: goodput(run, settings)
        stated[f"{100 * settings.percentile:g}th percentile latency"] = ("ms", latency_ms(settings.percentile))
    return stated


def finished(result: ScenarioResult, arm: str) -> list[Run]:
    """Return the arm's runs that ended without an error, in the order of the rounds."""
    return [run for run in result.runs.get(arm, []) if run.error is None and run.n > 1]


def summary(results: Results) -> list[dict[str, Any]]:
    """Return a row a scenario and quantity: its unit and, per arm, the rounds' values, their median, its interval.

    The interval is None below the rounds it needs: with fewer not even smallest to largest holds the confidence.
    """
    confidence = results.settings.confidence
    needed = math.ceil(1 - math.log2(1 - confidence))
    rows: list[dict[str, Any]] = []
    for scenario, result in results.items():
        for quantity, (unit, value_of) in quantities(scenario, results.settings).items():
            arms = [arm for arm in result.runs if arm != "control"]
            values = {arm: np.array([value_of(run) for run in finished(result, arm)]) for arm in arms}
            values = {arm: v for arm, v in values.items() if v.size}
            medians = [float(np.median(v)) for v in values.values()]
            if unit == "ms" and medians and min(medians) < 0.1:  # 0.00203 ms and 2980000 samples/s are hard to read
                unit, values = "µs", {arm: 1000 * v for arm, v in values.items()}
            elif unit == "samples/s" and medians and max(medians) >= 1_000_000:
                unit, values = "thousand samples/s", {arm: v / 1000 for arm, v in values.items()}
            row: dict[str, Any] = {"scenario": scenario, "quantity": quantity, "unit": unit, "rounds_needed": needed}
            row["arms"] = {
                arm: {
                    "median": float(np.median(v)),
                    "interval": median_interval(v, confidence) if len(v) >= needed else None,
                    "rounds": v.tolist(),
                }
                for arm, v in values.items()
            }
            rows.append(row)
    return rows


def stated(row: dict[str, Any], arm: str) -> str:
    """Return the arm's median over rounds with its interval, or what is missing for one."""
    if arm not in row["arms"]:
        return "not measured"
    median, interval, rounds = row["arms"][arm].values()
    if interval is not None:
        return with_interval(median, interval, row["unit"])
    return f"{float(f'{median:.3g}'):g} {row['unit']} [needs {row['rounds_needed']} rounds, has {len(rounds)}]"


def pictures(results: Results, validation: Validation, names: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Return (title, inline SVG) pairs: the comparison, latencies of all rounds together, the rounds one by one."""
    from tinytorch import charts

    drawn: dict[str, list[tuple[str, str]]] = {"comparison": [], "latency": [], "rounds": []}
    if validation.comparisons:
        ratios = [
            (f"{title(c.scenario)}: {short(c.quantity)}", c.ratio, *c.interval[:2]) for c in validation.comparisons
        ]
        unit = f"time of {names['model']} / time of {names['baseline']}"
        claimed = [c.verdict != "no claim" for c in validation.comparisons]
        drawn["comparison"].append(("", charts.intervals(ratios, results.settings.margin, 1.0, unit, claimed)))
    for scenario, result in results.items():
        latencies = {names[arm]: [run.latency_ns for run in finished(result, arm)] for arm in names}
        pooled = {name: np.concatenate(rounds) for name, rounds in latencies.items() if rounds}
        if pooled and scenario != "offline":
            drawn["latency"].append((title(scenario), charts.latency_cdf(pooled)))
        if pooled and scenario == "single_stream":
            rounds = {name: arrays for name, arrays in latencies.items() if arrays}
            drawn["latency"].append((f"{title(scenario)} over time", charts.over_time(rounds)))
        if pooled and scenario == "server":
            ends = {name: end_to_end(finished(result, arm)) for arm, name in names.items() if finished(result, arm)}
            queues = {name: (run.scheduled_ns, run.completed_ns) for name, run in ends.items()}
            drawn["latency"].append((f"{title(scenario)}: the queue", charts.queue_depth(queues)))
    compared = [(c.scenario, c.quantity) for c in validation.comparisons]
    rows = [row for row in summary(results) if not compared or (row["scenario"], row["quantity"]) in compared]
    for scenario, row in {row["scenario"]: row for row in rows}.items():  # one picture a scenario
        if row["arms"]:
            values = {names[arm]: held["rounds"] for arm, held in row["arms"].items()}
            unit = f"{short(row['quantity'])} ({row['unit']})"
            drawn["rounds"].append((title(scenario), charts.round_values(values, unit)))
    return drawn


@dataclass(frozen=True)
class Report:
    """What was asked, found and measured, as a page, as Markdown and as data; shows itself in a notebook."""

    results: Results
    validation: Validation

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: first the answer and the numbers that people read, then the results, to be read again."""
        words = self._words()
        return {
            "schema_version": 1,
            "question": words["question"],
            "answer": words["answer"],
            "significant": self.validation.significant,
            "valid": self.validation.valid,
            "complete": self.results.complete,
            "summary": words["rows"],
            "accuracy": self.results.accuracy,
            "comparisons": [asdict(comparison) for comparison in self.validation.comparisons],
            "pitfalls": [pitfall._asdict() for pitfall in self.validation.pitfalls],
            "results": self.results.to_dict(),
        }

    def to_html(self) -> str:
        """Return one self-contained page."""
        return self._page("report.html", whole_page=True)

    def to_markdown(self) -> str:
        """Return the same words without the pictures."""
        return self._page("report.md")

    def save_as_html(self, path: str | Path) -> Path:
        """Write the page to `path` and return it."""
        return _save(path, self.to_html())

    def save_as_markdown(self, path: str | Path) -> Path:
        """Write the Markdown to `path` and return it."""
        return _save(path, self.to_markdown())

    def save_as_json(self, path: str | Path) -> Path:
        """Write the data to `path`, for `load_results` and for other programs, and return it."""
        return _save(path, json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n")

    def _repr_html_(self) -> str:
        return self._page("report.html", whole_page=False)

    def __repr__(self) -> str:
        return f"<Report: {self._words()['answer']}>"  # not every latency, which a notebook would save

    def _words(self) -> dict[str, Any]:
        results = self.results
        names, question = {"model": results.model_name}, f"How fast is {results.model_name} on {results.dataset_name}?"
        if results.baseline_name is not None:
            same = " (baseline)" if results.baseline_name == results.model_name else ""
            names["baseline"] = results.baseline_name + same
            question = f"Is {names['model']} faster than {names['baseline']} on {results.dataset_name}?"
        rows = [{**row, "stated": {arm: stated(row, arm) for arm in names}} for row in summary(results)]
        sentence = answer(self.validation, names["model"], names.get("baseline"))
        certainty = [
            f"{title(scenario)}, {names[arm]}: {result.certainty(arm)}."
            for scenario, result in self.results.items()
            for arm in names
            if scenario != "offline" and len(finished(result, arm)) == len(result.runs[arm]) > 0
        ]
        return {"certainty": certainty, "question": question, "answer": sentence, "names": names, "rows": rows}

    def _page(self, template: str, **options: Any) -> str:
        from tinytorch.templates import pages

        words = self._words()
        if template.endswith(".html"):
            options["pictures"] = pictures(self.results, self.validation, words["names"])
        facts = {"results": self.results, "validation": self.validation, "settings": asdict(self.results.settings)}
        return pages.render(template, title=title, **facts, **words, **options)


def _save(path: str | Path, text: str) -> Path:
    path = Path(path)
    path.write_text(text, encoding="utf-8")
    return path


class PerformanceReporter:
    """Makes a `Report` of results, validated by `validator` or by a `StatisticalValidator` of its own."""

    def __init__(self, validator: StatisticalValidator | None = None) -> None:
        self.validator = validator or StatisticalValidator()

    def generate_report(self, results: Results) -> Report:
        """Validate `results` and return their report."""
        return Report(results, self.validator.validate_results(results))


def load_results(path: str | Path) -> Results:
    """Return the results in a file that `Report.save_as_json` wrote.

    Raises ValueError if it holds something else or another schema version.
    """
    held = json.loads(Path(path).read_text(encoding="utf-8"))
    version = held.get("schema_version") if isinstance(held, dict) else None
    if version != 1 or "results" not in held:
        raise ValueError(f"results have schema version 1, {Path(path).name} has {version}; save_as_json writes them")
    try:
        return Results.from_dict(held["results"])
    except (KeyError, TypeError, AttributeError, zlib.error) as error:
        name = Path(path).name
        raise ValueError(f"{name} does not hold what save_as_json writes: {type(error).__name__} {error}") from error
