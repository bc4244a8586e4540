"""How a test is run without pytest's rounds about it, which took as long as many a test: its fixtures are called in
the order in which they need one another, then the test. This is what pytest does with a test of plain functions; one
that has more (parameters, a class, fixtures that clean up, that ask for `request`, or that last longer than a test)
is left to pytest. Knows nothing of submissions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pytest


def plain_call(item: pytest.Item) -> Callable[[], object] | None:
    """Return what sets up and runs a test, or None where that takes pytest itself."""
    if type(item) is not pytest.Function or item.cls is not None or hasattr(item, "callspec"):
        return None
    needs: dict[str, tuple[str, ...]] = {}
    makers: dict[str, Callable[..., object]] = {}
    for name in item.fixturenames:
        found = item._fixtureinfo.name2fixturedefs.get(name, ())
        if not found or found[-1].params is not None or found[-1].scope != "function" or name in found[-1].argnames:
            return None
        if inspect.isgeneratorfunction(found[-1].func) or inspect.iscoroutinefunction(found[-1].func):
            return None
        needs[name], makers[name] = found[-1].argnames, found[-1].func
    test, arguments = item.obj, item._fixtureinfo.argnames
    return lambda: _run(test, arguments, item.fixturenames, needs, makers)


def _run(
    test: Callable[..., object],
    arguments: tuple[str, ...],
    names: list[str],
    needs: Mapping[str, tuple[str, ...]],
    makers: Mapping[str, Callable[..., object]],
) -> object:
    values: dict[str, Any] = {}

    def value(name: str) -> Any:
        if name not in values:
            values[name] = makers[name](**{need: value(need) for need in needs[name]})
        return values[name]

    for name in names:
        value(name)
    return test(**{name: values[name] for name in arguments})
