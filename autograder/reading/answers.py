"""Find the answers in a submitted notebook: by grade id, else by directive and defined name.

Each repair becomes a remark in plain words, the same repair of many cells one remark. Nothing is run, and nothing here
decides points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from autograder.reading.layout import exported
from autograder.reading.source import (
    Code,
    DoesNotCompileError,
    essence,
    imports,
    installed,
    loose_statements,
    same_text,
    tidy,
)
from autograder.reading.view import DOUBLED, View
from tinytorch.export import bound_names

LOST_ID = "Cell id lost, answer found by the name it defines"


class AnswerReader:
    """Reads the exercises. `answers` maps them to text without directives, `refused` to why the stub counts instead.

    `missing` maps names that the student imports to modules which the course's environment does not have. An untouched
    stub is in neither result.
    """

    def __init__(self, view: View, missing: Mapping[str, str]) -> None:
        self.view = view
        self.missing = missing
        self.answers: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        for name in view.layout.exercises:
            self._read(name)

    def _read(self, name: str) -> None:
        view, stub = self.view, self.view.layout.exercises[name].source
        own = [index for index, cell in enumerate(view.cells) if cell.grade_id == name]
        edited = [index for index in own if not blank(view.cells[index].source, stub)]
        view.taken.update(own)
        if len(own) > 1:
            view.remarks.note(DOUBLED, name)
        if edited and self._settles(name, edited[-1], view.cells[edited[-1]].source):
            return
        for index, source, remark in self._elsewhere(name, stub):
            if self._settles(name, index, source):
                view.taken.add(index)
                view.remarks.note(remark, name)
                return
        if not own and name not in self.refused:
            view.remarks.note("Cell missing from the notebook, so the released stub was graded", name)

    def _settles(self, name: str, index: int, source: str) -> bool:
        """Take `source` of a cell as the answer or refuse it; False when it defines something else altogether."""
        note, layout, cell = self.view.remarks.note, self.view.layout, self.view.cells[index]
        if cell.kind != "code":
            note(f"Answer in a cell that had become {cell.kind[:20]}, read as code", name)
        known = self.view.tidied[index] if source is cell.source else None  # parsed already
        try:
            code, repairs = known or tidy(source)
        except DoesNotCompileError as error:
            self.refused[name] = f"The answer does not compile ({error})."
            return True
        unknown = missing_modules(code)
        if self.missing:
            unknown |= {self.missing[word] for word in code.needed & self.missing.keys()}
        if unknown:
            self.refused[name] = f"The course's environment does not have {', '.join(sorted(unknown))[:80]}."
            return True
        foreign = [
            (statement, bound)
            for statement in code.tree.body
            if name not in (names := list(bound_names(statement)))
            for bound in names
            if layout.owners.get(bound, name) != name
        ]
        loose = loose_statements(code)
        code = code.without([*(statement for statement, _ in foreign), *loose])
        if name not in code.defined:
            self.refused[name] = f"The cell does not define {name}."
            return False
        if name not in code.made:
            imported = name in imports(code)
            how = f"imports {name} and does not define it" if imported else f"defines {name} under a condition only"
            self.refused[name] = f"The cell {how}."
            return False
        for _, bound in foreign:
            note(f"Left out of the cell of {name}, because other cells define it", bound)
        if loose:
            note("Loose calls, checks and imports left out of the answer", name)
        for repair in repairs:
            note(f"Repaired: {repair}", name)
        if exported(cell.source) != exported(layout.exercises[name].source):
            note("Export line missing or changed, put back", name)
        self.refused.pop(name, None)
        self.answers[name] = code.text.strip("\n")
        return True

    def _elsewhere(self, name: str, stub: str) -> Iterator[tuple[int, str, str]]:
        """Yield (cell index, text, remark) of other cells that define the exercise's name, the likeliest first."""
        view = self.view
        found: list[tuple[int, int, str, str]] = []
        for index, (cell, code) in enumerate(zip(view.cells, view.code, strict=True)):
            if cell.kind != "code" or cell.grade_id == name:
                continue
            exercise = cell.grade_id in view.layout.exercises
            if view.is_known(cell) and not exercise:
                continue
            if code is None:
                broken = not exercise and re.search(rf"^(def|class) {name}\b", cell.source, re.MULTILINE)
                if broken and essence(cell.source) not in view.layout.texts:
                    found.append((0, index, cell.source, LOST_ID))
            elif (part := code.segment(name)) is not None and not same_text(part, stub):
                if exercise:
                    found.append((1, index, part, "Answer found in the cell of another exercise"))
                else:
                    found.append((2 if exported(cell.source) is None else 3, index, cell.source, LOST_ID))
        for _, index, source, remark in sorted(found, reverse=True):
            yield index, source, remark


def blank(source: str, stub: str) -> bool:
    """Say whether a cell holds no answer: the stub, nothing, or comments alone."""
    return same_text(source, stub) or all(line.lstrip().startswith("#") for line in essence(source))


def missing_modules(code: Code) -> set[str]:
    """Return the modules that the cell imports at its top level and the course's environment does not have."""
    return {module for module, _ in imports(code).values() if not installed(module)}
