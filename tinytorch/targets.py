"""Models named on a command line: `package.module:name` or `package.module:factory('argument')`.

A target is read, never evaluated: a name to import and, in parentheses, plain literals. Knows nothing of benchmarks.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Target:
    """A model, or with `build` a factory that makes one anew for every round."""

    text: str
    model: Any
    build: Callable[[], Any] | None


def load_target(text: str) -> Target:
    """Return what `text` names. Modules are also looked for in the current folder.

    Raises ValueError for text of another form, and for a module or name that is not there.
    """
    module_name, _, expression = text.partition(":")
    if not module_name or not expression:
        raise ValueError(f"a model is named package.module:name or package.module:factory('argument'), got {text!r}")
    name, arguments, keywords = _call(expression, text)
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise ValueError(f"there is no module {error.name!r} for {text!r}; run where it can be imported") from error
    for part in name.split("."):
        if not hasattr(found, part):
            raise ValueError(f"{module_name} has no {name!r}; it has {_public(found)}")
        found = getattr(found, part)
    if arguments is None:
        return Target(text, found, None)
    build = partial(found, *arguments, **keywords)
    return Target(text, None, build)


def _call(expression: str, text: str) -> tuple[str, tuple[Any, ...] | None, dict[str, Any]]:
    """Return the dotted name and, where it is called, its literal arguments."""
    try:
        node = ast.parse(expression, mode="eval").body
        if not isinstance(node, ast.Call):
            return _dotted(node), None, {}
        arguments = tuple(ast.literal_eval(argument) for argument in node.args)
        keywords = {keyword.arg: ast.literal_eval(keyword.value) for keyword in node.keywords if keyword.arg}
        return _dotted(node.func), arguments, keywords
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"{text!r}: after the colon comes a name, or a call with plain literals") from error


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    raise ValueError(ast.dump(node))


def _public(module: Any) -> str:
    names = [name for name in vars(module) if not name.startswith("_")] if hasattr(module, "__dict__") else []
    return ", ".join(names[:12]) or "nothing public"
