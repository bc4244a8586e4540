"""What grading found, as plain frozen data, and its JSON files: `results/<student>.json`, written whole or not at all.

Knows nothing of how the points came about, of nbgrader, or of how they are shown.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from autograder.files import write_whole

SCHEMA_VERSION = 2

State = Literal["answered", "unanswered", "refused", "not judged"]
NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Lost:
    """One hidden test that did not give all its points. `test` is its name, for the instructor, never the student."""

    test: str
    points: float
    earned: float
    message: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One exercise: its points, what was earned (0 <= earned <= points), and why points were lost.

    `section` and `number` are the lesson's: "3. Schedule", "3.1". `state` says whether there was an answer; for
    "refused", `reason` says why the released stub was graded instead. What was "not judged" has no points to be shown.
    """

    exercise: str
    title: str
    module: str
    points: float
    earned: float
    state: State = "answered"
    reason: str = ""
    lost: tuple[Lost, ...] = ()
    section: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One written question, for the instructor to read; `answer` is None when there is none, `asked` its wording."""

    name: str
    title: str
    points: float
    answer: str | None = None
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One graded submission. `seconds` is how long the suites took, and all that differs from run to run with one seed.

    `remarks` are for the student and for staff, `staff` for staff alone: what went wrong with a hidden test, the
    machine or the gradebook. `judged` is False where the grader could not do its work: then there is no score, and the
    next run judges again. `key` names what was judged: equal keys are the same answers under the same suites; "" where
    nothing was judged.
    """

    student: str
    file: str
    seed: int
    tier: str
    seconds: float
    marks: tuple[Mark, ...]
    questions: tuple[Question, ...] = ()
    remarks: tuple[str, ...] = ()
    readable: bool = True
    attention: bool = False
    key: str = ""
    staff: tuple[str, ...] = ()
    judged: bool = True

    @property
    def scored(self) -> bool:
        """Whether there is a score: a file that cannot be read has none, nor has one that could not be judged."""
        return self.readable and self.judged

    @property
    def score_text(self) -> str:
        """The automatic points for people."""
        return points_text(self.earned) if self.judged else NOT_JUDGED

    @property
    def earned(self) -> float:
        """Automatic points earned; the sum does not depend on the order of the marks."""
        return math.fsum(mark.earned for mark in self.marks)

    @property
    def points(self) -> float:
        """Automatic points that could be earned."""
        return math.fsum(mark.points for mark in self.marks)

    @property
    def question_points(self) -> float:
        """Points of the written questions, given by the instructor."""
        return math.fsum(question.points for question in self.questions)

    @property
    def to_read(self) -> int:
        """How many written answers wait for the instructor."""
        return sum(question.answer is not None for question in self.questions)

    @property
    def said(self) -> tuple[str, ...]:
        """What staff should know: whether to look, all remarks, and which answers could not be used."""
        head = ("needs attention",) if self.attention else ()
        refused = (f"{mark.exercise}: {mark.reason}" for mark in self.marks if mark.state == "refused")
        return (*head, *self.remarks, *self.staff, *refused)

    def by_module(self) -> dict[str, tuple[float, float]]:
        """Return {module: (earned, points)} in the lesson's order."""
        modules = dict.fromkeys(mark.module for mark in self.marks)
        return {
            module: (
                math.fsum(mark.earned for mark in self.marks if mark.module == module),
                math.fsum(mark.points for mark in self.marks if mark.module == module),
            )
            for module in modules
        }

    def to_dict(self) -> dict[str, Any]:
        """Return plain data with a schema version and the totals."""
        earned = self.earned if self.judged else None
        head = {"schema_version": SCHEMA_VERSION, "earned": earned, "points": self.points}
        return {**head, **asdict(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Result:
        """Read what `to_dict` wrote. Raises ValueError for another schema version, KeyError or TypeError for damage."""
        if data.get("schema_version") != SCHEMA_VERSION:
            found = data.get("schema_version")
            raise ValueError(
                f"results of schema version {SCHEMA_VERSION} are needed, got {found}; grade the class again"
            )
        fields = {name: data[name] for name in cls.__dataclass_fields__}
        fields["marks"] = tuple(
            shared(replace(Mark(**mark), lost=tuple(Lost(**lost) for lost in mark["lost"]))) for mark in data["marks"]
        )
        fields["questions"] = tuple(Question(**question) for question in data["questions"])
        fields |= {name: tuple(data[name]) for name in ("remarks", "staff")}
        return cls(**fields)


@lru_cache(maxsize=4096)
def shared(mark: Mark) -> Mark:
    """Return the mark, or an equal one from before: in a class of thousands most are the same, and fill memory once."""
    return mark


def points_text(points: float) -> str:
    """Return points for people: at most two decimals, none where there is nothing behind the point."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def save(result: Result, folder: Path) -> Path:
    """Write `<student>.json` into `folder` and return its path."""
    text = json.dumps(result.to_dict(), ensure_ascii=False, indent=1)
    return write_whole(folder / f"{result.student}.json", text + "\n")


def load(student: str, folder: Path) -> Result | None:
    """Read one student's result; None where there is none, or none that this version can read."""
    try:
        return Result.from_dict(json.loads((folder / f"{student}.json").read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def load_all(folder: Path) -> list[Result]:
    """Read every result in `folder`, sorted by student. Raises FileNotFoundError when there is none."""
    paths: Iterable[Path] = folder.glob("*.json") if folder.is_dir() else ()
    results = [Result.from_dict(json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    if not results:
        raise FileNotFoundError(f"no results in {folder}; run `autograder grade` first")
    return sorted(results, key=lambda result: result.student)
