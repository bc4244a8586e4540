"""What the text of one code cell holds: directives, definitions, imports, loose statements. Reads it, never runs it.

Everything here works on a single cell and on its syntax tree. Knows nothing of files, of the lesson or of points.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from tinytorch.export import (
    blocks,
    bound_names,
    check_compiles,
    free_names,
    is_form_title,
    made_names,
    plain_python,
    tree_of,
)

_DIRECTIVE = re.compile(r"\s*#\s*\|\s*(\w+)\s*([^\s#]*)")
_PACKAGE = "tinytorch.benchmarking"
AWAIT = "statements that await outside a function were left out"
_DEEPEST = 200  # blocks in one another: what reads them goes down as deep, within Python's own limit
_KEPT = 256  # cells: each is looked at several times, and the released ones in every submission


class DoesNotCompileError(ValueError):
    """The text is no Python that this interpreter accepts. The message says the line, never repeats the text."""


@dataclass(frozen=True)
class Code:
    """A cell's Python: its text without directives and without empty lines at its ends, and the tree of that text."""

    text: str
    tree: ast.Module

    @property
    def defined(self) -> frozenset[str]:
        """Names bound at the top level by def, class, assignment or import, also inside a top-level if, try or with."""
        return frozenset(name for statement in self.tree.body for name in bound_names(statement))

    @property
    def made(self) -> frozenset[str]:
        """Names that the module surely has after the cell and that the cell itself defines: what can be an answer."""
        return frozenset(made_names(self.tree.body))

    @property
    def needed(self) -> frozenset[str]:
        """The names that the cell reads and neither binds itself nor has as a local of a function."""
        return free_names(self.text)

    def without(self, statements: Iterable[ast.stmt]) -> Code:
        """Blank out the lines of these top-level statements, except lines that another statement shares."""
        dropped = list(statements)
        kept = {line for other in self.tree.body if other not in dropped for line in _lines(other)}
        gone = {line for statement in dropped for line in _lines(statement)} - kept
        lines = ["" if number in gone else line for number, line in enumerate(self.text.split("\n"), start=1)]
        return parse("\n".join(lines)) if gone else self

    def segment(self, name: str) -> str | None:
        """Return the lines of the last top-level statement that defines `name`, or None."""
        for statement in reversed(self.tree.body):
            if name in bound_names(statement):
                lines = self.text.split("\n")
                return "\n".join(lines[number - 1] for number in _lines(statement))
        return None


def directives(source: str) -> dict[str, str]:
    """Return the `#| name argument` lines of a cell as {name: argument}; a directive without argument maps to ""."""
    if "|" not in source:
        return {}
    found = (_DIRECTIVE.match(line) for line in source.split("\n") if "|" in line)
    return {match[1]: match[2] for match in found if match}


@lru_cache(maxsize=_KEPT)
def parse(source: str) -> Code:
    """Return the cell's code without its directives. Raises DoesNotCompileError, which names the line of the cell."""
    lines = "\n".join("" if _is_directive(line) else line for line in source.split("\n"))
    text = lines.strip("\n")  # what the exporter will read of an answer, so that it is read once
    try:
        try:
            check_compiles(text)
        except SyntaxError:
            _compile(lines)
        tree = tree_of(text)
    except SyntaxError as error:
        # The message may quote the text ("invalid character ..."): short, and escaped wherever it is shown.
        raise DoesNotCompileError(f"line {error.lineno or 1}: {(error.msg or 'invalid syntax')[:80]}") from error
    except (RecursionError, MemoryError, OverflowError):
        raise DoesNotCompileError("the code is nested too deeply") from None
    except ValueError as error:
        raise DoesNotCompileError("it holds a character that Python does not accept") from error
    if _nesting(tree) > _DEEPEST:
        raise DoesNotCompileError("the code is nested too deeply")
    return Code(text, tree)


