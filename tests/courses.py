"""Courses that tests grade: a class of mini submissions, the command that grades it, and all that it leaves behind."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from autograder.collecting.choose import Found
from autograder.collecting.collect import find_submissions
from autograder.grading.grade import Grader, Judged
from autograder.grading.whole_class import grade_class
from autograder.judging.setup import Setup
from autograder.pool import Ended
from autograder.proving.on_file import Answer
from autograder.proving.synthetic import synthetic_class
from tests import mini

_WRONG = {
    "middle": [
        "def middle(values):\n    return values[len(values) // 2]",
        "def middle(values):\n    return min(values)",
    ],
    "Clock": [mini.ANSWERS["Clock"].replace("+=", "="), "class Clock:\n    pass"],
    "spread": ["def spread(values):\n    return max(values) - min(values)", "def spread(values):\n    return (1"],
}


def here(found: Sequence[Found], grader: Grader) -> Iterator[Ended[Judged]]:
    """Judge in this process: an engine for `grade_class`."""
    for index, entry in enumerate(found):
        yield Ended(index, grader.judged(entry))


def mini_class(folder: Path, students: int) -> Path:
    """Make a course of mini submissions, right, wrong, copied and cut off, with its gradebook; return it."""
    wrong = [Answer(name, "wrong", "", text) for name, texts in _WRONG.items() for text in texts]
    right = [(name, f"{mini.ANSWERS[name]}\n# {n}") for name in _WRONG for n in range(8)]
    variants = [Answer(name, "right", "", text) for name, text in right]
    lesson, release = mini.made() / "mini_lesson.py", mini.made() / mini.NOTEBOOK
    options = {"lesson": lesson, "release": release, "wrong": wrong, "variants": variants}
    synthetic_class(folder / "submitted", students, 13, **options)
    mini.gradebook(folder)
    return folder


def grade_course(course: Path, setup: Setup, jobs: int | None = None, engine: Any = None) -> None:
    """Grade as the command does."""
    url, found = f"sqlite:///{course / 'gradebook.db'}", find_submissions(course)
    grade_class(found, setup, course, url, jobs=jobs, engine=engine, folder=course / "submitted")


def left_behind(course: Path) -> dict[str, Any]:
    """Return everything that grading left in a course: results without seconds, notebooks, rows of the gradebook."""
    results = {}
    for path in (course / "results").iterdir():
        results[path.name] = {name: value for name, value in json.loads(path.read_bytes()).items() if name != "seconds"}
    notebooks = {path.parts[-3]: path.read_bytes() for path in (course / "autograded").rglob("*") if path.is_file()}
    return {"results": results, "notebooks": notebooks, "rows": rows(course / "gradebook.db")}


def rows(database: Path) -> list[tuple[Any, ...]]:
    """Return (student, cell, automatic points, flag) of every grade, sorted; a doubled submission shows twice."""
    query = """
        SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score, grade.needs_manual_grade
        FROM grade JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
        JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
        JOIN base_cell ON grade.cell_id = base_cell.id ORDER BY 1, 2, 3, 4
    """
    connection = sqlite3.connect(database)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def points(course: Path) -> dict[str, list[float]]:
    """Return the points of each student by exercise."""
    found = {path.stem: json.loads(path.read_bytes()) for path in sorted((course / "results").glob("*.json"))}
    return {student: [mark["earned"] for mark in data["marks"]] for student, data in found.items()}


def files_written(course: Path) -> int:
    """Count what stands in the folders that grading fills."""
    folders = (course / name for name in ("judged", "autograded", "results"))
    return sum(path.suffix in (".json", ".ipynb") for folder in folders for path in folder.rglob("*"))
