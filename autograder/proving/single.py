"""The points of single answers: each stands in a package that is otherwise the lesson's own, and the suites of its
exercise judge it, as they judge a submission. Knows nothing of where the answers come from."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.examining.collected import collected, exercise_of, suite_of
from autograder.examining.verdicts import judge
from autograder.judging.own_process import limit_memory
from autograder.pool import spread
from autograder.proving.cases import answered
from autograder.sandbox.confinement import Limits, Package, build_support
from autograder.temporary import Folder
from tinytorch.export import Cell, export_modules, read_lesson

DEADLINE_S = 120
# An answer takes 0.2 s. A wrong one may send a test into a loop without end, in the grader's own process too: that ends
# by itself, and well before the process would be ended, which says nothing about the answer.
LIMITS = Limits(wall_s=30)


@dataclass(frozen=True)
class Bench:
    """What answers are judged with; `support` is what `build_support` made."""

    lesson: Path
    suites: Path
    support: Path
    seed: int
    limits: Limits = LIMITS


@dataclass(frozen=True)
class Score:
    """What an answer earned of the `points` that its exercise's tests give, and what an instructor would be told.

    `failure` says why it could not be judged; then there are no points.
    """

    earned: float = 0.0
    points: float = 0.0
    remarks: tuple[str, ...] = ()
    failure: str = ""

    @property
    def full(self) -> bool:
        """Whether no test took points off."""
        return not self.failure and math.isclose(self.earned, self.points, rel_tol=0, abs_tol=1e-9)


@contextmanager
def bench(lesson: Path, suites: Path, seed: int) -> Iterator[Bench]:
    """Make the folder that judging needs, for as long as it takes."""
    with Folder("single") as folder:
        yield Bench(lesson, suites, build_support(folder / "support"), seed)


def scores(place: Bench, answers: Sequence[tuple[str, str]], jobs: int) -> list[Score]:
    """Judge each (exercise, source of its cell) in `jobs` processes and return the scores in their order."""
    found = [Score(failure="not judged")] * len(answers)
    for end in spread(partial(score, place), answers, jobs=jobs, deadline_s=DEADLINE_S, initializer=limit_memory):
        found[end.index] = end.result or Score(failure=end.failure)
    return found


def score(place: Bench, answer: tuple[str, str]) -> Score:
    """Judge one answer in this process. Raises SuiteError, SandboxUnavailable, ValueError without the exercise."""
    exercise, source = answer
    cells, ours = _lesson(place.lesson)
    suites = _suites(place.suites).get(exercise)
    if suites is None:
        raise ValueError(f"no hidden test is about {exercise}")
    modules = export_modules([answered(cell, {exercise: source}) for cell in cells], source="lesson", strict=False)
    verdict = judge(Package(modules, ours), place.support, place.suites, place.seed, place.limits, only=suites)
    own = [outcome for outcome in verdict.outcomes if outcome.exercise == exercise]
    earned, points = (math.fsum(getattr(outcome, name) for outcome in own) for name in ("earned", "points"))
    return Score(earned, points, verdict.remarks)


@functools.cache
def _lesson(path: Path) -> tuple[list[Cell], dict[str, str]]:
    """The lesson's cells and its package: what stays the same from answer to answer is compiled once."""
    cells = read_lesson(path)
    return cells, export_modules(cells, source="lesson", strict=False)


@functools.cache
def _suites(folder: Path) -> dict[str, frozenset[str]]:
    """The suites that hold a test about an exercise, by its name."""
    found: dict[str, set[str]] = {}
    for item in collected(folder.resolve()).items:
        found.setdefault(exercise_of(item)[0], set()).add(suite_of(item))
    return {exercise: frozenset(names) for exercise, names in found.items()}
