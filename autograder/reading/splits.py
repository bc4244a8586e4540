"""An answer that the notebook's own Split Cell cut into several cells, put together again.

Jupyter gives the halves one grade id, or it stays with the upper or the lower one, or both have lost it. Cells are
joined only where they stand one after another, belong to one exercise, are not the release's own, and together define
what the exercise asks for, which they do not do apart. Knows nothing of points; runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from autograder.reading.layout import Layout
from autograder.reading.notebook import RawCell
from autograder.reading.source import Code, DoesNotCompileError, essence, tidy

_MOST = 4  # cells that one answer was cut into


def join_halves(cells: Sequence[RawCell], layout: Layout) -> tuple[tuple[RawCell, ...], list[str]]:
    """Return the cells with split answers joined, and the exercises whose answers they are."""
    left, joined = list(cells), list[str]()
    for index in range(len(left)):
        while found := _joined(left, index, layout):
            name, last, whole = found
            # The other halves stay as empty cells, so that "cell 7" is the same cell to student and grader.
            for other in range(index + 1, last + 1):
                left[other] = replace(left[other], source="", grade_id=None)
            left[index] = replace(left[index], source=whole, grade_id=name)
            joined.append(name)
    return tuple(left), list(dict.fromkeys(joined))


def _joined(cells: Sequence[RawCell], index: int, layout: Layout) -> tuple[str, int, str] | None:
    """Return (exercise, last cell, text) where the answer that begins in a cell goes on in the cells behind it."""
    if not _may_be_half(cells[index], layout):
        return None
    halves = [cells[index]]
    for last, cell in _following(cells, index):
        if not _may_be_half(cell, layout) or len(halves) == _MOST:
            return None
        halves.append(cell)
        whole = "\n".join(half.source for half in halves)
        name = _exercise(halves, whole, layout)
        if name and _is_whole(halves, whole, name):
            return name, last, whole
    return None


def _is_whole(halves: Sequence[RawCell], whole: str, name: str) -> bool:
    """Say whether cells are one answer; a half with an error in it is a half, so that the error is told."""
    code = _code(whole)
    if code:
        return name in code.made and _are_halves(halves, name)
    begun = _code(halves[0].source)
    return bool(begun and name in begun.made) and _is_indented(halves[-1].source) and not _code(halves[-1].source)


def _following(cells: Sequence[RawCell], index: int) -> Iterator[tuple[int, RawCell]]:
    """The cells behind one, up to the next that is no code; empty ones are passed over."""
    for last in range(index + 1, len(cells)):
        if not cells[last].source.strip():
            continue
        if cells[last].kind != "code":
            return
        yield last, cells[last]


def _may_be_half(cell: RawCell, layout: Layout) -> bool:
    own = cell.grade_id is None or cell.grade_id in layout.exercises or cell.grade_id not in layout.known
    return own and cell.kind == "code" and bool(essence(cell.source)) and essence(cell.source) not in layout.texts


def _exercise(halves: Sequence[RawCell], whole: str, layout: Layout) -> str | None:
    """The one exercise that the halves belong to by their ids, else by what they begin to define."""
    named = {half.grade_id for half in halves if half.grade_id in layout.exercises}
    if len(named) > 1:
        return None
    if named:
        return named.pop()
    begun = [name for name in re.findall(r"^(?:def|class) (\w+)", whole, re.MULTILINE) if name in layout.exercises]
    return begun[0] if len(begun) == 1 else None


def _are_halves(halves: Sequence[RawCell], name: str) -> bool:
    """Say whether a cell cannot stand alone: cut inside a statement or block, or what it needs is in the other."""
    if _is_indented(halves[-1].source) or any(_code(half.source) is None for half in halves[:-1]):
        return True
    defining = [half for half in halves if (code := _code(half.source)) and name in code.made]
    own = [half for half in halves if half.grade_id == name]
    if len(defining) != 1 or not own:
        return False
    return len(own) == len(halves) or defining[0] not in own


def _is_indented(source: str) -> bool:
    lines = essence(source)
    first = next((line for line in lines if not line.lstrip().startswith("#")), "")
    return first[:1].isspace()


def _code(source: str) -> Code | None:
    try:
        return tidy(source)[0]
    except DoesNotCompileError:
        return None
