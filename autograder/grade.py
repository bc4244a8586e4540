"""Grade one submission: read, lay into our notebook, export, judge in the sandbox, count points.

The same file with the same seed gives the same points to the last decimal. Whatever a file holds, the answer is a
result; answers that keep the package from being imported are set aside and cost their own exercises only.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.answers import without_prompt
from autograder.autograded import clipped
from autograder.collect import Found
from autograder.isolate import without_culprits
from autograder.layout import Layout
from autograder.lesson import Exercise, load_lesson
from autograder.results import Lost, Mark, Question, Result, State
from autograder.sandbox import Limits
from autograder.session import Session
from autograder.student import NoAnswerError, StudentError
from autograder.submission import Submission, normalise, read_submission
from autograder.verdicts import Outcome, Verdict, judge
from tinytorch.export import Cell, ExportError, export_modules, write_package

IMPORT_S = 2.0  # a third of what an import may take when a culprit is looked for; an honest one takes under 1 s


@dataclass(frozen=True)
class Setup:
    """What every submission of a class is graded with. `support` is what `sandbox.build_support` made."""

    release: Path
    support: Path
    suites: Path
    seed: int
    limits: Limits = field(default_factory=Limits)
    trust: bool = False


@dataclass(frozen=True)
class Graded:
    """A result and the normalised notebook that it belongs to."""

    result: Result
    cells: tuple[Cell, ...]


class Grader:
    """Grades submissions one after another with one setup."""

    def __init__(self, setup: Setup) -> None:
        """Read the release. Raises what `load_lesson` raises."""
        self.setup = setup
        self.lesson = load_lesson(setup.release)
        self.layout = Layout.of(self.lesson.cells)

    def grade(self, found: Found) -> Graded:
        """Grade one submission. Whatever the file holds, the answer is a result."""
        started = time.perf_counter()
        submission, verdict = self._read(found), None
        remarks: list[str] = []
        if submission.readable:
            submission, verdict = self._judge(submission)
            remarks += [] if verdict else ["No package can be made of the answers."]
        marks = self._marks(submission, verdict.outcomes if verdict else ())
        unjudged = _not_covered(marks, verdict.outcomes) if verdict else []
        if unjudged:
            remarks.append(f"Not every hidden test ran: {', '.join(unjudged)}.")
        asked = submission.attention or found.attention or bool(remarks) or (verdict is not None and verdict.attention)
        result = Result(
            student=found.student,
            file=found.path.name if found.path else "",
            seed=self.setup.seed,
            tier=verdict.tier if verdict else "",
            seconds=round(time.perf_counter() - started, 3),
            marks=marks,
            questions=self._questions(submission),
            remarks=tuple(dict.fromkeys([*submission.remarks, *(verdict.remarks if verdict else ()), *remarks])),
            readable=submission.readable,
            attention=asked,
        )
        return Graded(result, tuple(normalise(submission, self.lesson.cells)))

    def failed(self, found: Found, reason: str) -> Graded:
        """Return the result of a submission that could not be graded, with the reason as a remark."""
        nothing = Submission(found.student, found.path or Path(), readable=False)
        marks = self._marks(nothing, ())
        result = Result(found.student, found.path.name if found.path else "", self.setup.seed, "", 0.0, marks)
        result = replace(result, remarks=(*found.remarks, reason), readable=False, attention=True)
        return Graded(result, self.lesson.cells)

    def _read(self, found: Found) -> Submission:
        if found.path is None:
            return Submission(found.student, Path(), remarks=found.remarks, readable=False, attention=True)
        return read_submission(found.path, found.student, self.layout, found.remarks)

    def _judge(self, submission: Submission) -> tuple[Submission, Verdict | None]:
        """Judge the answers; where they earn nothing because there is no package, without those that are to blame."""
        verdict = self._verdict(submission)
        if verdict and (not submission.answers or any(outcome.earned for outcome in verdict.outcomes)):
            return submission, verdict
        order = list(self.layout.exercises)
        rest = without_culprits(submission, order, self._failure) if self._failure(submission) else None
        return (submission, verdict) if rest is None else (rest, self._verdict(rest))

    def _verdict(self, submission: Submission) -> Verdict | None:
        setup = self.setup
        try:
            with self._package(submission) as package:
                return judge(package, setup.support, setup.suites, setup.seed, setup.limits, trust=setup.trust)
        except ExportError:
            return None

    def _failure(self, submission: Submission) -> str:
        """Export the package, import it in the sandbox and return what goes wrong, "" for nothing."""
        limits = replace(self.setup.limits, call_s=IMPORT_S)
        try:
            with self._package(submission) as made, Session(made, self.setup.support, limits, self.setup.trust) as run:
                run.request("attribute", None, ["__name__"])
        except (StudentError, NoAnswerError, ExportError) as error:
            return str(error)
        return ""

    @contextmanager
    def _package(self, submission: Submission) -> Iterator[Path]:
        """The student's package in a folder of its own. Written answers stay out: a heading in one ends a section."""
        cells = normalise(replace(submission, written={}), self.lesson.cells)
        files = export_modules(cells, source=self.lesson.notebook, strict=False)
        with tempfile.TemporaryDirectory(prefix="package-") as folder:
            package = Path(folder) / "benchmarking"
            write_package(files, package)
            yield package

    def _questions(self, submission: Submission) -> tuple[Question, ...]:
        asked = [question for question in self.lesson.exercises if question.manual]
        prompts = {name: cell.source for name, cell in self.layout.questions.items()}
        said = {name: without_prompt(text, prompts[name]) for name, text in submission.written.items()}
        words = self.layout.asked
        return tuple(
            Question(each.name, each.title, each.points, said.get(each.name), words.get(each.name, ""))
            for each in asked
        )

    def _marks(self, submission: Submission, outcomes: Iterable[Outcome]) -> tuple[Mark, ...]:
        by_exercise: dict[str, list[Outcome]] = {}
        for outcome in outcomes:
            by_exercise.setdefault(outcome.exercise, []).append(outcome)
        return tuple(
            _mark(exercise, submission, by_exercise.get(exercise.name, []))
            for exercise in self.lesson.exercises
            if not exercise.manual
        )


