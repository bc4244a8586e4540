"""The objects that a test passes to the student's code, as far as that code may use them. Knows nothing of processes.

A callable may be called. Of other objects, and of callables, the names that their class lists in `student_sees` may be
read or called. Nothing else of the trusted process has a name over there."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.student import NoAnswerError, StudentError
from autograder.wire import CallbackRef, WireError

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

    def clear(self) -> None:
        """Forget everything: another test begins."""
        self.slips.clear()
        self._shown.clear()
        self._known.clear()

    def show(self, value: object) -> CallbackRef:
        """Return the reference of `value`, the same for the same object; raises TypeError for what cannot be used."""
        if not callable(value) and not _seen(value):
            raise TypeError(
                f"plain data, callables and objects with student_sees can be passed in, not a {type(value).__name__}"
            )
        if id(value) not in self._known:
            number = next(self._numbers)
            self._known[id(value)], self._shown[number] = number, value
        return CallbackRef(self._known[id(value)], "", callable(value))

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
            inspect.signature(target).bind(*args, **kwargs)
        except ValueError:
            pass  # a builtin does not tell its parameters
        except TypeError as error:
            raise Raised("TypeError", str(error)) from None
        try:
            return target(*args, **kwargs)
        except AssertionError:
            raise
        except (StudentError, NoAnswerError) as error:
            if error.handle is None:
                raise
            raise Raised(error.kind, error.message, error.handle._ref.id) from None
        except Exception as error:  # noqa: BLE001 - a scripted model raises what its test is about
            if isinstance(error, _SLIPS):
                self.slips.append(f"{type(error).__name__}: {error}"[:MAX_TEXT])
            raise Raised(type(error).__name__, str(error)) from None


def _seen(target: object) -> Sequence[str]:
    return getattr(type(target), "student_sees", ())
