"""The first start of a mailbox and every later one: what was said is set, and what came of it is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select

from autograder.collecting.roster import Student, read_roster
from autograder.mailbox import access, people, settings, tables
from autograder.mailbox.mailbox import Mailbox, make_mailbox
from autograder.reading.lesson import ASSIGNMENT, NOTEBOOK


def begin(course: Path, url: str | None, roster: Path | None, words: Mapping[str, str]) -> list[str]:
    """Make or open a course's mailbox, set what a person said, and return what to tell.

    Raises ValueError for a setting or a roster that cannot be, and what `make_mailbox` raises.
    """
    students = read_roster(roster) if roster else None
    first = settings.first_settings(course.resolve().name, ASSIGNMENT, Path(NOTEBOOK).stem)
    settings.changed(first, words)  # refused before anything is made
    mailbox = make_mailbox(course, url, first)
    try:
        if words:
            mailbox.set(lambda found: settings.changed(found, words))
        told = enter_roster(mailbox, students) if students is not None else []
        return [*told, *_instructor(mailbox)]
    finally:
        mailbox.close()


def enter_roster(mailbox: Mailbox, students: list[Student]) -> list[str]:
    """Make a roster the course's and return what to tell."""
    with mailbox.database.writing() as connection:
        new, left = people.enter(connection, students)
    told = [f"Roster: {len(students)} students, {len(new)} of them new."]
    if new:
        told.append("`autograder mailbox codes` prints each new student's one-time code.")
    if left:
        told.append(f"Not in the roster any more; they cannot hand in, what they handed in stays: {', '.join(left)}.")
    return told


def _instructor(mailbox: Mailbox) -> list[str]:
    """The first time, a code for the instructor."""
    table = tables.codes
    with mailbox.database.writing() as connection:
        if connection.execute(select(table.c.digest).where(table.c.student.is_(None))).first():
            return []
        code = access.new_code(connection, mailbox.secret, None)
    return [
        f"Your code for /instructor, which works once: {code}",
        "`autograder mailbox codes --instructor` makes another.",
    ]
