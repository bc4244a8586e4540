"""Judge one set of answers: lay them into the release, export the package, run the hidden suites against it.

Answers that keep the package from being imported are set aside and cost their own exercises only. Knows nothing of
students, files, points per exercise or who asks.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from autograder.examining.deadline import Deadline
from autograder.examining.errors import NoAnswerError, StudentError
from autograder.examining.session import Session
from autograder.examining.verdicts import Part, Verdict, judge
from autograder.judging.basis import answers_bytes, file_of, inputs_seed, suites_of
from autograder.judging.culprits import without_culprits
from autograder.judging.judgement import Judgement
from autograder.judging.setup import Setup
from autograder.reading.layout import Layout
from autograder.reading.lesson import Lesson
from autograder.reading.submission import Submission, normalise
from autograder.sandbox.confinement import Limits, Package, SandboxLostError
from tinytorch.export import ExportError, export_modules

IMPORT_S = 2.0  # a third of what an import may take when a culprit is looked for; an honest one takes under 1 s


class CannotGradeError(RuntimeError):
    """Nothing of a class can be graded here; the message is one sentence."""


class Judge:
    """Judges answers one after another with one setup."""

    def __init__(self, setup: Setup, lesson: Lesson, layout: Layout) -> None:
        self.setup, self._lesson, self._layout = setup, lesson, layout
        self.suites = suites_of(setup)
        self._ours = _released(lesson)

    def judge(self, submission: Submission, before: Judgement | None = None) -> Judgement:
        """Judge the answers, added cells and imports of a submission; its other fields count for nothing.

        `before` is what was found about the same answers on the same ground: then the suites that it lacks are asked,
        with its seed. All that is done for it together has the limits' wall time; where the sandbox is lost it is
        judged once more in what is left of that. Raises SuiteError, SandboxUnavailable and SandboxLostError: then there
        is no verdict.
        """
        deadline = Deadline(self.setup.limits.wall_s)
        try:
            return self._judgement(submission, before, deadline)
        except SandboxLostError:
            found = self._judgement(submission, before, deadline)
            if deadline.over:  # then it depends on when the first was lost what was earned
                raise
            return found

    def _judgement(self, submission: Submission, before: Judgement | None, deadline: Deadline) -> Judgement:
        started, answers = time.perf_counter(), answers_bytes(submission)
        if before is not None and before.whole:
            lacking = before.lacks(self.suites)
            verdict = self._verdict(submission, deadline, inputs_seed(before.seed, answers), lacking)
            found = replace(before, parts={**before.parts, **self._parts(verdict, lacking)}).of(self.suites)
            return replace(found, seconds=round(time.perf_counter() - started, 3))
        judged, verdict = self._judge(submission, deadline, inputs_seed(self.setup.seed, answers))
        refused = {name: judged.refused[name] for name in submission.answers if name in judged.refused}
        return Judgement(
            seed=self.setup.seed,
            tier=verdict.tier if verdict else "",
            parts=self._parts(verdict, self.suites),
            made=verdict is not None,
            refused=refused,
            bare=(judged.extras, judged.imports) != (submission.extras, submission.imports),
            notes=judged.remarks[len(submission.remarks) :],
            seconds=round(time.perf_counter() - started, 3),
        )

    @staticmethod
    def _parts(verdict: Verdict | None, suites: Iterable[str]) -> dict[str, Part]:
        """What each of the suites said; one without tests said nothing, and need not be asked again."""
        return {name: verdict.parts.get(file_of(name), Part()) for name in suites} if verdict else {}

    def check(self) -> None:
        """Refuse a sandbox in which no answer could ever earn a point; raises CannotGradeError with the reason, and
        SandboxLostError where it is lost twice.

        A package of imports alone is imported there: all that the released lesson imports, inside functions too.
        """
        lines = sorted({line for text in self._ours.values() for line in _imports(text)})
        package = Package({"__init__.py": "\n".join([*lines, ""])}, self._ours)
        try:
            why = self._why_not(package)
        except SandboxLostError:
            why = self._why_not(package)
        if why:
            raise CannotGradeError(
                f"the lesson's own package cannot be imported in the sandbox ({why}), so every submission would get "
                "0 points; install what is missing in the Python that grades"
            )

    def _why_not(self, package: Package) -> str:
        deadline = Deadline(self.setup.limits.wall_s)
        return self._imported(package, self.setup.limits, deadline) or self._failure(deadline, Submission("", Path()))

    def _judge(self, submission: Submission, deadline: Deadline, seed: int) -> tuple[Submission, Verdict | None]:
        """Judge the answers; where they earn nothing because there is no package, without those that are to blame."""
        verdict = self._verdict(submission, deadline, seed)
        if verdict and (not submission.answers or any(outcome.earned for outcome in verdict.outcomes)):
            return submission, verdict
        failure = partial(self._failure, deadline)
        order = list(self._layout.exercises)
        rest = without_culprits(submission, order, failure) if failure(submission) else None
        if rest is None or deadline.over:  # without time nobody's import can be told from a culprit's
            return submission, verdict
        return rest, self._verdict(rest, deadline, seed)

    def _verdict(
        self, submission: Submission, deadline: Deadline, seed: int, suites: Iterable[str] = ()
    ) -> Verdict | None:
        """Judge the answers by all suites, or by those that are named."""
        setup = self.setup
        try:
            package = self._package(submission)
        except ExportError:
            return None
        only = {file_of(name) for name in suites} or None
        limits, trust = setup.limits, setup.trust
        return judge(package, setup.support, setup.suites, seed, limits, trust=trust, only=only, deadline=deadline)

    def _failure(self, deadline: Deadline, submission: Submission) -> str:
        """Export the package, import it in the sandbox and return what goes wrong, "" for nothing."""
        try:
            return self._imported(self._package(submission), replace(self.setup.limits, call_s=IMPORT_S), deadline)
        except ExportError as error:
            return str(error)

    def _imported(self, package: Package, limits: Limits, deadline: Deadline) -> str:
        try:
            with Session(package, self.setup.support, limits, self.setup.trust, deadline=deadline) as run:
                run.request("attribute", None, ["__name__"])
        except (StudentError, NoAnswerError) as error:
            return str(error)
        return ""

    def _package(self, submission: Submission) -> Package:
        """The student's package. Written answers stay out: a heading in one ends a section."""
        cells = normalise(replace(submission, written={}), self._lesson.cells)
        return Package(export_modules(cells, source=self._lesson.notebook, strict=False), self._ours)


def _released(lesson: Lesson) -> dict[str, str]:
    """The modules of the release; where there are none, `check` and each submission say so."""
    try:
        return export_modules(lesson.cells, source=lesson.notebook, strict=False)
    except ExportError:
        return {}


def _imports(text: str) -> Iterator[str]:
    """The absolute imports of a module, wherever they stand, without those of the package itself."""
    for node in ast.walk(ast.parse(text)):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            if name != "__future__" and not f"{name}.".startswith("tinytorch.benchmarking."):
                yield f"import {name}"
