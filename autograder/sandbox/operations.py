"""What a request may ask of an object of the student's package, by the name of the operation: a call, an attribute, its
items. Runs beside the package, inside the sandbox. Knows nothing of messages; arguments are values already."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from types import FunctionType
from typing import Any

import numpy as np

MAX_LISTED = 100_000


def _call(target: Any, *args: Any, **kwargs: Any) -> Any:
    """A test passes `seed`; where the student's function takes `rng`, it gets the generator of that seed."""
    if "seed" in kwargs and "rng" not in kwargs and _wants_a_generator(target):
        kwargs = _with_a_generator(kwargs)
    return target(*args, **kwargs)


def _calls(target: Any, calls: list[dict[str, Any]]) -> list[Any]:
    """One call after the other, by keyword, each with a seed."""
    draws = _wants_a_generator(target)
    return [target(**(_with_a_generator(kwargs) if draws else kwargs)) for kwargs in calls]


def _wants_a_generator(target: Any) -> bool:
    return _function_draws(target) if type(target) is FunctionType else _draws(target)


def _draws(target: Any) -> bool:
    try:
        parameters = inspect.signature(target).parameters
    except (TypeError, ValueError):
        return False
    return "rng" in parameters and "seed" not in parameters


_function_draws = lru_cache(maxsize=256)(_draws)  # asked at each of many calls


def _with_a_generator(kwargs: dict[str, Any]) -> dict[str, Any]:
    seed = kwargs.pop("seed")
    return {**kwargs, "rng": np.random.default_rng(seed)}


def _fields(target: Any, *names: str) -> list[Any]:
    return [getattr(target, name) for name in names]


def _imported(package: Any, *names: str) -> list[Any]:
    """Those of the names that are functions or classes, so that nobody needs to ask for one after the other."""
    found = [vars(package).get(name) for name in names]
    return [value if type(value) in (FunctionType, type) else None for value in found]


def _items(target: Any) -> list[Any]:
    found = list(islice(target, MAX_LISTED + 1))
    if len(found) > MAX_LISTED:
        raise ValueError(f"at most {MAX_LISTED} items can be looked at, this has more")
    return found


OPERATIONS: dict[str, Callable[..., Any]] = {
    "attribute": getattr,
    "call": _call,
    "calls": _calls,
    "contains": operator.contains,
    "fields": _fields,
    "import": _imported,
    "item": operator.getitem,
    "items": _items,
    "length": len,
    "text": str,
    "truth": bool,
}
