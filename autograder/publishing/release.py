"""The student's notebook, made from the lesson by nbgrader's own converter.

nbgrader clears the solutions, locks the checks and computes the checksums; this module gives it a course folder that
lives as long as the call, looks for solutions that were left, and writes the same bytes for the same lesson.
"""

import io
import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.grading.register import register
from autograder.publishing.folded import fold
from autograder.reading.lesson import ASSIGNMENT, NOTEBOOK, STUB, Lesson, load_lesson, split_solution, to_notebook

_SHORT = 12  # characters: a shorter line, such as `return None`, is in many notebooks and gives nothing away


class ReleaseError(RuntimeError):
    """The lesson cannot be released; the message says why and names the cell where there is one."""


def release(source: Path, target: Path, gradebook_url: str | None = None) -> Path:
    """Write TARGET/13_benchmarking/benchmarking_dev.ipynb from the lesson and return its path.

    With `gradebook_url`, an SQLAlchemy URL, the assignment is entered there as well.
    Raises LessonError or ExportError if the lesson breaks a rule, ReleaseError if nbgrader refuses it or a line of a
    solution would be released; nothing is written then. Raises GradebookError if the gradebook does not take it.
    """
    lesson = load_lesson(source)
    notebook = _convert(fold(to_notebook(lesson.cells)))
    _refuse_leaks(lesson, notebook)
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    path = target / ASSIGNMENT / NOTEBOOK
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != text.encode():
        path.write_bytes(text.encode())
    if gradebook_url is not None:
        register(load_lesson(path), gradebook_url)
    return path


def _convert(notebook: dict[str, Any]) -> dict[str, Any]:
    """Run nbgrader's GenerateAssignment on one notebook in a course folder of its own, without a database."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    config = Config()
    config.SaveCells.enabled = False
    config.GenerateAssignment.no_database = True
    config.ClearSolutions.code_stub = {"python": STUB}
    with tempfile.TemporaryDirectory() as folder, _captured_log() as log:
        course = CourseDirectory(root=folder, assignment_id=ASSIGNMENT, config=config)
        source = Path(folder, course.source_directory, ASSIGNMENT, NOTEBOOK)
        source.parent.mkdir(parents=True)
        source.write_text(json.dumps(notebook), encoding="utf-8")
        try:
            GenerateAssignment(coursedir=course, config=config).start()
        except NbGraderException as error:
            raise ReleaseError(f"nbgrader refused the lesson: {error}\n{log.getvalue()}") from error
        released: dict[str, Any] = json.loads(Path(folder, course.release_directory, ASSIGNMENT, NOTEBOOK).read_bytes())
    return released


@contextmanager
def _captured_log() -> Iterator[io.StringIO]:
    """nbgrader explains a refusal in its log only; keep that, and keep it off the terminal."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    logger = logging.getLogger("traitlets")
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield text
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


def _refuse_leaks(lesson: Lesson, notebook: dict[str, Any]) -> None:
    public, secrets = "", []
    for cell in lesson.cells:
        open_lines, solution = split_solution(cell)
        public += "\n".join([*open_lines, ""])
        secrets += [(cell, line.strip()) for line in solution if len(line.strip()) > _SHORT]
    released = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    for cell, line in secrets:
        if line in released and line not in public:
            raise ReleaseError(f"a line of the solution of {cell.grade_id!r} is left in the release: {line!r}")
