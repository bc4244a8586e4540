"""A report: what was asked, found and measured, as a page, as Markdown and as data. Concludes nothing itself.

The first sentence, the rows and the way a table is written are handed in: they are built in the lesson.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from tinytorch.machine.files import write_whole
from tinytorch.runs.packed import SCHEMA_VERSION, pack_run
from tinytorch.runs.results import StoredResults
from tinytorch.runs.run import Run
from tinytorch.templates.remarks import remarks
from tinytorch.templates.tables import measured_cells, readable
from tinytorch.templates.words import certainties, names_of, question_of, rounds_told, title, told, what_decides, whose

HtmlTable = Callable[[Sequence[str], Sequence[Sequence[str]]], str]  # header, rows of cells -> <table>...</table>
Pack = Callable[[Run], dict[str, Any]]
Stored = TypeVar("Stored", bound=StoredResults)


@dataclass(frozen=True, repr=False)
class Report:
    """What was asked, found and measured; shows itself in a notebook."""

    results: Any
    validation: Any
    answer: str  # its first sentence
    rows: list[dict[str, Any]]  # a scenario and quantity each, as `tabulate` makes them
    html_table: HtmlTable

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: first the answer and the numbers that people read, then the results, to be read again."""
        words = self._words()
        return {
            "schema_version": SCHEMA_VERSION,
            "question": words["question"],
            "answer": self.answer,
            "significant": self.validation.significant,
            "valid": self.validation.valid,
            "complete": self.results.complete,
            "said_besides": remarks(self.results, self.validation),
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
        return write_whole(path, self.to_html())

    def save_as_markdown(self, path: str | Path) -> Path:
        """Write the Markdown to `path` and return it."""
        return write_whole(path, self.to_markdown())

    def save_as_json(self, path: str | Path) -> Path:
        """Write the data to `path`, for `load_results` and for other programs, and return it."""
        return write_whole(path, json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n")

    def _repr_html_(self) -> str:
        return self._page("report.html", whole_page=False)

    def __repr__(self) -> str:
        return f"<Report: {self.answer}>"  # not every latency, which a notebook would save

    def _words(self) -> dict[str, Any]:
        names = names_of(self.results)
        stated = [
            {arm: row["arms"][arm]["stated"] if arm in row["arms"] else "not measured" for arm in names}
            for row in self.rows
        ]
        rows = [{**row, "stated": words} for row, words in zip(self.rows, stated, strict=True)]
        question = question_of(self.results)
        words = {"certainty": certainties(self.results), "question": question, "names": names, "rows": rows}
        said = {"decides": what_decides(self.results), "whose": whose(self.results), "told": told}
        return {**words, **said, "rounds_told": rounds_told(self.results)}

    def _page(self, template: str, **options: Any) -> str:
        from tinytorch.templates.pages import render  # whoever only measures loads no page and no picture

        words = self._words()
        if template.endswith(".html"):
            options |= self._drawn(words["names"])
        options["said_besides"] = remarks(self.results, self.validation)
        facts = {"results": self.results, "validation": self.validation, "settings": asdict(self.results.settings)}
        return render(template, title=title, answer=self.answer, **facts, **words, **options)

    def _drawn(self, names: dict[str, str]) -> dict[str, Any]:
        """Return what a page shows and Markdown does not: the pictures, and the table as it is handed in."""
        from tinytorch.charts.svg import Svg, plain
        from tinytorch.templates.pictures import pictures

        header = ["Scenario", "Quantity", *map(plain, names.values())]
        rows = [[plain(cell) for cell in row] for row in measured_cells(self.results, self.rows, names)]
        level = 100 * self.results.settings.confidence
        caption = f"Median over the rounds, with its {level:g} % interval from the order of the {whose(self.results)}."
        drawn = pictures(self.results, self.validation.comparisons, self.rows, names)
        return {"pictures": drawn, "measured": Svg(readable(self.html_table(header, rows), caption))}


def read_results(path: str | Path, kind: type[Stored]) -> Stored:
    """Return the results, of the class `kind`, in a file that `Report.save_as_json` wrote.

    Raises ValueError if it holds something else or another schema version.
    """
    held = json.loads(Path(path).read_text(encoding="utf-8"))
    version = held.get("schema_version") if isinstance(held, dict) else None
    if version != SCHEMA_VERSION or "results" not in held:
        wanted = f"results have schema version {SCHEMA_VERSION}"
        raise ValueError(f"{wanted}, {Path(path).name} has {version}; save_as_json writes them")
    try:
        return kind.from_dict(held["results"])
    except (KeyError, TypeError, AttributeError, zlib.error) as error:
        name = Path(path).name
        raise ValueError(f"{name} does not hold what save_as_json writes: {type(error).__name__} {error}") from error


def write_results(results: StoredResults, path: str | Path, pack_run: Pack = pack_run) -> Path:
    """Write results that nobody has judged yet to `path`, for `load_results`, and return it. Raises OSError.

    Those of a benchmark that has not ended say so. `pack_run` may remember the runs that were written before.
    """
    held = results.to_dict(pack_run)
    limit = results.settings.limit
    if results.error is None and not results.ended and results.rounds_measured != limit:
        held["error"] = f"it ended after {results.rounds_measured} of {limit} rounds, without a word"
    plain = {"schema_version": SCHEMA_VERSION, "answer": "the results were not judged yet", "results": held}
    return write_whole(path, json.dumps(plain, allow_nan=False) + "\n")
