"""Words and comparisons for hidden suites: what was expected, what came, where to look. Knows nothing of where a value
came from, but that a student made it: texts are kept short, and a type is compared exactly before a value is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

MAX_SHOWN = 160
_NUMBERS = (int, float, np.float64, np.float32, np.int64, np.int32)


def expect(yours: object, expected: object, look: str = "") -> str:
    """Return the message of a failed check: two lines to compare, then one sentence that says where to look.

    Texts stand as they are, other values as `shown` writes them.
    """
    return "\n".join(filter(None, [f"Yours: {shown(yours)}", f"Expected: {shown(expected)}", look]))


def close(yours: object, expected: float, rel: float = 1e-9, abs: float = 0.0) -> bool:
    """Whether `yours` is a finite number (of Python or numpy, no bool, no array) within the tolerance of `expected`."""
    return type(yours) in _NUMBERS and math.isclose(float(yours), expected, rel_tol=rel, abs_tol=abs)  # type: ignore[arg-type]


def same_array(yours: object, expected: object, rel: float = 0.0, abs: float = 0.0) -> bool:
    """Whether `yours` is an ndarray of the shape and kind (bool, int, uint, float) of `expected`, and close to it."""
    due: np.ndarray[Any, Any] = np.asarray(expected)
    if type(yours) is not np.ndarray or yours.shape != due.shape or yours.dtype.kind != due.dtype.kind:
        return False
    if due.dtype.kind != "f":
        return bool(np.array_equal(yours, due))
    return bool(np.allclose(yours, due, rtol=rel, atol=abs, equal_nan=True))


def shown(value: object) -> str:
    """Return a value in words for people: numbers to six digits, arrays by type, shape and first items; never long."""
    text = _words(value, 0)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."


def _words(value: object, depth: int) -> str:
    match value:
        case str() if depth == 0:
            return "".join(c if c.isprintable() else " " for c in value[: 2 * MAX_SHOWN])
        case str() | bytes():
            return repr(value[:MAX_SHOWN])
        case bool() | None | np.bool_():
            return str(value)
        case int():
            return str(value) if value.bit_length() < 200 else "an int of more than 60 digits"
        case float() | np.floating():
            return f"{value:.6g}"
        case np.ndarray():
            items = ", ".join(_words(item, 1) for item in value.ravel()[:5].tolist())
            return f"{value.dtype} array of shape {value.shape}: {items}{', ...' if value.size > 5 else ''}"
        case list() | tuple() if depth < 3:
            items = ", ".join(_words(item, depth + 1) for item in value[:20]) + (", ..." if len(value) > 20 else "")
            return f"[{items}]" if isinstance(value, list) else f"({items})"
        case np.generic():
            return str(value)
    return repr(value) if type(value).__repr__ is not object.__repr__ else f"a {type(value).__name__}"
