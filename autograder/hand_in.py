"""Where and until when a course takes work in: what an instructor sets, checked, and the words that students read.

The setting is `[tool.tinytorch.course]` in pyproject.toml (hand_in, due, name, where); the environment's
COURSE_HAND_IN, COURSE_DUE, COURSE_NAME and COURSE_WHERE go before it. `tinytorch/checking/hand_in.py` reads what is
written here.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

FILE = "tinytorch/course/hand_in.json"  # in the students' repository
_HERE = ("localhost", "127.0.0.1", "::1")
_VARIABLES = {"hand_in": "COURSE_HAND_IN", "due": "COURSE_DUE", "name": "COURSE_NAME", "where": "COURSE_WHERE"}


@dataclass(frozen=True)
class HandIn:
    """A mailbox's `address`, a deadline `due`, the course's `name`, and `where` the file goes if there is no mailbox.

    Each may be "". Raises ValueError for an address that students could not use safely, for a time without an offset
    from UTC, and for words that would not stand in one line of a page.
    """

    address: str = ""
    due: str = ""
    name: str = ""
    where: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", _address(self.address) if self.address.strip() else "")
        if self.due:
            _time(self.due)
        for text in (self.name, self.where):
            if text and (not text.isprintable() or set(text) & set("<>[]`*|\\")):
                raise ValueError(f"the course's name and place are one line without < > [ ] ` * | and \\, got {text!r}")

    def __bool__(self) -> bool:
        return bool(self.address or self.due or self.name or self.where)

    @property
    def by(self) -> str:
        """The deadline in words: "Sunday 20 December 2026, 23:00 (UTC+01:00)"; "" without one."""
        if not self.due:
            return ""
        when = _time(self.due)
        zone = f"{when:%z}"
        offset = "UTC" if zone == "+0000" else f"UTC{zone[:3]}:{zone[3:5]}"
        return f"{when:%A} {when.day} {when:%B} {when.year}, {when:%H:%M} ({offset})"

    @property
    def text(self) -> str:
        """What `FILE` holds; the same settings give the same text."""
        held = {"course": self.name, "address": self.address, "due": self.due, "where": self.where}
        return json.dumps(held, indent=1, ensure_ascii=False) + "\n"

    @property
    def steps(self) -> str:
        """What students do, in Markdown: name and deadline in one line, then the steps."""
        name = f"**{self.name}.** " if self.name else ""
        due = f"Deadline: **{self.by}**." if self.due else ""
        return "\n\n".join(part for part in (f"{name}{due}".strip(), self._list) if part)

    @property
    def _list(self) -> str:
        if not self.address:
            return (
                f"Bring `benchmarking_dev.ipynb`, that file alone, {f'to {self.where}' if self.where else _OWN_WORDS}."
            )
        return _STEPS.format(address=self.address)


_STEPS = """\
1. Save the notebook, and run its last cell, `tinytorch.submit()`. The first time it asks for the
   code that your course gave you.
2. Keep the receipt that it shows and writes beside the notebook.
3. Later, `tinytorch.feedback()` in any cell shows what became of it.

Or run `tinytorch submit` in a terminal, or drop the file on [the course's page]({address}/)."""
NOWHERE = HandIn()
_OWN_WORDS = "where your course says"


def read_hand_in(root: Path, environ: Mapping[str, str] = os.environ) -> HandIn:
    """Return what `root`/pyproject.toml sets, or the environment, where an empty word counts as none."""
    with (root / "pyproject.toml").open("rb") as file:
        course = tomllib.load(file).get("tool", {}).get("tinytorch", {}).get("course", {})
    said = {name: environ.get(variable) or str(course.get(name) or "") for name, variable in _VARIABLES.items()}
    return HandIn(said["hand_in"], said["due"], said["name"], said["where"])


def told(base: HandIn, address: str | None, due: str | None, name: str | None, where: str | None) -> HandIn:
    """Return the settings with what a command line says in place of them."""
    said = {"address": address, "due": due, "name": name, "where": where}
    return replace(base, **{key: text for key, text in said.items() if text is not None})


def _address(text: str) -> str:
    """An address as students' copies of `tinytorch` take it: https, or this machine's, without a slash at its end."""
    address = text.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        known = bool(parts.hostname) and parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        known = False
    if not known or "@" in parts.netloc or parts.query or parts.fragment or not address.isprintable() or " " in address:
        raise ValueError(f"the mailbox's address is https://, a host and at most a path, got {text!r}")
    if parts.scheme == "http" and parts.hostname not in _HERE:
        raise ValueError(f"over http everybody on the way could read students' keys; serve it over https, got {text!r}")
    return address


def _time(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        raise ValueError(f"a deadline has its offset from UTC, such as 2026-12-20T23:00+01:00, got {text!r}")
    return when
