"""Runs visible checks on a namespace and says of each exercise where it stands, and why.

A check runs in a copy of the namespace, so that its variables stay out of the student's; the functions that it calls
are the student's own. Knows no file and no page.
"""

from __future__ import annotations

import ast
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal

from tinytorch.checking.outline import Exercise
from tinytorch.checking.quiet import limited, quiet, unchanged
from tinytorch.machine.deadline import DeadlineExceeded

CHECK_SECONDS = 10.0  # a visible check takes milliseconds

State = Literal["done", "failing", "not yet", "not run"]

_LONGEST = 200  # characters of a message


@dataclass(frozen=True)
class Outcome:
    """Where one exercise stands; `said` is one line that says why it is not done, empty where there is no more."""

    exercise: Exercise
    state: State
    said: str = ""


def run_checks(
    exercises: Sequence[Exercise],
    namespace: dict[str, Any],
    seconds: float = CHECK_SECONDS,
    broken: Mapping[str, str] | None = None,
) -> list[Outcome]:
    """Run every check in turn, each for at most `seconds`, and return the outcomes in the same order.

    `broken` says of an exercise whose cell could not be run why; it counts as failing. No name of `namespace` is bound
    anew. Raises KeyboardInterrupt if it is interrupted, nothing that a check raises.
    """
    with unchanged(namespace):
        own = dict(namespace)
        outcomes: list[Outcome] = []
        for exercise in exercises:
            error = _error_of(exercise, own, seconds)
            if exercise.name in (broken or {}):
                outcomes.append(Outcome(exercise, "failing", one_line((broken or {})[exercise.name])))
            elif exercise.name not in namespace:
                outcomes.append(Outcome(exercise, "not run"))
            elif error is None:
                outcomes.append(Outcome(exercise, "done"))
            else:
                outcomes.append(_Finding(exercises, namespace, exercise, error).outcome())
    return outcomes


def one_line(text: str) -> str:
    """Return the first line of `text` that says anything, printable and cut at 200 characters."""
    lines = ("".join(c if c.isprintable() else " " for c in line) for line in text.split("\n"))
    line = next((" ".join(line.split()) for line in lines if line.strip()), "")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"


def _error_of(exercise: Exercise, own: dict[str, Any], seconds: float) -> BaseException | None:
    code = compile(exercise.check, _file(exercise), "exec", dont_inherit=True)
    try:
        with quiet(), limited(seconds):
            exec(code, own)  # noqa: S102  the check is the course's, and what it calls is the student's own, here anyway
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever a student's code raises is the outcome
        return error
    return None


def _file(exercise: Exercise) -> str:
    return f"<check of {exercise.name}>"


@dataclass(frozen=True)
class _Finding:
    """An error of one check, read: who raised it, and what that means for the exercise."""

    exercises: Sequence[Exercise]
    namespace: dict[str, Any]
    exercise: Exercise
    error: BaseException

    def outcome(self) -> Outcome:
        frames = list(traceback.walk_tb(self.error.__traceback__))
        theirs = [(frame.f_code, line) for frame, line in frames if frame.f_globals is self.namespace]
        where = theirs[-1][0].co_qualname if theirs else ""
        if isinstance(self.error, NotImplementedError) and where:
            return self._to_be_written(where)
        if isinstance(self.error, NameError) and not theirs and self.error.name:
            return self._missing(self.error.name)
        if isinstance(self.error, DeadlineExceeded):
            return Outcome(self.exercise, "failing", str(self.error))
        said = one_line(_text(self.error))
        at = f"in {where}, line {theirs[-1][1] - theirs[-1][0].co_firstlineno + 1}" if theirs else ""
        if isinstance(self.error, AssertionError) and not at:
            return Outcome(self.exercise, "failing", said or one_line(f"does not hold: {self._statement()}"))
        kind = type(self.error).__name__
        said = one_line(f"{kind}: {said}" if said else kind)
        return Outcome(self.exercise, "failing", f"{said} ({at or f'at: {one_line(self._statement())}'})")

    def _to_be_written(self, where: str) -> Outcome:
        if where == self.exercise.name:
            return Outcome(self.exercise, "not yet")
        other = self._named(where.partition(".")[0])
        waits = f"waits for Exercise {other.number}: " if other and other is not self.exercise else ""
        return Outcome(self.exercise, "not yet", f"{waits}{where} is still to be written")

    def _missing(self, name: str) -> Outcome:
        """A name that the check itself uses is not there: of another exercise, of its check, or of a given cell."""
        if other := self._named(name):
            return Outcome(
                self.exercise, "not yet", f"waits for Exercise {other.number}: the cell of {name} was not run"
            )
        for other in self.exercises[: self.exercises.index(self.exercise)]:
            if name in _assigned(other.check):
                return Outcome(self.exercise, "not yet", f"waits for the check of Exercise {other.number}")
        return Outcome(self.exercise, "not run", f"{name} is not defined: run the cells above it")

    def _named(self, name: str) -> Exercise | None:
        return next((each for each in self.exercises if each.name == name), None)

    def _statement(self) -> str:
        """The statement of the check in which it ended."""
        line = _last_line(self.error.__traceback__, _file(self.exercise))
        for node in ast.walk(ast.parse(self.exercise.check)):
            if isinstance(node, ast.Assert) and node.lineno <= line <= (node.end_lineno or line):
                return ast.unparse(node.test)
        return self.exercise.check.split("\n")[line - 1]


def _last_line(trace: TracebackType | None, file: str) -> int:
    return [line for frame, line in traceback.walk_tb(trace) if frame.f_code.co_filename == file][-1]


def _text(error: BaseException) -> str:
    """What the error says, of a class whose own words may be broken."""
    try:
        return str(error)
    except Exception as other:  # noqa: BLE001  a student's exception class, with whatever its __str__ raises
        return f"its message could not be read: {type(other).__name__}"


def _assigned(source: str) -> set[str]:
    return {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