def _compile(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape is the student's to see in the notebook, not ours
        compile(text, "<answer>", "exec", dont_inherit=True)


def tidy(source: str) -> tuple[Code, list[str]]:
    """Parse a cell, repairing what notebooks and web pages put into it where it does not compile as it stands.

    Returns the code and what was repaired, in plain words. Raises DoesNotCompileError, naming the line.
    """
    try:
        return parse(source), []
    except DoesNotCompileError as error:
        spaced = source.replace("\N{NO-BREAK SPACE}", " ")
        text, repairs = plain_python(spaced)
        if spaced != source:
            repairs.append("no-break spaces were replaced by spaces")
        for repaired, done in ((text, repairs), (_without_await(text), [*repairs, AWAIT])):
            with contextlib.suppress(DoesNotCompileError):
                if done and repaired is not None:
                    return parse(repaired), done
        raise error from None


def _without_await(text: str) -> str | None:
    """Return the text without the statements that await at the top level, which a notebook runs and a module cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = compile(text, "<answer>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None
    assert isinstance(tree, ast.Module)
    waiting = {line for statement in tree.body if _awaits(statement) for line in _lines(statement)}
    lines = enumerate(text.split("\n"), start=1)
    return "\n".join("" if number in waiting else line for number, line in lines) if waiting else None


def _awaits(statement: ast.stmt) -> bool:
    """Say whether a statement awaits by itself, not in a function or class that it defines."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith) or getattr(node, "is_async", None) == 1:
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return False


def _nesting(tree: ast.Module) -> int:
    """Return how many blocks stand in one another; each `elif` is one in the block before."""
    deepest, waiting = 0, [(tree.body, 1)]
    while waiting:
        body, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(block, depth + 1) for statement in body for block in blocks(statement)]
    return deepest


def loose_statements(code: Code) -> list[ast.stmt]:
    """Return the top-level statements that a module must not run at every import.

    Calls and checks are experiments, a `from __future__` line stands in the module already, and an import of the
    package that the lesson builds would be circular there.
    """
    return [
        statement
        for statement in code.tree.body
        if isinstance(statement, ast.Assert)
        or (isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Constant))
        or (isinstance(statement, ast.ImportFrom) and (statement.module == "__future__" or statement.level > 0))
        or any(f"{module}.".startswith(f"{_PACKAGE}.") for module in _imported_modules(statement))
    ]


def _imported_modules(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        return [statement.module or "", *(f"{statement.module}.{alias.name}" for alias in statement.names)]
    return []


def imports(code: Code) -> dict[str, tuple[str, str]]:
    """Return {bound name: (top-level module, import line)} of the cell's absolute top-level imports, stars left out."""
    found: dict[str, tuple[str, str]] = {}
    for statement in code.tree.body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                line = f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
                found[alias.asname or alias.name.partition(".")[0]] = (alias.name.partition(".")[0], line)
        elif isinstance(statement, ast.ImportFrom) and statement.level == 0 and statement.module != "__future__":
            for alias in statement.names:
                if alias.name != "*":
                    line = f"from {statement.module} import {alias.name}"
                    line += f" as {alias.asname}" if alias.asname else ""
                    found[alias.asname or alias.name] = ((statement.module or "").partition(".")[0], line)
    return found


@lru_cache(maxsize=256)
def installed(module: str) -> bool:
    """Say whether a top-level module can be imported in the course's environment. Imports nothing."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def same_text(one: str, other: str) -> bool:
    """Say whether two cells hold the same text apart from directives, titles, blank lines and spaces at line ends."""
    return essence(one) == essence(other)


@lru_cache(maxsize=_KEPT)
def essence(source: str) -> tuple[str, ...]:
    """Return the lines that count when two cells are compared."""
    return tuple(text for line in source.split("\n") if (text := line.rstrip()) and not _says_nothing(text))


def _says_nothing(line: str) -> bool:
    """Whether a line is no code: a directive, or the title by which Colab folds a cell, which it also writes itself."""
    return _is_directive(line) or is_form_title(line)


def _is_directive(line: str) -> bool:
    return "|" in line and _DIRECTIVE.match(line) is not None


def _lines(statement: ast.stmt) -> range:
    decorators = [node.lineno for node in getattr(statement, "decorator_list", [])]
    return range(min([statement.lineno, *decorators]), (statement.end_lineno or statement.lineno) + 1)
