"""The index of a course folder, `grading.json`: the seed of the run that is under way, and where students came from.

A run that was ended before its time goes on with the seed it drew, so that the class is graded as if it had not been.
A student who was found in a folder before and is not there any more has left: the result goes to `results/left/`,
where nothing shows it; the gradebook keeps the row, because an instructor's own marks may stand in it.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from autograder.files import PART, write_whole

INDEX = "grading.json"
SCHEMA_VERSION = 1
_LONGEST = 255  # bytes of a file's name


class Record:
    """The index of one course; `begin` and `end` write it."""

    def __init__(self, course: Path) -> None:
        """Read the index; a course without one, or with a damaged one, starts a new one."""
        self._course = course
        try:
            found = json.loads((course / INDEX).read_bytes())
            ours = found["schema_version"] == SCHEMA_VERSION and isinstance(found["from"], dict)
            self._data: dict[str, Any] = found if ours else {}
        except (OSError, ValueError, KeyError, TypeError):
            self._data = {}

    def seed(self, basis: str) -> int:
        """Return the seed of the unfinished run with this basis, else a new one."""
        seed = self._data.get("seed")
        if self._data.get("basis") == basis and self._data.get("complete") is False and isinstance(seed, int):
            return seed
        return secrets.randbelow(2**31)

    def begin(self, folder: Path | None, students: Collection[str], basis: str, seed: int) -> list[str]:
        """Note who is graded from `folder`, set the results of those who left aside, and return their names.

        Nobody has left where no folder is named.
        """
        place = os.path.relpath(folder, self._course) if folder else ""
        # An earlier version noted names that are folders but, with ".json" behind them, no files: nothing is there.
        known: dict[str, str] = {name: at for name, at in self._data.get("from", {}).items() if _is_file_name(name)}
        left = sorted(name for name, where in known.items() if folder and where == place and name not in students)
        for student in left:
            self._set_aside(student)
        for student in students:
            (self._course / "results" / "left" / f"{student}.json").unlink(missing_ok=True)
        known = {name: known[name] for name in known if name not in left} | dict.fromkeys(students, place)
        self._write({"seed": seed, "basis": basis, "complete": False, "from": dict(sorted(known.items()))})
        for part in list(self._parts()):
            part.unlink(missing_ok=True)
        return left

    def end(self) -> None:
        """Note that everybody has a result."""
        self._write({**self._data, "complete": True})

    def _set_aside(self, student: str) -> None:
        results = self._course / "results"
        if (results / f"{student}.json").exists():
            (results / "left").mkdir(exist_ok=True)
            (results / f"{student}.json").replace(results / "left" / f"{student}.json")

    def _parts(self) -> Iterator[Path]:
        """What a run that was killed left half written; the caller is the only writer of these folders."""
        yield from self._course.glob(f"{PART}*")
        for folder in ("results", "autograded"):
            yield from (self._course / folder).rglob(f"{PART}*")

    def _write(self, data: dict[str, Any]) -> None:
        self._data = {"schema_version": SCHEMA_VERSION, **data}
        write_whole(self._course / INDEX, json.dumps(self._data, ensure_ascii=False, indent=1) + "\n")


def _is_file_name(student: str) -> bool:
    return len(os.fsencode(f"{student}.json")) <= _LONGEST
