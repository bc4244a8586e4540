"""An exercise of the lesson as those who change its solution need it: where the solution stands in the cell's syntax
tree, and what a student reads beside it. Reads texts, runs nothing, knows no suites."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tinytorch.export import Cell

Function = ast.FunctionDef | ast.AsyncFunctionDef
_NUMBER = re.compile(r"(?<![\w.])\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]*\w)")
_QUOTED = re.compile(r"`([^`\n]+)`|(?<!\w)('[^'\n]*')(?!\w)|(\"[^\"\n]*\")")
_LITERAL = ast.Constant | ast.List | ast.Tuple | ast.Dict | ast.UnaryOp


@dataclass(frozen=True)
class Exercise:
    """A solution cell with its markers, the prompt above it, its visible check, and its points."""

    name: str
    points: float
    source: str
    prompt: str
    check: str

    @property
    def head(self) -> str:
        """The lines that say which module the cell goes to."""
        return "".join(f"{line}\n" for line in self.source.split("\n") if line.startswith("#|"))

    def tree(self) -> ast.Module:
        """A syntax tree of the cell, a new one each time: whoever asks may change it."""
        return ast.parse(self.source)

    def marked(self) -> frozenset[int]:
        """The numbers of the lines between the solution's markers, from 1."""
        found, inside = set(), False
        for number, line in enumerate(self.source.split("\n"), start=1):
            if line.strip() in ("### BEGIN SOLUTION", "### END SOLUTION"):
                inside = line.strip() == "### BEGIN SOLUTION"
            elif inside:
                found.add(number)
        return frozenset(found)


def exercises(cells: Sequence[Cell]) -> list[Exercise]:
    """Return the exercises that are marked automatically, in the lesson's order; `cells` hold the solutions."""
    checks = {cell.grade_id: cell for cell in cells if cell.kind == "code" and cell.nbgrader.get("grade")}
    found, prompt = list[Exercise](), list[str]()
    for cell in cells:
        check = checks.get(f"{cell.grade_id}_check")
        if cell.kind == "markdown":
            prompt.append(cell.source)
        elif cell.nbgrader.get("solution") and cell.grade_id and check:
            points = float(check.nbgrader["points"])
            found.append(Exercise(cell.grade_id, points, cell.source, "\n".join(prompt), check.source))
        elif cell.grade_id in checks:
            prompt = []
    return found


def solved_functions(tree: ast.Module, marked: frozenset[int]) -> list[Function]:
    """Return the outermost functions in which solution stands, or which are solution as a whole."""
    return list(_functions(tree, marked))


def solution_statements(function: Function, marked: frozenset[int]) -> list[tuple[list[ast.stmt], int]]:
    """Return (list, index) of each statement of a function that is the student's to write, none inside another."""
    if function.lineno in marked:
        first = 1 if ast.get_docstring(function, clean=False) is not None else 0
        return [(function.body, index) for index in range(first, len(function.body))]
    return list(_outermost(function, marked))


def parameters(function: Function) -> list[ast.arg]:
    """Return the parameters of a function without `self` and `cls`."""
    found = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [each for each in found if each.arg not in ("self", "cls")]


def literals(exercise: Exercise) -> list[Any]:
    """Return the numbers, texts and lists that a student reads in prompt, docstrings and visible check, each once."""
    tree = exercise.tree()
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | Function)]
    texts = [exercise.prompt, *(ast.get_docstring(node) or "" for node in nodes)]
    found = [value for text in texts for value in _in_prose(text)]
    found += [value for node in _without_messages(ast.parse(exercise.check)) for value in _value(node)]
    return list({(type(value), repr(value)): value for value in found}.values())


def scalars_of(nodes: Iterable[ast.AST | None]) -> list[Any]:
    """Return the numbers, texts, booleans and None among expressions, each once."""
    found = [value for node in nodes if node is not None for value in _value(node)]
    kept = [value for value in found if isinstance(value, bool | int | float | str | None)]
    return list({(type(value), repr(value)): value for value in kept}.values())


def _functions(node: ast.AST, marked: frozenset[int]) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            if child.lineno in marked or any(_outermost(child, marked)):
                yield child
        else:
            yield from _functions(child, marked)


def _outermost(node: ast.AST, marked: frozenset[int]) -> Iterator[tuple[list[ast.stmt], int]]:
    for _, value in ast.iter_fields(node):
        for index, child in enumerate(value if isinstance(value, list) else ()):
            if isinstance(child, ast.stmt) and child.lineno in marked:
                yield value, index
            elif isinstance(child, ast.AST):
                yield from _outermost(child, marked)


def _in_prose(text: str) -> Iterator[Any]:
    for code, *quoted in _QUOTED.findall(text):
        try:
            yield ast.literal_eval(code or "".join(quoted))
        except (ValueError, SyntaxError):
            continue  # a name or an expression
    yield from (ast.literal_eval(number) for number in _NUMBER.findall(text) if not re.match(r"0\d", number))


def _without_messages(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, without what an assertion says when it fails, docstrings and parts of longer texts."""
    yield node
    for name, value in ast.iter_fields(node):
        prose = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and isinstance(value, ast.Constant))
        if prose or (isinstance(node, ast.Assert) and name == "msg"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _without_messages(child)


def _value(node: ast.AST) -> Iterator[Any]:
    if isinstance(node, _LITERAL):
        try:
            yield ast.literal_eval(node)
        except ValueError:
            return  # a list that holds more than literals
