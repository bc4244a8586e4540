"""What a person gave in nbgrader's Formgrader, read from the gradebook: points for questions, changes, comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.grading.gradebook import GradebookError
from autograder.grading.results import Result
from autograder.reading.lesson import ASSIGNMENT

# nbgrader's own tables, read without nbgrader, which takes two seconds to import.
_GRADES = """
    SELECT submitted_assignment.student_id, base_cell.name, grade.manual_score, grade.extra_credit,
        grade.needs_manual_grade
    FROM grade JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
    JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
    JOIN assignment ON submitted_assignment.assignment_id = assignment.id
    JOIN base_cell ON grade.cell_id = base_cell.id
    WHERE assignment.name = :assignment AND (grade.manual_score IS NOT NULL OR grade.extra_credit <> 0)
"""
_PENALTIES = """
    SELECT submitted_assignment.student_id, SUM(submitted_notebook.late_submission_penalty)
    FROM submitted_notebook JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
    JOIN assignment ON submitted_assignment.assignment_id = assignment.id
    WHERE assignment.name = :assignment GROUP BY submitted_assignment.student_id
"""
_COMMENTS = """
    SELECT submitted_assignment.student_id, base_cell.name, comment.manual_comment
    FROM comment JOIN submitted_notebook ON comment.notebook_id = submitted_notebook.id
    JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
    JOIN assignment ON submitted_assignment.assignment_id = assignment.id
    JOIN base_cell ON comment.cell_id = base_cell.id
    WHERE assignment.name = :assignment AND comment.manual_comment <> ''
"""


@dataclass(frozen=True, slots=True)
class Given:
    """What a person gave for one exercise or question; `points` is None where the automatic ones stand or none are."""

    points: float | None = None
    extra: float = 0.0
    comment: str = ""


Gifts = Mapping[str, Given]  # by the name of the exercise or question


def read_given(course: Path, url: str | None = None) -> dict[str, dict[str, Given]]:
    """Return {student: {exercise or question: what a person gave}}, empty where the course has no gradebook.

    `url` is the gradebook's where it is not the course's own. Points that wait for another look count as not given.
    Raises GradebookError if the gradebook cannot be read.
    """
    grades, comments = _asked(course, url, _GRADES, _COMMENTS)
    found: dict[str, dict[str, Given]] = {}
    for student, cell, points, extra, waiting in grades:
        if extra or not waiting:
            given = Given(None if waiting else points, extra or 0.0)
            found.setdefault(student, {})[cell.removesuffix("_check")] = given
    for student, cell, comment in comments:
        own = found.setdefault(student, {})
        own[cell] = replace(own.get(cell, Given()), comment=comment)
    return found


def read_penalties(course: Path, url: str | None = None) -> dict[str, float]:
    """Return {student: points taken for lateness}, by nbgrader's late submission plugin, empty without a gradebook.

    Raises GradebookError if the gradebook cannot be read.
    """
    return {student: points or 0.0 for student, points in _asked(course, url, _PENALTIES)[0]}


def _asked(course: Path, url: str | None, *questions: str) -> list[Sequence[Any]]:
    if url is None and not (course / "gradebook.db").is_file():
        return [[] for _ in questions]
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import SQLAlchemyError

    try:
        engine = create_engine(url or f"sqlite:///{(course / 'gradebook.db').resolve()}")
        with engine.connect() as gradebook:
            found = [gradebook.execute(text(question), {"assignment": ASSIGNMENT}).all() for question in questions]
        engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        why = (str(error).splitlines() or [""])[0][:200]
        raise GradebookError(f"what you gave cannot be read from the gradebook: {why}") from error
    return list(found)


def total(result: Result, given: Gifts) -> tuple[float, float]:
    """Return the points of exercises and questions together, (earned, of), with what a person gave."""
    earned = sum(_points(given, mark.exercise, mark.earned) for mark in result.marks)
    earned += sum(_points(given, question.name, 0.0) for question in result.questions)
    return earned, result.points + result.question_points


def _points(given: Gifts, name: str, automatic: float) -> float:
    gift = given.get(name, Given())
    return (automatic if gift.points is None else gift.points) + gift.extra
