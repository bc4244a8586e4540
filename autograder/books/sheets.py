"""Fills in the sheet that Canvas or Moodle itself handed out, so that it can be taken back: every other cell stays.

Canvas: Grades, Export. Moodle: the assignment's grading worksheet, in any language. Knows scores, not how they came.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.books.points import Score
from autograder.grading.results import points_text
from autograder.shown import in_sheet

_CANVAS = {"ID", "SIS User ID", "SIS Login ID", "Section"}
_ASSIGNMENT = re.compile(r".*\(\d+\)")
_IGNORED = "Final"  # Canvas takes a column whose name has this word for one of its own, and passes over it
_IDENTIFIER = re.compile(r"\D*?(\d+)")  # "Participant 500", in any language
_NUMBER = re.compile(r"\d+([.,]\d+)?")
_COMMENTS = re.compile("comment|kommentar|commentaire|comentario|comment[io]|opmerking", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<name>.+)_(?P<number>\d+)", re.DOTALL)


class SheetError(ValueError):
    """A sheet is none of Canvas's or Moodle's, or not clear; the message says the way out."""


@dataclass
class Filled:
    """A filled sheet: its text, how many students have a score in it, and what the instructor should know."""

    text: str
    filled: int = 0
    told: list[str] = field(default_factory=list)


def fill(
    data: bytes, scores: Mapping[str, Score], comments: Mapping[str, str] | None = None, column: str | None = None
) -> Filled:
    """Return the sheet with the scores in it, the students found by the platform's number, login, e-mail or name.

    `scores` and `comments` are by the student's id; `column` names the column of the grade where it is not clear. A
    student whose row is not found, and a row of nobody who was graded, are told. Raises SheetError.
    """
    text, ends = _text(data)
    delimiter = max(",;\t", key=text.splitlines()[0].count) if text.strip() else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if len(rows) < 2:
        raise SheetError("the sheet has no row of a student; export it from the platform once more")
    place = (_canvas if set(rows[0]) >= _CANVAS else _moodle)(rows, column)
    found = _fill(rows, place, scores, comments or {})
    said = io.StringIO()
    csv.writer(said, delimiter=delimiter, lineterminator=ends).writerows(rows)
    found.text = ("\ufeff" if data.startswith(b"\xef\xbb\xbf") else "") + said.getvalue()
    return found


@dataclass(frozen=True)
class _Place:
    """Where things stand in a sheet. `names_of` returns by what a row can be found: its number first, then the rest."""

    rows: range
    grade: int
    names_of: Callable[[Sequence[str]], tuple[str, list[str]]]
    comma: bool = False
    comment: int | None = None
    most: float | None = None
    told: tuple[str, ...] = ()


def _canvas(rows: Sequence[Sequence[str]], column: str | None) -> _Place:
    heads = list(rows[0])
    own = [i for i, head in enumerate(heads) if _ASSIGNMENT.fullmatch(head.strip())]
    if column is not None:
        grade = _named(heads, column)
    elif len(own) == 1:
        [grade] = own
    else:
        names = ", ".join(heads[i] for i in own) or "none"
        raise SheetError(f"the sheet has {len(own)} assignments ({names}); say which with --column NAME")
    first = next((i for i, row in enumerate(rows) if row and row[0].strip().startswith("Points Possible")), 0) + 1
    keys = [heads.index(head) for head in ("SIS Login ID", "SIS User ID", "Student")]
    number = heads.index("ID")

    def names_of(row: Sequence[str]) -> tuple[str, list[str]]:
        return row[number], [row[key] for key in keys]

    most = _number(rows[first - 1][grade]) if first > 1 and len(rows[first - 1]) > grade else None
    told = (f"Canvas passes over a column with the word {_IGNORED!r}: rename {heads[grade]!r} there",)
    return _Place(range(first, len(rows)), grade, names_of, most=most, told=told if _IGNORED in heads[grade] else ())


def _moodle(rows: Sequence[Sequence[str]], column: str | None) -> _Place:
    heads, body = list(rows[0]), rows[1:]
    if any(len(row) != len(heads) for row in body) or not all(_IDENTIFIER.fullmatch(row[0]) for row in body):
        raise SheetError(
            "the sheet is none of Canvas's (Grades, Export) and none of Moodle's (grading worksheet): its first column "
            "holds no participant's number in every row"
        )
    alike = [i for i in range(2, len(heads)) if len({row[i] for row in body}) == 1 and _number(body[0][i])]
    largest = max(alike, default=None)  # the maximum stands behind the grade, the same in every row
    if column is not None:
        grade = _named(heads, column)
    elif largest is not None:
        grade = largest - 1
    else:
        raise SheetError("no column holds the same maximum grade in every row; say --column NAME of the grade's column")
    most = body[0][largest] if largest is not None else ""
    said = [i for i, head in enumerate(heads) if _COMMENTS.search(head)]

    def names_of(row: Sequence[str]) -> tuple[str, list[str]]:
        match = _IDENTIFIER.fullmatch(row[0])
        return match[1] if match else "", [cell for cell in row[1:grade] if cell]

    comment = said[-1] if said else None
    return _Place(range(1, len(rows)), grade, names_of, "," in most, comment, _number(most))


def _named(heads: Sequence[str], column: str) -> int:
    places = [i for i, head in enumerate(heads) if head.strip() == column.strip()]
    if len(places) != 1:
        raise SheetError(f"{len(places)} columns are called {column!r}; there are {', '.join(heads)[:300]}")
    return places[0]


def _fill(rows: list[list[str]], place: _Place, scores: Mapping[str, Score], comments: Mapping[str, str]) -> Filled:
    by_number, by_name = _students(scores)
    found, seen, empty = Filled("", told=list(place.told)), set[str](), list[str]()
    for i in place.rows:
        row = rows[i]
        number, names = place.names_of(row)
        student = by_number.get(number) or next(filter(None, (by_name.get(name.casefold()) for name in names)), None)
        if student is None:
            empty.append(names[-1] if place.comment is None and names else (names or [number])[0])
            continue
        if student in seen:
            found.told.append(f"{student} has two rows; only the first was filled in")
            continue
        seen.add(student)
        score = scores[student]
        if score.earned is not None:
            row[place.grade] = _in_points(score.earned, place.comma)
            found.filled += 1
        if place.comment is not None and comments.get(student):
            row[place.comment] = in_sheet(comments[student])
    lost = [student for student in scores if student not in seen]
    if lost:
        found.told.append(f"{len(lost)} graded and not in the sheet: {_some(lost)}")
    if empty:
        found.told.append(f"{len(empty)} in the sheet and not graded, left as they were: {_some(empty)}")
    most = max((score.of for score in scores.values()), default=0.0)
    if place.most is not None and scores and place.most != most:
        found.told.append(f"the sheet's maximum is {points_text(place.most)}, the points are of {points_text(most)}")
    return found


def _students(scores: Mapping[str, Score]) -> tuple[dict[str, str], dict[str, str]]:
    """Who is meant by a number of the platform, and by a name: nobody where two could be."""
    numbers: dict[str, list[str]] = {}
    names: dict[str, list[str]] = {}
    for student in scores:
        match = _NUMBERED.fullmatch(student)
        if match:
            numbers.setdefault(match["number"], []).append(student)
        for name in {student, match["name"]} if match else {student}:
            names.setdefault(name.casefold(), []).append(student)
    return _single(numbers), _single(names)


def _single(found: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {key: students[0] for key, students in found.items() if len(students) == 1}


def _text(data: bytes) -> tuple[str, str]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError("the sheet is not in UTF-8; export it from the platform as CSV once more") from error
    return text, "\r\n" if "\r\n" in text else "\n"


def _number(text: str) -> float | None:
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text.strip()) else None


def _in_points(points: float, comma: bool) -> str:
    text = points_text(points)
    return text.replace(".", ",") if comma else text


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
