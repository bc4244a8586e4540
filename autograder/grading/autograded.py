"""The graded notebook of one student, where nbgrader's formgrader and feedback look for it.

It is the normalised notebook: ours, with the student's answers in it. Nothing of it was executed; a check cell shows
what the hidden tests found. Plain `json`, without nbgrader.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autograder.files import json_text, write_whole
from autograder.grading.results import Mark, Result
from autograder.reading.lesson import Lesson, to_notebook
from autograder.reading.notebook import UnreadableError, read_bytes
from autograder.shown import in_page
from tinytorch.export import Cell

STAMPS = ("timestamp.txt", "submission_secret.txt")  # what `nbgrader submit` adds to a submission


def write_autograded(course: Path, lesson: Lesson, cells: Sequence[Cell], result: Result) -> set[str]:
    """Write `autograded/<student>/<assignment>/<notebook>`; return the ids of cells whose text was another before.

    A check cell holds the feedback as standard output, then exactly one result, a plain float within the cell's
    points: all that nbgrader reads a score from (anything else gives full points, or fails the whole submission). One
    that was not judged holds no result.
    """
    checks = {exercise.check_id: exercise.name for exercise in lesson.exercises if not exercise.manual}
    marks = {mark.exercise: mark for mark in result.marks}
    shown = [replace(cell, source=in_page(cell.source)) if _is_written(cell) else cell for cell in cells]
    document = to_notebook(shown)
    for number, (entry, cell) in enumerate(zip(document["cells"], shown, strict=True), start=1):
        if mark := marks.get(checks.get(cell.grade_id or "", "")):
            score = repr(clipped(mark.earned, mark.points))
            said = feedback_lines(mark)
            entry["execution_count"] = number
            entry["outputs"] = [{"output_type": "stream", "name": "stdout", "text": said}] if said else []
            value = {"output_type": "execute_result", "execution_count": number, "metadata": {}}
            if mark.state != "not judged":
                entry["outputs"].append({**value, "data": {"text/plain": score}})
    path = course / "autograded" / result.student / lesson.assignment / lesson.notebook
    before = _texts(path)
    text = json_text(document, sort_keys=True)
    if not path.is_file() or path.read_bytes() != text.encode("utf-8", "replace"):
        write_whole(path, text)
    return {cell.grade_id for cell in shown if cell.grade_id and before.get(cell.grade_id, cell.source) != cell.source}


def keep_stamps(course: Path, lesson: Lesson, student: str, submitted: Path | None) -> None:
    """Copy nbgrader's two small files beside a submitted notebook to the graded one; without them, remove old ones.

    nbgrader releases feedback under a name made from the secret of the submission that was graded, not of a later one.
    """
    folder = course / "autograded" / student / lesson.assignment
    for name in STAMPS:
        try:
            text = read_bytes(submitted.with_name(name), limit=1000).decode("utf-8", "replace") if submitted else ""
        except UnreadableError:
            text = ""
        if not text:
            (folder / name).unlink(missing_ok=True)
        elif not (folder / name).is_file() or (folder / name).read_bytes() != text.encode():
            write_whole(folder / name, text)


def write_source(course: Path, lesson: Lesson, release: Path) -> Path:
    """Put the released notebook into `source/` where the course has none: formgrader lists what stands there."""
    folder = course / "source" / lesson.assignment
    if not folder.is_dir():
        write_whole(folder / lesson.notebook, release.read_text(encoding="utf-8"))
    return folder


def clipped(earned: float, points: float) -> float:
    """Return the score as a plain float within [0, points]."""
    return min(max(float(earned), 0.0), float(points))


def feedback_lines(mark: Mark) -> str:
    """Return what the student is told about one exercise, as plain text: never a hidden test's name or source."""
    if mark.state in ("unanswered", "not judged"):
        return "Not answered.\n" if mark.state == "unanswered" else "Not judged yet.\n"
    said = [f"{mark.reason} The released stub was graded instead."] if mark.state == "refused" else []
    said += [lost.message for lost in mark.lost] if mark.state == "answered" else []
    return "".join(f"{text.rstrip()}\n" for text in dict.fromkeys(said))


def _is_written(cell: Cell) -> bool:
    return cell.kind == "markdown" and bool(cell.nbgrader.get("solution"))


def _texts(path: Path) -> dict[str, str]:
    """The cells of the notebook written last time, by grade id; empty when there is none or it is damaged."""
    try:
        document = json.loads(path.read_bytes())
        cells = [(cell["metadata"].get("nbgrader", {}), "".join(cell["source"])) for cell in document["cells"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {flags["grade_id"]: source for flags, source in cells if "grade_id" in flags}
