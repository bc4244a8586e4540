"""Find the written answers in a submitted notebook: by grade id, else by the question's heading or the cell in front.

Nothing is run, and nothing here decides points.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograder.reading.notebook import RawCell
from autograder.reading.source import essence, same_text
from autograder.reading.view import DOUBLED, View

TEXT_STUB = "YOUR ANSWER HERE"  # what nbgrader leaves of a written solution
_BEHIND = "Text in cells behind the question's own was read as part of the answer"


def read_questions(view: View) -> dict[str, str]:
    """Return the text of answered questions: by grade id, else by the question's heading or the cell in front of it."""
    written: dict[str, str] = {}
    for name, released in view.layout.questions.items():
        texts = list(_own(view, name))
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


def _own(view: View, name: str) -> Iterator[str]:
    """The texts of the question's cells, each with what the student wrote into the cells right behind it."""
    texts: list[str] = []
    for cell in view.cells:
        if texts and (cell.grade_id == name or _is_added(view, cell)):
            if cell.source not in texts:
                texts.append(cell.source)
                view.remarks.note(_BEHIND, name)
            continue
        if texts:
            yield "\n\n".join(texts)
        texts = [cell.source] if cell.grade_id == name else []
    if texts:
        yield "\n\n".join(texts)


def _is_added(view: View, cell: RawCell) -> bool:
    """Say whether a text cell is the student's own, and no heading of another part."""
    own = cell.grade_id is None and essence(cell.source) not in view.layout.texts
    return own and cell.kind == "markdown" and not cell.source.lstrip().startswith("#")


def _without_id(view: View, name: str, released: str) -> Iterator[str]:
    asked = view.layout.asked.get(name, "")
    heading = released.split("\n")[0].strip()
    for before, cell in zip((None, *view.cells), view.cells, strict=False):
        if cell.kind == "code" or view.is_known(cell):
            continue
        named = heading.startswith("#") and cell.source.lstrip().startswith(heading)
        if named or (before and asked and same_text(before.source, asked)):
            yield cell.source
