"""What the students' repository holds: the released notebook, `tinytorch` without the reference, and what goes with it.

Everything is made in memory from this checkout, the released notebook and the links, so that the same three give the
same bytes. Knows neither secrets nor folders.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

from autograder.hand_in import FILE as HAND_IN
from autograder.links import GITHUB, NOTEBOOK, Links, read_links
from autograder.reading.lesson import Lesson

TEMPLATES = Path(__file__).parent / "students"
EXECUTABLE = "binder/postBuild"
LAST = "# Hand in\n"  # how the text over the notebook's last cell begins
ADDRESS = 'COURSE = ""'  # how the line of the lesson's first code cell begins that takes the archive's address

# And support code that the lesson does not need and that comes too near an answer, should there be any.
KEPT_OUT = {"tinytorch/benchmarking": "the reference itself"}


class PublishError(ValueError):
    """The students' repository cannot be made or written; the message is one sentence that says why."""


def contents(root: Path, release: Path, lesson: Lesson, links: Links) -> dict[str, bytes]:
    """Return {path: content} of every file. `root` is the checkout, `lesson` the release as `load_lesson` read it.

    Raises PublishError for a notebook whose first code cell takes no address, OSError where a file is missing.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    files = {
        NOTEBOOK: notebook(release, links, read_links(root, {}).pages),
        "README.md": _filled("README.md.in", **_facts(lesson, links)),
        "LICENSE": (root / "LICENSE").read_bytes(),
        "pyproject.toml": _filled("pyproject.toml.in", **_about(project)),
        ".gitignore": (TEMPLATES / "gitignore.in").read_bytes(),
        "tinytorch/benchmarking/__init__.py": (TEMPLATES / "benchmarking.py.in").read_bytes(),
    }
    for path in sorted((TEMPLATES / "binder").iterdir()):
        files[f"binder/{path.name}"] = path.read_bytes()
    if links.hand_in:
        files[HAND_IN] = links.hand_in.text.encode()
    files |= {path.relative_to(root).as_posix(): path.read_bytes() for path in _support(root)}
    return dict(sorted(files.items()))


def notebook(release: Path, links: Links, book: str) -> bytes:
    """Return the released notebook with the archive's address in its first code cell.

    Its links into the book, which in the lesson begin with `book`, lead to the site of the students' repository.
    """
    document: dict[str, Any] = json.loads(release.read_bytes())
    first: dict[str, Any] = next((cell for cell in document["cells"] if cell["cell_type"] == "code"), {"source": []})
    at = [number for number, line in enumerate(first["source"]) if line.startswith(ADDRESS)]
    if len(at) != 1:
        raise PublishError(f"the first code cell of {release.name} has no line {ADDRESS} for the package's address")
    first["source"][at[0]] = f'COURSE = "{links.download_archive}"\n'
    for cell in document["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = [line.replace(f"]({book}", f"]({links.pages}") for line in cell["source"]]
    if links.hand_in:
        _say_where(document["cells"], links, release.name)
    return (json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _say_where(cells: list[dict[str, Any]], links: Links, name: str) -> None:
    """Write course, deadline and steps below the text over the notebook's last cell."""
    over = [cell for cell in cells if cell["cell_type"] == "markdown" and cell["source"][:1] == [LAST]]
    if len(over) != 1:
        raise PublishError(f"{name} has no text that begins with {LAST.strip()!r} for the address and the deadline")
    over[0]["source"] = f"{''.join(over[0]['source'])}\n\n{links.hand_in_steps}".splitlines(keepends=True)


def _support(root: Path) -> Iterator[Path]:
    """The files of `tinytorch` that students get; nothing hidden and nothing that Python made."""
    for path in sorted((root / "tinytorch").rglob("*")):
        parts = path.relative_to(root).parts
        name = "/".join(parts)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        kept_out = any(f"{name}/".startswith(f"{out}/") for out in KEPT_OUT)
        if path.is_file() and not hidden and not kept_out:
            yield path


def _about(project: dict[str, Any]) -> dict[str, str]:
    """What both projects share. The upper bound on Python is left out: Colab's next Python must not end the course."""
    listed = "".join(f"    {json.dumps(each)},\n" for each in project["dependencies"])
    return {
        "name": project["name"],
        "version": project["version"],
        "description": project["description"],
        "python": project["requires-python"].partition(",")[0],
        "dependencies": f"[\n{listed}]",
    }


def _facts(lesson: Lesson, links: Links) -> dict[str, str]:
    marked = [exercise.points for exercise in lesson.exercises if not exercise.manual]
    read = [exercise.points for exercise in lesson.exercises if exercise.manual]
    return {
        "exercises": str(len(marked)),
        "points": f"{sum(marked):g}",
        "questions": str(len(read)),
        "question_points": f"{sum(read):g}",
        "ways": _ways(links),
        "ref": links.ref,
        "clone": links.clone,
        "directory": links.name,
        "hand_in": links.hand_in_steps,
    }


def _ways(links: Links) -> str:
    """The table of ways in. Binder and Colab read GitHub alone."""
    rows = [
        (f"[on Binder]({links.binder})", "nothing, but some patience; it forgets, so download your notebook in time"),
        (f"[in Google Colab]({links.colab})", "a Google account; first choose File, Save a copy in Drive"),
    ]
    if links.host != GITHUB:
        upload = "[in Google Colab](https://colab.research.google.com/#upload=true)"
        rows = [(upload, "a Google account, and the notebook below to upload")]
    alone, whole = f"[the notebook]({links.download_notebook})", f"[all of it as a zip]({links.download_archive})"
    rows.append((f"on your own machine: {alone}, or {whole}", "Python 3.11 or newer, and the five lines below"))
    return "\n".join(["| open it | what it asks |", "|---|---|", *(f"| {way} | {asks} |" for way, asks in rows)])


def _filled(template: str, **values: str) -> bytes:
    return Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(values).encode()
