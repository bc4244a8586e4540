"""The class as a table: a row a student, a column a section, for the terminal and as Markdown. Knows results only."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from autograder.grading.results import Result, points_text

_GAP = "  "


def text_table(results: Sequence[Result], width: int = 100) -> str:
    """Return the table for a terminal of `width` columns, remarks under it, names as wide as they are."""
    header, limits, rows = _columns(results)
    lines = [header, limits, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    ruled = [_row(header, widths), _row(limits, widths), "-" * (sum(widths) + len(_GAP) * (len(widths) - 1))]
    ruled += [_row(row, widths) for row in rows]
    remarks = [line for result in results for line in _remarks(result, width)]
    return "\n".join([*ruled, *(["", "Remarks", *remarks] if remarks else [])])


def markdown_table(results: Sequence[Result]) -> str:
    """Return the table as GitHub's Markdown, the first remark of each student in the last column."""
    header, limits, rows = _columns(results)
    last = [_first_remark(result) for result in results]
    names = [f"{name}<br>{limit}" if limit else name for name, limit in zip(header, limits, strict=True)]
    names[0] = header[0]
    lines = [_cells([*names, "remarks"]), _cells(["---", *["---:"] * (len(header) - 1), "---"])]
    lines += [_cells([*map(_escaped, row), remark]) for row, remark in zip(rows, last, strict=True)]
    return "\n".join(lines)


def summary(result: Result) -> dict[str, Any]:
    """Return a student's row as plain data, with the remarks and without any hidden test."""
    return {
        "student": result.student,
        "earned": result.earned,
        "points": result.points,
        "to_read": result.to_read,
        "readable": result.readable,
        "attention": result.attention,
        "modules": {module: earned for module, (earned, _) in result.by_module().items()},
        "remarks": list(result.said),
    }


def _columns(results: Sequence[Result]) -> tuple[list[str], list[str], list[list[str]]]:
    modules = {module: points for result in results for module, (_, points) in result.by_module().items()}
    total = max((result.points for result in results), default=0.0)
    header = ["student", *modules, "total", "questions"]
    limits = ["of", *map(points_text, modules.values()), points_text(total), ""]
    rows = []
    for result in results:
        earned = result.by_module()
        points = [points_text(earned[module][0]) if module in earned else "" for module in modules]
        to_read = f"{result.to_read} to read" if result.to_read else "-"
        rows.append([printable(result.student), *points, points_text(result.earned), to_read])
    return header, limits, rows


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
            printable(remark if number else f"{result.student}: {remark}"),
            max(width, 40),
            initial_indent=indent * (2 if number else 1),
            subsequent_indent=indent * 3,
        )
    ]


def _first_remark(result: Result) -> str:
    shown = result.said[: 1 + result.attention]
    more = len(result.said) - len(shown)
    return _escaped(": ".join(shown)) + (f" (+{more})" if more else "")


def printable(text: str) -> str:
    """A remark may quote a student, and a terminal obeys control characters."""
    return "".join(character if character.isprintable() else " " for character in text)


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    for character in "\\|`*_<[":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())
