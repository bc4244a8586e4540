"""The package that cells become, as texts and as files.

A section (H2) is a module and its `> ` line the docstring; a cell goes where its `#| export MODULE` says. Imports are
written from the free names: from an earlier section first, else by the notebook's own import statements. What an
exported cell imports from the support is passed on: it is part of the package too. One function serves author, student
and grader. What is exported is never run here, and the standard library is enough.
"""

import builtins
import itertools
import keyword
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tinytorch.export.cells import Cell, ExportError, headings
from tinytorch.export.freenames import (
    PACKAGE,
    Code,
    export_target,
    exported_code,
    label,
    loose_code,
    refuse_package_import,
)
from tinytorch.export.moduletext import Import, module_text

_KNOWN = {*dir(builtins), "__class__", "__module__", "__qualname__"}
_MARK = re.compile(r"^# Generated from ", re.MULTILINE)


@dataclass
class _Module:
    name: str
    title: str
    doc: str
    parts: list[tuple[int, Cell, Code, bool]] = field(default_factory=list)  # position, cell, code, public
    passed_on: dict[str, Import] = field(default_factory=dict)  # from the support, by the name that they bind
    _owners: dict[str, Cell] = field(default_factory=dict)  # the last cell that defines a name

    def add(self, position: int, cell: Cell, code: Code, public: bool) -> None:
        self.parts.append((position, cell, code, public))
        self._owners.update(dict.fromkeys(code.defines, cell))
        self.passed_on |= {item.binds: item for item in code.passes_on if public and not item.binds.startswith("_")}

    def defined_by(self, name: str) -> Cell | None:
        return self._owners.get(name)

    @property
    def defines(self) -> Iterable[str]:
        return self._owners

    @property
    def public(self) -> list[str]:
        own = [name for *_, code, public in self.parts if public for name in code.public]
        return [*(name for name in self.passed_on if name not in own), *own]


@dataclass
class _Notebook:
    modules: dict[str, _Module] = field(default_factory=dict)
    imports: dict[str, list[tuple[int, Cell, Import]]] = field(default_factory=dict)  # by the name that they bind
    loose: dict[str, Cell] = field(default_factory=dict)  # names that only cells outside the package define


def export_modules(cells: Sequence[Cell], *, source: str, strict: bool = True) -> dict[str, str]:
    """Return the package as {"schedule.py": text, ..., "__init__.py": text}, modules in the notebook's order.

    `source` is how the files name the notebook they come from. With `strict=False`, for students' notebooks, a name
    that nothing earlier defines is left alone: one function fails when it is called and not the whole package.
    Raises ExportError, naming the cells, where no sound package can be made.
    """
    notebook = _scan(cells, strict)
    if not notebook.modules:
        raise ExportError("nothing to export: no code cell begins with `#| export MODULE`")
    files = {}
    owners: dict[str, str] = {}
    earlier: dict[str, str] = {}  # the last module before this one that defines a name
    for module in notebook.modules.values():
        for name in module.public:
            if strict and (name in notebook.modules or owners.get(name, module.name) != module.name):
                raise ExportError(f"{name!r} of {module.name}.py also names another module or its content; rename one")
            owners[name] = module.name
        origin = f'Generated from {source}, section "{module.title}"; make it again with `tinytorch export`.'
        body = [code.text for _, _, code, _ in module.parts if code.text]
        needs = _needs(notebook, module, earlier, strict)
        earlier.update(dict.fromkeys(module.defines, module.name))
        files[f"{module.name}.py"] = module_text(module.doc, origin, needs, module.public, body)
    doc = f"The package that the lesson builds, in reading order: {', '.join(notebook.modules)}."
    origin = f"Generated from {source}; make it again with `tinytorch export`."
    files["__init__.py"] = module_text(doc, origin, [Import(f".{owners[name]}", name) for name in owners], owners, [])
    return files


