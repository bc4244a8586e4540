"""Import a package part by part: the parts of the released modules are compiled once, before any submission is there,
and a student's process compiles only what the student wrote. Most of a package is the lesson's own, and compiling it
took a sixth of a verdict. Knows nothing of confinement; the package is run where it is imported and nowhere else.

A generated module is a head and parts, two blank lines between them. Parts that each compile alone say together what
the module says; where one does not, because a student's text had such lines inside, the module is imported whole."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

JOINT = "\n\n\n"
_FUTURE = "from __future__ import annotations"
_UNUSABLE = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)  # all that hostile text may raise


class Parts:
    """Finds the modules of one package in a folder; one of the finders in `sys.meta_path`."""

    def __init__(self, package: str, modules: Mapping[str, str], folder: str) -> None:
        """Compile the parts of `modules` ({file name: text}); in a traceback they are files of `folder`."""
        self._package = package
        self._known: dict[str, CodeType] = {}
        for name, text in modules.items():
            for part in text.split(JOINT):
                with contextlib.suppress(*_UNUSABLE):
                    self._known[part] = _compiled(part, f"{folder}/{name}")

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return the spec of the package or of a module of it, None for any other."""
        parent, _, last = name.rpartition(".")
        top = name == self._package
        for folder in map(Path, path or ()) if top or parent == self._package else ():
            file = folder / last / "__init__.py" if top else folder / f"{last}.py"
            if file.is_file():
                places = [str(file.parent)] if top else None
                loader = _Loader(name, str(file), self._known)
                return spec_from_file_location(name, file, loader=loader, submodule_search_locations=places)
        return None

    def rehearse(self, modules: Mapping[str, str]) -> None:
        """Run the modules in the order in which they stand, and forget them; one that does not run is left out."""
        try:
            for name, text in modules.items():
                module = ModuleType(f"{self._package}.{name.removesuffix('.py')}")
                module.__package__ = self._package
                sys.modules[module.__name__] = module
                with contextlib.suppress(Exception):
                    for part in text.split(JOINT):
                        exec(self._known[part], module.__dict__)  # noqa: S102 - the lesson's own
        finally:
            for name in modules:
                sys.modules.pop(f"{self._package}.{name.removesuffix('.py')}", None)


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, known: Mapping[str, CodeType]) -> None:
        super().__init__(name, path)
        self._known = known

    def exec_module(self, module: ModuleType) -> None:
        """Run the parts one after the other in the module's names, or the whole where that is not the same."""
        codes = self._codes(self.get_data(self.path).decode("utf-8", "replace"))
        if codes is None:
            super().exec_module(module)
        for code in codes or ():
            exec(code, module.__dict__)  # noqa: S102 - this is the import of a module

    def _codes(self, text: str) -> list[CodeType] | None:
        parts = text.split(JOINT)
        if _FUTURE not in parts[0].split("\n"):
            return None
        codes, line = [], 0
        for part in parts:
            code = self._known.get(part)
            try:
                codes.append(code or _compiled(part, self.path, line))
            except _UNUSABLE:
                return None
            line += part.count("\n") + len(JOINT)
        return codes


def _compiled(part: str, path: str, line: int = 0) -> CodeType:
    """The code of a part that begins after so many lines of its file."""
    flags = annotations.compiler_flag
    code: CodeType = compile("\n" * line + part, path, "exec", flags, dont_inherit=True)
    return code


def install(package: str, modules: Mapping[str, str], folder: str) -> None:
    """From now on import `package` part by part. `modules`, our own, are run once, for what that leaves compiled."""
    found = Parts(package, modules, folder)
    sys.meta_path.insert(0, found)
    vars(dataclasses)["exec"] = _remembered
    found.rehearse(modules)


def _remembered(text: str, names: dict[str, object], own: dict[str, object]) -> None:
    """What `dataclasses` writes for a class is the same in each process: compiling it took most of an import."""
    exec(_written(text), names, own)  # noqa: S102 - as the standard library does


@functools.lru_cache(4096)
def _written(text: str) -> CodeType:
    return compile(text, "<string>", "exec", dont_inherit=True)
