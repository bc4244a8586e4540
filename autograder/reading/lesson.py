"""The lesson as the grader sees it: exercises, points, and the rules by which a lesson is written.

A lesson that breaks a rule is refused with the cell named, so that the mistake shows when the author releases and not
when a class has submitted. Knows nothing of submissions, of running code or of nbgrader's own classes.
"""

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinytorch.export import Cell, export_target, headings, read_lesson

ASSIGNMENT = "13_benchmarking"
NOTEBOOK = "benchmarking_dev.ipynb"
AUTOMATIC_POINTS = 85.0
MANUAL_POINTS = 15.0
STUB = 'raise NotImplementedError("write your answer here")'

_FLAGS = ("grade", "locked", "solution", "task")
_MARKER = re.compile(r"(\s*)### (BEGIN|END) SOLUTION\s*")
_ANY_MARKER = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")  # wherever nbgrader would see one
_EXERCISE = re.compile(r"Exercise (?P<number>[\d.]+): (?P<title>.+?) \((?P<points>[\d.]+) points?\b.*\)")
_QUESTION = re.compile(r"\*\*(?P<title>Question (?P<number>\d+)) \((?P<points>[\d.]+) points?\)\.\*\*")


class LessonError(ValueError):
    """The lesson breaks one of its rules; the message names the cell and the rule."""


@dataclass(frozen=True)
class Exercise:
    """One thing that earns points: a function or class with its check cell, or a question that a person reads."""

    name: str  # the function or class; for a question the grade id
    title: str  # "Poisson arrivals"; "Question 1"
    points: float
    module: str  # "schedule"; "" for a question
    section: str  # the H2 over it, "3. Schedule"; for a question outside a section the H1
    manual: bool
    solution_id: str
    check_id: str
    number: str  # "3.1"


@dataclass(frozen=True)
class Lesson:
    """A checked lesson: cells and exercises in the order of the notebook."""

    assignment: str
    notebook: str
    cells: tuple[Cell, ...]
    exercises: tuple[Exercise, ...]


def load_lesson(path: Path) -> Lesson:
    """Read a lesson (`.py`) or its release (`.ipynb`) and check it.

    Raises LessonError if it breaks a rule, ExportError if it cannot be read, OSError if it is not there.
    """
    cells = tuple(read_lesson(path))
    if path.suffix == ".ipynb":
        _refuse_outputs(path)
    ids: set[str] = set()
    for cell in cells:
        _check_metadata(cell)
        _check_markers(cell, required=path.suffix != ".ipynb")
        if cell.grade_id in ids:
            raise LessonError(f"two cells have the grade id {cell.grade_id!r}; a grade id stands once")
        ids |= {cell.grade_id} if cell.grade_id else set()
    exercises = tuple(_exercises(cells))
    for kind, manual, wanted in (("automatic", False, AUTOMATIC_POINTS), ("manual", True, MANUAL_POINTS)):
        total = sum(exercise.points for exercise in exercises if exercise.manual is manual)
        if total != wanted:
            raise LessonError(f"the {kind} points add up to {total:g}, not to {wanted:g}")
    return Lesson(ASSIGNMENT, NOTEBOOK, cells, exercises)


def to_notebook(cells: Sequence[Cell]) -> dict[str, Any]:
    """Return a notebook of format 4.5 without outputs, as plain data; the same cells always give the same notebook."""
    document: list[dict[str, Any]] = []
    for cell in cells:
        source = cell.source.splitlines(keepends=True)
        entry = {"cell_type": cell.kind, "id": cell.id, "metadata": cell.metadata, "source": source}
        document.append(entry | ({"execution_count": None, "outputs": []} if cell.kind == "code" else {}))
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": document, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def split_solution(cell: Cell) -> tuple[list[str], list[str]]:
    """Return (public lines, solution lines) of a cell; a text answer without markers is a solution as a whole."""
    public: list[str] = []
    solution: list[str] = []
    inside = marked = False
    for line in cell.source.split("\n"):
        if match := _MARKER.fullmatch(line):
            marked, inside = True, match[2] == "BEGIN"
        else:
            (solution if inside else public).append(line)
    if cell.nbgrader.get("solution") and cell.kind == "markdown" and not marked:
        return [], public
    return public, solution


def _refuse_outputs(path: Path) -> None:
    for cell in json.loads(path.read_bytes())["cells"]:
        if cell.get("outputs") or cell.get("execution_count"):
            raise LessonError(f"cell {cell.get('id')!r} has outputs or an execution count; clear them")


