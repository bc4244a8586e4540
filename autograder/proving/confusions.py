"""What can be confused in a solution because of its names: a parameter that is never varied may as well be a number,
and two names that were bound together may stand for each other.

This finds what changing one operator does not: a field that is never read, ranks taken for positions. Knows one
function and what a student reads of it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from autograder.proving.exercises import Exercise, Function, parameters, scalars_of

MOST = 3  # values that a parameter or a field is fixed to


class Confusions:
    """The names of one function: which were bound together, and what a parameter or a field may be fixed to."""

    def __init__(self, function: Function, exercise: Exercise, fields: Mapping[str, Sequence[Any]]) -> None:
        """`fields` are the defaults of the lesson's fields by their names."""
        inside = [node for node in ast.walk(function) if isinstance(node, Function)]
        self._siblings: dict[str, list[str]] = {}
        for group in [*(each for inner in inside for each in _alike(inner)), *_bound_together(function)]:
            for name in group:
                self._siblings.setdefault(name, []).extend(group)
        bound = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and _stored(node)}
        self._known = bound | {each.arg for inner in inside for each in parameters(inner)}
        self._attributes = _attributes(function, self._known)
        calls = [node for node in ast.walk(ast.parse(exercise.check)) if isinstance(node, ast.Call)]
        self.fixed = _fixed(function, [call for call in calls if _called(call) in (function.name, exercise.name)])
        said = [word for call in calls for word in call.keywords if word.arg]
        names = {name for group in self._attributes.values() for name in group}
        self._fields = {
            name: [*scalars_of(word.value for word in said if word.arg == name), *fields.get(name, ())][:MOST]
            for name in names
        }

    def changed(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield each other node that may stand in this one's place."""
        if isinstance(node, ast.Name) and not _stored(node):
            yield from (ast.Name(other, ast.Load()) for other in dict.fromkeys(self._siblings.get(node.id, ())))
            yield from map(ast.Constant, self.fixed.get(node.id, ()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self._known:
            others = self._attributes[node.value.id]
            following = others[(others.index(node.attr) + 1) % len(others)]
            if following != node.attr:
                yield ast.Attribute(node.value, following, node.ctx)
            if not _stored(node):
                yield from map(ast.Constant, self._fields[node.attr])


def field_defaults(trees: Iterable[ast.AST]) -> dict[str, list[Any]]:
    """Return the defaults of all fields that the classes of a lesson have, by their names."""
    found: dict[str, list[Any]] = {}
    for tree in trees:
        for owner in ast.walk(tree):
            for node in owner.body if isinstance(owner, ast.ClassDef) else ():
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    found.setdefault(node.target.id, []).extend(scalars_of([node.value]))
    return found


def _stored(node: ast.Name | ast.Attribute) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _alike(function: Function) -> Iterator[list[str]]:
    """Parameters of one type."""
    groups: dict[str, list[str]] = {}
    for each in parameters(function):
        if each.annotation is not None:
            groups.setdefault(ast.unparse(each.annotation), []).append(each.arg)
    yield from groups.values()


def _bound_together(function: Function) -> Iterator[list[str]]:
    """The names of one tuple that is unpacked, as in `for rank, i in ...`."""
    for node in ast.walk(function):
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store):
            yield [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]


def _attributes(function: Function, known: set[str]) -> dict[str, list[str]]:
    """The attributes of each name, in the order in which they come."""
    found: dict[str, list[str]] = {name: [] for name in known}
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            group = found[node.value.id]
            group += [] if node.attr in group else [node.attr]
    return found


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _fixed(function: Function, calls: Iterable[ast.Call]) -> dict[str, list[Any]]:
    """The values that the visible check gives to each parameter, and its default first."""
    given, names = function.args, [each.arg for each in parameters(function)]
    places = [each.arg for each in [*given.posonlyargs, *given.args]]
    nodes: dict[str, list[ast.AST | None]] = {name: [] for name in names}
    defaults = [*zip(reversed(places), reversed(given.defaults), strict=False)]
    named: list[tuple[str | None, ast.AST | None]] = [*defaults]
    named += zip([each.arg for each in given.kwonlyargs], given.kw_defaults, strict=True)
    for call in calls:
        named += [*zip(names, call.args, strict=False), *((word.arg, word.value) for word in call.keywords)]
    for name, node in named:
        nodes.get(name or "", []).append(node)
    return {name: scalars_of(each)[:MOST] for name, each in nodes.items()}
