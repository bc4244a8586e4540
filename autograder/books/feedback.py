"""The page that a student gets back: points, what was lost and where to look, as one HTML file without scripts.

Made from a `Result`, and from what a person gave in Formgrader. Never shows a hidden test's name or source; everything
that a student wrote is escaped. The instructor's view of the same page adds, for every lost point, the test's name and
the seed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.books.given import Gifts, total
from autograder.books.pages import template
from autograder.files import write_whole
from autograder.grading.results import Mark, Result, points_text

if TYPE_CHECKING:
    from jinja2 import Template

_EXPECT = re.compile(r"Yours:[ \t]*(?P<yours>.*?)\nExpected:[ \t]*(?P<expected>[^\n]*)(?:\n(?P<look>.*))?", re.DOTALL)
_LONGEST = 600  # characters of one message; the suites' own are under 300


@dataclass(frozen=True)
class Finding:
    """Why points were lost: `yours` and `expected` beside each other where the test says them, and where to look."""

    points: float
    look: str
    yours: str | None = None
    expected: str | None = None
    tests: tuple[str, ...] = ()


def findings(mark: Mark) -> list[Finding]:
    """Return what to tell about a mark, the same message once with the points of all tests that gave it."""
    points: dict[str, float] = {}
    tests: dict[str, list[str]] = {}
    for test in mark.lost if mark.state == "answered" else ():
        points[test.message] = points.get(test.message, 0.0) + test.points - test.earned
        tests.setdefault(test.message, []).append(test.test.rpartition("::")[2])
    return [
        replace(_finding(message.strip()[:_LONGEST], lost), tests=tuple(tests[message]))
        for message, lost in points.items()
    ]


def render(result: Result, instructor: bool = False, given: Gifts | None = None) -> str:
    """Return the whole page; the instructor's names hidden tests and is not for students."""
    given = given or {}
    sections: dict[str, list[Mark]] = {}
    for mark in result.marks:
        sections.setdefault(mark.module, []).append(mark)
    by_module = result.by_module()
    rows = [
        {"module": module, "title": marks[0].section or module, "marks": marks, "points": by_module[module]}
        for module, marks in sections.items()
    ]
    unread = [each for each in result.questions if each.answer is not None and not _is_read(each.name, given)]
    points_given = any(gift.points is not None or gift.extra for gift in given.values())
    whole = total(result, given) if points_given else None
    return _template().render(
        result=result, sections=rows, instructor=instructor, given=given, unread=len(unread), whole=whole
    )


def write_pages(
    results: Iterable[Result], folder: Path, instructor: bool = False, given: Mapping[str, Gifts] | None = None
) -> list[Path]:
    """Write one page a student into `folder` and return the paths; `given` is by student what a person gave."""
    gifts = given or {}
    return [
        write_whole(folder / f"{result.student}.html", render(result, instructor, gifts.get(result.student)))
        for result in results
    ]


def wording(markdown: str) -> str:
    """Return a question's text without the bold "Question 1 (5 points)." at its head, which the page has as heading."""
    return re.sub(r"\A\s*\*\*.*?\*\*\s*", "", markdown).replace("**", "")


def reflowed(markdown: str) -> str:
    """Join the lines of each paragraph, as Markdown does; lists, tables, quotes and indented lines keep theirs."""
    return re.sub(r"(?<=\S)[ \t]*\n(?![\s>#|+*-]|\d+[.)]\s)", " ", markdown)


def _is_read(question: str, given: Gifts) -> bool:
    return question in given and given[question].points is not None


def _finding(message: str, points: float) -> Finding:
    match = _EXPECT.fullmatch(message)
    if match is None:
        return Finding(points, message)
    return Finding(points, (match["look"] or "").strip(), match["yours"].strip(), match["expected"].strip())


@lru_cache(maxsize=1)
def _template() -> Template:
    return template(
        "feedback.html", {"points": points_text, "findings": findings, "wording": wording, "reflowed": reflowed}
    )
