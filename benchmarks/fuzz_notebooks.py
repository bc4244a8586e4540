"""Does any damaged notebook stop the grader? 2,000 mutants of the solved lesson, each read and laid into the release,
one in fifty exported too, and what became of them: answers to judge, or a reason in words. Nothing of a mutant is run.
"""

from __future__ import annotations

import argparse
import ast
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from mutations import mutant

from autograder.proving.demo_class import answers, filled
from autograder.reading.layout import Layout
from autograder.reading.lesson import load_lesson
from autograder.reading.places import LESSON, RELEASE
from autograder.reading.source import directives
from autograder.reading.submission import Submission, normalise, read_submission
from tinytorch.export import export_modules

COUNT = 2_000
EXPORTED = 50  # one in so many: to export the lesson takes several times as long as to read it


@dataclass(frozen=True)
class Fuzzed:
    """What became of the mutants: counts by ending, and the numbers of those that ended in a traceback."""

    endings: Counter[str]
    tracebacks: dict[int, str]
    seconds: float


def fuzz(notebook: str, layout: Layout, count: int, first: int = 0) -> Fuzzed:
    """Read and normalise `count` mutants of a solved notebook (JSON text); `layout` is the release's.

    A mutant may cost answers, never more: cells, metadata and directive lines are the release's own, every answer is
    Python, and where it is exported the modules are the release's too.
    """
    released = set(export_modules(layout.cells, source="lesson", strict=False))
    names = [*layout.exercises, *layout.questions, *layout.given]
    endings: Counter[str] = Counter()
    tracebacks: dict[int, str] = {}
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape in a student's string
        path = Path(folder) / "student.ipynb"
        for number in range(first, first + count):
            path.write_bytes(mutant(notebook, number, names))
            try:
                submission = read_submission(path, "student", layout)
                endings[_ending(submission, layout)] += 1
                if submission.readable and number % EXPORTED == 0:
                    _export(submission, layout, released)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what this looks for
                tracebacks[number] = f"{type(error).__name__}: {error}"
    return Fuzzed(endings, tracebacks, time.perf_counter() - began)


def _ending(submission: Submission, layout: Layout) -> str:
    if not submission.readable:
        assert submission.remarks, "no reason is given"
        return "a reason: the file cannot be read"
    cells = normalise(submission, layout.cells)
    ours = [cell for cell in cells if not cell.id.startswith("student-")]
    for cell, release in zip(ours, layout.cells, strict=True):
        assert (cell.id, cell.kind, cell.metadata) == (release.id, release.kind, release.metadata), "a cell was changed"
        if cell.source != release.source and cell.kind == "code":
            assert directives(cell.source) == directives(release.source), f"directives of {cell.grade_id}"
            _parses(cell.source)
    lost = len(layout.exercises) - len(submission.answers)
    if lost == len(layout.exercises):
        return "a grade: no answer survived"
    return "a grade: some answers survived" if lost else "a grade: every answer survived"


@lru_cache(maxsize=256)
def _parses(source: str) -> None:
    ast.parse(source.encode())


def _export(submission: Submission, layout: Layout, released: set[str]) -> None:
    cells = normalise(replace(submission, written={}), layout.cells)
    modules = export_modules(cells, source="lesson", strict=False)
    assert modules.keys() == released, f"modules {sorted(modules.keys() ^ released)}"
    for text in modules.values():
        ast.parse(text.encode())


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 1 if any mutant ended in a traceback."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, metavar="N", help="how many mutants (default: 2000)")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="the number of the first mutant")
    options = parser.parse_args(arguments)
    lesson, release = load_lesson(LESSON), load_lesson(RELEASE)
    found = fuzz(filled(release, answers(lesson)).decode(), Layout.of(release.cells), options.count, options.first)
    for ending, count in sorted(found.endings.items()):
        print(f"{ending:36s} {count:6,d}")
    print(f"{'a traceback':36s} {len(found.tracebacks):6,d}")
    for number, what in list(found.tracebacks.items())[:20]:
        print(f"  mutant {number}: {what[:200]}", file=sys.stderr)
    print(f"{options.count:,} mutants in {found.seconds:.1f} s")
    return 1 if found.tracebacks else 0


if __name__ == "__main__":
    raise SystemExit(main())
