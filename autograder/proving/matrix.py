"""The table that says whether the hidden suites deserve their name: every wrong answer on file loses points in its own
exercise and in no other, every hidden test fails for at least one of them, the reference and every variant written
differently get full marks, and the untouched release none. Runs the real judge on real packages; knows nothing of
students, notebooks or gradebooks."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from autograder.examining.examiner import Outcome
from autograder.examining.verdicts import Verdict, judge
from autograder.judging.own_process import limit_memory
from autograder.pool import spread
from autograder.proving.cases import Case, alone, answered, packed, together
from autograder.proving.on_file import Answer
from autograder.sandbox.confinement import Limits, build_support
from autograder.temporary import Folder
from tinytorch.export import Cell, export_modules, read_lesson, write_package

DEADLINE_S = 120
LIMITS = Limits(wall_s=60)  # a test that loops ends by itself before its process is ended


@dataclass(frozen=True)
class Row:
    """A case, with a single answer where that is wrong, and what the suites said about it."""

    case: Case
    outcomes: tuple[Outcome, ...]
    remarks: tuple[str, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The tests that took points off."""
        return tuple(outcome for outcome in self.outcomes if outcome.earned < outcome.points)

    def lost(self) -> dict[str, float]:
        """Return {exercise: points lost} where any were."""
        found: dict[str, list[float]] = {}
        for outcome in self.failed:
            found.setdefault(outcome.exercise, []).append(outcome.points - outcome.earned)
        return {exercise: math.fsum(points) for exercise, points in found.items()}


@dataclass(frozen=True)
class Matrix:
    """All rows, the reference's first, and the points of each exercise in the lesson's order."""

    points: dict[str, float]
    rows: tuple[Row, ...]

    def problems(self) -> list[str]:
        """Return one sentence for each rule of the table that does not hold; none where the suites deserve trust."""
        found = [*self._unlike_the_lesson()]
        for row in self.rows:
            found += [f"{row.case.name}: {remark}" for remark in row.remarks]
            lost = row.lost()
            match row.case.kind:
                case "wrong":
                    own = row.case.answers[0].exercise
                    found += [f"{row.case.name} gets full marks"] if own not in lost else []
                    found += [f"{row.case.name} loses points of {other} too" for other in lost if other != own]
                case "release":
                    kept = [outcome for outcome in row.outcomes if outcome.earned > 0]
                    found += [f"the untouched release passes {_test(outcome)}" for outcome in kept]
                case _:
                    found += [f"{row.case.name} fails {_test(o)}: {o.message.splitlines()[0]}" for o in row.failed]
        caught = {outcome.test for row in self.rows if row.case.kind == "wrong" for outcome in row.failed}
        idle = [outcome for outcome in self.rows[0].outcomes if outcome.test not in caught]
        return found + [f"no wrong answer fails {_test(outcome)}" for outcome in idle]

    def table(self) -> str:
        """Return the table for people: each exercise's tests with their points and what fails them, then the totals."""
        lines = []
        for exercise, points in self.points.items():
            tests, wrong = self._tests(exercise), self._wrong(exercise)
            variants = sum(answer.exercise == exercise for answer in self._variants())
            head = f"{exercise} ({points:g} points, {variants} variants)"
            lines += ["", head, "-" * len(head)]
            lines += [f"  {number:2d}  {test.points:4g}  {_test(test)}" for number, test in enumerate(tests, start=1)]
            for row in wrong:
                failed = {outcome.test for outcome in row.failed}
                marks = "".join("x" if test.test in failed else "." for test in tests)
                lines.append(f"  {marks:12s} loses {row.lost().get(exercise, 0.0):4g}  {row.case.answers[0].name}")
        wrong = [row for exercise in self.points for row in self._wrong(exercise)]
        named = f"{sum(len(row.failed) == 1 for row in wrong)} fail exactly one test"
        counts = f"{len(self.rows[0].outcomes)} hidden tests, {len(wrong)} wrong answers ({named})"
        return "\n".join([*lines[1:], "", f"{counts}, {len(self._variants())} variants"])

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain data: each exercise's tests, and what each wrong answer fails and loses."""
        return {
            "exercises": [
                {
                    "exercise": exercise,
                    "points": points,
                    "tests": {_test(test): test.points for test in self._tests(exercise)},
                    "wrong_answers": [
                        {
                            "name": row.case.answers[0].name,
                            "fails": [_test(outcome) for outcome in row.failed],
                            "loses": row.lost().get(exercise, 0.0),
                        }
                        for row in self._wrong(exercise)
                    ],
                    "variants": [answer.name for answer in self._variants() if answer.exercise == exercise],
                }
                for exercise, points in self.points.items()
            ],
            "problems": self.problems(),
        }

    def _wrong(self, exercise: str) -> list[Row]:
        rows = [row for row in self.rows if row.case.kind == "wrong" and row.case.answers[0].exercise == exercise]
        return sorted(rows, key=lambda row: row.case.name)

    def _tests(self, exercise: str) -> list[Outcome]:
        return [outcome for outcome in self.rows[0].outcomes if outcome.exercise == exercise]

    def _variants(self) -> list[Answer]:
        return [answer for row in self.rows if row.case.kind == "variants" for answer in row.case.answers]

    def _unlike_the_lesson(self) -> Iterator[str]:
        for name, points in self.points.items():
            total = math.fsum(test.points for test in self._tests(name))
            if not math.isclose(total, points, rel_tol=0, abs_tol=1e-9):
                yield f"the hidden tests of {name} add up to {total:g} points, the lesson says {points:g}"
        for exercise in {outcome.exercise for outcome in self.rows[0].outcomes} - self.points.keys():
            yield f"the lesson has no exercise {exercise}"


