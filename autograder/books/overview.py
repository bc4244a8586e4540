"""The instructor's page about a class: totals, exercises, tests, answers that are alike, and who needs attention.

Made from results and graded notebooks; one HTML file without scripts. It names hidden tests, so it is not for students.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.books.items import BIN, Bin, Totals, failed_tests, items, totals
from autograder.books.pages import template
from autograder.books.similar import families, groups, pairs, read_answers
from autograder.collecting.roster import Roll
from autograder.files import write_whole
from autograder.grading.results import Result, points_text
from autograder.grading.table import summary

if TYPE_CHECKING:
    from markupsafe import Markup

GROUPS = 40  # shown; the most telling come first
_HEIGHT, _BASE, _TALLEST = 220, 190, 150  # px: the drawing, where the bars stand, the tallest bar


def render(results: Sequence[Result], course: Path, roll: Roll | None = None) -> str:
    """Return the whole page. `course` is the folder that was graded: its `autograded/` holds the answers."""
    alike = families(read_answers(course, results))
    found = groups(alike, results)
    of_class = totals(results)
    linked = {
        result.student: folder
        for folder in ("feedback", "feedback-instructor")  # the later one where both are there
        for result in results
        if (course / folder / f"{result.student}.html").is_file()
    }
    return template("class.html", {"points": points_text}).render(
        results=results,
        totals=of_class,
        histogram=histogram(of_class) if of_class else "",
        items=items(results),
        failed=failed_tests(results),
        groups=found[:GROUPS],
        more_groups=max(0, len(found) - GROUPS),
        pairs=pairs(alike, results),
        attention=[result for result in results if result.attention],
        unreadable=sum(not result.readable for result in results),
        waiting=sum(not result.judged for result in results),
        to_read=sum(result.to_read for result in results),
        seeds=sorted({result.seed for result in results}),
        tiers=sorted({result.tier for result in results if result.tier}),
        linked=linked,
        roll=roll,
    )


def write_page(results: Sequence[Result], course: Path, roll: Roll | None = None) -> Path:
    """Write `class.html` into the course's folder and return its path."""
    return write_whole(course / "class.html", render(results, course, roll))


def class_data(results: Sequence[Result], page: Path, roll: Roll | None = None) -> dict[str, Any]:
    """Return the page's numbers as plain data; like the page, it names hidden tests."""
    of_class = totals(results)
    return {
        "page": str(page),
        "students": [summary(result) for result in results],
        "missing": None if roll is None else [asdict(one) for one in roll.missing],
        "not_on_the_roster": None if roll is None else list(roll.strangers),
        "totals": None if of_class is None else asdict(of_class),
        "exercises": [
            {
                "exercise": item.mark.exercise,
                "number": item.mark.number,
                "points": item.mark.points,
                "n": item.n,
                "answered": item.answered,
                "full": item.full,
                "mean": item.mean,
                "discrimination": item.discrimination,
            }
            for item in items(results)
        ],
        "failed_tests": [asdict(failed) for failed in failed_tests(results)],
    }


def histogram(found: Totals) -> Markup:
    """Return the totals as an inline SVG: a bar a bin, its count over it, and the median as a line.

    Widths are shares of the page's, so that the text keeps its size on a small screen. Only numbers go into it.
    """
    from markupsafe import Markup

    most = max(each.n for each in found.bins) or 1
    step = 100 / len(found.bins)
    at = min(100.0, step * found.median / BIN)
    lowest, highest, median = map(points_text, (found.lowest, found.highest, found.median))
    told = f"{found.n} submissions between {lowest} and {highest} points, median {median}."
    parts = [
        f'<svg class="histogram" role="img" width="100%" height="{_HEIGHT}" aria-labelledby="h-title h-desc">',
        f'<title id="h-title">Histogram of totals</title><desc id="h-desc">{told}</desc>',
        *(_bar(each, index * step, step, _TALLEST * each.n / most) for index, each in enumerate(found.bins)),
        f'<line class="axis" x1="0" x2="100%" y1="{_BASE}" y2="{_BASE}"/>',
        f'<line class="median" x1="{at:.2f}%" x2="{at:.2f}%" y1="16" y2="{_BASE}"/>',
        f'<text class="{"before" if at > 50 else "after"}" x="{at:.2f}%" y="11">median {median}</text>',
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 - made of our own words and numbers alone


def _bar(found: Bin, left: float, step: float, tall: float) -> str:
    low, high, top = points_text(found.low), points_text(found.high), _BASE - tall
    drawn = (
        f'<rect class="bin" x="{left + 0.08 * step:.2f}%" y="{top:.1f}" width="{0.84 * step:.2f}%" '
        f'height="{tall:.1f}"><title>{low} to {high} points: {found.n}</title></rect>'
        f'<text class="count" x="{left + 0.5 * step:.2f}%" y="{top - 5:.1f}">{found.n}</text>'
    )
    labelled = found.low % (4 * BIN) == 0
    tick = f'<text class="tick" x="{left:.2f}%" y="{_BASE + 17}">{low}</text>' if labelled else ""
    return tick + (drawn if found.n else "")
