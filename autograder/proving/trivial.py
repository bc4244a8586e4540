"""Bodies that answer nothing: one that does not depend on its arguments, or that returns one of them. Marks are for
what is right, so such a body may earn next to none. Makes texts from a solution cell, runs nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from autograder.proving.exercises import (
    Exercise,
    Function,
    literals,
    parameters,
    solution_statements,
    solved_functions,
)

SHARE = 0.1  # of an exercise's points: what a trivial body may earn at most
PLAIN: tuple[Any, ...] = (None, 0, 1, True, False, "", [])  # a body of `pass` returns None
_Body = Callable[[Function], ast.stmt]


@dataclass(frozen=True)
class Trivial:
    """A trivial answer: its exercise, what every body in it is, and the whole cell."""

    exercise: str
    body: str
    source: str


def trivial_answers(exercise: Exercise) -> list[Trivial]:
    """Return every trivial answer: plain values, what a student reads beside the exercise, its arguments, an error."""
    found = {text: Trivial(exercise.name, text, _cell(exercise, body)) for text, body in _bodies(exercise)}
    return list(found.values())


def _bodies(exercise: Exercise) -> Iterator[tuple[str, _Body]]:
    for value in [*PLAIN, *literals(exercise)]:
        yield f"return {value!r}", _always(f"return {value!r}")
    yield "raise ValueError", _always("raise ValueError")
    functions = solved_functions(exercise.tree(), exercise.marked())
    names = [[each.arg for each in parameters(function)] for function in functions]
    for place in range(max(map(len, names), default=0)):
        own = dict.fromkeys(each[place] for each in names if place < len(each))
        yield f"return {' or '.join(own)}", _argument(place)


def _always(text: str) -> _Body:
    return lambda function: ast.parse(text).body[0]


def _argument(place: int) -> _Body:
    """The argument at this place; a function without one returns None."""

    def body(function: Function) -> ast.stmt:
        names = [each.arg for each in parameters(function)]
        return ast.Return(ast.Name(names[place], ast.Load()) if place < len(names) else None)

    return body


def _cell(exercise: Exercise, body: _Body) -> str:
    """The solution cell with this body wherever a student writes one."""
    tree, marked = exercise.tree(), exercise.marked()
    for function in solved_functions(tree, marked):
        first, *rest = solution_statements(function, marked)
        for siblings, index in reversed(rest):
            siblings[index] = ast.Pass()
        siblings, index = first
        siblings[index] = body(function)
    return f"{exercise.head}{ast.unparse(ast.fix_missing_locations(tree))}"
