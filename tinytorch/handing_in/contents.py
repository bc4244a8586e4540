"""What a notebook holds of what there is to do: which answers are there, which are empty, which the kernel ran last.

Reads cells, runs nothing. An answer is found by its cell's name, or by what it defines where a copy has lost the names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tinytorch.checking.outline import Course, Exercise, Question
from tinytorch.export import Cell

_STUB = re.compile(r"^\s*raise NotImplementedError\(.write your answer here.\)", re.MULTILINE)
_UNWRITTEN = {"", "YOUR ANSWER HERE"}


@dataclass(frozen=True)
class Contents:
    """The exercises and questions that have an answer, right or wrong, and those that have none."""

    found: tuple[Exercise | Question, ...]
    empty: tuple[Exercise | Question, ...]

    def __str__(self) -> str:
        told = f"{len(self.found)} of {len(self.found) + len(self.empty)} answers are in it"
        return f"{told}; empty: {_numbers(self.empty)}" if self.empty else told


def contents(cells: Sequence[Cell], course: Course) -> Contents:
    """Say which answers a notebook holds."""
    items = _items(course)
    held = {item.name for item in items if _is_answered(answer_to(item, cells))}
    found = tuple(item for item in items if item.name in held)
    return Contents(found, tuple(item for item in items if item.name not in held))


def is_ours(cells: Sequence[Cell], course: Course) -> bool:
    """Say whether these are the cells of the course's notebook: one of its exercises or questions is in it."""
    return any(answer_to(item, cells) is not None for item in _items(course))


def answer_to(item: Exercise | Question, cells: Sequence[Cell]) -> Cell | None:
    """Return the cell that is, or would be, the answer to an exercise or a question."""
    named = next((cell for cell in cells if cell.grade_id == item.name), None)
    if named is not None or isinstance(item, Question):
        return named
    return next((cell for cell in cells if cell.kind == "code" and _defines(item.name, cell.source)), None)


def differing(ran: Sequence[str], cells: Sequence[Cell], course: Course) -> list[Exercise]:
    """Return the exercises whose cell, as it was last run, is not what the notebook holds. `ran` is oldest first."""
    behind = []
    for item in course.exercises:
        last = next((source for source in reversed(ran) if _defines(item.name, source)), None)
        cell = answer_to(item, cells)
        if last is not None and (cell is None or _lines(cell.source) != _lines(last)):
            behind.append(item)
    return behind


def label(item: Exercise | Question) -> str:
    """Return how the notebook calls it."""
    if isinstance(item, Question):
        return f"question {item.number}"
    return f"Exercise {item.number} ({item.title})"


def _numbers(items: Sequence[Exercise | Question]) -> str:
    """Name many in few words: "Exercises 1.1, 2.3; question 2"."""
    exercises = [item.number for item in items if isinstance(item, Exercise)]
    questions = [item.number for item in items if isinstance(item, Question)]
    named = [("Exercise", exercises), ("question", questions)]
    return "; ".join(f"{kind}{'s' if len(each) > 1 else ''} {', '.join(each)}" for kind, each in named if each)


def _items(course: Course) -> list[Exercise | Question]:
    return [*course.exercises, *course.questions]


def _is_answered(cell: Cell | None) -> bool:
    if cell is None:
        return False
    return cell.source.strip() not in _UNWRITTEN and not _STUB.search(cell.source)


def _defines(name: str, source: str) -> bool:
    return bool(re.search(rf"^(async def|def|class) {name}\b", source, re.MULTILINE))


def _lines(source: str) -> list[str]:
    return [line.rstrip() for line in source.strip().split("\n")]
