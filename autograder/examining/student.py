"""A student's package as a hidden suite sees it: `student.percentile(latencies, 0.9)` reads like ordinary Python and
runs in the sandbox. Knows nothing of pipes. Plain data comes back as plain data, everything else as a `Handle`.

A message to the sandbox and back costs about as much as a small test, so what many tests need is asked for once
(`once`), many calls go together (`each`, `fields`), and what only makes an argument goes with the call (`made`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from autograder.examining.checks import expect, shown
from autograder.examining.errors import NoAnswerError, StudentError
from autograder.examining.handles import Call, Handle, named
from autograder.examining.session import Session

__all__ = ["Call", "Handle", "NoAnswerError", "Student", "StudentError"]

Made = TypeVar("Made")
_FEW = 5  # values that a sentence can hold


class _Kept(NamedTuple):
    value: Any
    error: Exception | None
    told: tuple[int, Any, tuple[str, ...]]


class Student:
    """The package of one submission: its functions, classes and constants by name."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: dict[Hashable, _Kept] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._session.named(name)
        except StudentError:
            raise NoAnswerError("AttributeError", f"there is no {name}") from None

    def once(self, name: Hashable, make: Callable[[], Made]) -> Made:
        """Return what `make()` returned, or raise what it raised, when the first test of this submission asked for
        `name`: for what several tests look at. It must be plain data: a handle ends with its test.
        """
        if name in self._kept:
            kept = self._kept[name]
            self._session.recall(*kept.told)
        else:
            before, value, error = self._session.answers, None, None
            try:
                value = make()
            except Exception as raised:  # noqa: BLE001 - whatever it is, each test that looks meets it
                error = raised
            told = self._session.answers - before, self._session.last, tuple(self._session.slips)
            kept = self._kept[name] = _Kept(value, error, told)
        if kept.error is not None:
            raise kept.error.with_traceback(None)
        found: Made = kept.value
        return found

    def made(self, function: Handle, *args: Any, **kwargs: Any) -> Call:
        """Return `function(*args, **kwargs)` as an argument for another call; both travel in one message."""
        return Call(function, args, kwargs)

    def each(self, function: Handle, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return what the function returns for each set of keyword arguments, `seed` among them, in one message."""
        return list(self._session.request("calls", function, [[dict(kwargs) for kwargs in calls]], result=list))

    def tried(self, function: Handle, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return what `each` returns; a call that raises has its StudentError in its place, and the others stand."""
        return self._session.tried([Call(function, (), call) for call in calls])

    def together(self, *calls: Call) -> list[Any]:
        """Make several calls, each whatever became of the one before, in one message; raise the first StudentError."""
        found = self._session.tried(calls)
        for answer in found:
            if isinstance(answer, StudentError):
                raise answer
        return found

    def fields(self, value: object, *names: str) -> list[Any]:
        """Return several attributes of an object, in one message where it is over there, or in none."""
        if not isinstance(value, Handle):
            return [getattr(value, name) for name in names]
        if all(name in value._told for name in names):
            return list(self._session.noted([value._told[name] for name in names]))
        return list(self._session.request("fields", value, names, result=list))

    def kind(self, value: object) -> str:
        """The name of the class of a value, in the student's process for a handle."""
        return named(value._ref.kind) if isinstance(value, Handle) else type(value).__name__

    def text(self, value: Handle) -> str:
        """`str(value)` in the student's process."""
        return str(self._session.request("text", value, result=str))

    def refuses(self, kind: str, call: Callable[..., object], *args: Any, match: str = "", **kwargs: Any) -> str:
        """Check that `call(*args, **kwargs)` raises `kind` with `match` (a regular expression) in its message.

        Return the message, at most 300 characters. Raises AssertionError otherwise; an exception of a class derived
        from `kind` is one.
        """
        look, asked = "Its docstring says what is refused, and how.", _asked(args, kwargs)
        try:
            value = call(*args, **kwargs)
        except StudentError as error:
            if kind not in error.kinds:
                raise AssertionError(expect(f"{error}{asked}", f"a {kind}", look)) from None
            if not re.search(match, error.message):
                raise AssertionError(expect(f"{error}{asked}", f"a {kind} that says what is wrong", look)) from None
            return error.message
        raise AssertionError(expect(f"returned {shown(value)}{asked}" if asked else value, f"a {kind}", look))


def _asked(args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    """A call in words, " for p = 1": what a student can try. The seed is nobody's to try, and arrays are shapes."""
    words = [_word(arg) for arg in args]
    words += [f"{name} = {_word(value)}" for name, value in kwargs.items() if name != "seed"]
    return f" for {', '.join(words)}" if words else ""


def _word(value: object) -> str:
    match value:
        case np.ndarray():
            return f"an array of shape {value.shape}"
        case list() | tuple() if len(value) > _FEW:
            return f"{len(value)} values"
        case Call() | Handle():
            return "an object"
    return "a function" if callable(value) else shown(value)
