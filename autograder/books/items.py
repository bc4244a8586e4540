"""What a graded class says about the exercises: totals, difficulty, discrimination, and which tests fail most often.

Plain arithmetic on results; knows nothing of pages. Files that could not be read are no answers and are left
out, and so is what could not be judged.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.grading.results import Mark, Result

FEWEST = 10  # submissions; a correlation of fewer says nothing about the exercise
BIN = 5.0  # points


@dataclass(frozen=True)
class Bin:
    """How many totals are in [low, high), points; the last bin holds its upper end too."""

    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Totals:
    """The class's totals in points: how many, the quartiles, the extremes, and a histogram."""

    n: int
    points: float
    lowest: float
    quarter: float
    median: float
    three_quarters: float
    highest: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Item:
    """One exercise: how many of `n` answered it and how many got all its points, the mean share of its points in
    [0, 1] (its difficulty: lower is harder), and how it sets strong from weak submissions apart.

    `discrimination` is the correlation of its points with the points of all other exercises (the point-biserial
    correlation with the rest score where points are all or nothing); None for fewer than 10 submissions, or where
    everybody got the same.
    """

    mark: Mark
    n: int
    answered: int
    full: int
    mean: float
    discrimination: float | None

    @property
    def doubtful(self) -> bool:
        """Whether the exercise hardly tells strong from weak submissions, or tells them the wrong way round."""
        return self.discrimination is not None and self.discrimination < 0.2


@dataclass(frozen=True)
class Failed:
    """One hidden test: how many answers failed it, how many were judged by it, and what most of them were told."""

    test: str
    exercise: str
    number: str
    failed: int
    answered: int
    message: str


def totals(results: Sequence[Result]) -> Totals | None:
    """Return the class's totals, None where there is no score."""
    scored = [result for result in results if result.scored]
    if not scored:
        return None
    earned = sorted(result.earned for result in scored)
    points = max(result.points for result in scored)
    count = max(1, math.ceil(points / BIN))
    where = Counter(min(int(value // BIN), count - 1) for value in earned)
    bins = tuple(Bin(i * BIN, min((i + 1) * BIN, points), where[i]) for i in range(count))
    quarters = statistics.quantiles(earned, n=4, method="inclusive") if len(earned) > 1 else earned * 3
    return Totals(len(earned), points, earned[0], quarters[0], quarters[1], quarters[2], earned[-1], bins)


def items(results: Sequence[Result]) -> list[Item]:
    """Return every exercise in the lesson's order."""
    scored = [result for result in results if result.scored]
    by_exercise: dict[str, list[tuple[Mark, float]]] = {}
    for result in scored:
        for mark in result.marks:
            by_exercise.setdefault(mark.exercise, []).append((mark, result.earned - mark.earned))
    return [_item([mark for mark, _ in marked], [rest for _, rest in marked]) for marked in by_exercise.values()]


def failed_tests(results: Sequence[Result], most: int = 15) -> list[Failed]:
    """Return the hidden tests that most answers failed. Exercises without an answer are not counted."""
    answered: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    told: dict[str, Counter[str]] = {}
    of: dict[str, Mark] = {}
    for mark in (mark for result in results for mark in result.marks if mark.state == "answered"):
        answered[mark.exercise] += 1
        for lost in mark.lost:
            failed[lost.test] += 1
            told.setdefault(lost.test, Counter())[lost.message] += 1
            of[lost.test] = mark
    ranked = sorted(failed, key=lambda test: (-failed[test], test))[:most]
    return [
        Failed(
            test.rpartition("::")[2],
            of[test].exercise,
            of[test].number,
            failed[test],
            answered[of[test].exercise],
            told[test].most_common(1)[0][0],
        )
        for test in ranked
    ]


def _item(marks: Sequence[Mark], rest: Sequence[float]) -> Item:
    earned = [mark.earned for mark in marks]
    points = marks[0].points
    return Item(
        mark=marks[0],
        n=len(marks),
        answered=sum(mark.state == "answered" for mark in marks),
        full=sum(mark.earned >= mark.points for mark in marks),
        mean=statistics.fmean(earned) / points if points else 0.0,
        discrimination=_correlation(earned, rest),
    )


def _correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    if len(one) < FEWEST:
        return None
    try:
        return statistics.correlation(one, other)
    except statistics.StatisticsError:  # one of them is the same for everybody
        return None
