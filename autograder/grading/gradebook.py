"""Scores in nbgrader's gradebook, so that its formgrader, feedback and export work on what was graded here.

What an instructor enters there is never touched: manual scores and comments stay, and a question is flagged again only
when its answer changed. One transaction a submission; writing the same result again changes nothing. nbgrader is
imported when a gradebook is opened: it costs two seconds.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from autograder.grading.autograded import clipped
from autograder.grading.register import GradebookError, register
from autograder.grading.results import Mark, Result, points_text
from autograder.reading.lesson import Lesson
from autograder.reading.notebook import UnreadableError, read_bytes
from autograder.shown import in_page

__all__ = ["GradebookError", "GradebookWriter", "patiently", "submitted_at"]

LOCKED_S = 60.0  # how long formgrader, or whoever else has the database, is waited for
CLASHES = 3

_AGAIN_S = 0.2
Made = TypeVar("Made")


class GradebookWriter:
    """An open gradebook for one lesson. A context manager; the only writer while a class is graded."""

    def __init__(self, url: str, lesson: Lesson) -> None:
        """Open or make the gradebook at an SQLAlchemy URL and enter the released lesson. Raises GradebookError."""
        from sqlalchemy.exc import SQLAlchemyError

        self._checks = {exercise.name: exercise.check_id for exercise in lesson.exercises}
        try:
            patiently(lambda: register(lesson, url))
            patiently(lambda: self._open(lesson, url))
        except (SQLAlchemyError, ImportError) as error:
            raise GradebookError(f"the gradebook {_masked(url)} cannot be opened: {_first_line(error)}") from error

    def _open(self, lesson: Lesson, url: str) -> None:
        from nbgrader.api import Gradebook

        self._gradebook = Gradebook(url)
        released = self._gradebook.find_notebook(Path(lesson.notebook).stem, lesson.assignment)
        self._released, self._assignment = released.id, released.assignment_id
        self._grade_cells = {cell.id: cell.name for cell in released.grade_cells}
        self._solution_cells = {cell.id: cell.name for cell in released.solution_cells}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._gradebook.close()

    def write(self, result: Result, submitted: datetime | None = None, changed: Collection[str] = ()) -> None:
        """Enter one result; all of it or, with GradebookError, nothing.

        `submitted` is when the student handed it in (UTC), `changed` names the questions whose answer is another one
        than at the last grading.
        """
        from sqlalchemy.exc import SQLAlchemyError

        try:
            patiently(lambda: self._write(result, submitted, changed), self._gradebook.db.rollback)
        except SQLAlchemyError as error:
            self._gradebook.db.rollback()
            raise GradebookError(f"the gradebook refused {result.student}: {_first_line(error)}") from error
        except KeyError as error:
            self._gradebook.db.rollback()
            raise GradebookError(f"the gradebook has no cell {error} for {result.student}") from error

    def _write(self, result: Result, submitted: datetime | None, changed: Collection[str]) -> None:
        session = self._gradebook.db
        with session.no_autoflush:
            grades, comments = self._rows(result.student, submitted)
        for mark in result.marks:
            grade = grades[self._checks[mark.exercise]]
            auto = _auto_score(mark)
            overridden = grade.manual_score is not None
            changed_below = overridden and (grade.needs_manual_grade or grade.auto_score != auto)
            grade.needs_manual_grade = changed_below or (auto is None and not overridden)
            grade.auto_score = auto
            comments[mark.exercise].auto_comment = _comment(mark)
        for question in result.questions:
            grade = grades[question.name]
            answered = question.answer is not None
            unread = grade.manual_score is None or grade.needs_manual_grade or question.name in changed
            grade.needs_manual_grade = answered and unread
            grade.auto_score = None if answered else 0.0
            comments[question.name].auto_comment = None if answered else "No response."
        session.commit()

    def holds(self, result: Result, submitted: datetime | None = None) -> bool:
        """Say whether the gradebook has these automatic points and this time of submission for the student already."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            return patiently(lambda: self._holds(result, submitted), self._gradebook.db.rollback)
        except SQLAlchemyError:  # to be said when it is written
            self._gradebook.db.rollback()
            return False

    def _holds(self, result: Result, submitted: datetime | None) -> bool:
        from nbgrader.api import Grade, SubmittedAssignment, SubmittedNotebook

        session = self._gradebook.db
        keys = {"assignment_id": self._assignment, "student_id": result.student}
        submission = session.query(SubmittedAssignment).filter_by(**keys).one_or_none()
        if submission is None or submitted not in (None, submission.timestamp):
            return False
        own = session.query(SubmittedNotebook).filter_by(assignment_id=submission.id, notebook_id=self._released)
        notebook = own.one_or_none()
        held = {} if notebook is None else self._found(Grade, notebook.id, self._grade_cells)
        scores = {name: grade.auto_score for name, grade in held.items()}
        marks = {self._checks[mark.exercise]: _auto_score(mark) for mark in result.marks}
        return scores == marks | {each.name: None if each.answer is not None else 0.0 for each in result.questions}

    def _rows(self, student: str, submitted: datetime | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the student's grades and comments by cell, one for every cell; what was missing is not committed.

        nbgrader's own `add_submission` commits on the way, which would leave submissions without scores after a crash.
        """
        from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook, new_uuid

        session = self._gradebook.db
        if session.get(Student, student) is None:
            session.add(Student(id=student))
        keys = {"assignment_id": self._assignment, "student_id": student}
        submission = session.query(SubmittedAssignment).filter_by(**keys).one_or_none()
        new = submission is None  # then nothing hangs on it, and three questions need not be asked
        if submission is None:
            submission = SubmittedAssignment(id=new_uuid(), **keys)
            session.add(submission)
        if submitted is not None:
            submission.timestamp = submitted
        keys = {"assignment_id": submission.id, "notebook_id": self._released}
        notebook = None if new else session.query(SubmittedNotebook).filter_by(**keys).one_or_none()
        if notebook is None:
            notebook = SubmittedNotebook(id=new_uuid(), **keys)
            session.add(notebook)
        rows = []
        for kind, cells in ((Grade, self._grade_cells), (Comment, self._solution_cells)):
            have = {} if new else self._found(kind, notebook.id, cells)
            made = {name: kind(cell_id=key, notebook_id=notebook.id) for key, name in cells.items() if name not in have}
            session.add_all(made.values())
            rows.append(have | made)
        return rows[0], rows[1]

    def _found(self, kind: Any, notebook: str, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return the rows of a submitted notebook by cell. They are asked for by cell too, as the table is indexed:
        by notebook alone each student would take as long as all who are there already."""
        rows = self._gradebook.db.query(kind).filter(kind.cell_id.in_(cells), kind.notebook_id == notebook)
        return {cells[row.cell_id]: row for row in rows}


def patiently(work: Callable[[], Made], undo: Callable[[], None] = lambda: None) -> Made:
    """Return what `work` returns; a database that another program holds is waited for, and rows that it has just made
    are looked at anew. Raises what SQLAlchemy raises after LOCKED_S seconds, or CLASHES clashes."""
    from sqlalchemy.exc import IntegrityError, OperationalError

    until, clashes = time.monotonic() + LOCKED_S, 0
    while True:
        try:
            return work()
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= until:
                raise
        except IntegrityError:
            clashes += 1
            if clashes > CLASHES:
                raise
        undo()
        time.sleep(_AGAIN_S)


def submitted_at(notebook: Path) -> datetime | None:
    """Return the time in nbgrader's `timestamp.txt` beside a notebook (UTC, naive), None where none can be read."""
    from nbgrader.utils import parse_utc

    try:
        text = read_bytes(notebook.with_name("timestamp.txt"), limit=1000).decode("utf-8").strip()
        stamp: datetime | None = parse_utc(text) if text else None
    except (UnreadableError, UnicodeDecodeError, ValueError, OverflowError, TypeError, AttributeError):
        return None
    return stamp


def _auto_score(mark: Mark) -> float | None:
    """None is nbgrader's word for a score that is not there; it shows such a cell to whoever grades by hand."""
    return None if mark.state == "not judged" else clipped(mark.earned, mark.points)


def _comment(mark: Mark) -> str | None:
    if mark.state == "not judged":
        return "Not judged yet."
    if mark.state == "unanswered":
        return "No response."
    if mark.state == "refused":
        return in_page(f"{mark.reason} The released stub was graded instead.")
    if mark.earned < mark.points:
        return f"{points_text(mark.earned)} of {points_text(mark.points)} points; the check below says why."
    return None


def _masked(url: str) -> str:
    return re.sub(r"//([^:/@]*):[^@]*@", r"//\1:***@", url)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
