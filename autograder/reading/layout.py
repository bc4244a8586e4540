"""The released notebook as the grader sees it: which cells are answers, questions or given, and who owns which name.

Built once a class from the release's cells; knows nothing of any submission.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.reading.source import DoesNotCompileError, directives, essence, imports, parse, tidy
from tinytorch.export import Cell


@dataclass(frozen=True)
class Layout:
    """Cells of the released notebook by role, each mapping from grade id to cell, in the lesson's order.

    `owners` maps every top-level name of the exported cells to the grade id of its cell, `imported` holds the names
    that the release imports, and `asked` maps a question's id to the text of the cell in front of it.
    """

    cells: tuple[Cell, ...]
    exercises: Mapping[str, Cell]
    questions: Mapping[str, Cell]
    given: Mapping[str, Cell]
    known: frozenset[str]
    modules: frozenset[str]
    owners: Mapping[str, str]
    imported: frozenset[str]
    asked: Mapping[str, str]
    texts: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> Layout:
        """Sort the release's cells by role. Raises DoesNotCompileError when the release itself holds broken code."""
        exercises: dict[str, Cell] = {}
        questions: dict[str, Cell] = {}
        given: dict[str, Cell] = {}
        owners: dict[str, str] = {}
        imported: set[str] = set()
        asked: dict[str, str] = {}
        for index, cell in enumerate(cells):
            name, flags = cell.grade_id, cell.nbgrader
            if name is not None and flags.get("solution"):
                (questions if flags.get("grade") else exercises)[name] = cell
                if flags.get("grade") and index:
                    asked[name] = cells[index - 1].source
            elif name is not None and flags.get("locked") and not flags.get("grade"):
                given[name] = cell
            if cell.kind == "code":
                imported.update(_imported(cell.source))
                if name is not None and exported(cell.source) is not None:
                    owners.update(dict.fromkeys(parse(cell.source).defined, name))
        return cls(
            cells=tuple(cells),
            exercises=exercises,
            questions=questions,
            given=given,
            known=frozenset(name for cell in cells if (name := cell.grade_id) is not None),
            modules=frozenset(module for cell in cells if (module := exported(cell.source))),
            owners={name: owner for name, owner in owners.items() if name not in imported},
            imported=frozenset(imported),
            asked=asked,
            texts=frozenset(essence(cell.source) for cell in cells),
        )


def exported(source: str) -> str | None:
    """Return the module that `#| export` or `#| exporti` names, "" where it names none, None without the directive."""
    found = directives(source)
    return found.get("export", found.get("exporti"))


def _imported(source: str) -> set[str]:
    try:
        return set(imports(tidy(source)[0]))
    except DoesNotCompileError:  # a cell of another language
        return set()
