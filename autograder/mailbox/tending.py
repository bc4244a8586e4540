"""What an instructor does to a mailbox, by a page or a command: each is one transaction, noted in the log."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from autograder.mailbox import access, people, tables
from autograder.mailbox.mailbox import Mailbox
from autograder.mailbox.people import Student
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
