"""What happens to a hidden test, turned into an `Outcome`. Knows nothing of processes or files. A message for the
student never holds a test's source, name or traceback; what a suite does wrong is told to the instructor and never
passed off as the student's mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from autograder.examining.checks import expect, shown
from autograder.examining.collected import SuiteError, exercise_of, suite_of
from autograder.examining.deadline import OverrunError
from autograder.examining.errors import NoAnswerError, StudentError
from autograder.examining.session import Session
from autograder.sandbox.confinement import SandboxLostError, SandboxUnavailable

MAX_MESSAGE = 800
_LOOK = "Run it in your notebook on inputs of your own: a few values, one, none."
# No answer of a package can make a test raise these.
_OWN = (SandboxUnavailable, pytest.skip.Exception, NameError, ImportError)
# These an answer of another type or shape makes a test raise that goes well with right ones, as `autograder matrix`
# holds of every test: the student's mistake, and nobody needs to look.
_TRIPS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


@dataclass(frozen=True)
class Outcome:
    """One hidden test: its exercise, its name, its points, what was earned of them (all or 0), and the feedback."""

    exercise: str
    test: str
    points: float
    earned: float
    message: str


@dataclass(frozen=True)
class Part:
    """What one suite found. With `attention` an instructor should read the remarks: a test did not go as its author
    meant."""

    outcomes: tuple[Outcome, ...] = ()
    remarks: tuple[str, ...] = ()
    attention: bool = False


class Parts:
    """What all suites found together. A class that has `parts`, what each found by its file, builds on this."""

    __slots__ = ()
    parts: Mapping[str, Part]

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of each hidden test."""
        return tuple(outcome for part in self.parts.values() for outcome in part.outcomes)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the instructor should know, each once."""
        return tuple(dict.fromkeys(remark for part in self.parts.values() for remark in part.remarks))


class Examiner:
    """One run of the suites. `parts` grow, by the file of a suite; `stopped` is what ended the run before its time."""

    def __init__(self, session: Session) -> None:
        self.parts: dict[str, Part] = {}
        self.stopped: BaseException | None = None
        self._session = session
        self._remarks: list[str] = []
        self._attention = False

    def ran(self, item: pytest.Item, error: BaseException | None) -> bool:
        """Note what became of a test, and say whether the next one makes sense."""
        if self._session.lost:  # whatever the test made of it
            self.stopped = SandboxLostError(self._session.lost)
            return False
        exercise, points = exercise_of(item)
        self._remarks, self._attention = [], False
        message = "" if error is None else self._message(item, error)
        if message and self._session.slips:
            self._tell(f"suite error in {item.nodeid}: its own model or clock raised {self._session.slips[0]}")
        if message and self._session.failure:
            self._remarks.append(f"The package could not be imported: {self._session.failure}")
        self._add(item, Outcome(exercise, item.nodeid, points, 0.0 if message else points, message))
        return self.stopped is None

    def _add(self, item: pytest.Item, outcome: Outcome) -> None:
        name = suite_of(item)
        had = self.parts.get(name, Part())
        remarks = tuple(dict.fromkeys([*had.remarks, *self._remarks]))
        self.parts[name] = Part((*had.outcomes, outcome), remarks, had.attention or self._attention)

    def _message(self, item: pytest.Item, error: BaseException) -> str:
        exercise, _ = exercise_of(item)
        match error:
            case AssertionError() | pytest.fail.Exception():
                return _plain(_failure(str(error)), exercise)
            case StudentError():
                place = f"Look at {error.where}." if error.where else _LOOK
                return _plain(f"Your {exercise} raised {shown(str(error))}\n{place}", exercise)
            case NoAnswerError():
                return _plain(self._unanswered(error, exercise), exercise)
            case OverrunError():
                if error.__traceback__ is not None:
                    self._tell(f"{item.nodeid}: the time was used up while the grader worked on its answers")
                return _plain(f"Your {exercise} could not be checked: {self._session.used_up}.", exercise)
            case MemoryError():
                self._remarks.append(f"{item.nodeid}: the answer took more memory than the grader has for it")
                return _plain(f"What your {exercise} returned is too large to be checked.\n{_LOOK}", exercise)
        if self._session.answers == 0 or isinstance(error, _OWN):
            own = isinstance(error, SandboxUnavailable)
            self.stopped = error if own else SuiteError(f"suite error in {item.nodeid}: {_named(error)}")
            return "This could not be checked."
        return _plain(self._tripped(item, error, exercise), exercise)

    def _tripped(self, item: pytest.Item, error: BaseException, exercise: str) -> str:
        """What is said of an answer that a test could not think of, such as None, or an array of another shape."""
        last = shown(self._session.last)
        remark = f"{_named(error)} in {item.nodeid} after the answer {last}"
        if isinstance(error, _TRIPS):
            self._remarks.append(remark)
        else:
            self._tell(f"suite error: {remark}")
        look = f"Look at the type and the shape of what {exercise} returns; its docstring says which."
        return expect(last, "a value that the check can work with", look)

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
            case "AttributeError" | "TypeError":
                return f"Your {exercise} could not be checked: {error.message}."
        self._remarks.append(f"{exercise}: {error}")
        return f"Your {exercise} gave no answer: {error.message}.\n{place}"

    def _tell(self, remark: str) -> None:
        self._remarks.append(remark)
        self._attention = True


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
