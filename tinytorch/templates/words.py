"""Words that a report uses for scenarios, quantities, models and numbers. Knows no page and no picture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from tinytorch.mlperf import early_stopping_estimate, min_queries_for
from tinytorch.pitfalls import effective_sample_size
from tinytorch.runs.run import Run
from tinytorch.runs.settings import NS_PER_MS

if TYPE_CHECKING:
    from tinytorch.runs.results import ScenarioRuns, StoredResults


def title(scenario: str) -> str:
    """Return the name that people read: 'single_stream' is 'Single-Stream'."""
    return "-".join(word.capitalize() for word in scenario.split("_"))


def short(quantity: str) -> str:
    """Return what fits beside a picture: '90th percentile latency' is 'p90 latency'."""
    return re.sub(r"([\d.]+)th percentile", r"p\1", quantity)


def names_of(results: StoredResults) -> dict[str, str]:
    """Return the names of model and baseline by arm, told apart where they are the same."""
    names = {"model": results.model_name}
    if results.baseline_name is not None:
        same = " (baseline)" if results.baseline_name == results.model_name else ""
        names["baseline"] = results.baseline_name + same
    return names


def whose(results: StoredResults) -> str:
    """Return of what the rounds are a sample: an interval says nothing of a process that is not among them."""
    return "rounds in processes of their own" if results.isolated else "rounds of this process"


def rounds_told(results: StoredResults) -> str:
    """Return how many rounds there were: '10 rounds', or '14 rounds of up to 40, ended at a planned look'."""
    measured, settings = results.rounds_measured, results.settings
    if not results.planned:
        return f"{settings.rounds} rounds"
    return f"{measured} rounds of up to {settings.limit}{', ended at a planned look' if results.ended else ''}"


def what_decides(results: StoredResults) -> str:
    """Return what interval and p-value of a comparison mean: one procedure makes them, the verdict and its words."""
    settings = results.settings
    wrong = f"at most {100 * (1 - settings.confidence):.3g} % of such reports hold a wrong verdict"
    looks = "over all rows and looks (Holm, planned looks)" if results.planned else "over all rows (Holm)"
    decides = f"The interval, of {whose(results)}, decides: below, above or within the margin of {settings.margin:.3g}"
    return f"{decides}. p is of the verdict. {wrong.capitalize()}, {looks}."


def told(comparison: Any, margin: float) -> str:
    """Return the verdict of a comparison in words: why it is open, where it is."""
    if comparison.verdict != "not resolved":
        return str(comparison.verdict)
    low, high = comparison.interval[:2]
    wide = low < 1 / (1 + margin) and high > 1 + margin
    return f"not resolved: {'the rounds differ too much to tell' if wide else 'too close to the margin to tell'}"


def question_of(results: StoredResults) -> str:
    """Return what the report is asked."""
    called = names_of(results)
    if "baseline" not in called:
        return f"How fast is {called['model']} on {results.dataset_name}?"
    return f"Is {called['model']} faster than {called['baseline']} on {results.dataset_name}?"


def finished(result: ScenarioRuns, arm: str) -> list[Run]:
    """Return the arm's runs that ended without an error and took time, in the order of the rounds."""
    return [run for run in result.runs.get(arm, []) if run.error is None and run.timed]


def certainty(result: ScenarioRuns, arm: str = "model") -> str:
    """Return in words how far these latencies carry: what they are worth, and MLPerf's bound for Single-Stream."""
    latency_ns = result.latency_ns(arm)
    if latency_ns.min() <= 0:
        return f"some of {len(latency_ns)} queries took less than a step of the clock"
    worth = f"{len(latency_ns)} queries resemble one another so much that they tell no more than "
    worth += f"{effective_sample_size(latency_ns):.0f} independent ones would" if np.ptp(latency_ns) else "one would"
    if result.scenario != "single_stream" or len(latency_ns) < min_queries_for(0.9):
        return worth
    bound_ms = early_stopping_estimate(latency_ns, 0.9) / NS_PER_MS
    bound = f"MLPerf's early-stopping bound of the 90th percentile is {bound_ms:.4g} ms"
    return f"{worth}; {bound}, 99 % sure for this process if they were independent, and less as they are not"


def certainties(results: StoredResults) -> list[str]:
    """Return a sentence a scenario and model whose every round ended: how far its latencies carry."""
    called = names_of(results)
    return [
        f"{title(scenario)}, {called[arm]}: {certainty(result, arm)}."
        for scenario, result in results.items()
        for arm in called
        if scenario != "offline" and len(finished(result, arm)) == len(result.runs[arm]) > 0
    ]
