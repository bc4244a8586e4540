"""What an instructor sets for a course: names, deadline, limits, when students see points. Kept in the database."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from autograder.mailbox import tables
from autograder.mailbox.times import read_time

SHOW = ("at once", "after the deadline", "on release")


@dataclass(frozen=True)
class Settings:
    """One course. Times are texts of `times.py`; `due` and `released` are None where there is none.

    `seed` is what the hidden tests' inputs are drawn from, one for the assignment. `origins` are the pages of other
    sites that may hand in, such as `https://course.github.io`.
    """

    course: str
    assignment: str
    notebook: str
    seed: int
    due: str | None = None
    show: str = "on release"
    released: str | None = None
    origins: tuple[str, ...] = ()
    max_bytes: int = 20_000_000
    tries_a_day: int = 20
    uploads_a_minute: int = 12
    refusals_a_minute: int = 60
    lease_s: float = 60.0


_READ_ONLY = ("assignment", "notebook", "seed")


def first_settings(course: str, assignment: str, notebook: str) -> Settings:
    """Return what a new mailbox begins with; its seed is drawn."""
    return Settings(course, assignment, notebook, secrets.randbelow(2**31))


_ROW = "course"
_STORED = select(tables.settings.c.value).where(tables.settings.c.name == _ROW)


def load(connection: Connection) -> Settings | None:
    """Read the settings; None where the mailbox is new."""
    text = connection.execute(_STORED).scalar()
    if text is None:
        return None
    found: dict[str, Any] = json.loads(text)
    known = {each.name for each in fields(Settings)}
    return Settings(
        **{name: value for name, value in found.items() if name in known} | {"origins": tuple(found["origins"])}
    )


def save(connection: Connection, settings: Settings) -> None:
    """Write the settings."""
    connection.execute(delete(tables.settings))
    connection.execute(insert(tables.settings), {"name": _ROW, "value": json.dumps(asdict(settings))})


def changed(settings: Settings, words: Mapping[str, str]) -> Settings:
    """Return the settings with what a person wrote. Raises ValueError with the rule, the value and the way out."""
    return Settings(**{**asdict(settings), **{name: _value(name, text) for name, text in words.items()}})


def _value(name: str, text: str) -> Any:
    kinds = {each.name: each.type for each in fields(Settings)}
    if name not in kinds or name in _READ_ONLY:
        allowed = ", ".join(each for each in kinds if each not in _READ_ONLY)
        raise ValueError(f"{name!r} cannot be set; what can be set: {allowed}")
    if name in ("due", "released"):
        return None if text in ("", "none") else read_time(text)
    if name == "origins":
        return tuple(_origin(each) for each in text.replace(",", " ").split())
    if name == "show" and text not in SHOW:
        raise ValueError(f"points are shown {', '.join(map(repr, SHOW))}; got {text!r}")
    return _number(name, text) if kinds[name] in ("int", "float") else text


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) >= 1):
        raise ValueError(f"{name} is a whole number from 1 up, got {text!r}")
    return int(text)


def _origin(text: str) -> str:
    scheme, _, host = text.rstrip("/").partition("://")
    if scheme not in ("http", "https") or not host or "/" in host or "*" in host:
        raise ValueError(f"an origin is a scheme and a host, like https://course.github.io, got {text!r}")
    return f"{scheme}://{host}".lower()
