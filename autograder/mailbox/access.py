"""Who is asking: one-time codes, the tokens that they are exchanged for, and instructors' sessions.

Of each only a digest is stored, made with the mailbox's secret. A code is for one line of the roster, works once, and
ends when a newer one is made for the same line. What is not known here is refused.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from autograder.collecting.roster import Student
from autograder.mailbox import people, tables
from autograder.mailbox.secret import Secret
from autograder.mailbox.times import text_of

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is read as another one
GROUPS, OF = 3, 4  # 12 letters, 58 bits
SESSION_S = 12 * 3600


class Refused(PermissionError):  # noqa: N818 - it is the request that is at fault
    """Somebody who may not; the message is one sentence with the way out."""


class Forbidden(Refused):
    """Somebody who may not with what was shown: a code, or a form."""


MISSING = "this needs your token: exchange your instructor's code for one, with tinytorch.submit() or on this page"
UNKNOWN = "this token is not known, or was revoked: ask your instructor for a new code"
BAD_CODE = "this code is not known or was used before: type it as it was given, or ask your instructor for a new one"


def now() -> str:
    """Return the time as text."""
    return text_of(datetime.now(UTC).timestamp())


def plain_code(text: str) -> str:
    """Return what a person typed as it was made: without spaces and hyphens, in capitals."""
    return "".join(c for c in text.upper() if c.isalnum())


def new_code(connection: Connection, secret: Secret, student: str | None) -> str:
    """Make a code for a student, or for an instructor (None), and return it; earlier unused ones end."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(GROUPS * OF))
    table, made = tables.codes, now()
    unused = update(table).where(table.c.student == student, table.c.used.is_(None))
    connection.execute(unused.values(used=made))
    digest = secret.digest("code", letters)
    connection.execute(insert(table).values(digest=digest, student=student, made=made))
    return "-".join(letters[i : i + OF] for i in range(0, len(letters), OF))


def exchange(connection: Connection, secret: Secret, code: str) -> tuple[str, Student]:
    """Return a new token for a student's code. Raises Refused."""
    student = _use(connection, secret, code)
    found = people.find(connection, student) if student else None
    if found is None or not found.enrolled:
        raise Forbidden(BAD_CODE)
    return _token(connection, secret, "token", found.id, None), found


def is_open(connection: Connection, secret: Secret, code: str) -> bool:
    """Say whether a code could be used; nothing is written for one that could not."""
    table = tables.codes
    digest = secret.digest("code", plain_code(code[:100]))
    return (
        connection.execute(select(table.c.digest).where(table.c.digest == digest, table.c.used.is_(None))).first()
        is not None
    )


def begin_session(connection: Connection, secret: Secret, code: str) -> str:
    """Return a new session for an instructor's code. Raises Refused."""
    if _use(connection, secret, code) is not None:
        raise Forbidden(BAD_CODE)
    return _token(connection, secret, "session", None, text_of(datetime.now(UTC).timestamp() + SESSION_S))


_WHO = (
    select(tables.students)
    .join(tables.tokens, tables.tokens.c.student == tables.students.c.id)
    .where(tables.tokens.c.digest == bindparam("shown"), tables.tokens.c.revoked.is_(None))
)


def who(connection: Connection, secret: Secret, token: str) -> Student:
    """Return whose token it is. Raises Refused for an unknown or revoked one, and for who left the course."""
    row = connection.execute(_WHO, {"shown": secret.digest("token", token)}).mappings().first()
    if row is None or not row["enrolled"]:
        raise Refused(UNKNOWN)
    return Student(**row)


def is_instructor(connection: Connection, secret: Secret, session: str) -> bool:
    """Say whether a session is an instructor's, and has not ended."""
    table = tables.tokens
    query = select(table.c.digest).where(
        table.c.digest == secret.digest("session", session), table.c.student.is_(None), table.c.revoked.is_(None)
    )
    return connection.execute(query.where(table.c.expires > now())).first() is not None


def end_session(connection: Connection, secret: Secret, session: str) -> None:
    """End an instructor's session."""
    digest = secret.digest("session", session)
    connection.execute(update(tables.tokens).where(tables.tokens.c.digest == digest).values(revoked=now()))


def revoke(connection: Connection, student: str | None) -> int:
    """Revoke all tokens and unused codes of a student, or of all instructors (None); return how many tokens."""
    codes, tokens = tables.codes, tables.tokens
    connection.execute(update(codes).where(codes.c.student == student, codes.c.used.is_(None)).values(used=now()))
    mine = update(tokens).where(tokens.c.student == student, tokens.c.revoked.is_(None))
    return int(connection.execute(mine.values(revoked=now())).rowcount)


def _use(connection: Connection, secret: Secret, code: str) -> str | None:
    """Mark a code as used and return whose it was. Raises Refused."""
    table = tables.codes
    mine = table.c.digest == secret.digest("code", plain_code(code[:100]))
    if not connection.execute(update(table).where(mine, table.c.used.is_(None)).values(used=now())).rowcount:
        raise Forbidden(BAD_CODE)
    student: str | None = connection.execute(select(table.c.student).where(mine)).scalar()
    return student


def _token(connection: Connection, secret: Secret, kind: str, student: str | None, expires: str | None) -> str:
    token = secrets.token_urlsafe(32)
    row = {"digest": secret.digest(kind, token), "student": student, "made": now(), "expires": expires}
    connection.execute(insert(tables.tokens).values(**row))
    return token
