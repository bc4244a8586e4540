"""What is on file about the exercises of a lesson: plausible wrong answers, and right ones written differently.

One file an exercise, `answers/EXERCISE.py`, in percent cells: a head, a comment that says what the answer is, and the
whole solution cell.

    # %% wrong: evenly_spaced
    # The right rate without chance: queries never pile up.
    #| export schedule
    def poisson_arrivals(...):

A cell `# %% equivalent: NAME` holds changes of the lesson's own solution that change nothing (`mutants.py` makes them),
and the reason: a line as it is, `# - `, and what it may become, `# + `, once or more.

Reads texts, runs nothing, and knows neither suites nor points.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

Kind = Literal["wrong", "right", "equivalent"]
_HEAD = re.compile(rf"# %% ({'|'.join(get_args(Kind))}): ([A-Za-z0-9_]+)")
_ANY_HEAD = re.compile(r"#\s*%%")


class AnswersError(ValueError):
    """A file of answers breaks the form; the message names the file and the line."""


@dataclass(frozen=True)
class Answer:
    """One cell on file: the exercise and the name of its mistake (or way), what it is in words, and the source."""

    exercise: str
    name: str
    what: str
    source: str


@dataclass(frozen=True)
class Equivalent:
    """Why a line of the solution of an exercise may as well be another one, or each of several."""

    exercise: str
    name: str
    reason: str
    was: str
    becomes: tuple[str, ...]


@dataclass(frozen=True)
class OnFile:
    """All answers on file of a lesson, by exercise, in the order in which they stand in its file."""

    wrong: tuple[Answer, ...]
    right: tuple[Answer, ...]
    equivalent: tuple[Equivalent, ...] = ()


def read_answers(folder: Path) -> OnFile:
    """Read every `EXERCISE.py` of a folder, in the order of their names. Raises AnswersError, and OSError without one.

    A name stands once in a file: it is how a case is called, EXERCISE--NAME.
    """
    found = [each for path in sorted(folder.iterdir()) if path.suffix == ".py" for each in _read(path)]
    answers = [(path, cell) for path, cell in found if cell.kind != "equivalent"]
    wrong, right = ([_answer(*each) for each in answers if each[1].kind == kind] for kind in ("wrong", "right"))
    same = [_equivalent(path, cell) for path, cell in found if cell.kind == "equivalent"]
    return OnFile(tuple(wrong), tuple(right), tuple(same))


@dataclass(frozen=True)
class _Cell:
    """A cell as it stands: its head's kind, name and line in the file, and the lines below."""

    kind: Kind
    name: str
    number: int
    lines: tuple[str, ...]


def _read(path: Path) -> list[tuple[Path, _Cell]]:
    """Return every cell of a file, each with another name."""
    cells = list(_cells(path))
    if not cells:
        raise AnswersError(f"{path} holds no cell; begin with {_heads()}")
    first: dict[str, int] = {}
    for cell in cells:
        if cell.name in first:
            rule = f"the name {cell.name} stands in line {first[cell.name]} already; give it another"
            raise _error(path, cell.number, rule)
        first[cell.name] = cell.number
    return [(path, cell) for cell in cells]


def _cells(path: Path) -> Iterator[_Cell]:
    lines = path.read_text(encoding="utf-8").split("\n")
    heads = [number for number, line in enumerate(lines) if _ANY_HEAD.match(line)]
    for number in range(heads[0] if heads else 0):
        if lines[number].strip():
            raise _error(path, number + 1, f"text before the first cell; put a head above it, {_heads()}")
    for number, end in zip(heads, [*heads, len(lines)][1:], strict=True):
        head = _HEAD.fullmatch(lines[number])
        if head is None:
            raise _error(path, number + 1, f"{lines[number]!r} is no head of an answer; write {_heads()}")
        yield _Cell(cast(Kind, head[1]), head[2], number + 1, tuple(lines[number + 1 : end]))


def _answer(path: Path, cell: _Cell) -> Answer:
    """The comment may take several lines; the source begins with the line that names the module."""
    at = next((n for n, line in enumerate(cell.lines) if not line.startswith("# ")), len(cell.lines))
    what, source = [line[2:].strip() for line in cell.lines[:at]], "\n".join(cell.lines[at:]).rstrip()
    if not "".join(what):
        raise _error(path, cell.number + 1, f"{cell.name} begins with a comment that says what it is")
    if not source.startswith("#| export "):
        raise _error(path, cell.number + 1 + at, f"the comment of {cell.name} is followed by its cell's line #| export")
    if not _code(source.split("\n")):
        raise _error(path, cell.number, f"{cell.name} is empty; write the whole solution cell or take its head away")
    return Answer(path.stem, cell.name, " ".join(what), source)


def _equivalent(path: Path, cell: _Cell) -> Equivalent:
    """The reason may take several lines; then come one `# - ` and at least one `# + `."""
    lines = [line.rstrip() for line in cell.lines]
    while lines and not lines[-1]:
        lines.pop()
    marks = "".join(line[2:4] if line[:4] in ("# - ", "# + ") else "r " if line[:2] == "# " else "x " for line in lines)
    if not re.fullmatch(r"(r )+- (\+ )+", marks):
        rule = "gives its reason in a comment, then '# - ' the line as it is, then '# + ' what it may become"
        raise _error(path, cell.number, f"{cell.name} {rule}")
    at = marks.index("-") // 2
    reason = " ".join(line[2:].strip() for line in lines[:at])
    return Equivalent(path.stem, cell.name, reason, lines[at][4:], tuple(line[4:] for line in lines[at + 1 :]))


def _code(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _heads() -> str:
    return " or ".join(f"'# %% {kind}: NAME'" for kind in get_args(Kind))


def _error(path: Path, line: int, rule: str) -> AnswersError:
    return AnswersError(f"{path}, line {line}: {rule}")
