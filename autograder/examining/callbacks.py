"""The objects that a test passes to the student's code, as far as that code may use them. Knows nothing of processes.

A callable may be called. Of other objects, and of callables, the names that their class lists in `student_sees` may be
read or called. Nothing else of the trusted process has a name over there. What a call without arguments of the names in
`student_reads` returns, and changes nothing, is told with each message, so that nobody needs to ask: half of all
messages asked a clock for the time."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from autograder.examining.errors import NoAnswerError, StudentError
from autograder.sandbox.wire import CallbackRef, WireError

MAX_TEXT = 300
# What a mistake in a test's own model or clock looks like; other exceptions are raised there on purpose.
_SLIPS = (NameError, AttributeError, LookupError, TypeError, ArithmeticError)


class Raised(Exception):  # noqa: N818 - it is not an error of this process but the message about one
    """An exception to be raised in the student's code: `kind`, `message`, or the student's own of number `handle`."""

    def __init__(self, kind: str, message: str, handle: int | None = None) -> None:
        super().__init__(kind, message, handle)
        self.kind, self.message, self.handle = kind, message[:MAX_TEXT], handle


class Callbacks:
    """What one test has passed in, by number. Numbers are never used again, so a kept one means nothing later."""

    def __init__(self) -> None:
        self.slips: list[str] = []
        self._numbers = itertools.count(1)
        self._shown: dict[int, Any] = {}
        self._known: dict[int, int] = {}
        self._told: list[tuple[int, str, Any]] = []

    def clear(self) -> None:
        """Forget everything: another test begins."""
        self.slips.clear()
        self._shown.clear()
        self._known.clear()
        self._told.clear()

    def show(self, value: object) -> CallbackRef:
        """Return the reference of `value`, the same for the same object; raises TypeError for what cannot be used."""
        if not callable(value) and not _seen(value):
            raise TypeError(
                f"plain data, callables and objects with student_sees can be passed in, not a {type(value).__name__}"
            )
        if id(value) not in self._known:
            number = next(self._numbers)
            self._known[id(value)], self._shown[number] = number, value
            self._told += [(number, name, value) for name in getattr(type(value), "student_reads", ())]
        kind: Any = type(value)
        return CallbackRef(self._known[id(value)], "", callable(value), _methods(kind))

    def readings(self) -> list[list[Any]]:
        """Return [number, name, value] of what can be told without being asked, as it is now; values are ints."""
        return [[number, name, getattr(target, name)()] for number, name, target in self._told]

    def find(self, ref: CallbackRef) -> Any:
        """Return the object, or its method, that comes back; raises WireError for one that was not passed in."""
        if ref.id not in self._shown or (ref.name and ref.name not in _seen(self._shown[ref.id])):
            raise WireError("an object that no test has passed in")
        target = self._shown[ref.id]
        return getattr(target, ref.name) if ref.name else target

    def attribute(self, number: int, name: str) -> Any:
        """Return a value, or a CallbackRef for what can be called; raises Raised for what has no such name."""
        target = self.find(CallbackRef(number, "", False))
        if name not in _seen(target):
            raise Raised("AttributeError", f"{type(target).__name__} has no attribute {name!r} here")
        value = getattr(target, name)
        return CallbackRef(number, name, True) if callable(value) else value

    def call(self, number: int, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return what the object returns; raises Raised for what it raises, but lets a failed assertion through."""
        target = self.find(CallbackRef(number, name, True))
        if not callable(target):
            raise WireError("an object that cannot be called")
        try:
            return target(*args, **kwargs)
        except AssertionError:
            raise
        except (StudentError, NoAnswerError) as error:
            if error.handle is None:
                raise
            raise Raised(error.kind, error.message, error.handle._ref.id) from None
        except Exception as error:  # noqa: BLE001 - a scripted model raises what its test is about
            # Arguments that do not fit are the student's mistake: no line of the object has run then.
            ran = error.__traceback__ is not None and error.__traceback__.tb_next is not None
            if isinstance(error, _SLIPS) and (ran or not isinstance(error, TypeError)):
                self.slips.append(f"{type(error).__name__}: {error}"[:MAX_TEXT])
            raise Raised(type(error).__name__, str(error)) from None


@lru_cache(maxsize=256)
def _methods(kind: type) -> tuple[str, ...]:
    """The names in `student_sees` that are methods of a class."""
    return tuple(name for name in getattr(kind, "student_sees", ()) if callable(getattr(kind, name, None)))


def _seen(target: object) -> Sequence[str]:
    return getattr(type(target), "student_sees", ())
