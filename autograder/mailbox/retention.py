"""What a course keeps and for how long: a look whether all is there, deletion of one student, and of what is old.

Judgements in the course's `judged/` name nobody and stay; so does what a backup holds.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from autograder.grading.course_lock import only_grader
from autograder.mailbox import access, tables
from autograder.mailbox.mailbox import Mailbox
from autograder.mailbox.tending import find, note
from autograder.mailbox.times import text_of

_DAY_S = 86400
_CUT_OFF_S = 3600  # after which a file that was being received is never finished


def check(mailbox: Mailbox) -> list[str]:
    """Look whether each file that a receipt speaks of is there and whole, and say so. Raises ValueError where not."""
    table = tables.submissions
    with mailbox.database.reading() as connection:
        wanted = dict.fromkeys(connection.execute(select(table.c.sha256).order_by(table.c.id)).scalars())
        removed = set(connection.execute(select(tables.removed.c.sha256)).scalars())
    lost = [each for each in wanted if each not in removed and not mailbox.blobs.is_whole(each)]
    cut_off = mailbox.blobs.sweep(_CUT_OFF_S)
    if lost:
        raise ValueError(f"{len(lost)} files are lost or damaged, restore them from a backup: {', '.join(lost)}")
    extra = sum(path.name not in wanted for path in mailbox.blobs.all())
    told = [f"{len(wanted)} files, each whole; {len(removed)} removed by retention."]
    told += [f"{cut_off} parts of uploads that were cut off are removed."] if cut_off else []
    return told + ([f"{extra} files belong to uploads whose student was told nothing."] if extra else [])


def delete_student(mailbox: Mailbox, student: str) -> str:
    """Delete a student with everything handed in and made of it, and say so. Raises NobodyError, CourseBusyError."""
    settings = mailbox.settings
    with only_grader(mailbox.course):
        with mailbox.database.writing() as connection:
            find(connection, student)
            contents = _rows_gone(connection, student)
            left = set(connection.execute(select(tables.submissions.c.sha256)).scalars())
            note(connection, f"deleted {student}")
        _files_gone(mailbox, contents, left)
        _made_gone(mailbox.course, student, settings.assignment)
    return f"{student} and {len(contents)} files are deleted here; what a backup holds is still there"


def _rows_gone(connection: Connection, student: str) -> list[str]:
    """Delete all rows of a student and return the contents that were handed in."""
    table = tables.submissions
    own = select(table.c.id).where(table.c.student == student)
    contents = list(connection.execute(select(table.c.sha256).where(table.c.student == student)).scalars())
    for each in (tables.gradings, tables.receipts):
        connection.execute(delete(each).where(each.c.submission.in_(own)))
    for each in (tables.work, tables.arrivals, table, tables.extensions, tables.tokens, tables.codes):
        connection.execute(delete(each).where(each.c.student == student))
    connection.execute(delete(tables.students).where(tables.students.c.id == student))
    return contents


def _made_gone(course: Path, student: str, assignment: str) -> None:
    """Delete what was made of a student's work in the course's folder, and the rows in its gradebook."""
    for folder in ("submitted", "autograded", "feedback"):
        shutil.rmtree(course / folder / student / assignment, ignore_errors=True)
    for folder, suffix in (("results", "json"), ("feedback", "html"), ("feedback-instructor", "html")):
        (course / folder / f"{student}.{suffix}").unlink(missing_ok=True)
    if (course / "gradebook.db").is_file():
        from nbgrader.api import Gradebook, MissingEntry

        with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
            try:
                gradebook.remove_submission(assignment, student)
            except MissingEntry:
                return


def retain(mailbox: Mailbox, days: int) -> str:
    """Delete the files older than so many days and what was found in them, and say so; receipts stay."""
    since = text_of(time.time() - days * _DAY_S)
    table = tables.submissions
    with mailbox.database.writing() as connection:
        old = select(table.c.id).where(table.c.received < since)
        connection.execute(delete(tables.gradings).where(tables.gradings.c.submission.in_(old)))
        gone = set(connection.execute(select(table.c.sha256).where(table.c.received < since)).scalars())
        left = set(connection.execute(select(table.c.sha256).where(table.c.received >= since)).scalars())
        known = set(connection.execute(select(tables.removed.c.sha256)).scalars())
        rows = [{"sha256": each, "at": access.now()} for each in sorted(gone - left - known)]
        if rows:
            connection.execute(insert(tables.removed), rows)
        students = _only_old(connection, since)
        note(connection, f"deleted what is older than {since}")
    _files_gone(mailbox, gone, left)
    for student in students:
        _made_gone(mailbox.course, student, mailbox.settings.assignment)
    return f"{len(rows)} files from before {since} are deleted; their receipts stay"


def _only_old(connection: Connection, since: str) -> Sequence[str]:
    table = tables.submissions
    newer = select(table.c.student).where(table.c.received >= since)
    query = select(table.c.student).where(table.c.student.not_in(newer)).distinct()
    return list(connection.execute(query).scalars())


def _files_gone(mailbox: Mailbox, contents: Iterable[str], left: set[str]) -> None:
    for content in contents:
        if content not in left:
            mailbox.blobs.path(content).unlink(missing_ok=True)
