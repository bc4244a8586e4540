"""What a student is told about a submission: its state, which answers were found, and points when they may be seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select

from autograder.books.feedback import render
from autograder.books.given import read_given
from autograder.grading.results import Result
from autograder.mailbox import people, tables
from autograder.mailbox.settings import Settings
from autograder.mailbox.times import moment_of, text_of


@dataclass(frozen=True)
class Handed:
    """One submission as it stands: what was received, where its work is, and the last thing the grader found.

    `counts` says that it is the student's last, which is the one that counts; `late` goes by today's deadline.
    """

    id: int
    number: str
    student: str
    file: str
    sha256: str
    size: int
    received: str
    jumped_s: float
    client: str
    counts: bool
    late: bool
    arrival: int
    state: str
    said: str
    found: str | None

    @cached_property
    def result(self) -> Result | None:
        """What the grader found, None where it has not been graded."""
        return Result.from_dict(json.loads(self.found)) if self.found else None

    @property
    def scored(self) -> bool:
        """Whether there are points."""
        return self.result is not None and self.result.scored


def handed_in(connection: Connection, settings: Settings, student: str | None = None) -> list[Handed]:
    """Return what was handed in for the assignment, by one student or by all, newest first."""
    submissions, arrivals = tables.submissions, tables.arrivals
    query = (
        select(submissions, tables.receipts.c.number, arrivals.c.id.label("arrival"), tables.work)
        .join(tables.receipts, tables.receipts.c.submission == submissions.c.id)
        .join(arrivals, arrivals.c.submission == submissions.c.id)
        .join(tables.work, tables.work.c.arrival == arrivals.c.id)
        .where(submissions.c.assignment == settings.assignment)
        .order_by(arrivals.c.id.desc())
    )
    if student is not None:
        query = query.where(submissions.c.student == student)
    rows: dict[int, Row[Any]] = {}
    for row in connection.execute(query):
        rows.setdefault(row.id, row)  # the last arrival of each
    found = _gradings(connection, student)
    due = people.extensions(connection, student)
    counting: set[str] = set()
    handed = []
    for row in rows.values():
        handed.append(_handed(row, found.get(row.id), due.get(row.student, settings.due), row.student not in counting))
        counting.add(row.student)
    return handed


def _handed(row: Row[Any], found: str | None, due: str | None, counts: bool) -> Handed:
    received = moment_of(row.received) - max(0.0, row.jumped_s)
    late = due is not None and text_of(received) > due
    names = ("id", "number", "student", "file", "sha256", "size", "received", "jumped_s", "client", "arrival", "state")
    return Handed(**{name: getattr(row, name) for name in names}, said=row.said, counts=counts, late=late, found=found)


def _gradings(connection: Connection, student: str | None) -> dict[int, str]:
    table = tables.gradings
    last = select(func.max(table.c.id)).group_by(table.c.submission)
    query = select(table.c.submission, table.c.result).where(table.c.id.in_(last))
    if student is not None:
        mine = select(tables.submissions.c.id).where(tables.submissions.c.student == student)
        query = query.where(table.c.submission.in_(mine))
    return {row.submission: row.result for row in connection.execute(query)}


def may_see_points(settings: Settings, due: str | None, now: str) -> bool:
    """Say whether a student with this deadline sees points now, as the instructor has set it."""
    if settings.show == "at once" or (settings.released is not None and settings.released <= now):
        return True
    return settings.show == "after the deadline" and due is not None and due < now


def feedback(course: Path, handed: Handed, instructor: bool = False) -> str:
    """Return the feedback page of what has been graded, for the last one with what a person gave in the gradebook."""
    assert handed.result is not None
    given = read_given(course).get(handed.student) if handed.counts else None
    return render(handed.result, instructor=instructor, given=given)


def told(handed: Handed, shown: bool) -> dict[str, Any]:
    """Return what a student is told about a submission; `shown` says whether points may be seen."""
    result = handed.result
    seen = shown and handed.scored and handed.state == "graded"
    return {
        "number": handed.number,
        "received": handed.received,
        "late": handed.late,
        "sha256": handed.sha256,
        "counts": handed.counts,
        "state": handed.state,
        "answers": answers(result) if result and result.scored else None,
        "points": round(result.earned, 4) if seen and result else None,
        "max_points": result.points if seen and result else None,
        "feedback": seen,
    }


def answers(result: Result) -> dict[str, list[str]]:
    """Return which exercises and questions were answered, in the lesson's order; `refused` could not be used."""
    states: Mapping[str, Sequence[str]] = {
        "found": [mark.exercise for mark in result.marks if mark.state == "answered"],
        "empty": [mark.exercise for mark in result.marks if mark.state == "unanswered"],
        "refused": [mark.exercise for mark in result.marks if mark.state == "refused"],
    }
    told = {name: list(names) for name, names in states.items()}
    for question in result.questions:
        told["empty" if question.answer is None else "found"].append(question.name)
    return told
