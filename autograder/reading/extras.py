"""What a student added around the answers: imports, cells of their own, changes to given cells.

The policy: an added `#| export` cell is kept where it compiles and defines no name of the lesson; its module is the one
it names, or that of the section it stands in; loose calls in it are left out. An added import is kept for every cell,
as in a notebook, where it binds no name of the lesson and the course's environment has the module. Other added cells
are not graded.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.reading.answers import missing_modules
from autograder.reading.layout import exported
from autograder.reading.source import Code, directives, essence, imports, installed, loose_statements, parse, same_text
from autograder.reading.view import View


@dataclass(frozen=True)
class Extra:
    """A cell that the student added to a module: its whole text, and the exported cell of that module in front of it.

    With `after=None` it stands in front of the module's first cell.
    """

    module: str
    after: str | None
    source: str


def read_imports(view: View) -> tuple[dict[str, str], dict[str, str]]:
    """Return ({name: import line} to add, {name: module} that cannot be had) of the student's own imports."""
    kept: dict[str, str] = {}
    missing: dict[str, str] = {}
    for code in view.code:
        for name, (module, line) in (imports(code) if code else {}).items():
            if name in view.layout.imported or name in view.layout.owners or module == "tinytorch":
                continue
            if installed(module):
                kept[name] = line
            else:
                missing[name] = module
    return kept, missing


def read_extras(view: View) -> list[Extra]:
    """Return the added cells to keep, with a remark for each that was left out."""
    extras: list[Extra] = []
    before = {
        name: module for cell in view.layout.cells if (name := cell.grade_id) and (module := exported(cell.source))
    }
    last: dict[str, str] = {}
    module = next(iter(before.values()), "")
    for index, (cell, code) in enumerate(zip(view.cells, view.code, strict=True)):
        if cell.grade_id in before:
            module = before[cell.grade_id]
            last[module] = cell.grade_id
        elif index not in view.taken and cell.kind == "code" and exported(cell.source) is not None:
            text = essence(cell.source)
            if text and text not in view.layout.texts:
                extras += _kept(view, f"cell {index + 1}", cell.source, code, module, last)
    return extras


def note_changed_given(view: View) -> None:
    """Remark on given cells that were edited; the released ones are graded."""
    for name, released in view.layout.given.items():
        copies = [cell.source for cell in view.cells if cell.grade_id == name]
        if copies and not any(same_text(copy, released.source) for copy in copies):
            view.remarks.note("Given cell changed, replaced by the released one", name)


def note_helpers_left_behind(view: View, answers: Mapping[str, str], extras: Sequence[Extra]) -> None:
    """Remark on names that an answer uses and that only a cell without an export line defines."""
    behind = {
        name
        for index, (cell, code) in enumerate(zip(view.cells, view.code, strict=True))
        if code and index not in view.taken and exported(cell.source) is None
        for name in code.defined - imports(code).keys()
    }
    had = {name for extra in extras for name in parse(extra.source).defined} | set(dir(builtins))
    behind -= had | view.layout.owners.keys() | view.layout.imported
    for name, source in answers.items() if behind else ():
        code = parse(source)
        for helper in sorted(code.needed & behind):
            view.remarks.note(f"Uses {helper}, which stands in a cell without an export line", name)


def _kept(view: View, where: str, source: str, code: Code | None, current: str, last: Mapping[str, str]) -> list[Extra]:
    """Return an added cell as it goes into the package, or nothing and a remark.

    `current` is the module it stands in, `last` maps modules to their last exported cell so far.
    """
    note, layout = view.remarks.note, view.layout
    if code is None:
        note("Added cell left out, because it does not compile", where)
        return []
    if missing_modules(code):
        note("Added cell left out, because it imports what the course's environment does not have", where)
        return []
    owned = sorted(code.defined & (layout.owners.keys() | layout.exercises.keys()))
    if owned:
        note("Added cell left out, because it defines a name of the lesson", f"{where} ({owned[0]})")
        return []
    code = code.without(loose_statements(code))
    if not code.tree.body:
        return []
    found = directives(source)
    module = exported(source) or ""
    if module not in layout.modules:
        module = current
        note("Added cell names no module of the lesson, so it went where it stands", where)
    text = f"#| {'export' if 'export' in found else 'exporti'} {module}\n{code.text.strip()}"
    return [Extra(module, last.get(module), text)]
