"""The lesson as pages: the text that students get, with what the solved lesson printed and drew under its cells.

The pages are the release, cell for cell, one page a section. The solved lesson is run once, from an empty folder; of
what it printed, only cells that are neither an exercise nor its check give anything to a page. So nothing that earns
points is in the book, and no picture of it was drawn by hand. Knows nothing of Sphinx.

`python -m book.engine.lesson` runs it; with `--not-run` the pages are written at once, and show text and code alone.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.links import read_links
from autograder.reading.lesson import to_notebook
from book.engine.quick import skip_grammars
from tinytorch.export import Cell, read_lesson
from tinytorch.machine import environment

BOOK = Path(__file__).resolve().parents[1]
ROOT = BOOK.parent
GLOSSARY = BOOK / "glossary.md"
LESSON = ROOT / "modules/source/13_benchmarking/benchmarking_dev.py"
RELEASE = ROOT / "modules/release/13_benchmarking/benchmarking_dev.ipynb"
REPORT = "my_capstone_results.html"
LONG = 45  # lines: longer given code is folded, so that a page reads as its text and exercises

_INTO_BOOK = re.compile(
    rf"\[\**([^\]]*?)\**\]\({re.escape(read_links(ROOT, {}).pages)}([\w/]+)\.html(?:#term-([\w-]+))?\)"
)
_HEADING = re.compile(r"^(#{1,5}) (.*)$", re.MULTILINE)
_WHOLE = (
    "Use",
    "Capstone",
    "Analyze",
    "Go further",
)  # parts that are one page; the sections of the others are a page each

Output = dict[str, Any]


def main(words: Sequence[str]) -> None:
    """Write the lesson's pages to book/lesson/, and the report that it saved to book/_made/site/."""
    released = read_lesson(RELEASE)
    if list(words) == ["--not-run"]:
        write_pages(lesson_pages(released, {}))
    else:
        outputs, report = run(read_lesson(LESSON))
        write_pages(lesson_pages(released, outputs))
        write(BOOK / "_made/site" / REPORT, report)
        write(BOOK / "_made/site/.nojekyll", "")


