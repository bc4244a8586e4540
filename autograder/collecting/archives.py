"""List what was handed in: the files of a folder, or of a zip within limits that are checked before anything is read.

A name in an archive never becomes a path here: members are written to numbered folders of our own. Links are neither
followed nor made. What is wrong with one file is said of that file; only an archive that is damaged as a whole, or that
is larger than any class, is refused. Knows nothing of students or notebooks' contents.
"""

from __future__ import annotations

import atexit
import io
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from autograder.reading.notebook import MAX_BYTES
from autograder.temporary import Folder

MAX_MEMBERS = 200_000
MAX_TOTAL = 20_000_000_000  # 10,000 notebooks of 2 MB
MAX_MEMBERS_OF_ONE = 2_000  # of an archive inside an archive: one student's
MAX_TOTAL_OF_ONE = 200_000_000
MAX_RATIO = 200  # notebooks shrink to a fifth or a tenth; a bomb to a thousandth
SMALL = 1_000_000  # bytes: too little to do harm, whatever the ratio
METADATA = "submission_metadata.yml"  # Gradescope's list of who handed in what

_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError)


class ArchiveError(ValueError):
    """The archive cannot be used as a whole; the message is one plain sentence."""


@dataclass(frozen=True)
class Entry:
    """One file: where it stood, and where its bytes can be read, or None and the reason in a plain sentence.

    Files that are no notebooks have neither path nor reason: they only tell that somebody handed in something.
    """

    parts: tuple[str, ...]
    path: Path | None = None
    reason: str = ""


def listed(source: Path) -> list[Entry]:
    """Return the files of a folder or a zip, those of archives inside it too, sorted by where they stood.

    Hidden files and folders are left out. Raises FileNotFoundError, and ArchiveError for what is no usable archive.
    """
    if source.is_dir():
        return sorted(_walked(source), key=lambda entry: entry.parts)
    if not source.is_file() or source.is_symlink():
        raise FileNotFoundError(f"there is no folder {source}")
    target = Folder("handed-in")
    atexit.register(target.remove)
    with source.open("rb") as file:
        return sorted(_Unpacker(target.path).members(file, (), str(source)), key=lambda entry: entry.parts)


def _walked(root: Path) -> Iterator[Entry]:
    unpacker: _Unpacker | None = None
    for number, path in enumerate(_files(root)):
        if number >= MAX_MEMBERS:
            raise ArchiveError(f"{root} holds more than {MAX_MEMBERS:,} files")
        parts = tuple(os.fsencode(part).decode("utf-8", "replace") for part in path.relative_to(root).parts)
        if path.suffix.lower() == ".zip" and path.is_file() and not path.is_symlink():
            if unpacker is None:
                target = Folder("handed-in")
                atexit.register(target.remove)
                unpacker = _Unpacker(target.path)
            with path.open("rb") as file:
                yield from unpacker.inside(file, parts)
        elif _is_wanted(parts[-1]):
            yield Entry(parts, path)
        else:
            yield Entry(parts)


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        yield from (Path(folder, name) for name in sorted(names) if not _is_hidden(name))


class _Unpacker:
    """Writes the members of archives to `target`, each to a folder of its own."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.number = 0

    def members(self, file: IO[bytes], above: tuple[str, ...], name: str) -> list[Entry]:
        """Unpack one archive; `above` is where it stood, empty for the class's own. Raises ArchiveError."""
        most, size = (MAX_MEMBERS_OF_ONE, MAX_TOTAL_OF_ONE) if above else (MAX_MEMBERS, MAX_TOTAL)
        try:
            with zipfile.ZipFile(file) as archive:
                infos = [info for info in archive.infolist() if not info.is_dir()]
                if len(infos) > most:
                    raise ArchiveError(f"{name} holds {len(infos):,} files, more than the {most:,} that are read")
                total = sum(info.file_size for info in infos if _is_wanted(info.filename))
                if total > size:
                    raise ArchiveError(f"{name} would unpack to {total / 1e9:,.1f} GB, more than {size / 1e9:,.1f} GB")
                return [entry for info in infos for entry in self._member(archive, info, above)]
        except _DAMAGED as error:
            raise ArchiveError(f"{name} is no zip archive, or a damaged one") from error

    def inside(self, file: IO[bytes], parts: tuple[str, ...]) -> list[Entry]:
        """Unpack an archive among the files; what is wrong with it is said of it alone."""
        try:
            return self.members(file, parts, "The archive") or [Entry(parts)]
        except ArchiveError as error:
            return [Entry(parts, None, f"{error}.")]

    def _member(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, above: tuple[str, ...]) -> Iterator[Entry]:
        inner = tuple(part for part in re.split(r"[\\/]", info.filename) if part not in ("", "."))
        parts = (*above, *inner)
        if not inner or any(_is_hidden(part) for part in inner if part != ".."):
            return
        nested = inner[-1].lower().endswith(".zip")
        if not nested and not _is_wanted(inner[-1]):
            yield Entry(parts)
            return
        if nested and above:
            yield Entry(parts, None, "An archive within an archive within an archive is not read.")
            return
        reason = _refusal(info, inner)
        data = b"" if reason else _bytes(archive, info)
        if data is None:
            reason = "The file is damaged in the archive."
        if reason or data is None:
            yield Entry(tuple(part for part in parts if part != ".."), None, reason)
        elif nested:
            yield from self.inside(io.BytesIO(data), parts)
        else:
            yield Entry(parts, self._write(inner[-1], data))

    def _write(self, name: str, data: bytes) -> Path:
        self.number += 1
        safe = re.sub(r"[^\w .()+-]", "_", name)[-80:].lstrip(".")
        path = self.target / f"{self.number:06d}" / safe
        path.parent.mkdir()
        path.write_bytes(data)
        return path


def _refusal(info: zipfile.ZipInfo, parts: tuple[str, ...]) -> str:
    """Say why a member is not read, from the archive's directory alone; "" for none."""
    if ".." in parts or info.filename.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", info.filename):
        return "The file's path leads out of the archive."
    if stat.S_ISLNK(info.external_attr >> 16):
        return "The submission is a link to another file; only a real file is graded."
    if info.flag_bits & 0x1:
        return "The file is encrypted."
    if info.file_size > MAX_BYTES:
        return f"The file is larger than {MAX_BYTES // 1_000_000} MB; clear the outputs and submit it again."
    if info.file_size > max(SMALL, MAX_RATIO * info.compress_size):
        return "The file was compressed more than any notebook can be."
    return ""


def _bytes(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    """Return a member's bytes, None where they are damaged or more than its entry says."""
    try:
        with archive.open(info) as member:
            data = member.read(MAX_BYTES + 1)
    except _DAMAGED:
        return None
    return data if len(data) <= MAX_BYTES else None


def _is_wanted(name: str) -> bool:
    return name.lower().endswith((".ipynb", ".zip")) or re.split(r"[\\/]", name)[-1] == METADATA


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"
