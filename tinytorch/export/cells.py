"""Lessons and notebooks as lists of cells: percent format and notebook format, read with the standard library alone.

Students' machines and the grader have no Jupytext, and importing nbformat costs a second, so both formats are read
here; the tests hold this reader against Jupytext itself. Knows nothing of exporting, exercises or points.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

Kind = Literal["code", "markdown", "raw"]

_MARKER = re.compile(r"#\s*%%(?:\s+(.*))?")
_KEY = re.compile(r"(?:^|(?<=\s))([\w.@/-]+)=")
_LABELS: dict[str, Kind] = {"[markdown]": "markdown", "[md]": "markdown", "[raw]": "raw"}
# Jupytext comments IPython's own lines out, so that the lesson stays Python.
_MAGIC = re.compile(r"(\s*)# ?(%{1,3}[A-Za-z].*|!\s*[\w.~$\\/{}].*)")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ExportError(ValueError):
    """A lesson or notebook cannot become a package; the message names the cell and the way out."""


@dataclass(frozen=True)
class Cell:
    """One cell: `source` without its last newline, `id` as nbformat 4.5 wants it, `metadata` as the notebook has it."""

    kind: Kind
    source: str
    id: str
    metadata: dict[str, Any]

    @property
    def nbgrader(self) -> dict[str, Any]:
        """The cell's nbgrader metadata, empty where it has none."""
        found = self.metadata.get("nbgrader")
        return found if isinstance(found, dict) else {}

    @property
    def grade_id(self) -> str | None:
        """nbgrader's name for the cell, or None."""
        found = self.nbgrader.get("grade_id")
        return found if isinstance(found, str) and found else None


def read_lesson(path: Path) -> list[Cell]:
    """Return the cells of a percent-format lesson (`.py`) or a notebook (`.ipynb`).

    Ids are the cells' own, else `grade_id`, else section slug and ordinal, so the same text always gives the same ids.
    Raises ExportError if the file is not UTF-8 or not a notebook or a cell line cannot be read, OSError without a file.
    """
    return cells_of(path.read_bytes(), path.name)


def cells_of(data: bytes, name: str) -> list[Cell]:
    """Return the cells of a file of this content and name, as `read_lesson` does. Raises ExportError as it does."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExportError(f"{name} is not UTF-8 text: {error.reason} at byte {error.start}") from error
    return _with_ids(_notebook(text, name) if name.endswith(".ipynb") else _percent(text, name))


def headings(cell: Cell) -> list[tuple[int, str, list[str]]]:
    """Return (level, title, lines below it) for every Markdown heading of a cell, code fences left out."""
    found: list[tuple[int, str, list[str]]] = []
    fenced = False
    for line in cell.source.split("\n") if cell.kind == "markdown" else ():
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        match = None if fenced else _HEADING.fullmatch(line)
        if match:
            found.append((len(match[1]), " ".join(match[2].split()), []))
        elif found:
            found[-1][2].append(line)
    return found


def joined(lines: Sequence[str]) -> str:
    """Return the text of a cell that a notebook holds as a list of lines; some programs leave out the line ends."""
    ended = any(line.endswith(("\n", "\r")) for line in lines[:-1])
    return ("" if ended else "\n").join(lines)


Part = tuple[Kind, str, dict[str, Any], str | None]


def _with_ids(parts: Iterable[Part]) -> list[Cell]:
    draft = [Cell(kind, source, given or "", metadata) for kind, source, metadata, given in parts]
    taken: set[str] = {cell.id for cell in draft if cell.id}
    reserved = {cell.grade_id for cell in draft}
    cells = []
    slug, ordinal = "start", 0
    for cell in draft:
        for level, title, _ in headings(cell):
            if level <= 2:
                slug, ordinal = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:48] or "section", 0
        chosen = cell.id or cell.grade_id
        if not cell.id and (chosen is None or chosen in taken or not _ID.fullmatch(chosen)):
            chosen = None
            while chosen is None or chosen in taken or chosen in reserved:
                ordinal += 1
                chosen = f"{slug}-{ordinal}"
        assert chosen is not None
        taken.add(chosen)
        cells.append(Cell(cell.kind, cell.source, chosen, cell.metadata))
    return cells


def _plain(text: str) -> str:
    """One kind of line end, and nothing that UTF-8 cannot hold."""
    return text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()


def _notebook(text: str, name: str) -> Iterator[Part]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ExportError(f"{name} is not a notebook: {error}") from error
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list):
        raise ExportError(f"{name} is not a notebook of format 4: it has no list of cells")
    for number, cell in enumerate(cells, 1):
        kind = next((kind for kind in get_args(Kind) if isinstance(cell, dict) and cell.get("cell_type") == kind), None)
        source = cell.get("source", "") if isinstance(cell, dict) else None
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = joined(source)
        if kind is None or not isinstance(source, str):
            raise ExportError(f"{name}: cell {number} is neither code, Markdown nor raw text")
        metadata, given = cell.get("metadata"), cell.get("id")
        own_id = given if isinstance(given, str) and _ID.fullmatch(given) else None
        yield kind, _plain(source), metadata if isinstance(metadata, dict) else {}, own_id


def _percent(text: str, name: str) -> Iterator[Part]:
    lines = _plain(text).split("\n")
    body, front = _header(lines)
    if front:
        yield "raw", "\n".join(["---", *front, "---"]), {}, None
    starts: list[int] = []
    quote = ""
    for number in range(body, len(lines)):
        if not quote and _MARKER.fullmatch(lines[number]):
            starts.append(number)
        elif not starts and lines[number].strip():
            raise ExportError(f"{name}, line {number + 1}: text before the first cell; start it with `# %%`")
        else:
            quote = _open_quote(lines[number], quote)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        match = _MARKER.fullmatch(lines[start])
        kind, metadata = _cell_line((match[1] if match else "") or "", f"{name}, line {start + 1}")
        content = lines[start + 1 : end]
        while content and not content[-1].strip():
            content.pop()
        yield kind, "\n".join(_code(content) if kind == "code" else _prose(content)), metadata, None


def _header(lines: Sequence[str]) -> tuple[int, list[str]]:
    """Return where the cells begin, and the front matter: the header's lines outside its `jupyter` block."""
    start = 1 if lines[0].startswith("#!") else 0
    if lines[start : start + 1] != ["# ---"] or "# ---" not in lines[start + 1 :]:
        return start, []
    end = lines.index("# ---", start + 1)
    front = []
    of_jupyter = False
    for line in _uncomment(lines[start + 1 : end]):
        if line and not line[0].isspace():
            of_jupyter = re.fullmatch(r"jupyter\s*:\s*", line) is not None
        if not of_jupyter:
            front.append(line)
    return end + 1, front


