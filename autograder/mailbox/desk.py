"""The desk: takes a file from a student, keeps it, and gives a receipt. The same content gets the same receipt.

First the file is on the disk, then a row says so, then the student is told: after a death at any moment the file and
the row are there, or the student was told nothing and hands in again, which does no harm. The file is never opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, CursorResult, Row, Select, bindparam, func, insert, select

from autograder.mailbox import tables
from autograder.mailbox.blobs import Blobs, Incoming
from autograder.mailbox.clock import Reading, ServerClock
from autograder.mailbox.database import Database
from autograder.mailbox.limits import TooOftenError
from autograder.mailbox.people import Student
from autograder.mailbox.receipts import Receipt, canonical
from autograder.mailbox.secret import Secret
from autograder.mailbox.settings import Settings
from autograder.mailbox.times import text_of
from autograder.mailbox.together import Together

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Offer:
    """A file that a student brings, with what is said about it."""

    student: Student
    settings: Settings
    sha256: str
    size: int
    name: str
    client: str


class Desk:
    """Takes files into one mailbox."""

    def __init__(self, database: Database, blobs: Blobs, secret: Secret, clock: ServerClock) -> None:
        self._database, self._blobs, self._secret, self._clock = database, blobs, secret, clock
        self._together = Together(database, self._record, order=lambda offer: offer.student.id)

    def take(
        self, student: Student, settings: Settings, incoming: Incoming, name: str, client: str
    ) -> tuple[Receipt, bool]:
        """Keep a file and return the receipt, and whether it is a new one.

        Raises TooOftenError where the student has no try left today, DiskFullError, DatabaseAwayError.
        """
        offer = Offer(student, settings, incoming.sha256, incoming.size, name, client)
        with self._database.reading() as connection:
            facts = self._facts(connection, offer)
            if facts.known is None:
                _must_have_tries(facts.tries, settings)
            elif facts.known == facts.newest:
                return receipt_of(connection, facts.known), False
        self._blobs.keep(incoming)
        return self._together.do(offer)

    def _record(self, connection: Connection, offer: Offer) -> tuple[Receipt, bool]:
        """Enter what is on the disk by now, unless it was entered meanwhile."""
        if not self._database.is_sqlite:  # which has one writer at a time anyway
            _hold(connection, offer.student.id)
        facts = self._facts(connection, offer)
        if facts.known is not None:
            if facts.newest != facts.known:
                _arrive(connection, facts.known, offer.student.id, self._clock.read())
            return receipt_of(connection, facts.known), False
        _must_have_tries(facts.tries, offer.settings)
        due = facts.own_due or offer.settings.due
        return self._enter(connection, offer, due), True

    def _enter(self, connection: Connection, offer: Offer, due: str | None) -> Receipt:
        reading, student = self._clock.read(), offer.student
        received = text_of(reading.at)
        row = {
            "student": student.id,
            "assignment": offer.settings.assignment,
            "sha256": offer.sha256,
            "size": offer.size,
            "file": offer.name,
            "client": offer.client,
            "received": received,
            "jumped_s": reading.jumped_s,
        }
        key = _key(connection.execute(insert(tables.submissions), row))
        fields = {
            "number": f"R-{received[:4]}-{key:06d}",
            "course": offer.settings.course,
            "assignment": offer.settings.assignment,
            "student": student.id,
            "name": student.name,
            "received": received,
            "due": due,
            "late": due is not None and text_of(reading.earliest) > due,
            "sha256": offer.sha256,
            "size": offer.size,
        }
        text = canonical(fields)
        receipt = Receipt(text.decode(), self._secret.sign(text))
        kept = {"submission": key, "number": fields["number"], "text": receipt.text, "signature": receipt.signature}
        connection.execute(insert(tables.receipts), kept)
        _arrive(connection, key, student.id, reading)
        return receipt

    def _facts(self, connection: Connection, offer: Offer) -> Row[Any]:
        """Return `known`, the submission with this content, `newest`, which counts, how many `tries` there were in
        24 hours, and `own_due`, the student's own deadline."""
        since = text_of((datetime.fromtimestamp(self._clock.read().at, UTC) - DAY).timestamp())
        words = {"who": offer.student.id, "what": offer.settings.assignment, "content": offer.sha256, "since": since}
        return connection.execute(_FACTS, words).one()


def _must_have_tries(tries: int, settings: Settings) -> None:
    """Raise TooOftenError where no try is left."""
    if tries >= settings.tries_a_day:
        raise TooOftenError(
            f"you handed in {tries} times in 24 hours, which is as often as the course allows: hand in again later",
            3600,
        )


def _facts_query() -> Select[Any]:
    table, arrivals, extensions = tables.submissions, tables.arrivals, tables.extensions
    known = select(table.c.id).where(
        table.c.student == bindparam("who"),
        table.c.assignment == bindparam("what"),
        table.c.sha256 == bindparam("content"),
    )
    newest = select(arrivals.c.submission).where(arrivals.c.student == bindparam("who"))
    newest = newest.order_by(arrivals.c.id.desc()).limit(1)
    tries = select(func.count()).select_from(table)
    tries = tries.where(table.c.student == bindparam("who"), table.c.received > bindparam("since"))
    own = select(extensions.c.due).where(extensions.c.student == bindparam("who"))
    own = own.order_by(extensions.c.id.desc()).limit(1)
    named = {"known": known, "newest": newest, "tries": tries, "own_due": own}
    return select(*(query.scalar_subquery().label(name) for name, query in named.items()))


_FACTS = _facts_query()


def receipt_of(connection: Connection, submission: int) -> Receipt:
    """Return the receipt that was given for a submission."""
    table = tables.receipts
    query = select(table.c.text, table.c.signature).where(table.c.submission == submission)
    return Receipt(*connection.execute(query).one())


def _arrive(connection: Connection, submission: int, student: str, reading: Reading) -> None:
    row = {"submission": submission, "student": student, "at": text_of(reading.at)}
    key = _key(connection.execute(insert(tables.arrivals), row))
    connection.execute(insert(tables.work), {"arrival": key, "student": student, "state": "waiting"})


def _key(inserted: CursorResult[Any]) -> int:
    assert inserted.inserted_primary_key is not None
    return int(inserted.inserted_primary_key[0])


def _hold(connection: Connection, student: str) -> None:
    """Let one student's files come one after another; SQLite has one writer at a time anyway."""
    table = tables.students
    connection.execute(select(table.c.id).where(table.c.id == student).with_for_update())
