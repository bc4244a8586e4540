"""Which names the statements of a cell bind in their module, and which of them are surely there after it has run.

One rule for the lesson, for what a student's notebook becomes and for what the grader takes as an answer: a name that
one of them saw and another did not would cost a student an exercise without a word. Reads syntax, runs nothing.
"""

import ast
from collections.abc import Iterable, Iterator

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def bound_names(statement: ast.stmt) -> Iterator[str]:
    """Yield every name that a top-level statement may bind in its module, also in the block of an if, try, loop, ..."""
    yield from _own(statement)
    for body in blocks(statement):
        for inner in body:
            yield from bound_names(inner)


def made_names(body: Iterable[ast.stmt]) -> tuple[str, ...]:
    """Return the names that a module surely has after these statements and that it defines itself, in order.

    A definition or an assignment makes a name, an import does not. Under a condition, in a loop or in one branch only
    nothing is sure; in the body of a try and of a with it is.
    """
    statements = list(body)
    sure = _sure(statements)
    return tuple(name for name in dict.fromkeys(_made(statements)) if name in sure)


def _own(statement: ast.AST) -> Iterator[str]:
    """The names that a statement binds by itself, without what stands in its body."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name
        case ast.Import() | ast.ImportFrom():
            yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
        case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
            yield from _assigned(statement)
        case ast.For() | ast.AsyncFor():
            yield from _stored(statement.target)
        case ast.With() | ast.AsyncWith():
            for item in statement.items:
                yield from _stored(item.optional_vars) if item.optional_vars else ()


def _assigned(statement: ast.Assign | ast.AugAssign | ast.AnnAssign) -> Iterator[str]:
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return  # an annotation alone binds nothing
    for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
        yield from _stored(target)


def _stored(target: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def blocks(statement: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of a compound statement that run in its own scope, so none of a function or class."""
    if isinstance(statement, _DEFINITIONS):
        return
    for part in ("body", "orelse", "finalbody"):
        if block := getattr(statement, part, None):
            yield block
    for part in ("handlers", "cases"):
        yield from (each.body for each in getattr(statement, part, ()))


def _made(statements: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, (*_DEFINITIONS, ast.Assign, ast.AnnAssign)):
            yield from _own(statement)
        for body in blocks(statement):
            yield from _made(body)


def _sure(statements: Iterable[ast.stmt]) -> set[str]:
    """The names that are bound whatever happens, short of an exception that ends the module's import."""
    sure: set[str] = set()
    for statement in statements:
        sure -= set(_deleted(statement))
        if not isinstance(statement, ast.For | ast.AsyncFor):
            sure |= {*_own(statement), *_sure_inside(statement)}
    return sure


def _deleted(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Delete):
        yield from (node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name))
    for block in blocks(statement):
        for inner in block:
            yield from _deleted(inner)


def _sure_inside(statement: ast.stmt) -> set[str]:
    match statement:
        case ast.If() | ast.While() if isinstance(statement.test, ast.Constant):
            return _sure(statement.body if statement.test.value else statement.orelse)
        case ast.If():
            return _sure(statement.body) & _sure(statement.orelse)
        case ast.With() | ast.AsyncWith():
            return _sure(statement.body)
        case ast.Try() | ast.TryStar():
            return _sure(statement.body) | _sure(statement.orelse) | _sure(statement.finalbody)
    return set()