def _cell_line(text: str, where: str) -> tuple[Kind, dict[str, Any]]:
    """Read `title [markdown] key=value key=value`, every value JSON."""
    first = _KEY.search(text)
    position = first.start() if first else len(text)
    title = text[:position]
    kind: Kind = "code"
    metadata: dict[str, Any] = {}
    for label, labelled in _LABELS.items():
        if label in title:
            title, kind = title.replace(label, ""), labelled
            break
    if title.strip():
        metadata["title"] = title.strip()
    while position < len(text):
        match = _KEY.match(text, position)
        try:
            if match is None:
                raise ValueError("expected key=value")
            metadata[match[1]], position = json.JSONDecoder().raw_decode(text, match.end())
        except ValueError as error:
            raise ExportError(f"{where}: cannot read the cell's metadata: {error}") from error
        position += len(text[position:]) - len(text[position:].lstrip())
    return kind, metadata


def _code(lines: Sequence[str]) -> list[str]:
    quote = ""
    plain = []
    for line in lines:
        magic = None if quote else _MAGIC.fullmatch(line)
        quote = _open_quote(line, quote)
        plain.append(magic[1] + magic[2] if magic else line)
    return plain


def _prose(lines: Sequence[str]) -> list[str]:
    """Markdown is written as comments, or as one string in triple quotes."""
    text = "\n".join(lines).strip()
    quoted = re.fullmatch(r"[rR]?(\"\"\"|''')\n?(.*?)\n?\1", text, re.DOTALL)
    return quoted[2].split("\n") if quoted else _uncomment(lines)


def _uncomment(lines: Iterable[str]) -> list[str]:
    return [line[2:] if line.startswith("# ") else line[1:] if line.startswith("#") else line for line in lines]


def _open_quote(line: str, quote: str) -> str:
    """Return the triple quote that is still open after `line`, given the one open before it; else ""."""
    at = 0
    while at < len(line):
        if quote:
            if line[at] == "\\":
                at += 1
            elif line.startswith(quote, at):
                at += len(quote) - 1
                quote = ""
        elif line[at] == "#":
            break
        elif line[at] in "\"'":
            quote = line[at] * 3 if line.startswith(line[at] * 3, at) else line[at]
            at += len(quote) - 1
        at += 1
    return quote if len(quote) == 3 else ""
