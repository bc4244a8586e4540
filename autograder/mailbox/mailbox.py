"""A mailbox, opened: its folder in a course, its database, its secret and its settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlalchemy import insert

from autograder.mailbox import access, settings, tables
from autograder.mailbox.blobs import Blobs
from autograder.mailbox.clock import ServerClock
from autograder.mailbox.database import Database
from autograder.mailbox.desk import Desk
from autograder.mailbox.secret import Secret, open_secret
from autograder.mailbox.settings import Settings

FOLDER = "mailbox"
DATABASE = "mailbox.db"
URL_VARIABLE = "AUTOGRADER_MAILBOX_DB"  # where a URL with a password is not seen in a list of processes


class NoMailboxError(ValueError):
    """There is no mailbox in a course; the message says how one is made."""


@dataclass(frozen=True)
class Mailbox:
    """One course's mailbox; `course` is the course's folder, everything of the mailbox's own is in `course/mailbox`."""

    course: Path
    database: Database
    blobs: Blobs
    secret: Secret
    clock: ServerClock = field(default_factory=ServerClock)

    @property
    def folder(self) -> Path:
        """The mailbox's own folder."""
        return self.course / FOLDER

    @cached_property
    def desk(self) -> Desk:
        """What takes files."""
        return Desk(self.database, self.blobs, self.secret, self.clock)

    @property
    def settings(self) -> Settings:
        """The settings as they are now. Raises NoMailboxError where there are none."""
        with self.database.reading() as connection:
            found = settings.load(connection)
        if found is None:
            raise NoMailboxError(f"there is no mailbox in {self.course}; `autograder serve {self.course}` makes one")
        return found

    def set(self, change: Callable[[Settings], Settings]) -> Settings:
        """Change the settings and return them as they are now."""
        with self.database.writing() as connection:
            found = settings.load(connection)
            if found is None:
                raise NoMailboxError(
                    f"there is no mailbox in {self.course}; `autograder serve {self.course}` makes one"
                )
            new = change(found)
            settings.save(connection, new)
        return new

    def note(self, what: str) -> None:
        """Write down what an instructor did."""
        with self.database.writing() as connection:
            connection.execute(insert(tables.log).values(at=access.now(), what=what))

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def open_mailbox(course: Path, url: str | None = None) -> Mailbox:
    """Open the mailbox of a course; `url` is its database where that is not the folder's own.

    Raises NoMailboxError, DatabaseAwayError, and ValueError for a URL or a secret that is none.
    """
    if not (course / FOLDER).is_dir():
        raise NoMailboxError(f"there is no mailbox in {course}; `autograder serve {course}` makes one")
    return _opened(course, url)


def make_mailbox(course: Path, url: str | None, first: Settings) -> Mailbox:
    """Open the mailbox of a course, made with these settings where there is none. Raises what `open_mailbox` raises."""
    (course / FOLDER).mkdir(parents=True, exist_ok=True, mode=0o700)
    mailbox = _opened(course, url)
    with mailbox.database.writing() as connection:
        if settings.load(connection) is None:
            settings.save(connection, first)
    return mailbox


def _opened(course: Path, url: str | None) -> Mailbox:
    course = course.resolve()
    folder = course / FOLDER
    database = Database(database_url(folder, url))
    return Mailbox(course, database, Blobs(folder), open_secret(folder))


def database_url(folder: Path, url: str | None) -> str:
    """Return the database of a mailbox: the one that is named, that of the environment, or its folder's own."""
    return url or os.environ.get(URL_VARIABLE) or f"sqlite:///{folder / DATABASE}"