def matrix(
    lesson: Path,
    release: Path,
    suites: Path,
    answers: Iterable[Answer],
    variants: Iterable[Answer],
    *,
    seed: int,
    jobs: int,
    whole: bool = False,
) -> Matrix:
    """Judge every case and return the table. `lesson` is the source with solutions, `release` the students' notebook.

    With `whole` each wrong answer stands in a package of its own and all suites judge it: the same table in five times
    the time. Raises RuntimeError where a case could not be judged, and what `read_lesson` and `export_modules` raise.
    """
    cells = read_lesson(lesson)
    wrong = alone(answers) if whole else packed([*answers], export_modules(cells, source=lesson.name), suites)
    cases = [Case("reference"), Case("release"), *wrong, *together(variants)]
    rows: dict[int, list[Row]] = {}
    with Folder("matrix") as folder:
        support = build_support(folder / "support")
        work = partial(judge_case, lesson, release, suites, support, seed)
        for end in spread(work, cases, jobs=jobs, deadline_s=DEADLINE_S, initializer=limit_memory):
            if end.result is None:
                raise RuntimeError(f"{cases[end.index].name} could not be judged: {end.failure}")
            rows[end.index] = list(_rows(cases[end.index], end.result))
    return Matrix(_points(cells), tuple(row for index in range(len(cases)) for row in rows[index]))


def judge_case(lesson: Path, release: Path, suites: Path, support: Path, seed: int, case: Case) -> Verdict:
    """Lay the answers of a case over the lesson (or the release), export the package and judge it."""
    text = {answer.exercise: answer.source for answer in case.answers}
    cells = read_lesson(release if case.kind == "release" else lesson)
    unknown = text.keys() - {cell.grade_id for cell in cells}
    if unknown:
        raise ValueError(f"the lesson has no exercise {', '.join(unknown)}")
    laid = [answered(cell, text) for cell in cells]
    with tempfile.TemporaryDirectory(prefix="package-") as folder:
        package, chosen = Path(folder) / "benchmarking", Path(folder) / "suites"
        write_package(export_modules(laid, source=lesson.name, strict=False), package)
        chosen.mkdir()
        for path in suites.glob("*.py"):
            if not case.suites or path.name in {"conftest.py", *case.suites}:
                shutil.copy(path, chosen)
        return judge(package, support, chosen, seed, LIMITS)


def _rows(case: Case, verdict: Verdict) -> Iterator[Row]:
    """One row a case, and one for each wrong answer of a package that holds several."""
    if not case.told:
        yield Row(case, verdict.outcomes, verdict.remarks)
    for answer, told in zip(case.answers, case.told, strict=bool(case.told)):
        own = tuple(outcome for outcome in verdict.outcomes if outcome.test.partition("::")[0] in told)
        yield Row(Case("wrong", (answer,)), own, verdict.remarks)


def _points(cells: Iterable[Cell]) -> dict[str, float]:
    checks = [cell for cell in cells if cell.kind == "code" and cell.nbgrader.get("grade")]
    return {(cell.grade_id or "").removesuffix("_check"): float(cell.nbgrader["points"]) for cell in checks}


def _test(outcome: Outcome) -> str:
    return outcome.test.rpartition("::")[2]
