"""Which of one student's files counts: one that can be read, named as released, the newest; and of those that a name
cannot tell apart, the one that holds answers.

Points never change unseen because a second file turned up: each choice is a remark, a doubtful one asks for a person.
Knows nothing of other students.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.collecting.entries import Entry
from autograder.collecting.owners import Owner
from autograder.reading.layout import Layout
from autograder.reading.submission import Submission, read_submission

NO_NOTEBOOK = "There is no notebook among the files handed in."
_NONE_IN_FOLDER = "There is no notebook in the submitted folder."
_MOST = 20  # files of one student that are opened in search of answers
_MANY = frozenset({"moodle", "blackboard", "canvas", "canvas, anonymous", "platform"})  # these hand out file by file

# What browsers, Jupyter and file managers add to a copy: "x (1)", "x-Copy1", "x - Copy", "x copy 2", "Copy of x".
_COPY = re.compile(r"[ _-]*(?:\((\d+)\)|-?[ _-]?[Cc]opy ?(\d*))$")
_COPY_OF = re.compile(r"(?:Copy of|Kopie von|Copie de|Copia de|Copia di) (?=.)", re.IGNORECASE)  # Google Drive, Colab

_Merit = tuple[bool, bool, bool, bool, str, int, int]


@dataclass(frozen=True)
class Piece:
    """A file and the name by which it is its student's; `within` says whether it lies in the assignment's folder."""

    owner: Owner
    entry: Entry
    within: bool = False

    @property
    def name(self) -> str:
        """What the student called the file, as far as a platform has not renamed it."""
        renamed = self.owner.name and len(self.entry.parts) == self.owner.depth + 1
        return self.owner.name if renamed else self.entry.name


@dataclass(frozen=True)
class Found:
    """One student's file to grade, or None where what the student handed in holds no notebook that can be read.

    `others` are the student's further notebooks, the likelier first.
    """

    student: str
    path: Path | None
    remarks: tuple[str, ...] = ()
    attention: bool = False
    others: tuple[Path, ...] = ()


def chosen(student: str, pieces: Sequence[Piece], notebook: str) -> Found:
    """Return what to grade of a student's files."""
    notebooks = sorted((piece for piece in pieces if piece.entry.is_notebook), key=lambda piece: _rank(piece, notebook))
    remarks = list(dict.fromkeys(piece.owner.remark for piece in pieces if piece.owner.remark))
    places = {_place(piece): piece.entry.parts[piece.owner.depth] for piece in pieces}
    doubled = len(places) > 1
    if doubled:
        told = ", ".join(repr(name[:40]) for name in sorted(places.values())[:4])
        remarks.append(f"{len(places)} hand-ins bear this student's name ({told}); look which is theirs.")
    doubt = doubled or any(piece.owner.doubt for piece in pieces)
    if not notebooks:
        reasons = [piece.entry.reason for piece in pieces if piece.entry.reason]
        nothing = _NONE_IN_FOLDER if pieces[0].owner.how == "nbgrader" else NO_NOTEBOOK
        return Found(student, None, (*remarks, reasons[0] if reasons else nothing), attention=True)
    best = notebooks.pop()
    remarks += [best.entry.reason] if best.entry.reason else []
    rivals = [piece for piece in notebooks if piece.within or not best.within]
    remarks += _said(best, rivals, notebook)
    doubt = doubt or best.entry.path is None or _is_doubtful(best, rivals, notebook)
    others = tuple(piece.entry.path for piece in reversed(notebooks) if piece.entry.path)
    return Found(student, best.entry.path, tuple(remarks), attention=doubt, others=others)


def read_found(found: Found, layout: Layout) -> Submission:
    """Read a student's submission; where its file holds no answer and another of theirs does, that one.

    No exception leaves here for what a file holds.
    """
    if found.path is None:
        return Submission(found.student, Path(), remarks=found.remarks, readable=False, attention=True)
    first = read_submission(found.path, found.student, layout, found.remarks)
    if first.holds_answers:
        return first
    for path in found.others[:_MOST]:
        other = read_submission(path, found.student, layout, found.remarks)
        if other.holds_answers:
            said = f"{_quoted(found.path.name)} holds no answer, so {_quoted(path.name)} was graded, which holds some."
            return replace(other, remarks=(*found.remarks, said, *other.remarks[len(found.remarks) :]))
    return first


def plain_name(stem: str) -> tuple[str, int]:
    """Split what copying added off a file's stem: "ada (2)" -> ("ada", 2), "ada" -> ("ada", 0)."""
    if match := _COPY_OF.match(stem):
        base, copy = plain_name(stem[match.end() :])
        return base, copy + 1
    match = _COPY.search(stem)
    if not match or not stem[: match.start()].strip():
        return stem, 0
    number = next((group for group in match.groups() if group), "1")
    return stem[: match.start()], int(number[:9])


def _place(piece: Piece) -> tuple[str, str]:
    """The hand-in that a file belongs to; of what a platform hands out file by file, all of one student's together."""
    how = piece.owner.how
    return (how, how) if how in _MANY | {"name"} else (how, piece.entry.parts[piece.owner.depth])


def _rank(piece: Piece, notebook: str) -> tuple[_Merit, tuple[str, ...]]:
    return _merit(piece, notebook), piece.entry.parts


def _merit(piece: Piece, notebook: str) -> _Merit:
    """What tells two files apart: readable, in the assignment's folder, named as released, by nbgrader's own name,
    newer, a later copy, less deep."""
    stem = Path(piece.name).stem
    base, copy = plain_name(stem)
    named = (base.rstrip("-0123456789") if piece.owner.how in _MANY else base) == notebook
    exact = piece.owner.how == "nbgrader" and stem == notebook
    return piece.entry.path is not None, piece.within, named, exact, piece.owner.order, copy, -len(piece.entry.parts)


def _said(best: Piece, others: Sequence[Piece], notebook: str) -> list[str]:
    name = _quoted(best.name)
    if best.owner.how == "nbgrader":
        renamed = Path(best.name).stem != notebook
        said = [f"The notebook was named {name}; it was read as {notebook}.ipynb."] if renamed else []
        return said + ([f"The folder holds {len(others) + 1} notebooks; {name} was graded."] if others else [])
    if best.owner.how == "name":
        return [f"{len(others) + 1} files bear this name; {name} was graded."] if others else []
    return [f"{len(others) + 1} notebooks were handed in; {name} was graded."] if others else []


def _is_doubtful(best: Piece, others: Sequence[Piece], notebook: str) -> bool:
    """Say whether nothing but the order of names decided, or nothing that a platform vouches for."""
    if best.owner.how in _MANY | {"gradescope"}:
        return any(_merit(other, notebook) == _merit(best, notebook) for other in others)
    return bool(others) and not (best.owner.how == "nbgrader" and Path(best.name).stem == notebook)


def _quoted(name: str) -> str:
    return repr(name[:80])
