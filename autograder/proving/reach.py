"""Which hidden suites can tell that one function of a package was changed. A definition that names neither the function
nor anything that does is the same as before, and a suite that asks for no such name gets the same answers: judging it
again would only take time. Reads module and suite texts, runs nothing."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from autograder.examining.collected import ASKED
from tinytorch.export import bound_names


def reached(modules: Mapping[str, str], changed: str) -> set[str]:
    """Return `changed` and every name of the package ({file name: text}) whose definition leads to it."""
    uses: dict[str, set[str]] = {}
    for text in modules.values():
        for statement in ast.parse(text).body:
            if not isinstance(statement, ast.Import | ast.ImportFrom):
                read = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
                for name in bound_names(statement):
                    uses.setdefault(name, set()).update(read)
    found, grew = {changed}, True
    while grew:
        more = {name for name, read in uses.items() if name not in found and not read.isdisjoint(found)}
        found, grew = found | more, bool(more)
    return found


def suites_that_tell(modules: Mapping[str, str], changed: str, suites: Path) -> list[Path]:
    """Return the suites in the folder that ask for a name in `reached(modules, changed)`, sorted."""
    names = reached(modules, changed)
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(suites.glob("test_*.py"))}
    return [path for path, text in texts.items() if not names.isdisjoint(ASKED.findall(text))]
