"""The mailbox's tables. What was handed in, when, and what was found is only ever added to, never changed.

`submissions` holds each content of each student once. `arrivals` says in which order contents came: a student who hands
in an earlier file again gets the first receipt, and that file counts again. `work` is the queue, a row an arrival.
Times are ISO 8601 texts in UTC (`times.py`); leases are seconds since 1970. No token and no code stands here, only
their digests.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()
_KEY = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up in INTEGER only

settings = Table(
    "settings", metadata, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False)
)

students = Table(
    "students",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False, default=""),
    Column("section", Text, nullable=False, default=""),
    Column("group", Text, nullable=False, default=""),
    Column("enrolled", Boolean, nullable=False, default=True),
)

codes = Table(  # `student` is None for an instructor's
    "codes",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("student", ForeignKey("students.id"), index=True),
    Column("made", String(20), nullable=False),
    Column("used", String(20)),
)

tokens = Table(
    "tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("student", ForeignKey("students.id"), index=True),
    Column("made", String(20), nullable=False),
    Column("expires", String(20)),
    Column("revoked", String(20)),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", _KEY, primary_key=True, autoincrement=True),
    Column("student", ForeignKey("students.id"), nullable=False),
    Column("assignment", String(100), nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("file", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("received", String(20), nullable=False),
    Column("jumped_s", Float, nullable=False, default=0.0),
    UniqueConstraint("student", "assignment", "sha256", name="once"),
    sqlite_autoincrement=True,  # a number that was given is never given again
)

receipts = Table(
    "receipts",
    metadata,
    Column("submission", ForeignKey("submissions.id"), primary_key=True, autoincrement=False),
    Column("number", String(30), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("signature", Text, nullable=False),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", _KEY, primary_key=True, autoincrement=True),
    Column("submission", ForeignKey("submissions.id"), nullable=False, index=True),
    Column("student", ForeignKey("students.id"), nullable=False, index=True),
    Column("at", String(20), nullable=False),
    sqlite_autoincrement=True,
)

work = Table(
    "work",
    metadata,
    Column("arrival", ForeignKey("arrivals.id"), primary_key=True, autoincrement=False),
    Column("student", ForeignKey("students.id"), nullable=False),
    Column("state", String(20), nullable=False),  # waiting, grading, graded, needs a look
    Column("worker", String(80), nullable=False, default=""),
    Column("lease_until", Float, nullable=False, default=0.0),
    Column("tries", Integer, nullable=False, default=0),
    Column("said", Text, nullable=False, default=""),  # for staff: why it was not graded
    Index("queue", "state", "arrival"),
)

gradings = Table(  # what the grader found, one row a time it was graded; the last counts
    "gradings",
    metadata,
    Column("id", _KEY, primary_key=True, autoincrement=True),
    Column("submission", ForeignKey("submissions.id"), nullable=False, index=True),
    Column("arrival", ForeignKey("arrivals.id"), nullable=False),
    Column("at", String(20), nullable=False),
    Column("scored", Boolean, nullable=False),
    Column("earned", Float),
    Column("points", Float),
    Column("result", Text, nullable=False),
    sqlite_autoincrement=True,
)

extensions = Table(  # the last one of a student counts
    "extensions",
    metadata,
    Column("id", _KEY, primary_key=True, autoincrement=True),
    Column("student", ForeignKey("students.id"), nullable=False, index=True),
    Column("due", String(20)),
    Column("made", String(20), nullable=False),
    sqlite_autoincrement=True,
)

removed = Table(  # contents that were deleted because they were old
    "removed", metadata, Column("sha256", String(64), primary_key=True), Column("at", String(20), nullable=False)
)

log = Table(  # what instructors did
    "log",
    metadata,
    Column("id", _KEY, primary_key=True, autoincrement=True),
    Column("at", String(20), nullable=False),
    Column("what", Text, nullable=False),
    sqlite_autoincrement=True,
)
