"""The course in outline: its exercises with their points, prompts and visible checks, and its questions.

Made from the lesson by `tinytorch export`, kept as `tinytorch/course/13_benchmarking.json`, so that it is there where
the notebook's file is not (Colab). It holds what the released notebook shows and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

from tinytorch.export import Cell, ExportError, headings

COURSE = "13_benchmarking"

_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)  # hints, which a page unfolds where somebody asks
_EXERCISE = re.compile(r"Exercise (?P<number>[\d.]+): (?P<title>.+?) \([\d.]+ points?(?:, (?P<size>[^)]+))?\)")
_QUESTION = re.compile(r"\*\*Question (?P<number>\d+) \(")


@dataclass(frozen=True)
class Exercise:
    """One exercise: `name` is the function or class to write, `check` the source of its visible check."""

    number: str  # "3.1"
    title: str
    name: str
    points: float
    size: str  # "about 4 lines"
    section: str  # "3. Schedule"
    prompt: str  # Markdown, one paragraph
    check: str


@dataclass(frozen=True)
class Question:
    """One question that a person reads; `name` is the grade id of the answer's cell."""

    number: str
    name: str
    points: float
    section: str


@dataclass(frozen=True)
class Course:
    """What there is to do, in the order of the notebook."""

    title: str
    exercises: tuple[Exercise, ...]
    questions: tuple[Question, ...]


def outline(cells: Sequence[Cell]) -> Course:
    """Return the outline of a lesson. Raises ExportError, naming the cell, for a check without an exercise over it."""
    titles = [title for cell in cells for level, title, _ in headings(cell) if level == 1]
    items = list(_items(cells))
    exercises = tuple(item for item in items if isinstance(item, Exercise))
    return Course(titles[0] if titles else "", exercises, tuple(item for item in items if isinstance(item, Question)))


def course_text(course: Course) -> str:
    """Return the outline as the text of its file; the same lesson always gives the same text."""
    document = asdict(course)
    for exercise in document["exercises"]:
        exercise["check"] = exercise["check"].split("\n")
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


@cache
def load_course(name: str = COURSE) -> Course:
    """Return the outline that this package carries."""
    document = json.loads((files("tinytorch") / "course" / f"{name}.json").read_text(encoding="utf-8"))
    exercises = [Exercise(**{**each, "check": "\n".join(each["check"])}) for each in document["exercises"]]
    return Course(document["title"], tuple(exercises), tuple(Question(**each) for each in document["questions"]))


def _items(cells: Sequence[Cell]) -> Iterator[Exercise | Question]:
    section = prompt = number = ""
    heading: re.Match[str] | None = None
    for cell in cells:
        for level, title, below in headings(cell):
            section = title if level <= 2 else section
            if match := _EXERCISE.fullmatch(title):
                heading, prompt = match, " ".join(_FOLDED.sub(" ", " ".join(below)).split())
        if cell.kind == "markdown" and (asked := _QUESTION.match(cell.source)):
            number = asked["number"]
        if not cell.nbgrader.get("grade"):
            continue
        points, name = float(cell.nbgrader["points"]), cell.grade_id or ""
        if cell.kind == "markdown":
            yield Question(number, name, points, section)
            continue
        if heading is None:
            raise ExportError(f"cell {name!r} is a check without a heading of its own, such as ### Exercise 3.1: Title")
        name = name.removesuffix("_check")
        yield Exercise(
            heading["number"], heading["title"], name, points, heading["size"] or "", section, prompt, cell.source
        )
        heading = None
