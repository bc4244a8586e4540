"""One submission: what a student's file holds, and their answers laid into the released notebook.

The student's file is only ever read for its texts. `normalise` puts them into OUR notebook, so that no file can change
points, edit a locked cell, forge an output or stop a batch. Answers are found by grade id, else by directive and
defined name; of doubled cells the last edited one counts; an answer that does not compile costs its own exercise only:
the released stub is graded and a remark says the line. Definitions that a student put into a solution cell stay with
it; `extras.py` states which added cells are kept. Every repair is a remark in plain words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.reading.answers import AnswerReader
from autograder.reading.extras import Extra, note_changed_given, note_helpers_left_behind, read_extras, read_imports
from autograder.reading.layout import Layout, exported
from autograder.reading.notebook import UnreadableError, read_notebook
from autograder.reading.questions import read_questions
from autograder.reading.view import View
from tinytorch.export import Cell

MAX_REMARKS = 30


@dataclass(frozen=True)
class Submission:
    """What one file holds. `readable` is False when nothing could be read; the remarks then hold the reason.

    `answers` maps exercises to Python text, `refused` exercises to why their answer could not be used, `written`
    questions to text. Untouched stubs and unanswered questions are in none of them. `attention` asks for a person.
    """

    student: str
    path: Path
    answers: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    extras: tuple[Extra, ...] = ()
    imports: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    readable: bool = True
    attention: bool = False

    @property
    def holds_answers(self) -> bool:
        """Whether the student wrote anything that is graded, usable or not."""
        return bool(self.answers or self.refused or self.written)


def read_submission(path: Path, student: str, layout: Layout, remarks: Sequence[str] = ()) -> Submission:
    """Read one file. A file that cannot be read gives a submission with its reason; no exception leaves here.

    `remarks` are those that were made when the file was found.
    """
    try:
        view = View(read_notebook(path), layout)
    except UnreadableError as error:
        return Submission(student, path, remarks=(*remarks, str(error)), readable=False, attention=True)
    if not view.holds_the_lesson():
        lost = "None of the lesson's cells was found: this looks like another notebook."
        return Submission(student, path, remarks=(*remarks, *view.remarks.all(), lost), attention=True)
    kept, missing = read_imports(view)
    reader = AnswerReader(view, missing)
    written = read_questions(view)
    extras = read_extras(view)
    note_changed_given(view)
    note_helpers_left_behind(view, reader.answers, extras)
    said = (*remarks, *view.remarks.all())
    if len(said) > MAX_REMARKS:
        said = (*said[:MAX_REMARKS], f"{len(said) - MAX_REMARKS} more remarks are not shown.")
    return Submission(
        student,
        path,
        answers=reader.answers,
        refused=reader.refused,
        written=written,
        extras=tuple(extras),
        imports=tuple(sorted(set(kept.values()))),
        remarks=said,
    )


def normalise(submission: Submission, release_cells: Sequence[Cell]) -> list[Cell]:
    """Return the released notebook's cells with the answers, written answers, added cells and imports laid into it.

    An exercise without a usable answer keeps the released stub. Metadata, ids, points, checks and given cells are the
    release's; every answer gets the release's own export line, so a submission cannot write another module.
    """
    cells: list[Cell] = []
    opened: set[str] = set()
    for cell in release_cells:
        module = exported(cell.source) if cell.kind == "code" else None
        if module and module not in opened:
            if not opened and submission.imports:
                cells.append(Cell("code", "\n".join(submission.imports), "student-imports", {}))
            opened.add(module)
            cells += _placed(submission.extras, module, None)
        cells.append(_answered(cell, submission))
        if module and cell.grade_id:
            cells += _placed(submission.extras, module, cell.grade_id)
    return cells


def _answered(cell: Cell, submission: Submission) -> Cell:
    name = cell.grade_id or ""
    if name in submission.answers:
        head = [line for line in cell.source.split("\n") if line.startswith("#|")]
        return replace(cell, source="\n".join([*head, submission.answers[name]]))
    if name in submission.written:
        return replace(cell, source=submission.written[name])
    return cell


def _placed(extras: Sequence[Extra], module: str, after: str | None) -> list[Cell]:
    return [
        Cell("code", extra.source, f"student-cell-{number}", {})
        for number, extra in enumerate(extras, start=1)
        if extra.module == module and extra.after == after
    ]