def _check_metadata(cell: Cell) -> None:
    found = cell.nbgrader
    if not found:
        return
    flags = all(isinstance(found.get(flag), bool) for flag in _FLAGS)
    if cell.grade_id is None or not flags or found.get("schema_version") != 3:
        raise LessonError(f"{_name(cell)}: nbgrader needs grade_id, schema_version 3 and true or false for {_FLAGS}")
    if found["task"] or not (found["grade"] or found["solution"] or found["locked"]):
        raise LessonError(f"{_name(cell)} is neither a solution, a check, a question nor a locked cell")
    points = found.get("points")
    if found["grade"] and (isinstance(points, bool) or not isinstance(points, int | float) or points <= 0):
        raise LessonError(f"{_name(cell)}: a graded cell needs points above 0, got {points!r}")


def _check_markers(cell: Cell, required: bool) -> None:
    """Markers stand alone on their lines, in pairs, in solution cells; what is left of the cell must run."""
    solution = bool(cell.nbgrader.get("solution"))
    inside = marked = False
    stubbed: list[str] = []
    for line in cell.source.split("\n"):
        match = _MARKER.fullmatch(line)
        if match and (not solution or inside is (match[2] == "BEGIN")):
            raise LessonError(f"{_name(cell)}: solution markers come in pairs, and in solution cells only")
        if match:
            marked, inside = True, not inside
            stubbed += [match[1] + STUB] if inside else []
        elif _ANY_MARKER.search(line):
            raise LessonError(
                f"{_name(cell)}: {line.strip()!r} is no marker; write ### BEGIN SOLUTION alone on its line"
            )
        elif not inside:
            stubbed.append(line)
    if inside:
        raise LessonError(f"{_name(cell)}: ### BEGIN SOLUTION without an ### END SOLUTION")
    if solution and cell.kind == "code":
        if required and not marked:
            raise LessonError(f"{_name(cell)} is a solution cell without ### BEGIN SOLUTION")
        _check_stub(cell, "\n".join(stubbed))


def _check_stub(cell: Cell, text: str) -> None:
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise LessonError(f"{_name(cell)}: with its solution cleared it is not valid Python: {error.msg}") from error
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    harmless = {id(node) for function in functions for node in ast.walk(function)}
    if any(isinstance(node, ast.Raise) and id(node) not in harmless for node in ast.walk(tree)):
        raise LessonError(
            f"{_name(cell)}: a solution outside a function leaves a stub that raises when the cell is run"
        )
    if cell.grade_id not in [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]:
        raise LessonError(f"{_name(cell)} should define {cell.grade_id} at its top level")


def _exercises(cells: Sequence[Cell]) -> Iterator[Exercise]:
    section = ""
    heading: re.Match[str] | None = None
    open_exercise: Cell | None = None
    for cell in cells:
        for level, title, _ in headings(cell):
            section = title if level <= 2 else section
            heading = _EXERCISE.fullmatch(title) or heading
        heading = (_QUESTION.match(cell.source) if cell.kind == "markdown" else None) or heading
        flags = {flag for flag in _FLAGS if cell.nbgrader.get(flag)}
        if cell.kind != "code":
            if flags not in (set(), {"locked"}, {"grade", "solution"}):
                raise LessonError(
                    f"{_name(cell)}: a text cell is locked, or a question (grade and solution), or neither"
                )
            if "grade" in flags:
                yield _exercise(heading, section, cell, cell, "")
                heading = None
        elif open_exercise:
            if cell.grade_id != f"{open_exercise.grade_id}_check" or flags != {"grade", "locked"}:
                raise LessonError(
                    f"{_name(cell)} follows {_name(open_exercise)}; the next code cell is its locked check"
                )
            yield _exercise(heading, section, open_exercise, cell, _module(open_exercise))
            open_exercise = heading = None
        elif "solution" in flags:
            if flags != {"solution"} or not _module(cell):
                raise LessonError(
                    f"{_name(cell)}: a solution is not graded itself, not locked, and has `#| export MODULE`"
                )
            open_exercise = cell
        elif "grade" in flags or (export_target(cell) and "locked" not in flags):
            raise LessonError(
                f"{_name(cell)}: a check comes right after its solution, and other exported cells are locked"
            )
    if open_exercise:
        raise LessonError(f"{_name(open_exercise)} has no check cell after it")


def _exercise(heading: re.Match[str] | None, section: str, solution: Cell, check: Cell, module: str) -> Exercise:
    points = float(check.nbgrader["points"])
    if heading is None or float(heading["points"]) != points:
        wanted = f"### Exercise 3.1: Title ({points:g} points)" if module else f"**Question 1 ({points:g} points).**"
        raise LessonError(f"{_name(solution)} needs a heading of its own with its points, such as {wanted}")
    name = solution.grade_id or ""
    check_id = check.grade_id or ""
    return Exercise(name, heading["title"], points, module, section, not module, name, check_id, heading["number"])


def _module(cell: Cell) -> str:
    """The module in whose `__all__` the cell's names are, or ""."""
    found = export_target(cell)
    return found[0] if found and found[1] else ""


def _name(cell: Cell) -> str:
    return f"cell {cell.grade_id or cell.id!r}"
