"""A saved notebook, checked: its definitions are run here, then the visible checks on what they defined.

Imports, the given cells and the answers are run; cells that only try things out are not, so that it takes seconds and
installs nothing. It runs the notebook's code as whoever calls it: for one's own notebook, never for a class's.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from tinytorch.checking.outline import Course, load_course
from tinytorch.checking.quiet import limited, quiet
from tinytorch.checking.running import run_checks
from tinytorch.checking.standing import Standing
from tinytorch.export import Cell, ExportError, export_target, is_form_title, read_lesson

CELL_SECONDS = 60.0

_PLACEHOLDERS = {"", "YOUR ANSWER HERE"}
_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IPYTHON = re.compile(r"^([ \t]*)[%!].*", re.MULTILINE)


def check_notebook(path: Path) -> Standing:
    """Return what stands in a saved notebook or lesson. Raises OSError, and ExportError if it is not a notebook."""
    cells = read_lesson(path)
    course = load_course()
    with _as_main() as namespace:
        broken = {name: said for cell in cells if (said := _run(cell, namespace)) for name in _names(cell, course)}
        outcomes = run_checks(course.exercises, namespace, broken=broken)
    return Standing(course, outcomes, _answered(cells, course), _remarks(cells, course), saved=True)


@contextmanager
def _as_main() -> Iterator[dict[str, Any]]:
    """The namespace of a fresh `__main__`, with nothing to read from standard input."""
    module, before, stdin = ModuleType("__main__"), sys.modules["__main__"], sys.stdin
    sys.modules["__main__"], sys.stdin = module, io.StringIO()
    try:
        yield vars(module)
    finally:
        sys.modules["__main__"], sys.stdin = before, stdin


def _run(cell: Cell, namespace: dict[str, Any]) -> str:
    """Run what a cell defines; return what went wrong, or ""."""
    if cell.kind != "code" or cell.nbgrader.get("grade"):
        return ""
    try:
        whole = bool(cell.nbgrader) or export_target(cell) is not None
    except ExportError:
        whole = True
    try:
        tree = ast.parse(_IPYTHON.sub(r"\1pass", cell.source))
        tree.body = [node for node in tree.body if whole or isinstance(node, _DEFINITIONS) or _is_constant(node)]
        with quiet(), limited(CELL_SECONDS):
            exec(compile(tree, f"<cell {cell.id}>", "exec", dont_inherit=True), namespace)  # noqa: S102  see above
    except SyntaxError as error:
        return f"SyntaxError: {error.msg} (line {error.lineno} of its cell)"
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever a student's cell raises is what is told
        return f"its cell ends with {type(error).__name__}: {error}"
    return ""


def _is_constant(node: ast.stmt) -> bool:
    """Whether it names a number or a text, which another cell may use."""
    return isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant)


def _names(cell: Cell, course: Course) -> list[str]:
    """The exercises that a cell is the answer to: by its grade id, or by what its text defines."""
    names = [each.name for each in course.exercises]
    if cell.grade_id in names:
        return [cell.grade_id]
    return [name for name in names if re.search(rf"^(def|class) {name}\b", cell.source, re.MULTILINE)]


def _answered(cells: Sequence[Cell], course: Course) -> dict[str, bool]:
    texts = {cell.grade_id: cell.source.strip() for cell in cells if cell.grade_id}
    return {each.name: texts[each.name] not in _PLACEHOLDERS for each in course.questions if each.name in texts}


def _remarks(cells: Sequence[Cell], course: Course) -> list[str]:
    sources = {cell.grade_id: _untitled(cell.source) for cell in cells if cell.grade_id}
    other = [each.number for each in course.exercises if sources.get(f"{each.name}_check", each.check) != each.check]
    if not other:
        return []
    if len(other) == 1:
        return [f"Here the check of Exercise {other[0]} differs from the released one; the released one was run."]
    which = ", ".join(other)
    return [f"Here the checks of Exercises {which} differ from the released ones; the released ones were run."]


def _untitled(source: str) -> str:
    """The text without the title that Colab writes over a cell whose code somebody hides."""
    return "\n".join(line for line in source.split("\n") if not is_form_title(line)).strip()
