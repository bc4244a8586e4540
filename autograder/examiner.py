"""The pytest plugin that grades: it gives hidden tests `student` and `seed`, and turns what happens to each into an
`Outcome`. Knows nothing of processes or files. A message for the student never holds a test's source, name or
traceback; what a suite does wrong is told to the instructor and never passed off as the student's mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pytest

from autograder.checks import expect, shown
from autograder.sandbox import SandboxUnavailable
from autograder.session import Session
from autograder.student import NoAnswerError, Student, StudentError

MAX_MESSAGE = 800
_LOOK = "Run it in your notebook on inputs of your own: a few values, one, none."
# No answer of a package can make a test raise these.
_OWN = (SandboxUnavailable, pytest.skip.Exception, NameError, ImportError)
_FOUND = pytest.StashKey[dict[str, str]]()


@dataclass(frozen=True)
class Outcome:
    """One hidden test: its exercise, its name, its points, what was earned of them (all or 0), and the feedback."""

    exercise: str
    test: str
    points: float
    earned: float
    message: str


class SuiteError(RuntimeError):
    """The hidden suites themselves are at fault, so no verdict is possible; the text is for the instructor."""


class Examiner:
    """One run of the suites. `outcomes` and `remarks` grow; `attention` says that an instructor should read the
    remarks; `stopped` is what ended the run before its time."""

    def __init__(self, session: Session, seed: int) -> None:
        self.outcomes: list[Outcome] = []
        self.remarks: list[str] = []
        self.attention = False
        self.stopped: BaseException | None = None
        self._session, self._seed = session, seed

    @pytest.fixture
    def student(self) -> Student:
        """The package of the submission."""
        return Student(self._session)

    @pytest.fixture
    def seed(self) -> int:
        """The number that this grading run drew."""
        return self._seed

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the mark known."""
        config.addinivalue_line("markers", "exercise(name, points): the exercise that a hidden test is about")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Refuse a test that belongs to no exercise before any runs."""
        for item in items:
            exercise_of(item)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A suite that cannot be read is at fault itself."""
        if report.failed:
            self._stop(SuiteError(f"suite error in {report.nodeid}: {str(report.longrepr)[-MAX_MESSAGE:]}"))

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """A hook failed, ours or pytest's."""
        self._stop(SuiteError(f"suite error: {excinfo.exconly()[-MAX_MESSAGE:]}"))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """pytest would take it for the end of the run; it is meant for the caller."""
        self._stop(excinfo.value)

    def pytest_runtest_logstart(self) -> None:
        """Another test begins, with nothing left of the one before."""
        self._session.begin()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Note the message of each phase, empty if it passed.

        The report is ours because pytest's own shows tracebacks: nobody reads them here, and they cost half the time.
        """
        found = item.stash.setdefault(_FOUND, {})
        found[call.when] = message = "" if call.excinfo is None else self._message(item, call.excinfo.value)
        if call.when == "teardown":
            self._conclude(item, found)
        assert call.when != "collect"
        how: Literal["passed", "failed"] = "failed" if message else "passed"
        return pytest.TestReport(item.nodeid, item.location, {}, how, message or None, call.when)

    def _conclude(self, item: pytest.Item, found: Mapping[str, str]) -> None:
        exercise, points = exercise_of(item)
        message = next(filter(None, found.values()), "")
        if message and self._session.slips:
            self._tell(f"suite error in {item.nodeid}: its own model or clock raised {self._session.slips[0]}")
        self.outcomes.append(Outcome(exercise, item.nodeid, points, 0.0 if message else points, message))

    def _message(self, item: pytest.Item, error: BaseException) -> str:
        exercise, _ = exercise_of(item)
        match error:
            case AssertionError() | pytest.fail.Exception():
                return _plain(_failure(str(error)), exercise)
            case StudentError():
                place = f"Look at {error.where}." if error.where else _LOOK
                return _plain(f"Your {exercise} raised {error}\n{place}", exercise)
            case NoAnswerError():
                return _plain(self._unanswered(error, exercise), exercise)
        if self._session.answers == 0 or isinstance(error, _OWN):
            own = isinstance(error, SandboxUnavailable)
            self._stop(error if own else SuiteError(f"suite error in {item.nodeid}: {_named(error)}"))
            item.session.shouldstop = "the suites are at fault"
            return "This could not be checked."
        # Most often an answer of another type than the test could think of, such as None: the student's mistake, but
        # nobody can be sure, so the instructor is told.
        last = shown(self._session.last)
        self._tell(f"suite error in {item.nodeid}: {_named(error)}, after the answer {last}")
        look = f"Look at the type and the shape of what {exercise} returns; its docstring says which."
        return _plain(expect(last, "a value that the check can work with", look), exercise)

    def _unanswered(self, error: NoAnswerError, exercise: str) -> str:
        if self._session.failure:
            return f"Your code could not be imported, so nothing of it could be checked.\n{self._session.failure}"
        place = f"Look at {error.where}." if error.where else _LOOK
        name = error.where.rpartition(" of ")[2]
        match error.kind:
            case "NotImplementedError" if not name or name.partition(".")[0] == exercise:
                return f"Your {name or exercise} is not written yet."
            case "NotImplementedError":
                return f"Your {name} is not written yet, and {exercise} needs it."
            case "AttributeError":
                return f"Your {exercise} could not be checked: {error.message}."
        self.remarks.append(f"{exercise}: {error}")
        return f"Your {exercise} gave no answer: {error.message}.\n{place}"

    def _tell(self, remark: str) -> None:
        self.remarks.append(remark)
        self.attention = True

    def _stop(self, error: BaseException) -> None:
        self.stopped = self.stopped or error


def exercise_of(item: pytest.Item) -> tuple[str, float]:
    """Return (exercise, points) of a hidden test; raises UsageError for one without."""
    mark = item.get_closest_marker("exercise")
    named: Mapping[str, float] = mark.kwargs if mark else {}
    if mark is None or len(mark.args) != 1 or set(named) != {"points"} or not named["points"] > 0:
        raise pytest.UsageError(f'{item.nodeid} needs a mark like @pytest.mark.exercise("percentile", points=1)')
    return str(mark.args[0]), float(named["points"])


def _failure(message: str) -> str:
    """What pytest itself says about `pytest.raises` speaks of the test, not of the student's work."""
    if message.startswith("DID NOT RAISE"):
        return expect("no error", "an error", "The docstring says what is refused, and how.")
    if message.startswith(("Regex pattern did not match", "Expected regex")):
        return expect("an error that says something else", "an error that says what is wrong", "Look at its message.")
    return message


def _plain(message: str, exercise: str) -> str:
    """Printable, bounded, never empty: an outcome without a message would be one that passed."""
    lines = ["".join(c if c.isprintable() else " " for c in line).rstrip() for line in message.splitlines()]
    return "\n".join(filter(None, lines))[:MAX_MESSAGE] or f"A check of {exercise} did not pass."


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:MAX_MESSAGE]
