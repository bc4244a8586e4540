"""Results in the forms that other systems take: Canvas's and Moodle's grade sheets, Gradescope's results, plain CSV.

Made from results alone. The student's id holds what Canvas and Moodle need where `owners.py` read it from their own
file names; elsewhere those columns are empty: `sheets.py` fills in what the platform itself handed out. Points are the
gradebook's where a person gave some there, which stays the book of record.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.books.points import Score, scores
from autograder.collecting.owners import plain_id
from autograder.collecting.roster import Roll
from autograder.files import write_whole
from autograder.grading.autograded import feedback_lines
from autograder.grading.results import NOT_JUDGED, Mark, Result, points_text
from autograder.shown import in_sheet

FORMATS = ("gradescope", "canvas", "moodle", "csv")
TITLE = "13 Benchmarking"
Points = Mapping[str, Score]  # by student
_NUMBERED = re.compile(r"(?P<name>.+)_(?P<number>\d+)")


def export(
    results: Sequence[Result],
    how: str,
    folder: Path,
    title: str = TITLE,
    points: Points | None = None,
    roll: Roll | None = None,
) -> list[Path]:
    """Write the results as `how` takes them into `folder` and return the paths. Raises ValueError for another format.

    `points` are by student, without them those of the suites. `title` names Canvas's assignment: "13 Benchmarking
    (4711)" with its number, or a new column is made there.
    """
    if how == "gradescope":
        return [
            write_whole(folder / "gradescope" / plain_id(result.student) / "results.json", _json(gradescope(result)))
            for result in results
        ]
    tables = {
        "canvas": lambda: canvas(results, title, points),
        "moodle": lambda: moodle(results, points),
        "csv": lambda: plain(results, points, roll),
    }
    if how not in tables:
        raise ValueError(f"no such format: {how}; there are {', '.join(FORMATS)}")
    return [write_whole(folder / f"{how}.csv", tables[how]())]


def gradescope(result: Result) -> dict[str, Any]:
    """Return one student's `results.json`: a test an exercise, with the feedback that the student's page has.

    What names a hidden test or the seed is in `extra_data`, which Gradescope shows to nobody. What could not be judged
    has no score: Gradescope then keeps none.
    """
    said = [*result.remarks, *(f"{question.title}: to be read by your instructor." for question in result.questions)]
    return {
        **({"score": round(result.earned, 6)} if result.judged else {}),
        "execution_time": round(result.seconds),
        "output": "\n".join(said),
        "output_format": "text",
        "test_output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_gradescope_test(mark) for mark in result.marks if result.judged],
        "extra_data": {
            "seed": result.seed,
            "sandbox": result.tier,
            "attention": result.attention,
            "staff": list(result.staff),
            "lost": {lost.test: round(lost.points - lost.earned, 6) for mark in result.marks for lost in mark.lost},
        },
    }


def canvas(results: Sequence[Result], title: str = TITLE, points: Points | None = None) -> str:
    """Return a sheet for Canvas's gradebook import: its five columns for the student, then the assignment."""
    points = scores(results) if points is None else points
    most = max((score.of for score in points.values()), default=0.0)
    rows: list[list[str]] = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title],
        ["    Points Possible", "", "", "", "", points_text(most)],
    ]
    for result in results:
        name, number = _name_and_number(result.student)
        login = "" if number else name
        rows.append([name, number, "", login, "", _score(points[result.student])])
    return _csv(rows)


def moodle(results: Sequence[Result], points: Points | None = None) -> str:
    """Return a sheet for Moodle's "Upload grading worksheet"; Moodle finds a participant by the identifier."""
    points = scores(results) if points is None else points
    rows = [["Identifier", "Full name", "Grade", "Maximum grade", "Feedback comments"]]
    for result in results:
        name, number = _name_and_number(result.student)
        identifier = f"Participant {number}" if number else ""
        score = points[result.student]
        rows.append([identifier, name, _score(score), points_text(score.of), in_words(result)])
    return _csv(rows)


def plain(results: Sequence[Result], points: Points | None = None, roll: Roll | None = None) -> str:
    """Return a row a student: total, each exercise, written answers to read, and what an instructor should know.

    With a roll, its name and section stand behind, and whoever handed in nothing has a row without points.
    """
    points = scores(results) if points is None else points
    exercises = list(dict.fromkeys(mark.exercise for result in results for mark in result.marks))
    rows = [["student", "total", "of", *exercises, "written answers to read", "needs attention", "remarks"]]
    for result in results:
        earned = {mark.exercise: points_text(mark.earned) for mark in result.marks}
        marks = [earned.get(name, "") for name in exercises] if result.scored else [""] * len(exercises)
        told = [str(result.to_read), "yes" if result.attention else "", " ".join([*result.remarks, *result.staff])]
        score = points[result.student]
        total = _score(score) if result.judged else NOT_JUDGED
        rows.append([result.student, total, points_text(score.of), *marks, *told])
    if roll is not None:
        people = [roll.known.get(row[0]) for row in rows[1:]]
        rows[0] += ["name", "section"]
        for row, one in zip(rows[1:], people, strict=True):
            row += [one.name, one.section] if one else ["", "not on the roster"]
        empty = [""] * (len(exercises) + 3)
        rows += [[one.id, "", *empty, "handed in nothing", one.name, one.section] for one in roll.missing]
    return _csv(rows)


def _gradescope_test(mark: Mark) -> dict[str, Any]:
    return {
        "name": mark.title,
        "number": mark.number,
        "score": round(mark.earned, 6),
        "max_score": mark.points,
        "status": "passed" if mark.earned >= mark.points else "failed",
        "output": feedback_lines(mark).strip(),
        "output_format": "text",
        "visibility": "visible",
    }


def _score(score: Score) -> str:
    return "" if score.earned is None else points_text(score.earned)


def in_words(result: Result) -> str:
    """What a student is told beside the grade: the exercises with lost points, and what was repaired."""
    lost = [
        f"{mark.number} {mark.title}: {points_text(mark.earned)} of {points_text(mark.points)}."
        for mark in result.marks
        if result.scored and mark.earned < mark.points
    ]
    return " ".join([*result.remarks, *lost])


def _name_and_number(student: str) -> tuple[str, str]:
    match = _NUMBERED.fullmatch(student)
    return (match["name"], match["number"]) if match else (student, "")


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([in_sheet(cell) for cell in row] for row in rows)
    return text.getvalue()


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
