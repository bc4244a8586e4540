"""What stands in a sheet for a student: the points of the gradebook, where a person gave some, else the suites'."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from autograder.books.given import Gifts, total
from autograder.grading.results import Result

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Score:
    """Points of a student, None where nothing could be judged: an empty cell changes no grade, a 0 would be a verdict.

    `waiting` are written answers that nobody has graded yet; they count nothing so far.
    """

    earned: float | None
    of: float
    waiting: int = 0


def scores(
    results: Iterable[Result], given: Mapping[str, Gifts] = NOTHING, penalties: Mapping[str, float] = NOTHING
) -> dict[str, Score]:
    """Return each student's score, as nbgrader's own export counts it: automatic, manual and extra points, less what is
    taken for lateness, never below 0.

    As long as nobody graded a question of anyone, the questions are left out, of the points and of what can be had.
    """
    class_ = list(results)
    names = {question.name for result in class_ for question in result.questions}
    graded = any(gift.points is not None for gifts in given.values() for name, gift in gifts.items() if name in names)
    return {result.student: _score(result, given.get(result.student, {}), penalties, graded) for result in class_}


def _score(result: Result, given: Gifts, penalties: Mapping[str, float], graded: bool) -> Score:
    earned, of = total(result, given)
    waiting = [question for question in result.questions if question.answer and not _given(given, question.name)]
    if not graded:
        of -= result.question_points
    if not result.scored:
        return Score(None, of)
    return Score(max(0.0, earned - penalties.get(result.student, 0.0)), of, len(waiting) if graded else 0)


def _given(given: Gifts, name: str) -> bool:
    return name in given and given[name].points is not None
