"""A student's package as a hidden suite sees it: `student.percentile(latencies, 0.9)` reads like ordinary Python and
runs in the sandbox. Knows nothing of pipes. Plain data comes back as plain data, everything else as a `Handle`.

A message to the sandbox and back costs about as much as a small test, so what many tests need is asked for once
(`once`), many calls go together (`each`, `fields`), and what only makes an argument goes with the call (`made`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from autograder.examining.checks import expect

if TYPE_CHECKING:
    from autograder.examining.session import Session
    from autograder.sandbox.wire import HandleRef

MAX_TEXT = 300
Made = TypeVar("Made")
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
        self._methods: dict[str, Handle] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._methods:
            return self._methods[name]
        value = self._session.request("attribute", self, [name])
        if isinstance(value, Handle) and value._ref.kind == "method":
            self._methods[name] = value
        return value

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


class Call(NamedTuple):
    """A call that is made over there on the way to another one, for which its result is an argument."""

    function: Handle
    args: Sequence[Any]
    kwargs: Mapping[str, Any]


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

    def fields(self, value: object, *names: str) -> list[Any]:
        """Return several attributes of an object, in one message where it is over there."""
        if not isinstance(value, Handle):
            return [getattr(value, name) for name in names]
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
