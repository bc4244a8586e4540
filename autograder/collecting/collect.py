"""Find the submissions in nbgrader's `submitted/<student>/<assignment>/*.ipynb`, in a flat folder of notebooks, or in a
zip or folder as Canvas, Moodle, Gradescope, Blackboard and `nbgrader zip_collect` hand them out.

What stands side by side in the class's own folder is one hand-in each, and its name alone says whose it is: nothing
inside a hand-in names anybody, so no student's files change another's. Every notebook has one owner or is left aside
with a reason. None is opened here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from autograder.collecting.choose import NO_NOTEBOOK, Found, Piece, chosen, plain_name
from autograder.collecting.entries import HIDDEN, METADATA, Entry, is_archive, is_hidden, is_notebook
from autograder.collecting.folders import listed
from autograder.collecting.owners import GRADESCOPE, Owner, by_platform, folder_id, of_gradescope, people, plain_id
from autograder.reading.lesson import ASSIGNMENT
from autograder.reading.lesson import NOTEBOOK as NOTEBOOK_FILE
from autograder.reading.notebook import UnreadableError, read_bytes

NOTEBOOK = Path(NOTEBOOK_FILE).stem
SUBMITTED = "submitted"
_SHOWN = 5  # files of one reason that are named
OURS = frozenset({"source", "release", "autograded", "feedback", "results", "judged", "downloaded"})  # a course's own
_NOTHING = "It holds no notebook."
_NAMED_SO = "Its name is the notebook's own and names nobody: rename the file to its student."
_NAMES_INSIDE = "Files in it are named as by a platform; to grade what a platform handed out, name that folder."


@dataclass(frozen=True)
class Aside:
    """A file or folder that is nobody's submission, and why; `matters` says whether it might have been meant as one."""

    name: str
    reason: str
    matters: bool = True


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
    rooms = [_room(place, assignment) for place in _places(folder, assignment)]
    aside = [each for room in rooms for each in room.aside]
    owned: dict[str, list[Piece]] = {}
    for room in rooms:
        for whose, entries in room.hand_ins(notebook):
            if isinstance(whose, Owner):
                pieces = (Piece(whose, entry, room.is_of_assignment(entry)) for entry in entries)
                owned.setdefault(whose.student, []).extend(pieces)
            else:
                aside += [_aside(entry, whose) for entry in entries]
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


@dataclass(frozen=True)
class _Room:
    """One class's folder: its files, how many folders stand around them all, and whether it is a `submitted/`."""

    entries: Sequence[Entry]
    depth: int
    submitted: bool
    assignment: str
    aside: Sequence[Aside] = ()

    def hand_ins(self, notebook: str) -> Iterator[tuple[Owner | str, Sequence[Entry]]]:
        """Yield each hand-in's files with whose they are, or with why they are nobody's."""
        who = _people(entry for entry in self.entries if len(entry.parts) == self.depth + 1)
        by_name: dict[str, list[Entry]] = {}
        for entry in self.entries:
            by_name.setdefault(entry.parts[self.depth], []).append(entry)
        flat: list[Entry] = []
        for name, entries in by_name.items():
            folder = any(entry.is_folder_at(self.depth) for entry in entries)
            platform = None if self.submitted and folder and self._has_assignment(entries) else by_platform(name)
            if platform:
                yield replace(platform, depth=self.depth), entries
            elif is_notebook(name) and not folder:
                flat += entries
            elif folder and GRADESCOPE.fullmatch(name):
                yield replace(of_gradescope(name, who), depth=self.depth), entries
            elif folder or is_archive(name) or entries[0].reason:
                yield from self._named(name, entries, folder)
        yield from self._flat(flat, notebook)

    def _named(self, name: str, entries: list[Entry], folder: bool) -> Iterator[tuple[Owner | str, Sequence[Entry]]]:
        """A folder or archive that no platform named is the student's whose name it bears."""
        of_assignment = folder and self._has_assignment(entries)
        kept, left = _split(entries, lambda entry: self._may_count(entry, of_assignment, folder))
        if left:
            yield f"It does not lie in {name}/{self.assignment}/.", left
        elif not of_assignment and not any(entry.is_notebook or entry.reason for entry in entries):
            yield _NOTHING, [Entry(entries[0].parts[: self.depth + 1])]
            return
        if not kept:
            return
        student = folder_id(name) if self.submitted and folder else plain_id(name if folder else Path(name).stem)
        strange = any(by_platform(entry.parts[self.depth + 1]) for entry in kept if len(entry.parts) > self.depth + 1)
        how, said = "nbgrader" if of_assignment else "folder", _NAMES_INSIDE if strange else ""
        yield Owner(student, "", remark=said, how=how, depth=self.depth, doubt=strange), kept

    def _may_count(self, entry: Entry, of_assignment: bool, folder: bool) -> bool:
        """In `submitted/` other assignments lie beside this one: what lies in its folder, else what lies in none."""
        if not (self.submitted and folder):
            return True
        return self.is_of_assignment(entry) if of_assignment else len(entry.parts) == self.depth + 2

    def is_of_assignment(self, entry: Entry) -> bool:
        """Say whether a file lies in its student's folder of the assignment."""
        return entry.parts[self.depth + 1 : self.depth + 2] == (self.assignment,)

    def _has_assignment(self, entries: Iterable[Entry]) -> bool:
        return any(map(self.is_of_assignment, entries))

    def _flat(self, entries: Sequence[Entry], notebook: str) -> Iterator[tuple[Owner, Sequence[Entry]]]:
        """Files that no platform named: each is the student's whose name it bears."""
        originals = {plain_name(_stem(entry))[0] for entry in entries if not plain_name(_stem(entry))[1]}
        copies = Counter(plain_name(_stem(entry))[0] for entry in entries)
        own = re.compile(rf"^{re.escape(notebook)}[ _-]+|[ _-]+{re.escape(notebook)}$")
        for entry in entries:
            base, copy = plain_name(_stem(entry))
            # "student (1)" and "student (2)" without a "student" are two people, not two copies.
            person = copy and base not in originals and copies[base] > 1
            name = own.sub("", _stem(entry) if person else base).strip()
            nobody = name in ("", notebook)
            if nobody:
                only = len(entries) == 1 and self.depth > 0
                name, nobody = (entry.parts[self.depth - 1], False) if only else (_stem(entry), True)
            said = _NAMED_SO if nobody else ""
            yield Owner(plain_id(name), entry.name, remark=said, how="name", doubt=nobody), [entry]


