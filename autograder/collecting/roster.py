"""A course's roster from a CSV file: a line a student: id, name, and where there are any e-mail, section, group.

Headings are read whatever their order, and as Canvas, Moodle and spreadsheets write them. Who of them handed in is told
by what a platform's file names hold: its number, a login, an e-mail or a name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.collecting.owners import plain_id

ROSTER = "roster.csv"  # where a course keeps it


@dataclass(frozen=True)
class Student:
    """One line of the roster; `id` names the student's files, so it is a file name on every system."""

    id: str
    name: str
    email: str = ""
    section: str = ""
    group: str = ""
    enrolled: bool = True


@dataclass(frozen=True)
class Roll:
    """A roster beside those who handed in: who is who, who is missing, and who is not on it."""

    known: Mapping[str, Student]  # by the id under which they were graded
    missing: tuple[Student, ...]
    strangers: tuple[str, ...]

    def told(self) -> str:
        """What is said of them in a line."""
        n = len(self.known) + len(self.missing)
        lacking = f"; {len(self.missing)} missing: {_some([one.name for one in self.missing])}" if self.missing else ""
        others = f"; not on it: {_some(self.strangers)}" if self.strangers else ""
        return f"{n} on the roster, {len(self.known)} found{lacking}{others}."


def call_the_roll(roster: Sequence[Student], graded: Iterable[str]) -> Roll:
    """Return who of the roster is who of those who were graded; where two could be meant, it is nobody."""
    by: dict[str, list[Student]] = {}
    for one in roster:
        for word in {plain_id(text).casefold() for text in (one.id, one.email, one.name) if text}:
            by.setdefault(word, []).append(one)
    known: dict[str, Student] = {}
    taken: set[str] = set()
    students = list(graded)
    for student in students:
        name, _, number = student.rpartition("_")
        words = [student, *([number, name] if number.isdecimal() and name else [])]
        who = next((found[0] for word in words if len(found := by.get(word.casefold(), [])) == 1), None)
        if who is not None and who.id not in taken:
            known[student] = who
            taken.add(who.id)
    missing = tuple(one for one in roster if one.id not in taken)
    return Roll(known, missing, tuple(student for student in students if student not in known))


def roll_of(course: Path, graded: Iterable[str], path: Path | None = None) -> Roll | None:
    """Return the roll of a course's roster, or another file's; None where there is none. Raises ValueError, OSError."""
    kept = course / ROSTER
    if path is None and not kept.is_file():
        return None
    return call_the_roll(read_roster(path or kept), graded)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "student", "student id", "login", "sis login id", "username", "user", "id number", "matriculation"),
    "name": ("name", "student name", "full name"),
    "first": ("first name", "firstname", "given name"),
    "last": ("last name", "lastname", "surname", "family name"),
    "email": ("email", "e-mail", "email address", "mail"),
    "section": ("section", "class", "sections"),
    "group": ("group", "groups", "team"),
}


def read_roster(path: Path) -> list[Student]:
    """Return the students of a roster. Raises ValueError with the line and the way out, OSError."""
    text = _text(path).lstrip("\r\n")
    if not text.strip():
        raise ValueError(f"{path} is empty; a roster has a line of headings, id and name, and a line for each student")
    headings = text.splitlines()[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=headings.count))
    columns = _columns(reader.fieldnames or ())
    if "id" not in columns and "email" not in columns:
        raise ValueError(
            f"{path} has the headings {', '.join(reader.fieldnames or ())}; one named id, or email, is needed"
        )
    try:
        lines = [(reader.line_num, row) for row in reader if any(value.strip() for value in _texts(row))]
    except csv.Error as error:
        raise ValueError(f"{path}, line {reader.line_num}: {error}; save it once more as CSV") from error
    return _each_once([(number, _student(row, columns)) for number, row in lines], path)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not in UTF-8; save it as CSV UTF-8, names keep their letters then") from error


def _columns(headings: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for heading in list(headings):  # type: ignore[call-overload]
        for name, words in _HEADINGS.items():
            if (heading or "").strip().casefold() in words:
                found.setdefault(name, heading)
    return found


def _texts(row: Mapping[str, object]) -> list[str]:
    return [value for value in row.values() if isinstance(value, str)]


def _student(row: Mapping[str, str | None], columns: Mapping[str, str]) -> Student:
    words = {name: " ".join((row.get(heading) or "").split()) for name, heading in columns.items()}
    both = f"{words.get('first', '')} {words.get('last', '')}".strip()
    own = words.get("id") or words.get("email") or ""
    name = words.get("name") or both or own
    email, section, group = (words.get(key, "") for key in ("email", "section", "group"))
    return Student(plain_id(own) if own else "", name, email, section, group)


def _each_once(students: list[tuple[int, Student]], path: Path) -> list[Student]:
    seen: set[str] = set()
    for number, student in students:
        if not student.id:
            raise ValueError(f"{path}, line {number}: {student.name or 'nobody'} has no id; give each student one")
        if student.id.casefold() in seen:
            raise ValueError(
                f"{path}, line {number}: the id {student.id} stands there twice; each student has one of their own"
            )
        seen.add(student.id.casefold())
    return [student for _, student in students]
