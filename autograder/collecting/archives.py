"""List and unpack a zip within limits that are checked before anything is read.

A name in an archive never becomes a path here: members are written to numbered folders of our own. Links are neither
followed nor made. What is wrong with one file is said of that file; only an archive that is damaged as a whole, or that
is larger than any class, is refused. Knows nothing of students or notebooks' contents.
"""

from __future__ import annotations

import io
import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from autograder.collecting.entries import HIDDEN, Entry, is_archive, is_hidden, is_of_a_tool, is_wanted, may_hold_work
from autograder.reading.notebook import MAX_BYTES

MAX_MEMBERS = 200_000
MAX_TOTAL = 20_000_000_000  # 10,000 notebooks of 2 MB
MAX_MEMBERS_OF_ONE = 2_000  # of an archive inside an archive: one student's
MAX_TOTAL_OF_ONE = 200_000_000
MAX_RATIO = 200  # notebooks shrink to a fifth or a tenth; a bomb to a thousandth
SMALL = 1_000_000  # bytes: too little to do harm, whatever the ratio

_UTF8 = 0x800  # of a member's flags: its name is UTF-8
# What zipfile raises on damaged or hostile bytes: besides its own errors those of what it is built on.
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, RuntimeError, OSError, ValueError)


class ArchiveError(ValueError):
    """The archive cannot be used as a whole; the message is one plain sentence."""


class Unpacker:
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
                total = sum(info.file_size for info in infos if is_wanted(info.filename))
                if total > size:
                    raise ArchiveError(f"{name} would unpack to {total / 1e9:,.1f} GB, more than {size / 1e9:,.1f} GB")
                return [entry for info in infos for entry in self._member(archive, info, above)]
        except ArchiveError:
            raise
        except _DAMAGED as error:
            raise ArchiveError(f"{name} is no zip archive, or a damaged one") from error

    def inside(self, file: IO[bytes], parts: tuple[str, ...]) -> list[Entry]:
        """Unpack an archive among the files; what is wrong with it is said of it alone."""
        try:
            return self.members(file, parts, "The archive") or [Entry(parts, outer=len(parts))]
        except ArchiveError as error:
            return [Entry(parts, None, f"{error}.", len(parts))]

    def _member(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, above: tuple[str, ...]) -> Iterator[Entry]:
        inner = tuple(part for part in re.split(r"[\\/]", name_of(info)) if part not in ("", "."))
        reason = _refusal(info, inner)
        inner = inner[-1:] if _leads_out(info, inner) else inner  # no path, so only the file's own name is left
        parts, outer = (*above, *inner), len(above)
        if not inner or any(is_hidden(part) for part in inner):
            if inner and may_hold_work(inner[-1]) and not any(map(is_of_a_tool, inner)):
                yield Entry(parts, None, HIDDEN, outer)
            return
        if not is_wanted(inner[-1]):
            yield Entry(parts, outer=outer)
            return
        nested = is_archive(inner[-1])
        if nested and above:
            yield Entry(parts, None, "An archive within an archive within an archive is not read.", outer)
            return
        data = b"" if reason else _bytes(archive, info)
        if reason or data is None:
            yield Entry(parts, None, reason or "The file is damaged in the archive.", outer)
        elif nested:
            yield from self.inside(io.BytesIO(data), parts)
        else:
            yield Entry(parts, self._write(inner[-1], data), outer=outer)

    def _write(self, name: str, data: bytes) -> Path:
        self.number += 1
        safe = re.sub(r"[^\w .()+-]", "_", name)[-80:].lstrip(".")
        path = self.target / f"{self.number:06d}" / safe
        path.parent.mkdir()
        path.write_bytes(data)
        return path


def name_of(info: zipfile.ZipInfo) -> str:
    """Return a member's name. Many zips hold UTF-8 without the flag that says so, which zipfile reads as cp437."""
    if info.flag_bits & _UTF8 or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _leads_out(info: zipfile.ZipInfo, parts: tuple[str, ...]) -> bool:
    return ".." in parts or info.filename.startswith(("/", "\\")) or bool(re.match(r"[A-Za-z]:", info.filename))


def _refusal(info: zipfile.ZipInfo, parts: tuple[str, ...]) -> str:
    """Say why a member is not read, from the archive's directory alone; "" for none."""
    if _leads_out(info, parts):
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