def _room(place: Path, assignment: str) -> _Room:
    """Find where the hand-ins stand side by side: in `submitted/`, or below what stands around all of them."""
    submitted = place.name == SUBMITTED and place.is_dir()
    entries, depth, aside = listed(place, assignment if submitted else ""), 0, list[Aside]()
    while True:
        entries = _without(entries, depth, OURS if not submitted else frozenset(), aside)
        inside = {entry.parts[depth] for entry in entries if _counts(entry, depth)}
        folders = {entry.parts[depth] for entry in entries if entry.is_folder_at(depth)}
        name = SUBMITTED if SUBMITTED in folders else next(iter(inside), "")
        around = inside == folders == {name} and not by_platform(name) and not GRADESCOPE.fullmatch(name)
        if submitted or not (name == SUBMITTED or around):
            return _Room(entries, depth, submitted, assignment, aside)
        submitted = name == SUBMITTED
        entries, left = _split(entries, partial(_is_within, name, depth))
        aside += [_aside(entry, f"It does not lie in {name}/.") for entry in left]
        depth += 1


def _without(entries: Sequence[Entry], depth: int, ours: Container[str], aside: list[Aside]) -> list[Entry]:
    """Leave aside what is hidden and what lies in a course's own folders."""
    kept = []
    for entry in entries:
        name = entry.parts[depth]
        if is_hidden(name):
            aside.append(_aside(entry, entry.reason or HIDDEN))
        elif name in ours and entry.is_folder_at(depth):
            aside.append(_aside(entry, f"It lies in {name}/, which is the course's own."))
        else:
            kept.append(entry)
    return kept


def _number(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' if n != 1 else ''}"


def _split(entries: Iterable[Entry], wanted: Callable[[Entry], bool]) -> tuple[list[Entry], list[Entry]]:
    """Return (those that are wanted, the others)."""
    kept: list[Entry] = []
    left: list[Entry] = []
    for entry in entries:
        (kept if wanted(entry) else left).append(entry)
    return kept, left


def _is_within(name: str, depth: int, entry: Entry) -> bool:
    return entry.parts[depth] == name and len(entry.parts) > depth + 1


def _aside(entry: Entry, reason: str) -> Aside:
    return Aside("/".join(entry.parts), reason, entry.is_notebook or reason == _NOTHING)


def _counts(entry: Entry, depth: int) -> bool:
    return entry.is_folder_at(depth) or is_notebook(entry.parts[depth]) or is_archive(entry.parts[depth])


def _stem(entry: Entry) -> str:
    return Path(entry.name).stem


def _people(entries: Iterable[Entry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        if entry.name == METADATA and entry.path:
            try:
                found |= people(read_bytes(entry.path, limit=1_000_000_000).decode("utf-8", "replace"))
            except UnreadableError:
                continue  # the folders' own names do
    return found
