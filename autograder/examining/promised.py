"""Answers of the kind that a docstring promises, and calls that it says are refused. An answer of another kind is the
student's mistake: it ends a test with a sentence, not with an error of the test's own. Knows nothing of exercises."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

import numpy as np

from autograder.examining.checks import expect, shown
from autograder.examining.errors import StudentError
from autograder.examining.handles import Call, Handle
from autograder.examining.student import Student

_KIND = "Look at the type and the shape of what it returns; its docstring says which."
_REFUSED = "Its docstring says what is refused, and how."


def is_number(yours: object) -> TypeGuard[float]:
    """Whether an answer is a finite number of Python or numpy; a bool is none."""
    kinds = (int, float, np.float64, np.float32, np.int64, np.int32)
    return type(yours) in kinds and math.isfinite(float(yours))  # type: ignore[arg-type]


def number(yours: object, look: str = _KIND) -> float:
    """Return an answer that is a finite number; anything else fails the test."""
    assert is_number(yours), expect(yours, "a finite number", look)
    return yours


def numbers(yours: object, n: int, look: str = _KIND) -> list[float]:
    """Return an answer that is a list, a tuple or an array (n,) of finite numbers; anything else fails the test."""
    found = yours.tolist() if isinstance(yours, np.ndarray) else yours
    assert isinstance(found, list | tuple), expect(yours, f"{n} finite numbers", look)
    assert len(found) == n, expect(yours, f"{n} finite numbers", look)
    return [number(each, look) for each in found]


def attributes(student: Student, yours: object, kind: str, *names: str) -> list[Any]:
    """Return attributes of an answer that is an object of the class `kind`; anything else fails the test."""
    right = isinstance(yours, Handle) and student.kind(yours) == kind
    assert right, expect(f"a {student.kind(yours)}", f"an object of the class {kind}", _KIND)
    return student.fields(yours, *names)


def interval_ends(student: Student, interval: object) -> tuple[float, float]:
    """Return where an Interval begins and ends, two finite numbers; anything else fails the test."""
    low, high = attributes(student, interval, "Interval", "low", "high")
    return number(low), number(high)


def refused(calls: Mapping[str, Call | Callable[[], object]], kind: str = "ValueError") -> list[str]:
    """Check that each call raises `kind`, and return the messages. A failure names the call as `calls` does: 'p = 1'.

    A class derived from `kind` will do. Those that `student.made` made travel together, in one message.
    """
    made = [call for call in calls.values() if isinstance(call, Call)]
    came = iter(made[0].function._session.tried(made) if made else ())
    return [_refusal(said, next(came) if isinstance(call, Call) else _came(call), kind) for said, call in calls.items()]


def _came(call: Callable[[], object]) -> object:
    try:
        return call()
    except StudentError as error:
        return error


def _refusal(said: str, came: object, kind: str) -> str:
    if isinstance(came, StudentError) and kind in came.kinds:
        return came.message
    what = f"raised {shown(str(came))}" if isinstance(came, StudentError) else f"returned {shown(came)}"
    raise AssertionError(expect(f"{said}: {what}", f"{said}: a {kind}", _REFUSED))