def _mark(exercise: Exercise, submission: Submission, outcomes: Sequence[Outcome]) -> Mark:
    earned = math.fsum(outcome.earned for outcome in outcomes)
    if math.isclose(earned, exercise.points, rel_tol=0, abs_tol=1e-9):
        earned = exercise.points  # thirds of a point add up to a whole one
    lost = sorted(
        (
            Lost(outcome.test, outcome.points, outcome.earned, outcome.message)
            for outcome in outcomes
            if _loses(outcome)
        ),
        key=lambda lost: lost.test,
    )
    reason = submission.refused.get(exercise.name, "")
    state: State = "answered" if exercise.name in submission.answers else "refused" if reason else "unanswered"
    return Mark(
        exercise=exercise.name,
        title=exercise.title,
        module=exercise.module,
        points=exercise.points,
        earned=clipped(earned, exercise.points),
        state=state,
        reason=reason,
        lost=tuple(lost),
        section=exercise.section,
        number=exercise.number,
    )


def _loses(outcome: Outcome) -> bool:
    return outcome.earned < outcome.points


def _not_covered(marks: Iterable[Mark], outcomes: Sequence[Outcome]) -> list[str]:
    """Name the exercises whose hidden tests do not add up to their points: a suite ended early."""
    covered: dict[str, list[float]] = {}
    for outcome in outcomes:
        covered.setdefault(outcome.exercise, []).append(outcome.points)
    return [
        mark.exercise
        for mark in marks
        if not math.isclose(math.fsum(covered.get(mark.exercise, ())), mark.points, rel_tol=0, abs_tol=1e-9)
    ]
