"""What grading is tested on: the mini lesson released once a run, notebooks of it, and their grades."""

import ast
import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from autograder.collecting.choose import Found
from autograder.grading.grade import Graded, Grader
from autograder.grading.results import Result
from autograder.judging.setup import Setup
from autograder.reading.layout import Layout
from autograder.reading.lesson import load_lesson
from autograder.reading.submission import Submission, normalise, read_submission
from autograder.sandbox import confinement
from tests.mini_lesson import ANSWERS, LESSON, SUITE, WRONG_MIDDLE
from tinytorch.export import export_modules

__all__ = ["ANSWERS", "LESSON", "SUITE", "WRONG_MIDDLE"]

Document = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = Path("release", "13_benchmarking", "benchmarking_dev.ipynb")


@functools.cache
def made() -> Path:
    """Release the lesson, once for all tests of a run, and return the folder with release and suites in it."""
    folder = Path(tempfile.mkdtemp(prefix="mini-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    make_release(folder)
    return folder


@functools.cache
def layout() -> Layout:
    """Return the release as the grader sees it."""
    return Layout.of(load_lesson(made() / NOTEBOOK).cells)


@functools.cache
def setup() -> Setup:
    """Return what the lesson's submissions are graded with."""
    return Setup(made() / NOTEBOOK, confinement.build_support(made() / "support"), made() / "suites", seed=13)


def read(content: Document | bytes, folder: Path) -> Submission:
    """Read a notebook, or the bytes of one, as a submission."""
    path = folder / "ada.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return read_submission(path, "ada", layout())


def package(submission: Submission) -> dict[str, str]:
    """Return the modules that a submission becomes, after a look that each is Python and UTF-8."""
    files = export_modules(normalise(submission, layout().cells), source="x", strict=False)
    for text in files.values():
        ast.parse(text.encode())
    return files


def grade(folder: Path, cut: int | None = None, **answers: str) -> Graded:
    """Grade the release with these answers in it, or the first `cut` bytes of that."""
    path = save(notebook(made() / NOTEBOOK, **answers), folder / "ada.ipynb")
    path.write_bytes(path.read_bytes()[:cut])
    return Grader(setup()).grade(Found("ada", path))


def points(result: Result) -> dict[str, float]:
    """Return the points by exercise."""
    return {mark.exercise: mark.earned for mark in result.marks}


def make_release(folder: Path) -> Path:
    """Release the lesson with nbgrader, in a process of its own; return the notebook, beside it lies a gradebook."""
    lesson = folder / "mini_lesson.py"
    lesson.write_text(LESSON, encoding="utf-8")
    command = [sys.executable, "-m", "autograder", "release", "--lesson", str(lesson), "--to", str(folder / "release")]
    command += ["--db", f"sqlite:///{folder / 'gradebook.db'}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (folder / "suites").mkdir()
    (folder / "suites" / "test_mini.py").write_text(SUITE, encoding="utf-8")
    return Path(done.stdout.strip())


def gradebook(folder: Path) -> str:
    """Copy the gradebook that holds the lesson and nobody's work into a folder and return its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(made() / "gradebook.db", folder / "gradebook.db")
    return f"sqlite:///{folder / 'gradebook.db'}"


def solved() -> Document:
    """Return a notebook with every answer in it."""
    return notebook(made() / NOTEBOOK, **ANSWERS)


def notebook(release: Path, **answers: str) -> Document:
    """Return the released notebook with texts in its cells by grade id, as a student's Jupyter would save it."""
    document: dict[str, Any] = json.loads(release.read_bytes())
    for cell in document["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            head = [line for line in "".join(cell["source"]).split("\n") if line.startswith("#|")]
            cell["source"] = "\n".join([*head, answers[name]]).splitlines(keepends=True)
    return document


def cell(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the cell with a grade id."""
    return next(cell for cell in document["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)


def code(source: str) -> dict[str, Any]:
    """Return a code cell as a student would add it."""
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}


def save(document: dict[str, Any], path: Path) -> Path:
    """Write a notebook and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def work(item: str) -> str:
    """Work for a pool of processes that ends as the item says."""
    match item.split():
        case ["dies"]:
            os._exit(1)
        case ["raises"]:
            raise RuntimeError("mine")
        case ["hangs"]:
            time.sleep(60)
        case ["notes", place]:
            with open(place, "a") as tries:
                tries.write("x")
            time.sleep(60)
        case ["once", mark] if not Path(mark).exists():
            Path(mark).touch()
            os._exit(1)
    return "ok"
