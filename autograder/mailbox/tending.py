"""What an instructor does to a mailbox, by a page or a command: each is one transaction, noted in the log."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, func, insert, select

from autograder.collecting.roster import Student
from autograder.mailbox import access, people, queue, tables
from autograder.mailbox.mailbox import Mailbox
from autograder.shown import in_sheet


class NobodyError(ValueError):
    """A student who is not in the roster; the message says who was asked for."""


def code_lines(mailbox: Mailbox, students: Sequence[str] = ()) -> list[str]:
    """Make codes and return them as the lines of a CSV file; without names for whoever never had a code.

    Raises NobodyError.
    """
    with mailbox.database.writing() as connection:
        wanted = [find(connection, each) for each in students] if students else _without_code(connection)
        rows = [(each, access.new_code(connection, mailbox.secret, each.id)) for each in wanted]
        note(connection, f"made codes for {len(rows)} students")
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(["id", "name", "email", "code"])
    sheet.writerows([in_sheet(one.id), in_sheet(one.name), in_sheet(one.email), code] for one, code in rows)
    return text.getvalue().splitlines()


def instructor_code(mailbox: Mailbox) -> str:
    """Make a code for an instructor."""
    with mailbox.database.writing() as connection:
        note(connection, "made a code for an instructor")
        return access.new_code(connection, mailbox.secret, None)


def revoke(mailbox: Mailbox, student: str) -> str:
    """Revoke a student's tokens and code and say so. Raises NobodyError."""
    with mailbox.database.writing() as connection:
        find(connection, student)
        n = access.revoke(connection, student)
        note(connection, f"revoked the tokens of {student}")
    return f"{n} tokens of {student} are revoked; `autograder mailbox codes {student}` makes a new code"


def find(connection: Connection, student: str) -> Student:
    """Return a student. Raises NobodyError."""
    found = people.find(connection, student)
    if found is None:
        raise NobodyError(f"nobody in the roster has the id {student!r}; look at the roster")
    return found


def note(connection: Connection, what: str) -> None:
    """Write down what an instructor did."""
    connection.execute(insert(tables.log).values(at=access.now(), what=what))


def _without_code(connection: Connection) -> list[Student]:
    had = set(connection.execute(select(tables.codes.c.student)).scalars())
    return [each for each in people.everybody(connection) if each.enrolled and each.id not in had]


def extend(mailbox: Mailbox, student: str, due: str | None) -> str:
    """Give a student a deadline of their own, or take it back (None), and say so. Raises NobodyError."""
    with mailbox.database.writing() as connection:
        name = find(connection, student).name
        people.extend(connection, student, due, access.now())
        note(connection, f"{student} has until {due}" if due else f"{student} has no deadline of their own")
    return f"{name} has until {due}" if due else f"{name} has the course's deadline"


def release(mailbox: Mailbox) -> str:
    """Let students see points and feedback from now on, and say so."""
    now = access.now()
    mailbox.set(lambda found: replace(found, released=now))
    mailbox.note("released points and feedback")
    return f"students see points and feedback since {now}; `autograder mailbox set released=none` hides them again"


def regrade(mailbox: Mailbox, students: Sequence[str] = ()) -> str:
    """Have what counts graded once more, everybody's or some students', and say so. Raises NobodyError."""
    table = tables.arrivals
    last = select(func.max(table.c.id)).group_by(table.c.student)
    with mailbox.database.writing() as connection:
        if students:
            last = last.where(table.c.student.in_([find(connection, each).id for each in students]))
        arrivals = list(connection.execute(last).scalars())
        queue.again(connection, arrivals)
        note(connection, f"had {len(arrivals)} submissions graded again")
    return f"{len(arrivals)} submissions are graded again"
