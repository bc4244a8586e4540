"""A report for a terminal: a short table, why runs do not count, and the answer last. Concludes nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tinytorch.charts.drawing import spread
from tinytorch.charts.svg import plain
from tinytorch.templates.remarks import remarks
from tinytorch.templates.tables import measured_cells
from tinytorch.templates.words import names_of, question_of, title, told, whose

if TYPE_CHECKING:
    from tinytorch.templates.report import Report

LONGEST_NAME = 32


def terminal_table(report: Report) -> str:
    """Return what was asked, measured and compared, and what is wrong with it, in lines of plain text."""
    return "\n".join(_lines(report))


def terminal_answer(report: Report) -> str:
    """Return the last lines: what the answer leaves open, then whether the runs count and the answer."""
    state = "VALID" if report.validation.valid else "INVALID"
    state += "" if report.results.complete else ", INCOMPLETE"
    said = [*remarks(report.results, report.validation), f"{state}: {report.answer}"]
    return "\n".join(plain(line) for line in said)


def _lines(report: Report) -> Iterator[str]:
    names = names_of(report.results)
    yield plain(question_of(report.results))
    yield f"Medians and {100 * report.results.settings.confidence:g} % intervals, {whose(report.results)}:"
    yield ""
    header = ["", "", *(plain(name, LONGEST_NAME) for name in names.values())]
    yield from columns([header, *measured_cells(report.results, report.rows, names)])
    if comparisons := report.validation.comparisons:
        yield ""
        yield f"time of {header[2]} / time of {header[3]}, below 1 is faster, {whose(report.results)}:"
        margin = report.results.settings.margin
        said = [[title(c.scenario), c.quantity, spread(c.ratio, *c.interval[:2]), told(c, margin)] for c in comparisons]
        yield from columns(said)
    yield from _doubts(report, names)


def _doubts(report: Report, names: dict[str, str]) -> Iterator[str]:
    for scenario, result in report.results.items():
        for arm, name in names.items():
            for reason in result.reasons.get(arm, []):
                where = f"{title(scenario)}, {plain(name, LONGEST_NAME)}"
                yield plain(f"INVALID {where}: {reason.claim}: {reason.evidence}; {reason.remedy}")
    for pitfall in report.validation.pitfalls:
        if pitfall.severity != "note" and pitfall.name != "invalid baseline":  # that stands above
            yield plain(f"{pitfall.severity}: {pitfall.claim}: {pitfall.evidence}; {pitfall.remedy}")


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a line a row, its cells padded to the width of their column."""
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
