"""The student's notebook, made from the lesson by nbgrader's own converter, and its entry in a gradebook.

nbgrader clears the solutions, locks the checks and computes the checksums; this module gives it a course folder that
lives as long as the call, looks for solutions that were left, and writes the same bytes for the same lesson.
"""

import io
import json
import logging
import os
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.reading.folded import fold
from autograder.reading.lesson import ASSIGNMENT, NOTEBOOK, STUB, Lesson, load_lesson, split_solution, to_notebook

_SHORT = 12  # characters: a shorter line, such as `return None`, is in many notebooks and gives nothing away


class ReleaseError(RuntimeError):
    """The lesson cannot be released; the message says why and names the cell where there is one."""


def release(source: Path, target: Path, gradebook_url: str | None = None) -> Path:
    """Write TARGET/13_benchmarking/benchmarking_dev.ipynb from the lesson and return its path.

    With `gradebook_url`, an SQLAlchemy URL, the assignment is entered there as well.
    Raises LessonError or ExportError if the lesson breaks a rule, ReleaseError if nbgrader refuses it or a line of a
    solution would be released; nothing is written then.
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


def register(lesson: Lesson, gradebook_url: str) -> None:
    """Enter a released lesson into an nbgrader gradebook: assignment, notebook, grade, solution and source cells.

    Doing it again changes nothing. `lesson` is loaded from the release, whose cells carry nbgrader's checksums.
    Raises ReleaseError if it is not, or if submissions stand in the gradebook against other cells.
    """
    if any(cell.nbgrader and "checksum" not in cell.nbgrader for cell in lesson.cells):
        raise ReleaseError(
            "the gradebook takes the released notebook, whose cells have checksums; release the lesson first"
        )
    from nbgrader.api import Gradebook, MissingEntry

    where = (Path(lesson.notebook).stem, lesson.assignment)
    rows = _rows(lesson)
    kernel = json.dumps(to_notebook([])["metadata"]["kernelspec"])
    with scripts_on_path(), Gradebook(gradebook_url) as gradebook:
        gradebook.update_or_create_assignment(lesson.assignment)
        try:
            notebook = gradebook.find_notebook(*where)
            if _entries(notebook).keys() != rows.keys():
                if notebook.submissions:
                    raise ReleaseError(
                        f"the gradebook has submissions for other cells of {lesson.assignment}; use another gradebook"
                    )
                gradebook.remove_notebook(*where)
        except MissingEntry:
            pass
        notebook = gradebook.update_or_create_notebook(*where, kernelspec=kernel)
        entries = _entries(notebook)
        for (kind, name), values in rows.items():
            entry = entries.get((kind, name)) or kind(name=name, notebook_id=notebook.id)
            for column, value in values.items():
                setattr(entry, column, value)
            gradebook.db.add(entry)
        gradebook.db.commit()  # once: nbgrader's own update_or_create commits, and waits for the disk, at every cell


def _rows(lesson: Lesson) -> dict[tuple[Any, str | None], dict[str, Any]]:
    """What nbgrader's SaveCells would enter: {(table, grade id): columns}."""
    from nbgrader.api import GradeCell, SolutionCell, SourceCell

    rows: dict[tuple[Any, str | None], dict[str, Any]] = {}
    for cell in lesson.cells:
        found = cell.nbgrader
        if not found:
            continue
        if found["grade"]:
            rows[GradeCell, cell.grade_id] = {"max_score": float(found["points"]), "cell_type": cell.kind}
        if found["solution"]:
            rows[SolutionCell, cell.grade_id] = {}
        locked = not found["solution"] and (found["grade"] or found["locked"])
        source = {"cell_type": cell.kind, "source": cell.source, "locked": locked, "checksum": found["checksum"]}
        rows[SourceCell, cell.grade_id] = source
    return rows


def _entries(notebook: Any) -> dict[tuple[Any, str | None], Any]:
    cells = [*notebook.grade_cells, *notebook.solution_cells, *notebook.source_cells]
    return {(type(cell), cell.name): cell for cell in cells}


@contextmanager
def scripts_on_path() -> Iterator[None]:
    """Put this interpreter's scripts first on PATH: nbgrader runs `alembic` by name when it makes a database."""
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


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
