"""List what was handed in: the files of a folder or of a zip, those of archives inside it too.

What one student handed in has limits of its own: a folder that is too large, closed or a link costs its own student
only. Links are not followed. Knows nothing of whose files they are.
"""

from __future__ import annotations

import atexit
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.collecting.archives import Unpacker
from autograder.collecting.entries import (
    HIDDEN,
    LINK,
    Entry,
    is_archive,
    is_hidden,
    is_of_a_tool,
    is_wanted,
    may_hold_work,
)
from autograder.temporary import Folder

MAX_FILES_OF_ONE = 200_000  # in one student's folder: a repository with its environment has fewer
_MAX_HIDDEN = 2_000  # files of a hidden folder that are looked at by name


def listed(source: Path, assignment: str = "") -> list[Entry]:
    """Return the files of a folder or a zip, those of archives inside it too, sorted by where they stood.

    Of a student's folder that holds a folder called `assignment`, nothing else is looked at. What tools hide is left
    out, other hidden notebooks have a reason. Raises FileNotFoundError, and ArchiveError for what is no usable archive.
    """
    walker = _Walker(assignment)
    if source.is_dir():
        found = list(walker.children(source))
    elif source.is_file() and not source.is_symlink():
        with source.open("rb") as file:
            found = walker.unpacker.members(file, (), str(source))
    else:
        raise FileNotFoundError(f"there is no folder {source}")
    return sorted(found, key=lambda entry: entry.parts)


@dataclass
class _Walker:
    assignment: str
    _unpacker: list[Unpacker] = field(default_factory=list)

    @property
    def unpacker(self) -> Unpacker:
        """What unpacks archives, made when the first one is met; what it wrote goes when the program ends."""
        if not self._unpacker:
            target = Folder("handed-in")
            atexit.register(target.remove)
            self._unpacker.append(Unpacker(target.path))
        return self._unpacker[0]

    def children(self, root: Path) -> Iterator[Entry]:
        """List each file and each folder in `root` by itself, the limits of one student around it."""
        for path in sorted(root.iterdir()):
            name = text_of(path.name)
            if is_hidden(path.name):
                yield from _hidden(path, (name,))
            elif path.is_dir() and not path.is_symlink():
                yield from self._folder(path, name)
            elif path.is_dir():
                yield Entry((name,), None, LINK)
            else:
                yield from self._file(path, (name,))

    def _folder(self, folder: Path, name: str) -> Iterator[Entry]:
        inner = folder / self.assignment if self.assignment else folder
        if self.assignment and inner.is_symlink():
            yield Entry((name, self.assignment), None, LINK)
            return
        start, above = (inner, (name, self.assignment)) if self.assignment and inner.is_dir() else (folder, (name,))
        entries = self._walked(start, above)
        found = list(itertools.islice(entries, MAX_FILES_OF_ONE + 1))
        if len(found) > MAX_FILES_OF_ONE:
            found = [Entry(above, None, f"The folder holds more than {MAX_FILES_OF_ONE:,} files.")]
        yield from found or [Entry(above)]

    def _walked(self, start: Path, above: tuple[str, ...]) -> Iterator[Entry]:
        closed: list[OSError] = []
        for folder, folders, names in os.walk(start, onerror=closed.append):
            here = (*above, *map(text_of, Path(folder).relative_to(start).parts))
            for name in sorted(folders):
                path = Path(folder, name)
                if is_hidden(name):
                    yield from _hidden(path, (*here, text_of(name)))
                elif path.is_symlink():
                    yield Entry((*here, text_of(name)), None, LINK)
            folders[:] = sorted(name for name in folders if not is_hidden(name))
            for name in sorted(names):
                path = Path(folder, name)
                parts = (*here, text_of(name))
                yield from _hidden(path, parts) if is_hidden(name) else self._file(path, parts)
        if closed:
            yield Entry(above, None, "A folder of the submission cannot be opened.")

    def _file(self, path: Path, parts: tuple[str, ...]) -> Iterator[Entry]:
        if is_archive(path.name) and path.is_file() and not path.is_symlink():
            try:
                with path.open("rb") as file:
                    yield from self.unpacker.inside(file, parts)
            except PermissionError:
                yield Entry(parts, None, "The archive cannot be opened.", len(parts))
        else:
            yield Entry(parts, path if is_wanted(path.name) else None)


def text_of(name: str) -> str:
    """Return a file name as text that can be written; bytes that are no UTF-8 stand there as `\\xff`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _hidden(path: Path, parts: tuple[str, ...]) -> Iterator[Entry]:
    """Name the notebooks and archives that are hidden, unless a tool made them; they are not read."""
    if is_of_a_tool(path.name) or path.is_symlink():
        return
    if not path.is_dir():
        if may_hold_work(path.name):
            yield Entry(parts, None, HIDDEN)
        return
    files = ((Path(folder), name) for folder, _, names in os.walk(path) for name in sorted(names))
    for folder, name in itertools.islice(files, _MAX_HIDDEN):
        inside = folder.relative_to(path).parts
        if may_hold_work(name) and not any(map(is_of_a_tool, inside)):
            yield Entry((*parts, *map(text_of, inside), text_of(name)), None, HIDDEN)
