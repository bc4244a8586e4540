"""Models named on a command line: `package.module:name` or `package.module:factory('argument')`.

A target is read, never evaluated: a name to import and, in parentheses, plain literals. Reading one imports the module
that it names, as `python -m` would, so name modules that you trust; nothing else runs until the factory is called.
Knows nothing of benchmarks.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

LONGEST = 10_000  # characters


class TargetError(ValueError):
    """A target that names no model, or a factory that failed."""


@dataclass(frozen=True)
class Factory:
    """A call with literals, to be made once a round. Can be pickled where its function can."""

    text: str
    function: Callable[..., Any]
    arguments: Sequence[Any]
    keywords: Mapping[str, Any]

    def __call__(self) -> Any:
        """Return a new model. Raises TargetError, with the cause, for whatever the function raises."""
        try:
            return self.function(*self.arguments, **self.keywords)
        except Exception as error:
            raise TargetError(f"{self.text} failed with {type(error).__name__}: {error}") from error


@dataclass(frozen=True)
class Target:
    """A model, or with `build` a factory that makes one anew for every round."""

    text: str
    model: Any
    build: Factory | None

    @property
    def name(self) -> str:
        """What stands after the colon."""
        return self.text.partition(":")[2].strip()


def load_target(text: str) -> Target:
    """Return what `text` names. Modules are also looked for in the current folder.

    Raises TargetError, a ValueError, for text of another form, for private names, for the standard library, which has
    no models, and for a module or name that is not there or fails to be imported.
    """
    module_name, colon, expression = (part.strip() for part in text.partition(":"))
    if not colon or not expression or not all(part.isidentifier() for part in module_name.split(".")):
        raise TargetError(f"a model is named package.module:name or package.module:factory('argument'), got {text!r}")
    name, arguments, keywords = _call(expression, text)
    if any(part.startswith("_") for part in [*module_name.split("."), *name.split(".")]):
        raise TargetError(f"{text!r} names something private; a model has a name without a leading underscore")
    found = _find(_import(module_name, text), name, text)
    if arguments is None:
        return Target(text, found, None)
    if not callable(found):
        raise TargetError(f"{text!r}: {name} is a {type(found).__name__}, not a factory; leave out the parentheses")
    return Target(text, None, Factory(text, found, arguments, keywords))


def _import(module_name: str, text: str) -> ModuleType:
    if module_name.partition(".")[0] in sys.stdlib_module_names:
        raise TargetError(f"{text!r}: {module_name} is of the standard library, which has no models")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise TargetError(f"there is no module {error.name!r} for {text!r}; run where it can be imported") from error
    except Exception as error:
        raise TargetError(f"{text!r}: importing {module_name} failed with {type(error).__name__}: {error}") from error


def _find(module: ModuleType, name: str, text: str) -> Any:
    """Return the attribute `name` of `module`; it may be what another module of the same package defines."""
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise TargetError(f"{module.__name__} has no {name!r}; it has {_public(found)}")
        found = getattr(found, part)
        if isinstance(found, ModuleType) and not found.__name__.startswith(f"{module.__name__}."):
            raise TargetError(f"{text!r} reaches another module, {found.__name__}; name that one before the colon")
    home = str(getattr(found, "__module__", None))
    if (inspect.isroutine(found) or inspect.isclass(found)) and home.partition(".")[0] in sys.stdlib_module_names:
        raise TargetError(f"{text!r}: {name} comes from {home} of the standard library, which has no models")
    return found


def _call(expression: str, text: str) -> tuple[str, tuple[Any, ...] | None, dict[str, Any]]:
    """Return the dotted name and, where it is called, its literal arguments."""
    form = f"{text[:200]!r}: after the colon comes a name, or a call with plain literals"
    if len(text) > LONGEST:
        raise TargetError(f"{form}, of {LONGEST:,} characters together at most")
    try:
        node = ast.parse(expression, mode="eval").body
        if not isinstance(node, ast.Call):
            return _dotted(node), None, {}
        names = [keyword.arg for keyword in node.keywords]
        if None in names or len(set(names)) < len(names):
            raise TargetError(f"{form}; ** and a name given twice are none")
        arguments = tuple(ast.literal_eval(argument) for argument in node.args)
        keywords = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in node.keywords}
        return _dotted(node.func), arguments, keywords
    except TargetError:
        raise
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise TargetError(form) from error


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    raise ValueError(ast.dump(node))


def _public(holder: Any) -> str:
    names = [name for name in getattr(holder, "__dict__", {}) if not name.startswith("_")]
    return ", ".join(names[:12]) or "nothing public"
