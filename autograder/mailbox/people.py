"""Who is in the course: the roster's lines, and each one's deadline. Knows nothing of codes and tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, func, insert, select, update

from autograder.collecting.roster import Student
from autograder.mailbox import tables
from autograder.mailbox.settings import Settings


def find(connection: Connection, student: str) -> Student | None:
    """Return a student by id, also one who has left."""
    row = connection.execute(select(tables.students).where(tables.students.c.id == student)).mappings().first()
    return Student(**row) if row else None


def everybody(connection: Connection) -> list[Student]:
    """Return all students, sorted by name, those who left at the end."""
    students = [Student(**row) for row in connection.execute(select(tables.students)).mappings()]
    return sorted(students, key=lambda one: (not one.enrolled, one.name.casefold(), one.id))


def enter(connection: Connection, roster: Sequence[Student]) -> tuple[list[str], list[str]]:
    """Make the roster the course's: return the ids of who is new, and of who left and keeps what was handed in."""
    known = {one.id: one for one in everybody(connection)}
    new = [one for one in roster if one.id not in known]
    left = [one.id for one in known.values() if one.enrolled and one.id not in {each.id for each in roster}]
    if new:
        connection.execute(insert(tables.students), [asdict(one) for one in new])
    for one in roster:
        if known.get(one.id, one) != one:
            connection.execute(update(tables.students).where(tables.students.c.id == one.id).values(**asdict(one)))
    _leave(connection, left)
    return [one.id for one in new], left


def _leave(connection: Connection, students: Iterable[str]) -> None:
    for student in students:
        connection.execute(update(tables.students).where(tables.students.c.id == student).values(enrolled=False))


def extend(connection: Connection, student: str, due: str | None, now: str) -> None:
    """Give a student a deadline of their own; None takes it back."""
    connection.execute(insert(tables.extensions).values(student=student, due=due, made=now))


def extensions(connection: Connection, student: str | None = None) -> dict[str, str]:
    """Return {student: the deadline of their own}, of all or of one."""
    table = tables.extensions
    last = select(func.max(table.c.id)).group_by(table.c.student)
    if student is not None:
        last = last.where(table.c.student == student)
    found = connection.execute(select(table.c.student, table.c.due).where(table.c.id.in_(last)))
    return {who: due for who, due in found if due is not None}


def due_for(connection: Connection, student: str, settings: Settings) -> str | None:
    """Return when a student's work is due: their own deadline, else the course's."""
    return extensions(connection, student).get(student, settings.due)
