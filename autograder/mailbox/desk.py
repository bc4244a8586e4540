"""The desk: takes a file from a student, keeps it, and gives a receipt. The same content gets the same receipt.

First the file is on the disk, then a row says so, then the student is told: after a death at any moment the file and
the row are there, or the student was told nothing and hands in again, which does no harm. The file is never opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, insert, select

from autograder.mailbox import people, tables
from autograder.mailbox.blobs import Blobs, Incoming
from autograder.mailbox.clock import Reading, ServerClock
from autograder.mailbox.database import Database
from autograder.mailbox.limits import TooOftenError
from autograder.mailbox.people import Student
from autograder.mailbox.receipts import Receipt, canonical
from autograder.mailbox.secret import Secret
from autograder.mailbox.settings import Settings
from autograder.mailbox.times import text_of

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Desk:
    """What taking a file needs."""

    database: Database
    blobs: Blobs
    secret: Secret
    clock: ServerClock

    def take(
        self, student: Student, settings: Settings, incoming: Incoming, name: str, client: str
    ) -> tuple[Receipt, bool]:
        """Keep a file and return the receipt, and whether it is a new one.

        Raises TooOftenError where the student has no try left today, DiskFullError, DatabaseAwayError.
        """
        content = incoming.sha256
        with self.database.reading() as connection:
            known = _submission(connection, student.id, settings.assignment, content)
            if known is None:
                self._count_tries(connection, student, settings)
            elif _newest(connection, student.id) == known:
                return receipt_of(connection, known), False
        self.blobs.keep(incoming)
        with self.database.writing() as connection:
            _hold(connection, student.id)
            known = _submission(connection, student.id, settings.assignment, content)
            if known is not None:
                if _newest(connection, student.id) != known:
                    _arrive(connection, known, student.id, self.clock.read())
                return receipt_of(connection, known), False
            self._count_tries(connection, student, settings)
            return self._enter(connection, student, settings, incoming, name, client), True

    def _enter(
        self, connection: Connection, student: Student, settings: Settings, incoming: Incoming, name: str, client: str
    ) -> Receipt:
        reading, due = self.clock.read(), people.due_for(connection, student.id, settings)
        received = text_of(reading.at)
        row = {
            "student": student.id,
            "assignment": settings.assignment,
            "sha256": incoming.sha256,
            "size": incoming.size,
            "file": name,
            "client": client,
            "received": received,
            "jumped_s": reading.jumped_s,
        }
        key = connection.execute(insert(tables.submissions).values(**row)).inserted_primary_key
        assert key is not None
        fields = {
            "number": f"R-{received[:4]}-{key[0]:06d}",
            "course": settings.course,
            "assignment": settings.assignment,
            "student": student.id,
            "name": student.name,
            "received": received,
            "due": due,
            "late": due is not None and text_of(reading.earliest) > due,
            "sha256": incoming.sha256,
            "size": incoming.size,
        }
        text = canonical(fields)
        receipt = Receipt(text.decode(), self.secret.sign(text))
        kept = {"submission": key[0], "number": fields["number"], "text": receipt.text, "signature": receipt.signature}
        connection.execute(insert(tables.receipts).values(**kept))
        _arrive(connection, key[0], student.id, reading)
        return receipt

    def _count_tries(self, connection: Connection, student: Student, settings: Settings) -> None:
        table, now = tables.submissions, self.clock.read().at
        since = text_of((datetime.fromtimestamp(now, UTC) - DAY).timestamp())
        mine = (table.c.student == student.id) & (table.c.received > since)
        tries = connection.execute(select(func.count()).select_from(table).where(mine)).scalar_one()
        if tries >= settings.tries_a_day:
            raise TooOftenError(
                f"you handed in {tries} times in 24 hours, which is as often as the course allows: hand in again later",
                3600,
            )


def receipt_of(connection: Connection, submission: int) -> Receipt:
    """Return the receipt that was given for a submission."""
    table = tables.receipts
    query = select(table.c.text, table.c.signature).where(table.c.submission == submission)
    return Receipt(*connection.execute(query).one())


def _submission(connection: Connection, student: str, assignment: str, content: str) -> int | None:
    table = tables.submissions
    mine = (table.c.student == student) & (table.c.assignment == assignment) & (table.c.sha256 == content)
    found: int | None = connection.execute(select(table.c.id).where(mine)).scalar()
    return found


def _newest(connection: Connection, student: str) -> int | None:
    """Return the submission that counts: the one that arrived last."""
    table = tables.arrivals
    query = select(table.c.submission).where(table.c.student == student).order_by(table.c.id.desc()).limit(1)
    found: int | None = connection.execute(query).scalar()
    return found


def _arrive(connection: Connection, submission: int, student: str, reading: Reading) -> None:
    row = {"submission": submission, "student": student, "at": text_of(reading.at)}
    key = connection.execute(insert(tables.arrivals).values(**row)).inserted_primary_key
    assert key is not None
    connection.execute(insert(tables.work).values(arrival=key[0], student=student, state="waiting"))


def _hold(connection: Connection, student: str) -> None:
    """Let one student's files come one after another; SQLite has one writer at a time anyway."""
    table = tables.students
    connection.execute(select(table.c.id).where(table.c.id == student).with_for_update())
