"""The released lesson in nbgrader's gradebook: assignment, notebook, and its grade, solution and source cells.

Knows nothing of submissions. nbgrader is imported when something is entered: it costs two seconds.
"""

from __future__ import annotations

import json
import os
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.reading.lesson import Lesson, to_notebook


class GradebookError(RuntimeError):
    """The gradebook cannot be opened, or took nothing of one submission; the message is one sentence."""


def register(lesson: Lesson, gradebook_url: str) -> None:
    """Enter a released lesson into an nbgrader gradebook: assignment, notebook, grade, solution and source cells.

    Doing it again changes nothing. `lesson` is loaded from the release, whose cells carry nbgrader's checksums.
    Raises GradebookError if it is not, or if submissions stand in the gradebook against other cells.
    """
    if any(cell.nbgrader and "checksum" not in cell.nbgrader for cell in lesson.cells):
        raise GradebookError(
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
                    raise GradebookError(
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
