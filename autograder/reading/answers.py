"""Find the answers in a submitted notebook: by grade id, else by directive and defined name.

Each repair becomes a remark in plain words, the same repair of many cells one remark. Nothing is run, and nothing here
decides points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from autograder.reading.layout import Layout, exported
from autograder.reading.notebook import RawCell, RawNotebook
from autograder.reading.source import (
    Code,
    DoesNotCompileError,
    bound_names,
    essence,
    imports,
    installed,
    loose_statements,
    same_text,
    tidy,
)

LOST_ID = "Cell id lost, answer found by the name it defines"
TEXT_STUB = "YOUR ANSWER HERE"  # what nbgrader leaves of a written solution
DOUBLED = "Cell found more than once, the last edited one counts"


@dataclass
class Remarks:
    """Sentences about one submission; `note` collects the names to which the same sentence applies."""

    sentences: list[str]
    attention: bool = False
    _noted: dict[str, list[str]] = field(default_factory=dict)

    def note(self, text: str, name: str) -> None:
        """Add `name` to the remark `text`."""
        names = self._noted.setdefault(text, [])
        if name not in names:
            names.append(name)

    def all(self) -> tuple[str, ...]:
        """Return every remark, those of the whole file first."""
        return (*self.sentences, *(f"{text}: {', '.join(names)}." for text, names in self._noted.items()))


class View:
    """A submitted notebook beside the layout of the release: its cells, and the code of those the student wrote."""

    def __init__(self, notebook: RawNotebook, layout: Layout) -> None:
        self.cells = notebook.cells
        self.layout = layout
        self.remarks = Remarks(list(notebook.remarks))
        self.taken: set[int] = set()
        self.tidied = [self._parse(cell) for cell in self.cells]
        self.code = [found and found[0] for found in self.tidied]

    def _parse(self, cell: RawCell) -> tuple[Code, list[str]] | None:
        """Parse a code cell that the student wrote or changed; None for the release's own cells and broken ones."""
        if cell.kind != "code" or essence(cell.source) in self.layout.texts:
            return None
        try:
            return tidy(cell.source)
        except DoesNotCompileError:
            return None

    def is_known(self, cell: RawCell) -> bool:
        """Say whether the release has a cell of this grade id."""
        return cell.grade_id in self.layout.known

    def holds_the_lesson(self) -> bool:
        """Say whether any cell or defined name of the lesson is in the notebook."""
        defined = any(code and not code.defined.isdisjoint(self.layout.exercises) for code in self.code)
        return defined or any(map(self.is_known, self.cells))


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
            unknown |= {self.missing[word] for word in code.used & self.missing.keys()}
        if unknown:
            self.refused[name] = f"The course's environment does not have {', '.join(sorted(unknown))[:80]}."
            return True
        foreign = [
            (statement, bound)
            for statement in code.tree.body
            for bound in bound_names(statement)
            if layout.owners.get(bound, name) != name
        ]
        loose = loose_statements(code)
        code = code.without([*(statement for statement, _ in foreign), *loose])
        if name not in code.defined:
            self.refused[name] = f"The cell does not define {name}."
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


def read_questions(view: View) -> dict[str, str]:
    """Return the text of answered questions: by grade id, else by the question's heading or the cell in front of it."""
    written: dict[str, str] = {}
    for name, released in view.layout.questions.items():
        texts = [cell.source for cell in view.cells if cell.grade_id == name]
        if len(texts) > 1:
            view.remarks.note(DOUBLED, name)
        if not texts:
            texts = list(_without_id(view, name, released.source))
            view.remarks.note("Cell id lost, written answer found by its question" if texts else "Cell missing", name)
        texts = [text for text in texts if without_prompt(text, released.source)]
        if texts:
            written[name] = texts[-1].strip()
    return written


def without_prompt(text: str, released: str) -> str:
    """Return what a student wrote into a question's cell: its text without the released lines at its head."""
    prompt = {line.strip() for line in released.split("\n")}
    lines = [line for line in text.split("\n") if line.strip() != TEXT_STUB]
    while lines and lines[0].strip() in prompt | {""}:
        lines.pop(0)
    return "\n".join(lines).strip()


def _without_id(view: View, name: str, released: str) -> Iterator[str]:
    asked = view.layout.asked.get(name, "")
    heading = released.split("\n")[0].strip()
    for before, cell in zip((None, *view.cells), view.cells, strict=False):
        if cell.kind == "code" or view.is_known(cell):
            continue
        named = heading.startswith("#") and cell.source.lstrip().startswith(heading)
        if named or (before and asked and same_text(before.source, asked)):
            yield cell.source


def blank(source: str, stub: str) -> bool:
    """Say whether a cell holds no answer: the stub, nothing, or comments alone."""
    return same_text(source, stub) or all(line.lstrip().startswith("#") for line in essence(source))


def missing_modules(code: Code) -> set[str]:
    """Return the modules that the cell imports at its top level and the course's environment does not have."""
    return {module for module, _ in imports(code).values() if not installed(module)}
