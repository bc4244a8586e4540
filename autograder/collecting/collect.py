"""Find the submissions in nbgrader's `submitted/<student>/<assignment>/*.ipynb`, in a flat folder of notebooks, or in a
zip or folder as Canvas, Moodle, Gradescope, Blackboard and `nbgrader zip_collect` hand them out.

What stands side by side in the class's own folder is one hand-in each, and its name alone says whose it is: nothing
inside a hand-in names anybody, so no student's files change another's. Every notebook has one owner or is left aside
with a reason. None is opened here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.collecting.choose import NO_NOTEBOOK, Found, Piece, chosen
from autograder.collecting.entries import Entry, is_archive, is_hidden, is_notebook
from autograder.collecting.folders import listed
from autograder.collecting.hand_ins import SUBMITTED, Aside, left_aside, room_of
from autograder.collecting.owners import Owner, by_platform
from autograder.reading.lesson import ASSIGNMENT
from autograder.reading.lesson import NOTEBOOK as NOTEBOOK_FILE

NOTEBOOK = Path(NOTEBOOK_FILE).stem
_SHOWN = 5  # files of one reason that are named


@dataclass(frozen=True)
class Collected:
    """A class: one entry a student, sorted by name; what belongs to nobody; whose each file is."""

    found: list[Found]
    aside: list[Aside]
    owned: Mapping[str, Sequence[Entry]]

    @property
    def notebooks(self) -> int:
        """How many notebooks belong to a student, read or not."""
        return sum(entry.is_notebook for entries in self.owned.values() for entry in entries)

    def data(self) -> list[dict[str, str]]:
        """Return what was left aside, as plain data."""
        return [{"name": each.name, "reason": each.reason} for each in self.aside if each.matters]

    def told(self) -> list[str]:
        """Return what was found and what was left aside, a line a reason."""
        lines = [f"Found {_number(self.notebooks, 'notebook')} of {_number(len(self.found), 'student')}."]
        by_reason: dict[str, list[str]] = {}
        for each in self.aside:
            if each.matters:
                by_reason.setdefault(each.reason, []).append(each.name)
        for reason, names in by_reason.items():
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            lines.append(f"Left aside: {', '.join(names[:_SHOWN])}{more}. {reason}")
        return lines


def find_submissions(folder: Path, assignment: str = ASSIGNMENT, notebook: str = NOTEBOOK) -> list[Found]:
    """Return `collect(...)`'s entry for each student. Raises as that does."""
    return collect(folder, assignment, notebook).found


def collect(folder: Path, assignment: str = ASSIGNMENT, notebook: str = NOTEBOOK) -> Collected:
    """Return whose submissions are in `folder`.

    `folder` is a course folder with `submitted/` in it, that `submitted/` itself, a flat folder in which a file is
    named for its student, or what a platform hands out, packed or unpacked. Raises FileNotFoundError without it or
    without a single submission in it, ArchiveError for a zip that cannot be used.
    """
    rooms = [room_of(place, assignment) for place in _places(folder, assignment)]
    aside = [each for room in rooms for each in room.aside]
    owned: dict[str, list[Piece]] = {}
    for room in rooms:
        for whose, entries in room.hand_ins(notebook):
            if isinstance(whose, Owner):
                pieces = (Piece(whose, entry, room.is_of_assignment(entry)) for entry in entries)
                owned.setdefault(whose.student, []).extend(pieces)
            else:
                aside += [left_aside(entry, whose) for entry in entries]
    if not owned:
        raise FileNotFoundError(f"no submissions in {folder}: expected <student>/{assignment}/*.ipynb or *.ipynb in it")
    found = [chosen(student, pieces, notebook) for student, pieces in sorted(owned.items())]
    return Collected(found, aside, {student: [piece.entry for piece in pieces] for student, pieces in owned.items()})


def one_submission(folder: Path, student: str = "submission", notebook: str = NOTEBOOK) -> Found:
    """Return what one student handed in, whatever the files are called and in whatever folder they lie."""
    whose = Owner(student, "", how="platform")
    pieces = [Piece(whose, entry) for entry in listed(folder)]
    return chosen(student, pieces, notebook) if pieces else Found(student, None, (NO_NOTEBOOK,), attention=True)


def _places(folder: Path, assignment: str) -> list[Path]:
    """The class's own folders and archives: named by the instructor, or made by `nbgrader zip_collect`."""
    if (folder / SUBMITTED).is_dir():
        return [folder / SUBMITTED]
    downloaded = folder / "downloaded" / assignment
    for place in (downloaded / "extracted", downloaded / "archive"):
        inside = _visible(place)
        if inside:
            named = any(by_platform(path.name) or is_notebook(path.name) for path in inside)
            return [place] if named else [path for path in inside if path.is_dir() or is_archive(path.name)]
    inside = _visible(folder)
    if len(inside) == 1 and is_archive(inside[0].name) and not by_platform(inside[0].name):
        return inside
    return [folder]


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not is_hidden(path.name)) if folder.is_dir() else []


def _number(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' if n != 1 else ''}"
