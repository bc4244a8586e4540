"""The text of a generated module: docstring, imports, `__all__` and cells, laid out as ruff would leave them.

The exporter runs where there is no ruff (a student's machine, the grader), so what `ruff check` (isort, RUF022) and
`ruff format` want of these parts is written here; a test runs ruff on the result. Knows nothing of notebooks.
"""

import functools
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 120  # [tool.ruff] line-length

_FIRST_PARTY = {"tinytorch", "autograder"}
_KEPT = 2048  # keys: the same names are sorted for each submission

Key = tuple[tuple[int, int | str], ...]


@dataclass(frozen=True)
class Import:
    """`import module`, or `from module import name`, either with `as alias`; a relative module starts with a dot."""

    module: str
    name: str | None = None
    alias: str | None = None

    @property
    def binds(self) -> str:
        """The name that the statement defines."""
        return self.alias or self.name or self.module.partition(".")[0]

    @property
    def section(self) -> int:
        """0 standard library, 1 third party, 2 first party, 3 relative: isort's order."""
        root = self.module.partition(".")[0]
        return 3 if not root else 2 if root in _FIRST_PARTY else 0 if root in sys.stdlib_module_names else 1


def module_text(doc: str, origin: str, imports: Iterable[Import], public: Iterable[str], body: Sequence[str]) -> str:
    """Return a whole module, newline at the end.

    `origin` becomes the comment that says where the file comes from; `body` holds its parts, two blank lines apart.
    """
    comment = "\n".join(textwrap.wrap(origin, WIDTH, initial_indent="# ", subsequent_indent="# "))
    future = "from __future__ import annotations" if body else ""
    head = [_docstring(doc), comment, future, _import_block(imports), _all(public)]
    return "\n\n\n".join(["\n\n".join(part for part in head if part), *body]) + "\n"


def _docstring(text: str) -> str:
    safe = " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''")
    if len(safe) + 6 > WIDTH:
        # A little narrower, so that there are two lines: ruff keeps the quotes of a single one beside it.
        return '"""' + "\n".join(textwrap.wrap(safe, WIDTH - 4, initial_indent="   "))[3:] + '\n"""'
    return f'"""{safe} """' if safe.endswith('"') else f'"""{safe}"""'


def _import_block(imports: Iterable[Import]) -> str:
    sections: dict[int, list[tuple[tuple[bool, Key, Key], str]]] = {}
    members: dict[str, list[str]] = {}
    for item in set(imports):
        if item.name is None:
            line = f"import {item.module}" + (f" as {item.alias}" if item.alias else "")
            sections.setdefault(item.section, []).append(((False, *_module_key(item.module, item.alias)), line))
        elif item.alias:
            line = _bracketed(f"from {item.module} import ", [f"{item.name} as {item.alias}"], "()")
            sections.setdefault(item.section, []).append(((True, *_module_key(item.module, item.name)), line))
        else:
            members.setdefault(item.module, []).append(item.name)
    for module, names in members.items():
        names.sort(key=_member_key)
        line = _bracketed(f"from {module} import ", names, "()")
        place = sections.setdefault(Import(module).section, [])
        place.append(((True, *_module_key(module, names[0])), line))
    return "\n\n".join("\n".join(line for _, line in sorted(sections[number])) for number in sorted(sections))


def _all(public: Iterable[str]) -> str:
    """Return the `__all__` statement, sorted as RUF022 wants: CONSTANTS, Classes, the rest."""
    names = sorted(set(public), key=lambda name: (_rank(name), natural(name)))
    return _bracketed("__all__ = ", [f'"{name}"' for name in names], "[]") if names else "__all__: list[str] = []"


def _bracketed(start: str, items: Sequence[str], brackets: str) -> str:
    """Items on one line where they fit, else one a line with the magic trailing comma."""
    inline = ", ".join(items)
    line = start + (f"[{inline}]" if brackets == "[]" else inline)
    if len(line) <= WIDTH:
        return line
    return "\n".join([start + brackets[0], *(f"    {item}," for item in items), brackets[1]])


def _rank(name: str) -> int:
    if len(name) > 1 and name.isupper():
        return 0
    return 1 if name[:1].isupper() else 2


@functools.lru_cache(_KEPT)
def natural(text: str) -> Key:
    """Return a sort key by which `x2` comes before `x10`."""
    return tuple((0, int(run)) if run.isdecimal() else (1, run) for run in re.findall(r"\d+|\D", text))


@functools.lru_cache(_KEPT)
def _member_key(name: str) -> Key:
    return ((_rank(name), ""), *natural(name.lower()), (-1, ""), *natural(name))


def _module_key(module: str, first: str | None) -> tuple[Key, Key]:
    return (*natural(module.lower()), (-1, ""), *natural(module)), _member_key(first) if first else ()
