"""Judge one set of answers: lay them into the release, export the package, run the hidden suites against it.

Answers that keep the package from being imported are set aside and cost their own exercises only. Knows nothing of
students, files, points per exercise or who asks.
"""

from __future__ import annotations

import ast
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.examining.session import Session
from autograder.examining.student import NoAnswerError, StudentError
from autograder.examining.verdicts import Verdict, judge
from autograder.grading.isolate import without_culprits
from autograder.grading.judgement import Judgement
from autograder.reading.layout import Layout
from autograder.reading.lesson import Lesson
from autograder.reading.submission import Submission, normalise
from autograder.sandbox.confinement import Limits
from tinytorch.export import ExportError, export_modules, write_package

IMPORT_S = 2.0  # a third of what an import may take when a culprit is looked for; an honest one takes under 1 s


class CannotGradeError(RuntimeError):
    """Nothing of a class can be graded here; the message is one sentence."""


@dataclass(frozen=True)
class Setup:
    """What every submission of a class is graded with. `support` is what `sandbox.build_support` made.

    `judged` is the folder of the judgements that are there already; None keeps none. With `seed_given` only judgements
    made with that seed count.
    """

    release: Path
    support: Path
    suites: Path
    seed: int
    limits: Limits = field(default_factory=Limits)
    trust: bool = False
    judged: Path | None = None
    seed_given: bool = True


class Judge:
    """Judges answers one after another with one setup."""

    def __init__(self, setup: Setup, lesson: Lesson, layout: Layout) -> None:
        self.setup, self._lesson, self._layout = setup, lesson, layout

    def judge(self, submission: Submission) -> Judgement:
        """Judge the answers, added cells and imports of a submission; its other fields count for nothing.

        Raises SuiteError and SandboxUnavailable: then there is no verdict.
        """
        started = time.perf_counter()
        judged, verdict = self._judge(submission)
        refused = {name: judged.refused[name] for name in submission.answers if name in judged.refused}
        return Judgement(
            seed=self.setup.seed,
            tier=verdict.tier if verdict else "",
            outcomes=verdict.outcomes if verdict else (),
            remarks=verdict.remarks if verdict else (),
            attention=verdict.attention if verdict else True,
            made=verdict is not None,
            refused=refused,
            bare=(judged.extras, judged.imports) != (submission.extras, submission.imports),
            notes=judged.remarks[len(submission.remarks) :],
            seconds=round(time.perf_counter() - started, 3),
        )

    def check(self) -> None:
        """Refuse a sandbox in which no answer could ever earn a point; raises CannotGradeError with the reason.

        A package of imports alone is imported there: all that the released lesson imports, inside functions too.
        """
        files = export_modules(self._lesson.cells, source=self._lesson.notebook, strict=False)
        lines = sorted({line for text in files.values() for line in _imports(text)})
        with tempfile.TemporaryDirectory(prefix="package-") as folder:
            package = Path(folder) / "benchmarking"
            package.mkdir()
            (package / "__init__.py").write_text("\n".join([*lines, ""]), encoding="utf-8")
            why = self._imported(package, self.setup.limits) or self._failure(Submission("", Path()))
        if why:
            raise CannotGradeError(
                f"the lesson's own package cannot be imported in the sandbox ({why}), so every submission would get "
                "0 points; install what is missing in the Python that grades"
            )

    def _judge(self, submission: Submission) -> tuple[Submission, Verdict | None]:
        """Judge the answers; where they earn nothing because there is no package, without those that are to blame."""
        verdict = self._verdict(submission)
        if verdict and (not submission.answers or any(outcome.earned for outcome in verdict.outcomes)):
            return submission, verdict
        order = list(self._layout.exercises)
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
        try:
            with self._package(submission) as package:
                return self._imported(package, replace(self.setup.limits, call_s=IMPORT_S))
        except ExportError as error:
            return str(error)

    def _imported(self, package: Path, limits: Limits) -> str:
        try:
            with Session(package, self.setup.support, limits, self.setup.trust) as run:
                run.request("attribute", None, ["__name__"])
        except (StudentError, NoAnswerError) as error:
            return str(error)
        return ""

    @contextmanager
    def _package(self, submission: Submission) -> Iterator[Path]:
        """The student's package in a folder of its own. Written answers stay out: a heading in one ends a section."""
        cells = normalise(replace(submission, written={}), self._lesson.cells)
        files = export_modules(cells, source=self._lesson.notebook, strict=False)
        with tempfile.TemporaryDirectory(prefix="package-") as folder:
            package = Path(folder) / "benchmarking"
            write_package(files, package)
            yield package


def _imports(text: str) -> Iterator[str]:
    """The absolute imports of a module, wherever they stand, without those of the package itself."""
    for node in ast.walk(ast.parse(text)):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            if name != "__future__" and not f"{name}.".startswith("tinytorch.benchmarking."):
                yield f"import {name}"
