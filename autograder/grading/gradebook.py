"""Scores in nbgrader's gradebook, so that its formgrader, feedback and export work on what was graded here.

What an instructor enters there is never touched: manual scores and comments stay, and a question is flagged again only
when its answer changed. One transaction a submission; writing the same result again changes nothing. nbgrader is
imported when a gradebook is opened: it costs two seconds.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.grading.autograded import clipped, harmless
from autograder.grading.results import Mark, Result, points_text
from autograder.reading.lesson import Lesson
from autograder.reading.notebook import UnreadableError, read_bytes


class GradebookError(RuntimeError):
    """The gradebook cannot be opened, or took nothing of one submission; the message is one sentence."""


class GradebookWriter:
    """An open gradebook for one lesson. A context manager; the only writer while a class is graded."""

    def __init__(self, url: str, lesson: Lesson) -> None:
        """Open or make the gradebook at an SQLAlchemy URL and enter the released lesson. Raises GradebookError."""
        from sqlalchemy.exc import SQLAlchemyError

        from autograder.reading.release import ReleaseError, register

        self._lesson = lesson
        self._notebook = Path(lesson.notebook).stem
        try:
            register(lesson, url)
            from nbgrader.api import Gradebook

            self._gradebook = Gradebook(url)
        except (SQLAlchemyError, ImportError) as error:
            raise GradebookError(f"the gradebook {_masked(url)} cannot be opened: {_first_line(error)}") from error
        except ReleaseError as error:
            raise GradebookError(str(error)) from error

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

        session = self._gradebook.db
        try:
            notebook = self._submitted_notebook(result.student, submitted)
            grades = {grade.cell.name: grade for grade in notebook.grades}
            comments = {comment.cell.name: comment for comment in notebook.comments}
            for mark in result.marks:
                grade = grades[self._check_of(mark)]
                auto = clipped(mark.earned, mark.points)
                overridden = grade.manual_score is not None
                grade.needs_manual_grade = overridden and (grade.needs_manual_grade or grade.auto_score != auto)
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
        except SQLAlchemyError as error:
            session.rollback()
            raise GradebookError(f"the gradebook refused {result.student}: {_first_line(error)}") from error
        except KeyError as error:
            session.rollback()
            raise GradebookError(f"the gradebook has no cell {error} for {result.student}") from error

    def holds(self, result: Result, submitted: datetime | None = None) -> bool:
        """Say whether the gradebook has these automatic points and this time of submission for the student already."""
        from nbgrader.api import Grade, SubmittedAssignment, SubmittedNotebook

        session = self._gradebook.db
        assignment = self._gradebook.find_assignment(self._lesson.assignment)
        query = session.query(SubmittedAssignment).filter_by(assignment_id=assignment.id, student_id=result.student)
        submission = query.one_or_none()
        if submission is None or submitted not in (None, submission.timestamp):
            return False
        own = SubmittedNotebook.assignment_id == submission.id
        grades = session.query(Grade).join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id).filter(own)
        held = {grade.cell.name: grade.auto_score for grade in grades}
        marks = {self._check_of(mark): clipped(mark.earned, mark.points) for mark in result.marks}
        return held == marks | {each.name: None if each.answer is not None else 0.0 for each in result.questions}

    def _check_of(self, mark: Mark) -> str:
        return next(exercise.check_id for exercise in self._lesson.exercises if exercise.name == mark.exercise)

    def _submitted_notebook(self, student: str, submitted: datetime | None) -> Any:
        """Return the student's SubmittedNotebook with a row for every cell, made but not committed if it is not there.

        nbgrader's own `add_submission` commits on the way, which would leave submissions without scores after a crash.
        """
        from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook

        session = self._gradebook.db
        assignment = self._gradebook.find_assignment(self._lesson.assignment)
        released = self._gradebook.find_notebook(self._notebook, self._lesson.assignment)
        if session.get(Student, student) is None:
            session.add(Student(id=student))
        query = session.query(SubmittedAssignment).filter_by(assignment_id=assignment.id, student_id=student)
        submission = query.one_or_none()
        if submission is None:
            submission = SubmittedAssignment(assignment_id=assignment.id, student_id=student)
            session.add(submission)
        if submitted is not None:
            submission.timestamp = submitted
        session.flush()
        rows = session.query(SubmittedNotebook).filter_by(assignment_id=submission.id, notebook_id=released.id)
        notebook = rows.one_or_none()
        if notebook is None:
            notebook = SubmittedNotebook(assignment_id=submission.id, notebook_id=released.id)
            session.add(notebook)
            session.flush()
        for made, cells, have in (
            (Grade, released.grade_cells, {grade.cell_id for grade in notebook.grades}),
            (Comment, released.solution_cells, {comment.cell_id for comment in notebook.comments}),
        ):
            session.add_all(made(cell_id=cell.id, notebook=notebook) for cell in cells if cell.id not in have)
        session.flush()
        return notebook


def submitted_at(notebook: Path) -> datetime | None:
    """Return the time in nbgrader's `timestamp.txt` beside a notebook (UTC, naive), None where none can be read."""
    from nbgrader.utils import parse_utc

    try:
        text = read_bytes(notebook.with_name("timestamp.txt"), limit=1000).decode("utf-8").strip()
        stamp: datetime | None = parse_utc(text) if text else None
    except (UnreadableError, UnicodeDecodeError, ValueError, OverflowError, TypeError, AttributeError):
        return None
    return stamp


def _comment(mark: Mark) -> str | None:
    if mark.state == "unanswered":
        return "No response."
    if mark.state == "refused":
        return harmless(f"{mark.reason} The released stub was graded instead.")
    if mark.earned < mark.points:
        return f"{points_text(mark.earned)} of {points_text(mark.points)} points; the check below says why."
    return None


def _masked(url: str) -> str:
    return re.sub(r"//([^:/@]*):[^@]*@", r"//\1:***@", url)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
