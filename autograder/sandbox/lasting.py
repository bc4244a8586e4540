"""What of an object never changes and is small: told together with the object, so that nobody needs to ask for it. Runs
beside the package, inside the sandbox, and runs nothing of the student's. Knows nothing of messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

MAX_TEXT = 200
_SMALL = (type(None), bool, int, float)


def lasting(value: Any, steps: int = 3) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a named tuple or a frozen dataclass that are small: numbers, short texts, or such objects."""
    for name, held in _fields(value):
        if _is_small(held) or (steps and any(lasting(held, steps - 1))):
            yield name, held


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    kind = type(value)
    if issubclass(kind, tuple) and type(names := vars(kind).get("_fields")) is tuple:
        yield from zip(names, tuple.__iter__(value), strict=False)
    elif getattr(vars(kind).get("__dataclass_params__"), "frozen", False):
        held = object.__getattribute__(value, "__dict__") if kind.__dictoffset__ else {}
        yield from ((name, held[name]) for name in vars(kind)["__dataclass_fields__"] if name in held)


def _is_small(value: Any) -> bool:
    kind = type(value)
    return kind in _SMALL or (kind is str and len(value) <= MAX_TEXT) or issubclass(kind, np.number | np.bool_)
