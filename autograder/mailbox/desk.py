"""The desk: takes a file from a student, keeps it, and gives a receipt. The same content gets the same receipt.

First the file is on the disk, then a row says so, then the student is told: after a death at any moment the file and
the row are there, or the student was told nothing and hands in again, which does no harm. The file is never opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, bindparam, func, insert, select

from autograder.collecting.roster import Student
from autograder.mailbox import tables
from autograder.mailbox.blobs import Blobs, Incoming
from autograder.mailbox.clock import Reading, ServerClock
from autograder.mailbox.database import Database
from autograder.mailbox.limits import TooOftenError
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
        self._together = Together(database, self._record, whose=lambda offer: offer.student.id)

    def tries(self, connection: Connection, student: Student) -> int:
        """Return how many files a student has handed in within 24 hours."""
        return int(connection.execute(_TRIES, {"who": student.id, "since": self._since()}).scalar_one())

    def take(self, offer: Offer, incoming: Incoming, tries: int) -> tuple[Receipt, bool]:
        """Keep a file and return the receipt, and whether it is a new one; `tries` were counted before it came.

        Raises TooOftenError where the student has no try left today, DiskFullError, DatabaseAwayError.
        """
        if why := _no_tries(tries, offer.settings):  # then only what is here already is taken
            with self._database.reading() as connection:
                if self._facts(connection, offer).known is None:
                    raise why
        self._blobs.keep(incoming)
        return self._together.do(offer)

    def _record(self, connection: Connection, offers: list[Offer]) -> list[tuple[Receipt, bool] | Exception]:
        """Enter what is on the disk by now, unless it was entered meanwhile; one offer a student."""
        self._blobs.sync()
        answers: dict[str, tuple[Receipt, bool] | Exception] = {}
        new: list[tuple[Offer, str | None]] = []
        for offer in offers:
            if not self._database.is_sqlite:  # which has one writer at a time anyway
                _hold(connection, offer.student.id)
            facts = self._facts(connection, offer)
            if facts.known is not None:
                answers[offer.student.id] = self._again(connection, offer, facts), False
            elif why := _no_tries(facts.tries, offer.settings):
                answers[offer.student.id] = why
            else:
                new.append((offer, facts.own_due or offer.settings.due))
        for (offer, _), receipt in zip(new, self._enter(connection, new), strict=True):
            answers[offer.student.id] = receipt, True
        return [answers[offer.student.id] for offer in offers]

    def _again(self, connection: Connection, offer: Offer, facts: Row[Any]) -> Receipt:
        """An earlier file counts again."""
        if facts.newest != facts.known:
            _arrive(connection, [(facts.known, offer.student.id)], self._clock.read())
        return receipt_of(connection, facts.known)

    def _enter(self, connection: Connection, new: list[tuple[Offer, str | None]]) -> list[Receipt]:
        """Enter new files, each with its deadline, and return their receipts."""
        if not new:
            return []
        reading = self._clock.read()
        keys = _keys(connection, tables.submissions, [_row(offer, reading) for offer, _ in new])
        signed = [self._signed(key, offer, due, reading) for key, (offer, due) in zip(keys, new, strict=True)]
        kept = [
            {"submission": key, "number": number, "text": receipt.text, "signature": receipt.signature}
            for key, (number, receipt) in zip(keys, signed, strict=True)
        ]
        connection.execute(insert(tables.receipts), kept)
        _arrive(connection, [(key, offer.student.id) for key, (offer, _) in zip(keys, new, strict=True)], reading)
        return [receipt for _, receipt in signed]

    def _signed(self, key: int, offer: Offer, due: str | None, reading: Reading) -> tuple[str, Receipt]:
        received = text_of(reading.at)
        number = f"R-{received[:4]}-{key:06d}"
        fields = {
            "number": number,
            "course": offer.settings.course,
            "assignment": offer.settings.assignment,
            "student": offer.student.id,
            "name": offer.student.name,
            "received": received,
            "due": due,
            "late": due is not None and text_of(reading.earliest) > due,
            "sha256": offer.sha256,
            "size": offer.size,
        }
        text = canonical(fields)
        return number, Receipt(text.decode(), self._secret.sign(text))

    def _facts(self, connection: Connection, offer: Offer) -> Row[Any]:
        """Return `known`, the submission with this content, `newest`, which counts, how many `tries` there were in
        24 hours, and `own_due`, the student's own deadline."""
        words = {"who": offer.student.id, "what": offer.settings.assignment, "content": offer.sha256}
        return connection.execute(_FACTS, words | {"since": self._since()}).one()

    def _since(self) -> str:
        return text_of((datetime.fromtimestamp(self._clock.read().at, UTC) - DAY).timestamp())


def _no_tries(tries: int, settings: Settings) -> TooOftenError | None:
    """Return the refusal where no try is left."""
    if tries < settings.tries_a_day:
        return None
    return TooOftenError(
        f"you handed in {tries} times in 24 hours, which is as often as the course allows: hand in again later", 3600
    )


def _row(offer: Offer, reading: Reading) -> dict[str, Any]:
    return {
        "student": offer.student.id,
        "assignment": offer.settings.assignment,
        "sha256": offer.sha256,
        "size": offer.size,
        "file": offer.name,
        "client": offer.client,
        "received": text_of(reading.at),
        "jumped_s": reading.jumped_s,
    }


_TRIES = (
    select(func.count())
    .select_from(tables.submissions)
    .where(tables.submissions.c.student == bindparam("who"), tables.submissions.c.received > bindparam("since"))
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
    own = select(extensions.c.due).where(extensions.c.student == bindparam("who"))
    own = own.order_by(extensions.c.id.desc()).limit(1)
    named = {"known": known, "newest": newest, "tries": _TRIES, "own_due": own}
    return select(*(query.scalar_subquery().label(name) for name, query in named.items()))


_FACTS = _facts_query()


def receipt_of(connection: Connection, submission: int) -> Receipt:
    """Return the receipt that was given for a submission."""
    table = tables.receipts
    query = select(table.c.text, table.c.signature).where(table.c.submission == submission)
    return Receipt(*connection.execute(query).one())


def _arrive(connection: Connection, came: Sequence[tuple[int, str]], reading: Reading) -> None:
    """Note that submissions came, (submission, student), and put them into the queue."""
    rows = [{"submission": key, "student": student, "at": text_of(reading.at)} for key, student in came]
    keys = _keys(connection, tables.arrivals, rows)
    work = [{"arrival": key, "student": who, "state": "waiting"} for key, (_, who) in zip(keys, came, strict=True)]
    connection.execute(insert(tables.work), work)


def _keys(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> list[int]:
    """Enter rows and return their keys, in their order."""
    query = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(connection.execute(query, rows).scalars())


def _hold(connection: Connection, student: str) -> None:
    """Let one student's files come one after another; SQLite has one writer at a time anyway."""
    table = tables.students
    connection.execute(select(table.c.id).where(table.c.id == student).with_for_update())