def write_pages(pages: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the pages to book/lesson/ and remove those that are no longer there."""
    for old in (BOOK / "lesson").glob("*.ipynb"):
        if old.stem not in pages:
            old.unlink()
    for name, notebook in pages.items():
        write(BOOK / f"lesson/{name}.ipynb", json.dumps(notebook, indent=1))


def write(path: Path, text: str) -> None:
    """Write a file at one stroke: Sphinx may be reading the old one."""
    part = BOOK / "_made" / f"{path.name}.part"
    for folder in (part.parent, path.parent):
        folder.mkdir(parents=True, exist_ok=True)
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def run(cells: Sequence[Cell]) -> tuple[dict[str, list[Output]], str]:
    """Run the solved lesson; return by cell id what its public cells printed and drew, and the report that it saved.

    Raises nbclient's CellExecutionError where a cell fails: a book without its figures is not built.
    """
    skip_grammars()
    import nbformat
    from nbclient import NotebookClient
    from traitlets.config import Config

    notebook = nbformat.reads(json.dumps(to_notebook(cells)), as_version=4)  # type: ignore[no-untyped-call]
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        # Sockets in the folder and no ports, at which others on the machine could listen.
        config = Config(KernelManager={"transport": "ipc", "ip": f"{folder}/.kernel"})
        NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources, config=config).execute()
        found = {cell.id: list(map(dict, cell.get("outputs", []))) for cell in notebook.cells}
        report = Path(folder, REPORT).read_text(encoding="utf-8")
    public = [cell.id for cell in cells if is_public(cell)]
    return {name: kept for name in public if (kept := list(_kept(found[name], f"{folder}/")))}, report


def is_public(cell: Cell) -> bool:
    """Say whether what a cell prints may be shown: it is code, and neither an exercise nor the check of one."""
    return cell.kind == "code" and not cell.nbgrader.get("solution") and not cell.nbgrader.get("grade")


def _kept(outputs: Sequence[Output], folder: str) -> Iterator[Output]:
    """Yield a cell's standard output and its drawing, without the folder it ran in and the bars of progress."""
    for output in outputs:
        if output["output_type"] == "stream" and output["name"] == "stdout":
            yield {"output_type": "stream", "name": "stdout", "text": output["text"].replace(folder, "")}
        drawing = output.get("data", {}).get("text/html", "")
        html = ""
        if "<article" in drawing:  # the report as a whole is a page of its own
            html = f'<p>The report that this cell shows: <a href="../{REPORT}">{REPORT}</a>.</p>'
        elif "<svg" in drawing:
            html = f'<div class="chart">{drawing[drawing.index("<svg") : drawing.rindex("</svg>") + 6]}</div>'
        if html:
            yield {"output_type": "display_data", "metadata": {}, "data": {"text/html": html}}


def lesson_pages(released: Sequence[Cell], outputs: Mapping[str, Sequence[Output]]) -> dict[str, dict[str, Any]]:
    """Return the pages by name, in order: "00_benchmarking", "01_system_under_test", ... as notebooks."""
    pages: dict[str, dict[str, Any]] = {}
    for number, (title, cells) in enumerate(_split(released)):
        slug = re.sub(r"\W+", "_", title.rpartition(": ")[2].lower()).strip("_")
        name = f"{number:02d}_{re.sub(r'^[0-9]+_', '', slug)}"
        notebook = to_notebook([_folded(_with_level(cell, _lowest(cells), title)) for cell in cells])
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["metadata"] = {}
                cell["outputs"] = list(outputs.get(cell["id"], ()))
        if any(cell.get("outputs") for cell in notebook["cells"]):
            notebook["cells"].insert(1, _machine(f"machine-{number}"))
        pages[name] = notebook
    return pages


def _split(cells: Sequence[Cell]) -> Iterator[tuple[str, list[Cell]]]:
    """Yield (title, cells) of every page: the start up to the first section, each section, each whole part."""
    page: list[Cell] = []
    title, part = "", ""
    for cell in cells:
        found = _HEADING.match(cell.source) if cell.kind == "markdown" else None
        level = len(found[1]) if found else 9
        part = found[2] if found and level == 1 else part
        opens = (level == 1 and part in _WHOLE) or (level == 2 and part not in _WHOLE)
        if found and opens and page:
            yield title, page
            page, title = [], ""
        title = title or (found[2] if found else "")
        page.append(cell)
    yield title, page


def _lowest(cells: Sequence[Cell]) -> int:
    """The level of a page's first heading."""
    return next(len(found[1]) for cell in cells if cell.kind == "markdown" and (found := _HEADING.match(cell.source)))


def _with_level(cell: Cell, lowest: int, title: str) -> Cell:
    """Return a text cell whose headings make a page's tree: the page's own is level 1, what stood beside it below."""
    if cell.kind != "markdown":
        return cell

    def heading(found: re.Match[str]) -> str:
        marks = found[1][lowest - 1 :]
        return f"{'##' if marks == '#' and found[2] != title else marks} {found[2]}"

    return Cell(cell.kind, _INTO_BOOK.sub(_inside, _HEADING.sub(heading, cell.source)), cell.id, {})


def _inside(link: re.Match[str]) -> str:
    """Return what a link from the lesson into the book is inside the book: a term of the glossary, or a page."""
    words, page, term = link.groups()
    if not term:
        return f"[{words}](../{page}.md)"
    named = (line for line in GLOSSARY.read_text(encoding="utf-8").split("\n"))
    name = next((line for line in named if re.sub(r"[^\w]+", "-", line) == term), term)
    return f"{{term}}`{words} <{name}>`"


def _folded(cell: Cell) -> Cell:
    """Return given code that is long as text that unfolds; every other cell as it is."""
    n_lines = cell.source.count("\n") + 1
    if cell.kind != "code" or n_lines <= LONG or not cell.nbgrader.get("locked"):
        return cell
    text = f"::::{{dropdown}} The given code, {n_lines} lines\n```python\n{cell.source}\n```\n::::"
    return Cell("markdown", text, cell.id, {})


def _machine(name: str) -> dict[str, Any]:
    """The note that says where a page's numbers come from."""
    facts = environment.describe()
    where = ", ".join(facts[name] for name in ("CPU", "Python") if name in facts)
    cores = facts.get("CPU cores usable", "an unknown number of")
    text = (
        ":::{note}\nWhat stands under the cells was printed and drawn when this book was built, by the solved lesson "
        f"on one machine ({where}, {cores} cores). Times of the real clock will be others on yours.\n:::"
    )
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text.splitlines(keepends=True)}


if __name__ == "__main__":
    main(sys.argv[1:])
