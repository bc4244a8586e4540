"""A student's package as a hidden suite sees it: `student.percentile(latencies, 0.9)` reads like ordinary Python and
runs in the sandbox. Knows nothing of pipes. Plain data comes back as plain data, everything else as a `Handle`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from autograder.examining.checks import expect

if TYPE_CHECKING:
    from autograder.examining.session import Session
    from autograder.sandbox.wire import HandleRef

MAX_TEXT = 300
_NAME = re.compile(r"[A-Za-z_]\w{0,59}")


class StudentError(Exception):
    """The student's code raised `kind`, a class with the bases `kinds`, at `where` ('line 3 of percentile').

    `handle` is the exception itself: its attributes can be asked for.
    """

    def __init__(self, kind: str, message: str, kinds: Sequence[str] = (), where: str = "", handle: Any = None) -> None:
        super().__init__(f"{kind}: {message}" if message else kind)
        self.kind, self.message, self.kinds, self.where, self.handle = kind, message, kinds or (kind,), where, handle


class NoAnswerError(Exception):
    """There is no answer: not written yet, not importable, out of time, ended, or not of the protocol.

    It is no StudentError, so that `pytest.raises(StudentError)` never takes a stub for a function that refuses.
    """

    def __init__(self, kind: str, message: str, where: str = "", handle: Any = None) -> None:
        super().__init__(f"{kind}: {message}" if message else kind)
        self.kind, self.message, self.where, self.handle = kind, message, where, handle


class Handle:
    """An object of the student's process. What it is asked for is asked there; it equals nothing but itself."""

    def __init__(self, session: Session, ref: HandleRef) -> None:
        self._session, self._ref, self._start = session, ref, session.starts

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._session.request("attribute", self, [name])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._session.request("call", self, args, kwargs)

    def __getitem__(self, key: Any) -> Any:
        return self._session.request("item", self, [key])

    def __contains__(self, item: Any) -> bool:
        return bool(self._session.request("contains", self, [item], result=bool))

    def __len__(self) -> int:
        return int(self._session.request("length", self, result=int))

    def __bool__(self) -> bool:
        return bool(self._session.request("truth", self, result=bool))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._session.request("items", self, result=list))

    def __repr__(self) -> str:
        return f"<{named(self._ref.kind)}>"


class Student:
    """The package of one submission, for one test: its functions, classes and constants by name."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._session.named(name)
        except StudentError:
            raise NoAnswerError("AttributeError", f"there is no {name}") from None

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
        look = "Its docstring says what is refused, and how."
        try:
            value = call(*args, **kwargs)
        except StudentError as error:
            if kind not in error.kinds:
                raise AssertionError(expect(str(error), f"a {kind}", look)) from None
            if not re.search(match, error.message):
                raise AssertionError(expect(str(error), f"a {kind} that says what is wrong", look)) from None
            return error.message
        raise AssertionError(expect(value, f"a {kind}", look))


def named(text: object) -> str:
    """A class's name as the student's process tells it, or a word of ours where it is no name."""
    return text if isinstance(text, str) and _NAME.fullmatch(text) else "object"


def tidied(text: object) -> str:
    """A student's text on one line, printable, at most 300 characters."""
    words = " ".join(str(text)[: 4 * MAX_TEXT].split())
    return "".join(c if c.isprintable() else "?" for c in words)[:MAX_TEXT]
