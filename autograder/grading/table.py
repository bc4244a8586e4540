"""The class as a table: a row a student, a column a section, for the terminal and as Markdown. Knows results only."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from autograder.grading.results import Result, points_text
from autograder.shown import in_line

_GAP = "  "
Said = TypeVar("Said")


def text_table(results: Iterable[Result], width: int = 100) -> str:
    """Return the table for a terminal of `width` columns, remarks under it, names as wide as they are."""
    header, limits, rows, said = _columns(results, lambda result: _remarks(result, width))
    lines = [header, limits, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    ruled = [_row(header, widths), _row(limits, widths), "-" * (sum(widths) + len(_GAP) * (len(widths) - 1))]
    ruled += [_row(row, widths) for row in rows]
    remarks = [line for lines in said for line in lines]
    return "\n".join([*ruled, *(["", "Remarks", *remarks] if remarks else [])])


def markdown_table(results: Iterable[Result]) -> str:
    """Return the table as GitHub's Markdown, the first remark of each student in the last column."""
    header, limits, rows, last = _columns(results, _first_remark)
    names = [f"{name}<br>{limit}" if limit else name for name, limit in zip(header, limits, strict=True)]
    names[0] = header[0]
    lines = [_cells([*names, "remarks"]), _cells(["---", *["---:"] * (len(header) - 1), "---"])]
    lines += [_cells([*map(_escaped, row), remark]) for row, remark in zip(rows, last, strict=True)]
    return "\n".join(lines)


def summary(result: Result) -> dict[str, Any]:
    """Return a student's row as plain data, with the remarks and without any hidden test."""
    return {
        "student": result.student,
        "earned": result.earned if result.judged else None,
        "points": result.points,
        "to_read": result.to_read,
        "readable": result.readable,
        "judged": result.judged,
        "attention": result.attention,
        "modules": {module: earned for module, (earned, _) in result.by_module().items() if result.judged},
        "remarks": list(result.said),
    }


def _columns(
    results: Iterable[Result], say: Callable[[Result], Said]
) -> tuple[list[str], list[str], list[list[str]], list[Said]]:
    """Return header, limits, rows, and what `say` says of each row. Each result is looked at once: it may be read from
    its file just then."""
    modules: dict[str, float] = {}
    total, found, said = 0.0, [], []
    for result in results:
        by_module = result.by_module()
        modules |= {module: points for module, (_, points) in by_module.items()}
        total = max(total, result.points)
        earned = {module: points_text(points) for module, (points, _) in by_module.items() if result.judged}
        to_read = f"{result.to_read} to read" if result.to_read else "-"
        found.append((in_line(result.student), earned, result.score_text, to_read))
        said.append(say(result))
    header = ["student", *modules, "total", "questions"]
    limits = ["of", *map(points_text, modules.values()), points_text(total), ""]
    rows = [[name, *(earned.get(module, "") for module in modules), *rest] for name, earned, *rest in found]
    return header, limits, rows, said


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = cells
    aligned = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
    return _GAP.join(aligned).rstrip()


def _remarks(result: Result, width: int) -> list[str]:
    indent = "  "
    return [
        line
        for number, remark in enumerate(result.said)
        for line in textwrap.wrap(
            in_line(remark if number else f"{result.student}: {remark}"),
            max(width, 40),
            initial_indent=indent * (2 if number else 1),
            subsequent_indent=indent * 3,
        )
    ]


def _first_remark(result: Result) -> str:
    shown = result.said[: 1 + result.attention]
    more = len(result.said) - len(shown)
    return _escaped(": ".join(shown)) + (f" (+{more})" if more else "")


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    text = in_line(text)
    for character in "\\|`*_<[":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())