def differences(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Return the paths in `folder` that `write_package` would write or remove, sorted."""
    changed = []
    for name, text in files.items():
        if not re.fullmatch(r"([a-z][a-z0-9_]*|__init__)\.py", name):
            raise ExportError(f"{name!r} is not a module's file name")
        path = folder / name
        if not path.is_file() or path.read_bytes() != text.encode():
            changed.append(path)
    return sorted([*changed, *(path for path in folder.glob("*.py") if path.name not in files and _is_generated(path))])


def write_package(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write the modules and remove generated ones that are no longer there; return the paths that changed, sorted.

    Raises ExportError, before anything is written, if a file that was not generated stands in the way.
    """
    changed = differences(files, folder)
    for path in changed:
        if path.exists() and path.read_bytes().strip() and not _is_generated(path):
            raise ExportError(f"{path.name} in {folder.name} was written by hand; move it or export to another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for path in changed:
        if path.name in files:
            path.write_bytes(files[path.name].encode())
        else:
            path.unlink()
    return changed


def _is_generated(path: Path) -> bool:
    return path.is_file() and _MARK.search(path.read_bytes()[:4000].decode(errors="replace")) is not None


def _scan(cells: Iterable[Cell], strict: bool) -> _Notebook:
    """Read every cell once: sections, what they export, and all imports."""
    notebook = _Notebook()
    section: tuple[str, str] | None = None
    module: _Module | None = None
    for position, cell in enumerate(cells):
        for level, title, below in headings(cell):
            if level <= 2:
                section, module = (title, _summary(below)) if level == 2 else None, None
        if cell.kind != "code":
            continue
        if strict:
            refuse_package_import(cell)
        place = export_target(cell)
        code = exported_code(cell) if place else loose_code(cell)
        for item in code.imports:
            if _usable(notebook, cell, item, strict):
                notebook.imports.setdefault(item.binds, []).append((position, cell, item))
        if place is None:
            notebook.loose.update(dict.fromkeys(code.defines, cell))
            continue
        if module is None:
            module = _new_module(notebook, cell, place[0], section, strict)
        if place[0] != module.name:
            raise ExportError(
                f"{label(cell)} goes to {place[0]}, but its section is {module.name}; a section is one module"
            )
        for name in sorted(code.defines) if strict else ():
            if other := module.defined_by(name):
                raise ExportError(f"{label(cell)} defines {name!r} again, after {label(other)}; keep one")
        module.add(position, cell, code, place[1])
    return notebook


def _summary(below: Iterable[str]) -> str:
    lines = itertools.takewhile(
        lambda line: line.startswith(">"), itertools.dropwhile(lambda line: not line.strip(), below)
    )
    return " ".join(line.lstrip("> ") for line in lines)


def _new_module(notebook: _Notebook, cell: Cell, name: str, section: tuple[str, str] | None, strict: bool) -> _Module:
    if section is None:
        raise ExportError(f"{label(cell)} is exported but stands in no section; put it under a `## ` heading")
    if name in notebook.modules or keyword.iskeyword(name):
        where = f"section {notebook.modules[name].title!r}" if name in notebook.modules else "Python itself"
        raise ExportError(f"{label(cell)}: the module name {name!r} belongs to {where}; a section is one module")
    if strict and not section[1]:
        raise ExportError(f"{label(cell)}: section {section[0]!r} has no `> ` line under its heading for the docstring")
    notebook.modules[name] = _Module(name, section[0], section[1] or section[0])
    return notebook.modules[name]


def _usable(notebook: _Notebook, cell: Cell, item: Import, strict: bool) -> bool:
    """Whether a module could repeat this import; where a lesson's author should know that it could not, ExportError."""
    if item.name == "*" or item.section == 3:
        if strict:
            raise ExportError(f"{label(cell)}: import names, not * and not relative modules: {item.module!r}")
        return False
    for _, other, earlier in notebook.imports.get(item.binds, []) if strict else ():
        if earlier != item and not (_is_plain(earlier) and _is_plain(item)):
            raise ExportError(
                f"{label(cell)} imports {item.binds!r} from another place than {label(other)}; rename one"
            )
    return not f"{item.module}.{item.name}.".startswith(f"{PACKAGE}.")


def _is_plain(item: Import) -> bool:
    return item.name is None and item.alias is None


def _needs(notebook: _Notebook, module: _Module, earlier: Mapping[str, str], strict: bool) -> set[Import]:
    """Return the imports that the free names of a module ask for."""
    needed = {item for name, item in module.passed_on.items() if not module.defined_by(name)}
    for position, cell, code, _ in module.parts:
        for name in sorted(code.uses):
            if module.defined_by(name):
                continue
            if name in earlier:
                needed.add(Import(f".{earlier[name]}", name))
            elif name in notebook.imports:
                needed |= _chosen(notebook.imports[name], position)
            elif strict and name not in _KNOWN:
                later = next((found for each in notebook.modules.values() if (found := each.defined_by(name))), None)
                raise ExportError(_unknown(name, cell, later, notebook.loose.get(name)))
    return needed


def _chosen(candidates: Sequence[tuple[int, Cell, Import]], position: int) -> set[Import]:
    """The import last seen wins, as in a notebook run from the top; `import a.b` and `import a.c` bind `a` together."""
    seen = [item for at, _, item in candidates if at <= position] or [item for _, _, item in candidates]
    return {item for item in seen if _is_plain(item)} if _is_plain(seen[-1]) else {seen[-1]}


def _unknown(name: str, cell: Cell, later: Cell | None, loose: Cell | None) -> str:
    if later:
        return f"{label(cell)} uses {name!r}, which only {label(later)} of a later section defines; move one of them"
    if loose:
        return (
            f"{label(cell)} uses {name!r}, which only {label(loose)} defines, and that is not exported; export it too"
        )
    return f"{label(cell)} uses {name!r}, which no cell defines or imports"
