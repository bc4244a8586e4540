"""What can be changed in one node of a solution: constants, comparisons, operators, conditions, results, arguments,
slices, statements. The set is that of cosmic-ray and mutmut, made from Python's own syntax trees.

A text of several words is wording: it is emptied, not changed. Knows one node at a time, no names and no exercise.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

WORDING = 4  # words: a text of so many is written for people
_COMMUTE = frozenset({"max", "min"})  # calls whose arguments may change places
_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq, ast.Lt, ast.Gt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COMPUTED: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitAnd,),
}
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete, ast.Expr, ast.Raise, ast.Assert)
_WHOLE = (ast.For, ast.While, ast.With, ast.Try)


def changed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield each other node that may stand in this one's place. Its children are shared with it."""
    if isinstance(node, (*_SIMPLE, *_WHOLE)):
        yield ast.Pass()
    for kind, operator in _OPERATORS.items():
        if isinstance(node, kind):
            yield from operator(node)


def is_wording(node: ast.AST) -> bool:
    """Say whether a text, with or without expressions in it, is written for people."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return len(" ".join(texts).split()) >= WORDING


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    match node.value:
        case bool(value):
            yield ast.Constant(not value)
        case int(value):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case float(value):
            others = (1.0, -1.0) if value == 0 else (1.1 * value, 0.9 * value)
            yield from (ast.Constant(float(f"{other:.3g}")) for other in others)
        case str(value) if value:
            yield ast.Constant("" if is_wording(node) else f"{value}XX")


def _text(node: ast.JoinedStr) -> Iterator[ast.AST]:
    """An empty text; where it is no wording, another number of digits, unless that is computed elsewhere."""
    yield ast.Constant("")
    for index, part in enumerate(() if is_wording(node) else node.values):
        spec = getattr(part, "format_spec", None)
        if isinstance(spec, ast.JoinedStr) and len(spec.values) == 1 and isinstance(spec.values[0], ast.Constant):
            digits = re.sub(r"\d+", lambda found: str(int(found[0]) + 1), str(spec.values[0].value), count=1)
            other = _with(part, format_spec=ast.JoinedStr([ast.Constant(digits)]))
            yield _with(node, values=[*node.values[:index], other, *node.values[index + 1 :]])


def _compare(node: ast.Compare) -> Iterator[ast.AST]:
    for index, op in enumerate(node.ops):
        for other in _COMPARED[type(op)]:
            yield _with(node, ops=[*node.ops[:index], other(), *node.ops[index + 1 :]])


def _compute(node: ast.BinOp | ast.AugAssign) -> Iterator[ast.AST]:
    yield from (_with(node, op=other()) for other in _COMPUTED.get(type(node.op), ()))
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value, lineno=0)


def _both(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for index in range(len(node.values)):
        rest = [*node.values[:index], *node.values[index + 1 :]]
        yield rest[0] if len(rest) == 1 else _with(node, values=rest)


def _unary(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _condition(node: ast.If) -> Iterator[ast.AST]:
    yield from (_with(node, test=ast.Constant(value)) for value in (True, False))


def _choice(node: ast.IfExp) -> Iterator[ast.AST]:
    yield from (node.body, node.orelse)


def _filter(node: ast.comprehension) -> Iterator[ast.AST]:
    for index in range(len(node.ifs)):
        yield _with(node, ifs=[*node.ifs[:index], *node.ifs[index + 1 :]])


def _result(node: ast.Return) -> Iterator[ast.AST]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield ast.Return(ast.Constant(None))


def _arguments(node: ast.Call) -> Iterator[ast.AST]:
    """One argument less, or two neighbours in each other's place."""
    args, words = node.args, node.keywords
    for index in range(len(args)):
        yield _with(node, args=[*args[:index], *args[index + 1 :]])
    for index in range(len(words)):
        yield _with(node, keywords=[*words[:index], *words[index + 1 :]])
    swaps = 0 if isinstance(node.func, ast.Name) and node.func.id in _COMMUTE else len(args) - 1
    for index in range(swaps):
        yield _with(node, args=[*args[:index], args[index + 1], args[index], *args[index + 2 :]])


def _bounds(node: ast.Slice) -> Iterator[ast.AST]:
    names = [name for name in ("lower", "upper", "step") if getattr(node, name) is not None]
    yield from (_with(node, **{name: None}) for name in names)


def _error(node: ast.Raise) -> Iterator[ast.AST]:
    """An error of another type; its words are left alone."""
    if isinstance(node.exc, ast.Call):
        yield _with(node, exc=_with(node.exc, func=ast.Name("RuntimeError", ast.Load())))


def _jump(node: ast.Break | ast.Continue) -> Iterator[ast.AST]:
    yield from (ast.Pass(), ast.Continue() if isinstance(node, ast.Break) else ast.Break())


_OPERATORS: dict[Any, Callable[[Any], Iterator[ast.AST]]] = {
    ast.Constant: _constant,
    ast.JoinedStr: _text,
    ast.Compare: _compare,
    ast.BinOp: _compute,
    ast.AugAssign: _compute,
    ast.BoolOp: _both,
    ast.UnaryOp: _unary,
    ast.If: _condition,
    ast.IfExp: _choice,
    ast.comprehension: _filter,
    ast.Return: _result,
    ast.Call: _arguments,
    ast.Slice: _bounds,
    ast.Raise: _error,
    ast.Break: _jump,
    ast.Continue: _jump,
}


def _with(node: Any, **fields: Any) -> Any:
    other = copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other
