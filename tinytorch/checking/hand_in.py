"""Where a course takes work in: its name, its mailbox's address, its deadline, as `autograder publish` wrote them.

Kept as `tinytorch/course/hand_in.json`, so that it is there wherever the package is, in Colab and in a browser too. A
course that was published without them has no such file. Knows no network.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files

FILE = "hand_in.json"


@dataclass(frozen=True)
class HandIn:
    """What was published: `due` in ISO 8601 with its offset, `where` in the instructor's words; "" for what was not."""

    course: str = ""
    address: str = ""
    due: str = ""
    where: str = ""

    @property
    def by(self) -> str:
        """The deadline as words to be added to a sentence, or nothing."""
        return f" by {moment(self.due)}" if self.due else ""


def load_hand_in() -> HandIn:
    """Return what this package's course published. Raises ValueError where the file was damaged."""
    path = files("tinytorch") / "course" / FILE
    if not path.is_file():
        return HandIn()
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return HandIn(**{name: str(held[name] or "") for name in HandIn.__dataclass_fields__ if name in held})
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} is damaged; fetch the course again, or name the address yourself") from error


def moment(text: str) -> str:
    """Return an ISO 8601 time with an offset in words; raises ValueError for anything else.

    "2026-12-20T23:00+01:00" is "Sunday 20 December 2026, 23:00 (UTC+01:00)".
    """
    when = parsed(text)
    zone = when.strftime("%z")
    offset = "UTC" if when.utcoffset() == UTC.utcoffset(None) else f"UTC{zone[:3]}:{zone[3:5]}"
    return f"{when:%A} {when.day} {when:%B} {when.year}, {when:%H:%M} ({offset})"


def parsed(text: str) -> datetime:
    """Return the time that an ISO 8601 text with an offset says. Raises ValueError, saying how to write it."""
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        raise ValueError(
            f"a time has its offset from UTC, such as 2026-12-20T23:00+01:00 or 2026-12-20T22:00Z, got {text}"
        )
    return when
