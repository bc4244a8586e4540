"""Grade one submission: read it, have its answers judged, count points, say what a person should know.

The same file with the same seed gives the same points to the last decimal. Whatever a file holds, the answer is a
result. A student's result is always made anew from their file; only the judgement of the answers is taken from the
course's folder where it is there (`judgement.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.collecting.choose import Found, read_found
from autograder.examining.collected import SuiteError
from autograder.examining.examiner import Outcome
from autograder.grading.autograded import clipped
from autograder.grading.results import Lost, Mark, Question, Result, State
from autograder.judging.basis import answers_bytes, basis, ground, key_of
from autograder.judging.judge import Judge
from autograder.judging.judgement import Judgement, Judgements
from autograder.judging.setup import Setup
from autograder.reading.layout import Layout
from autograder.reading.lesson import Exercise, load_lesson
from autograder.reading.questions import without_prompt
from autograder.reading.submission import Submission, normalise
from autograder.sandbox.confinement import SandboxLostError, SandboxUnavailable
from tinytorch.export import Cell

WAITS = "Your answers are not judged yet: the grader could not do its work, and your instructor has been told."


@dataclass(frozen=True)
class Graded:
    """A result and the normalised notebook that it belongs to; `fresh` says that the suites ran for it just now."""

    result: Result
    cells: tuple[Cell, ...]
    fresh: bool = True


@dataclass(frozen=True)
class Judged:
    """What a file holds, and what the suites said about it; None where there was nothing to judge, or where it could
    not be judged for the reason `failure`, which is for staff."""

    submission: Submission
    judgement: Judgement | None
    key: str = ""
    fresh: bool = True
    failure: str = ""


class Grader:
    """Grades submissions one after another with one setup."""

    def __init__(self, setup: Setup) -> None:
        """Read the release. Raises what `load_lesson` and `basis` raise."""
        self.setup = setup
        self.lesson = load_lesson(setup.release)
        self.layout = Layout.of(self.lesson.cells)
        self.judge = Judge(setup, self.lesson, self.layout)
        self.store = Judgements(setup.judged) if setup.judged else None
        self.basis, self._ground = (basis(setup), ground(setup)) if setup.judged else ("", "")

    def grade(self, found: Found) -> Graded:
        """Grade one submission. Whatever the file holds, the answer is a result."""
        return self.compose(found, self.judged(found))

    def read(self, found: Found) -> Submission:
        """Read one submission; no exception leaves here for what a file holds."""
        return read_found(found, self.layout)

    def key(self, submission: Submission) -> str:
        """Return the content key of a submission's answers, whatever the suites."""
        return key_of(answers_bytes(submission), self._ground, self.setup.seed if self.setup.seed_given else None)

    def judged(self, found: Found) -> Judged:
        """Read a submission and judge it, unless its answers have been judged before."""
        submission = self.read(found)
        try:
            return self._judged(submission)
        except (SandboxLostError, SandboxUnavailable, SuiteError) as error:
            return Judged(submission, None, failure=str(error))

    def _judged(self, submission: Submission) -> Judged:
        judgement, key, fresh = None, "", False
        if submission.readable and self.store is None:
            judgement, fresh = self.judge.judge(submission), True
        elif submission.readable and self.store:
            key = self.key(submission)
            judgement = self.kept(key)
            if judgement is None:
                judgement, fresh = self._alone(self.store, key, submission)
        return Judged(submission, judgement, key, fresh)

    def kept(self, key: str) -> Judgement | None:
        """Return what today's suites said about answers, None where one of them has not been asked yet."""
        found = self.store.load(key) if self.store else None
        return None if found is None or found.lacks(self.judge.suites) else found.of(self.judge.suites)

    def _alone(self, store: Judgements, key: str, submission: Submission) -> tuple[Judgement, bool]:
        with store.alone(key):
            judgement = self.kept(key)  # another process may have judged the same answers while this one waited
            if judgement is not None:
                return judgement, False
            judgement = self.judge.judge(submission, store.load(key))
            store.add(key, judgement)
            return judgement, True

    def compose(self, found: Found, judged: Judged) -> Graded:
        """Return the result of one student from what was found about their answers."""
        if judged.failure:
            return self.failed(found, judged.failure, judged.submission)
        judgement = judged.judgement
        submission = judgement.applied(judged.submission) if judgement else judged.submission
        unmade = judgement is not None and not judgement.made
        outcomes = judgement.outcomes if judgement else ()
        marks = self._marks(submission, outcomes)
        unjudged = _not_covered(marks, outcomes) if judgement and judgement.made else []
        staff = [*judgement.remarks] if judgement else []
        staff += [f"Not every hidden test ran: {', '.join(unjudged)}."] if unjudged else []
        asked = (
            submission.attention or found.attention or bool(unmade or unjudged or (judgement and judgement.attention))
        )
        result = Result(
            student=found.student,
            file=submission.path.name,
            seed=judgement.seed if judgement else self.setup.seed,
            tier=judgement.tier if judgement else "",
            seconds=judgement.seconds if judgement else 0.0,
            marks=marks,
            questions=self._questions(submission),
            remarks=(*submission.remarks, *(["No package can be made of the answers."] if unmade else [])),
            staff=tuple(staff),
            readable=submission.readable,
            attention=asked,
            key=key_of(judged.key.encode(), self.basis, None) if judged.key else "",
        )
        return Graded(result, tuple(normalise(submission, self.lesson.cells)), judged.fresh)

    def failed(self, found: Found, reason: str, submission: Submission | None = None) -> Graded:
        """Return the result of a submission that could not be judged, with the reason for staff. It has no score."""
        submission = submission or Submission(found.student, found.path or Path(), remarks=found.remarks)
        marks = self._marks(submission, ())
        result = Result(
            student=found.student,
            file=submission.path.name,
            seed=self.setup.seed,
            tier="",
            seconds=0.0,
            marks=tuple(replace(mark, state="not judged") for mark in marks),
            questions=self._questions(submission),
            remarks=(*submission.remarks, WAITS),
            staff=(f"Not judged: {reason.rstrip('.')}. The same command judges it again.",),
            attention=True,
            judged=False,
        )
        return Graded(result, tuple(normalise(submission, self.lesson.cells)))

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
