"""The results of a class as far as they can be read: a damaged file costs its own student's place, and is named."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.results import Result, load_all


@dataclass(frozen=True)
class Loaded:
    """`results` are those that could be read, by student; `lost` stand for files that could not, without points.

    `told` names those files, with the reason, for the instructor: what a result says is for students too.
    """

    results: list[Result]
    lost: list[Result]
    told: list[str]

    @property
    def everybody(self) -> list[Result]:
        """Return a result for each file, sorted by student."""
        return sorted([*self.results, *self.lost], key=lambda result: result.student)


def load_class(folder: Path) -> Loaded:
    """Read the results in `folder`. Raises FileNotFoundError when there is none, ValueError where none can be read."""
    read: list[Result] = []
    damaged: dict[str, str] = {}
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            read.append(Result.from_dict(json.loads(path.read_bytes())))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            damaged[path.stem] = f"{path} cannot be read ({_why(error)}); grade the class again"
    if not read and damaged:
        raise ValueError(next(iter(damaged.values())))
    if not read:
        return Loaded(load_all(folder), [], [])
    read.sort(key=lambda result: result.student)
    return Loaded(read, [_lost(student, read[0]) for student in damaged], list(damaged.values()))


def _lost(student: str, other: Result) -> Result:
    said = "The result cannot be read; your instructor has to grade the class again."
    return Result(student, "", other.seed, "", 0.0, (), remarks=(said,), readable=False, attention=True)


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, json.JSONDecodeError):
        return f"no JSON: line {error.lineno}, column {error.colno}"
    return str(error) if type(error) is ValueError else "entries are missing"
