"""Objects that stay in the student's process, as the trusted one holds them: a number, and whom to ask. Knows nothing
of pipes or of who answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from autograder.sandbox.wire import HandleRef

MAX_TEXT = 300
_NAME = re.compile(r"[A-Za-z_]\w{0,59}")


class Answering(Protocol):
    """Who has an operation done over there and returns the answer, and takes note of one that had been told;
    `starts` counts the processes that there were."""

    @property
    def starts(self) -> int:
        """How often a process was started."""

    def request(
        self,
        operation: str,
        on: Handle | None,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        result: type | None = None,
    ) -> Any:
        """Have one operation done on an object and return the answer, of exactly the type `result`."""

    def tried(self, calls: Sequence[Call]) -> list[Any]:
        """Have calls made and return what each returned or raised."""

    def noted(self, value: object) -> Any:
        """Take note of an answer that came with another one, and return it."""


class Handle:
    """An object of the student's process. It equals nothing but itself. What did not come with it is asked there."""

    def __init__(self, session: Answering, ref: HandleRef, told: Mapping[str, Any] = MappingProxyType({})) -> None:
        self._session, self._ref, self._start, self._told = session, ref, session.starts, told
        self._methods: dict[str, Handle] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._methods:
            return self._methods[name]
        if name in self._told:
            return self._session.noted(self._told[name])
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


def named(text: object) -> str:
    """A class's name as the student's process tells it, or a word of ours where it is no name."""
    return text if isinstance(text, str) and _NAME.fullmatch(text) else "object"


def tidied(text: object) -> str:
    """A student's text on one line, printable, at most 300 characters."""
    words = " ".join(str(text)[: 4 * MAX_TEXT].split())
    return "".join(c if c.isprintable() else "?" for c in words)[:MAX_TEXT]
