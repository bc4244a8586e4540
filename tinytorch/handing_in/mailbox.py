"""A course's mailbox as a student meets it: what course it is, a code for a key, hand in, see what became of it.

Checks the form of every answer: a network's login page answers too. Knows neither notebooks nor where keys are kept.
"""

from __future__ import annotations

import importlib.metadata
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from tinytorch.checking.running import one_line
from tinytorch.handing_in.address import normal
from tinytorch.handing_in.errors import HandInError, NoAnswerError, RefusedError
from tinytorch.handing_in.keys import Key
from tinytorch.handing_in.place import place
from tinytorch.handing_in.transport import Answer, send

PAUSES_S = (1.0, 3.0)  # before asking again what may be asked again
PASSING = {502, 503, 504}
_MOVED = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Course:
    """What the mailbox says of itself; `due` in ISO 8601 or ""."""

    name: str
    assignment: str
    notebook: str
    due: str
    max_bytes: int


@dataclass
class Mailbox:
    """The mailbox at an address. `address` becomes where it has moved to, if that is the same host's."""

    address: str
    key: Key | None = None
    client: str = field(default_factory=lambda: f"tinytorch/{_version()} {place()}")

    def course(self) -> Course:
        """Ask what course this is. Raises NoAnswerError, also where what answers is no mailbox."""
        found = self._again("GET", "/course")
        for _ in range(3):
            if found.status not in _MOVED:
                break
            self.address = _moved(self.address, found.headers.get("location", ""))
            found = self._again("GET", "/course")
        said = self._json(found)
        try:
            return Course(
                str(said["course"]),
                str(said["assignment"]),
                str(said["notebook"]),
                said["due"] or "",
                int(said["max_bytes"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise self._no_mailbox() from error

    def exchange(self, code: str) -> Key:
        """Exchange a code, which works once, for a key; asked once only. Raises RefusedError for a wrong one."""
        body = json.dumps({"code": code}).encode()
        said = self._json(self._send("POST", "/tokens", body, {"Content-Type": "application/json"}))
        try:
            return Key(str(said["token"]), one_line(str(said["student"])), one_line(str(said["name"])))
        except KeyError as error:
            raise self._no_mailbox() from error

    def hand_in(self, assignment: str, name: str, data: bytes) -> tuple[dict[str, Any], bool]:
        """Hand in a file; return the signed receipt, and whether the mailbox had the very file before.

        May be asked again after any failure: the mailbox counts the same content once.
        """
        where = f"/submissions?assignment={quote(assignment, safe='')}&name={quote(name, safe='')}"
        found = self._again("POST", where, data, {"Content-Type": "application/octet-stream"})
        said = self._json(found)
        if not isinstance(said.get("receipt"), dict) or not {"number", "sha256", "received"} <= said["receipt"].keys():
            raise self._no_mailbox()
        return said, found.status == 200

    def submissions(self) -> list[dict[str, Any]]:
        """Return what was handed in with this key, newest first."""
        found = self._json(self._again("GET", "/submissions")).get("submissions")
        if not isinstance(found, list) or not all(isinstance(each, dict) and "number" in each for each in found):
            raise self._no_mailbox()
        return found

    def feedback(self, number: str) -> str:
        """Return the page of feedback, HTML. Raises RefusedError, 404, where it is not released yet."""
        found = self._again("GET", f"/submissions/{quote(number, safe='')}/feedback")
        if found.status != 200:
            self._json(found)
            raise self._no_mailbox()
        return found.body.decode("utf-8", "replace")

    def _again(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask, and twice more where nothing answers or the mailbox is away for a moment."""
        for pause in (*PAUSES_S, None):
            try:
                found = self._send(method, path, body, headers)
            except NoAnswerError:
                if pause is None:
                    raise
            else:
                if pause is None or found.status not in PASSING:
                    return found
            time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        own = {"Accept": "application/json, text/html", "X-Client": self.client}
        if self.key is not None:
            own["Authorization"] = f"Bearer {self.key.token}"
        return send(method, f"{self.address}{path}", body, {**own, **(headers or {})})

    def _json(self, found: Answer) -> dict[str, Any]:
        """Return what the mailbox said. Raises RefusedError for its no, NoAnswerError for another's page."""
        try:
            said = json.loads(found.body)
        except ValueError:
            said = None
        if not isinstance(said, dict) or found.status in _MOVED:
            raise self._no_mailbox(found.status)
        if found.status >= 400:
            told = one_line(str(said.get("error") or f"the mailbox answered {found.status}")).rstrip(".")
            raise RefusedError(f"{told}{_later(found)}", found.status)
        return said

    def _no_mailbox(self, status: int | None = None) -> NoAnswerError:
        told = "" if status is None else f" (status {status})"
        return NoAnswerError(
            f"what answers at {self.address} is not the course's mailbox{told}: is the address right, and does this "
            "network want you to log in first?"
        )


def _later(found: Answer) -> str:
    """When to come again, in words, where the mailbox says it and its sentence may not."""
    seconds = found.headers.get("retry-after", "")
    if not seconds.isdecimal():
        return ""
    minutes, rest = divmod(int(seconds), 60)
    return f"; try again in {minutes + (rest > 0)} min" if minutes else f"; try again in {rest} s"


def _moved(address: str, location: str) -> str:
    """The address that a mailbox has moved to: never another host's, to which a key must not go."""
    there = normal(location) if "://" in location else ""
    if not there or urlsplit(there).hostname != urlsplit(address).hostname:
        raise HandInError(
            f"{address} sends you on to {location or 'nowhere'}; ask your course for the address of today"
        )
    return there


def _version() -> str:
    try:
        return importlib.metadata.version("tinytorch-benchmarking")
    except importlib.metadata.PackageNotFoundError:
        return "0"
