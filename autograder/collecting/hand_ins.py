"""One hand-in beside another: what stands in a class's own folder, and whose each of them is by its name alone.

A name that a platform made is read as `owners.py` says; any other name is the student's. What lies inside a hand-in is
only counted: no name in it is looked at but the assignment's, which says which of its own files come first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from autograder.collecting.choose import plain_name
from autograder.collecting.entries import HIDDEN, METADATA, Entry, is_archive, is_hidden, is_notebook, may_hold_work
from autograder.collecting.folders import listed
from autograder.collecting.owners import GRADESCOPE, Owner, by_platform, folder_id, of_gradescope, people, plain_id
from autograder.reading.notebook import UnreadableError, read_bytes

SUBMITTED = "submitted"
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
class Room:
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
        if not of_assignment and not any(entry.is_notebook or entry.reason for entry in kept):
            yield from () if left else [(_NOTHING, [Entry(entries[0].parts[: self.depth + 1])])]
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
            nobody = name in ("", notebook) or base == notebook  # what marks a copy is no name
            if nobody:
                only = len(entries) == 1 and self.depth > 0
                name, nobody = (entry.parts[self.depth - 1], False) if only else (_stem(entry), True)
            said = _NAMED_SO if nobody else ""
            yield Owner(plain_id(name), entry.name, remark=said, how="name", doubt=nobody), [entry]


def room_of(place: Path, assignment: str) -> Room:
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
            return Room(entries, depth, submitted, assignment, aside)
        submitted = name == SUBMITTED
        entries, left = _split(entries, partial(_is_within, name, depth))
        aside += [left_aside(entry, f"It does not lie in {name}/.") for entry in left]
        depth += 1


def _without(entries: Sequence[Entry], depth: int, ours: Container[str], aside: list[Aside]) -> list[Entry]:
    """Leave aside what is hidden and what lies in a course's own folders."""
    kept = []
    for entry in entries:
        name = entry.parts[depth]
        if is_hidden(name):
            aside.append(left_aside(entry, entry.reason or HIDDEN))
        elif name in ours and entry.is_folder_at(depth):
            aside.append(left_aside(entry, f"It lies in {name}/, which is the course's own."))
        else:
            kept.append(entry)
    return kept


def _split(entries: Iterable[Entry], wanted: Callable[[Entry], bool]) -> tuple[list[Entry], list[Entry]]:
    """Return (those that are wanted, the others)."""
    kept: list[Entry] = []
    left: list[Entry] = []
    for entry in entries:
        (kept if wanted(entry) else left).append(entry)
    return kept, left


def _is_within(name: str, depth: int, entry: Entry) -> bool:
    return entry.parts[depth] == name and len(entry.parts) > depth + 1


def left_aside(entry: Entry, reason: str) -> Aside:
    """Return a file that is nobody's, with the reason."""
    return Aside("/".join(entry.parts), reason, may_hold_work(entry.name) or reason == _NOTHING)


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
