"""Writes what a page includes: a picture, a finding in the validator's words, a program's output.

A picture is an SVG whose colours are the page's variables and whose alternative text states the numbers drawn. Knows
nothing of what is shown.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from tinytorch import benchmarking
from tinytorch.benchmarking import Reason, ScenarioResult, coarse_clock, validator
from tinytorch.charts.svg import Svg
from tinytorch.pitfalls import Pitfall

KINDS = {"invalid": "danger", "warning": "warning", "note": "note"}
SURVEY = import_module("tinytorch.pitfalls.survey")  # as an attribute of its room this name is the function
COUNTS = {
    "invalid": "Severity *invalid*: the results do not count.",
    "warning": "Severity *warning*: the results stand, and the reader is told.",
    "note": "Severity *note*: something to know when reading the numbers.",
}


class Finding(NamedTuple):
    """What a detector or a scenario's rule said, and which one it was."""

    by: Callable[..., Any]
    pitfall: Pitfall


def detect(detector: Callable[..., Pitfall | None], *arguments: Any, **options: Any) -> Finding:
    """Return what the detector says of these numbers. Raises RuntimeError if it finds nothing: the page would lie."""
    pitfall = detector(*arguments, **options)
    if pitfall is None:
        raise RuntimeError(f"{detector.__name__} found nothing in the run that is to show it; change the run")
    return Finding(detector, pitfall)


def broken(rule: Callable[..., list[Reason]], *arguments: Any) -> Finding:
    """Return the first reason why a run does not count by this rule. Raises RuntimeError if there is none."""
    reasons = rule(*arguments)
    if not reasons:
        raise RuntimeError(f"the run that is to show it keeps the rule {rule.__name__}; change the run")
    return Finding(rule, Pitfall(rule.__name__, *reasons[0], severity="invalid"))


def write_picture(folder: Path, name: str, svg: Svg) -> None:
    """Write the drawing as `name`.svg, with its alternative text in it."""
    (folder / f"{name}.svg").write_text(f"{svg}\n", encoding="utf-8")


def write_finding(folder: Path, name: str, *findings: Finding) -> None:
    """Write what the detectors said as `name`.md: claim, evidence, remedy, and how sure the detector is."""
    (folder / f"{name}.md").write_text("\n".join(_block(finding) for finding in findings), encoding="utf-8")


def write_text(folder: Path, name: str, text: str) -> None:
    """Write a program's output as `name`.txt."""
    (folder / f"{name}.txt").write_text(text.rstrip() + "\n", encoding="utf-8")


def _block(finding: Finding) -> str:
    pitfall, by = finding.pitfall, finding.by
    home = "tinytorch.benchmarking" if by.__name__ in benchmarking.__all__ else "tinytorch.pitfalls"
    call = f"`{home}.{by.__name__}`"
    if by in (*vars(validator).values(), *vars(SURVEY).values()):
        who = f"`StatisticalValidator` looks for it by itself, with {call}."
    elif by in (*ScenarioResult.rules, coarse_clock):
        who = f"It is a rule of the scenario, {call}: the run is INVALID."
    else:
        who = f"The validator does not look for it: call {call} yourself."
    return "\n".join(
        [
            f"```{{admonition}} {pitfall.claim}",
            f":class: {KINDS[pitfall.severity]}",
            f"**Evidence:** {_escaped(pitfall.evidence)}",
            "",
            f"**Remedy:** {_escaped(pitfall.remedy)}",
            "```",
            "",
            f"- {COUNTS[pitfall.severity]}",
            f"- {who}",
            *_measured(by),
            "",
        ]
    )


def _measured(detector: Callable[..., Any]) -> list[str]:
    """Return the docstring's sentences on how often the detector is right, where it has some."""
    text = " ".join((inspect.getdoc(detector) or "").split())
    sentences = [s for s in re.split(r"(?<=\.) (?=[A-Z`])", text) if re.search(r"\b[Ff]ound\b|\bflags\b", s)]
    return [f"- How often it is right, from its docstring: {' '.join(sentences)}"] if sentences else []


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|$~])", r"\\\1", text)
