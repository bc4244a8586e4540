"""Read one submitted file without trusting it: size, links, encoding, JSON, the notebook's shape and its cell count.

Knows nothing of the lesson. Plain `json` only: importing nbformat costs more than grading a submission does, and its
validation refuses notebooks whose answers can still be read.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinytorch.export import joined

MAX_BYTES = 20_000_000  # a solved lesson with its figures is under 2 MB
MAX_CELLS = 2_000  # the lesson has fewer than 200
MAX_BRACKETS = 1_000_000  # lists and objects in the file; the parser needs up to 64 bytes of memory for two of its own
MAX_SOURCE = 200_000  # characters in one cell; the longest cell of the lesson has under 5,000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


class UnreadableError(ValueError):
    """The file holds no notebook that can be read. The message is one plain sentence without the file's path."""


@dataclass(frozen=True)
class RawCell:
    """A cell as submitted: its kind, its text with "\\n" line ends, and what its nbgrader metadata calls it."""

    kind: str
    source: str
    grade_id: str | None


@dataclass(frozen=True)
class RawNotebook:
    """The cells that could be read, in order, and a remark in plain words for everything that had to be repaired."""

    cells: tuple[RawCell, ...]
    remarks: tuple[str, ...]


def read_notebook(path: Path) -> RawNotebook:
    """Read `path` within the limits above. Raises UnreadableError with the reason; no other exception leaves here."""
    remarks: list[str] = []
    text = _decode(read_bytes(path), remarks)
    cells = _cells(_parse(text, remarks), remarks)
    if len(cells) > MAX_CELLS:
        raise UnreadableError(f"The notebook has {len(cells):,} cells, more than the {MAX_CELLS:,} that are read.")
    read = [cell for index, entry in enumerate(cells, start=1) if (cell := _cell(entry, index, remarks))]
    if not read:
        raise UnreadableError("The notebook has no cells.")
    return RawNotebook(tuple(read), tuple(remarks))


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Return the bytes of a regular file of at most `limit` bytes; links, pipes and devices raise UnreadableError."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if path.is_symlink():
        raise UnreadableError("The submission is a link to another file; only a real file is graded.")
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise UnreadableError("The file cannot be opened.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableError("The submission is not a regular file.")
    with open(descriptor, "rb") as file:
        try:
            data = file.read(limit + 1)
        except OSError as error:
            raise UnreadableError("The file cannot be read.") from error
    if len(data) > limit:
        raise UnreadableError(
            f"The file is larger than {limit // 1_000_000} MB; clear the outputs and submit it again."
        )
    return data


def _decode(data: bytes, remarks: list[str]) -> str:
    if not data.strip():
        raise UnreadableError("The file is empty.")
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None) or json.detect_encoding(data)
    if encoding != "utf-8":
        remarks.append(f"The file was saved as {encoding.upper()} instead of plain UTF-8; it was converted.")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        remarks.append("The file has bytes that are not UTF-8; it was read as Windows-1252, so accents may be wrong.")
        return data.decode("cp1252", errors="replace")


def _parse(text: str, remarks: list[str]) -> object:
    if text.count("[") + text.count("{") > MAX_BRACKETS:
        raise UnreadableError("The file has too many lists and objects to be a notebook of this lesson.")
    try:
        return _decoded(text, remarks)
    except RecursionError as error:
        raise UnreadableError("The file is nested too deeply to be a notebook.") from error
    except json.JSONDecodeError as error:
        start = text.lstrip()[:200].lower()
        if start.startswith(("<!doctype", "<html", "<?xml")):
            raise UnreadableError("The file is a web page, not a notebook; download the notebook itself.") from error
        if re.search(r"^(<{7}|>{7}) ", text, re.MULTILINE):
            raise UnreadableError("The file holds the marks of an unfinished git merge.") from error
        if (start.startswith("{") and not text[error.pos + 1 :].strip()) or "Unterminated string" in error.msg:
            raise UnreadableError(f"The file is cut off after {len(text):,} characters; its end is missing.") from error
        raise UnreadableError(f"The file is not valid JSON: line {error.lineno}, column {error.colno}.") from error
    except ValueError as error:  # an integer of thousands of digits
        raise UnreadableError("The file is not a notebook: it holds a number that is too long.") from error


def _decoded(text: str, remarks: list[str]) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data" or not text.lstrip().startswith("{"):
            raise
        remarks.append(f"The file goes on after the notebook's end (line {error.lineno}); the rest was left out.")
        return json.JSONDecoder().raw_decode(text.lstrip())[0]


def _cells(document: object, remarks: list[str]) -> list[Any]:
    if not isinstance(document, dict):
        raise UnreadableError("The file is JSON but not a notebook.")
    cells = document.get("cells")
    if isinstance(cells, list):
        if document.get("nbformat") != 4:
            remarks.append("The notebook does not say that it is in format 4; it was read as if it were.")
        return cells
    sheets = document.get("worksheets")
    if isinstance(sheets, list):
        remarks.append("The notebook is in the old format 3; its cells were converted.")
        return [cell for sheet in sheets if isinstance(sheet, dict) for cell in _listed(sheet.get("cells"))]
    raise UnreadableError("The file is JSON but has no list of cells.")


def _cell(entry: object, index: int, remarks: list[str]) -> RawCell | None:
    if not isinstance(entry, dict):
        remarks.append(f"Cell {index} is damaged and was left out.")
        return None
    kind = entry.get("cell_type")
    source = entry.get("source", entry.get("input"))  # format 3 calls a code cell's text its input
    if isinstance(source, list):
        with contextlib.suppress(TypeError, AttributeError):  # then it is damaged
            source = joined(source)
    if not isinstance(kind, str) or not isinstance(source, str):
        remarks.append(f"Cell {index} is damaged and was left out.")
        return None
    if len(source) > MAX_SOURCE:
        remarks.append(f"Cell {index} has {len(source):,} characters, more than the {MAX_SOURCE:,} read; left out.")
        return None
    return RawCell(kind, _plain(source), _grade_id(entry.get("metadata")))


def _plain(source: str) -> str:
    """Use "\\n" for every line end, and replace what no file can hold (half of a surrogate pair, NUL)."""
    source = source.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return source if source.isascii() else _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", source)


def _grade_id(metadata: object) -> str | None:
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
