"""Every small change of a solution: one node of its syntax tree replaced, the rest as the lesson has it. What no hidden
test tells apart from the solution is either the same or a hole in the suites. Makes texts, runs nothing.

Docstrings, types and the words of errors are left alone; so is what the lesson gives.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.proving.confusions import Confusions
from autograder.proving.exercises import Exercise, Function, solution_statements, solved_functions
from autograder.proving.operators import changed

BEGINS = "(the body begins)"  # how a line that was put first says what it was before
_LEFT_ALONE: dict[type[ast.AST], frozenset[str]] = {
    ast.arg: frozenset({"annotation"}),
    ast.AnnAssign: frozenset({"annotation"}),
    ast.FunctionDef: frozenset({"returns", "decorator_list"}),
    ast.AsyncFunctionDef: frozenset({"returns", "decorator_list"}),
    ast.Assert: frozenset({"msg"}),
    ast.Raise: frozenset({"exc", "cause"}),
    ast.Import: frozenset({"names"}),
    ast.ImportFrom: frozenset({"names"}),
    ast.FormattedValue: frozenset({"format_spec"}),
}


@dataclass(frozen=True)
class Mutant:
    """A changed solution: the line that was, the line that it becomes, and the whole cell."""

    exercise: str
    was: str
    becomes: str
    source: str


def mutants_of(exercise: Exercise, fields: Mapping[str, Sequence[Any]]) -> list[Mutant]:
    """Return every mutant of an exercise, each text once, in the order of the solution's lines.

    `fields` are the defaults of the lesson's fields, see `confusions.field_defaults`.
    """
    tree, marked = exercise.tree(), exercise.marked()
    before = ast.unparse(tree)
    texts: dict[str, None] = {}
    for function in solved_functions(tree, marked):
        confusions = Confusions(function, exercise, fields)
        statements = solution_statements(function, marked)
        for siblings, index in statements:
            texts.update(dict.fromkeys(_changes(tree, siblings, index, confusions)))
        texts.update(dict.fromkeys(_fixed(tree, function, statements, confusions)))
    found = [text for text in texts if text != before and _is_python(text)]
    return [Mutant(exercise.name, *line_changed(before, text), f"{exercise.head}{text}") for text in found]


def line_changed(before: str, after: str) -> tuple[str, str]:
    """Return the first line that differs, as it was and as it is; what is gone became `pass`."""
    old, new = before.split("\n"), after.split("\n")
    first = next((i for i, (one, two) in enumerate(zip(old, new, strict=False)) if one != two), min(len(old), len(new)))
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    gone, there = old[first : len(old) - last], new[first : len(new) - last]
    return (gone[0].strip() if gone else BEGINS), (there[0].strip() if there else "pass")


def _changes(tree: ast.Module, siblings: Any, index: int, confusions: Confusions) -> Iterator[str]:
    """The texts of the cell with one node changed, in the statement at this place or below it."""
    node = siblings[index]
    guarded = isinstance(node, ast.Raise) and len(siblings) == 1  # without it: as with a condition that never holds
    for other in [*changed(node), *confusions.changed(node)]:
        if guarded and isinstance(other, ast.Pass):
            continue
        siblings[index] = other
        yield ast.unparse(ast.fix_missing_locations(tree))
    siblings[index] = node
    for name, value in ast.iter_fields(node):
        if name in _LEFT_ALONE.get(type(node), ()):
            continue
        places = value if isinstance(value, list) else _Field(node, name)
        for place in _inside(node, places):
            yield from _changes(tree, places, place, confusions)


def _inside(node: ast.AST, places: Any) -> Iterable[int]:
    """Which of a node's children may be changed: the words of a text and a docstring may not."""
    for place, child in enumerate(list(places)):
        word = isinstance(child, ast.Constant) and isinstance(child.value, str)
        prose = isinstance(node, ast.JoinedStr | ast.Expr) and word
        if isinstance(child, ast.AST) and not prose:
            yield place


class _Field:
    """A field with one node, as a list of one."""

    def __init__(self, node: ast.AST, name: str) -> None:
        self._node, self._name = node, name

    def __iter__(self) -> Iterator[Any]:
        yield getattr(self._node, self._name)

    def __getitem__(self, index: int) -> Any:
        return getattr(self._node, self._name)

    def __setitem__(self, index: int, other: Any) -> None:
        setattr(self._node, self._name, other)


def _fixed(
    tree: ast.Module, function: Function, statements: list[tuple[list[ast.stmt], int]], confusions: Confusions
) -> Iterator[str]:
    """The texts of the cell with a parameter that is used more than once fixed to a value."""
    if not statements:
        return
    siblings, index = statements[0]
    uses = [node.id for each, at in statements for node in ast.walk(each[at]) if isinstance(node, ast.Name)]
    for name, values in confusions.fixed.items():
        for value in values if uses.count(name) > 1 else ():
            siblings.insert(index, ast.Assign([ast.Name(name, ast.Store())], ast.Constant(value), lineno=0))
            yield ast.unparse(ast.fix_missing_locations(tree))
            del siblings[index]


def _is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):  # "is not" with a literal, and the like
            compile(text, "<mutant>", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True
