"""A small class that the repository makes itself, in nbgrader's layout, so that grading can be shown and tested.

Reference, untouched release, half of the answers, one classic mistake, and a file that was cut off. Everything comes
from the lesson, its release and one wrong answer on file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from autograder.reading.lesson import Lesson, load_lesson, to_notebook
from autograder.reading.places import LESSON, RELEASE, WRONG_ANSWERS

MISTAKE = WRONG_ANSWERS / "poisson_arrivals--evenly_spaced.py"


def make_class(folder: Path, lesson: Path = LESSON, release: Path = RELEASE, mistake: Path = MISTAKE) -> list[Path]:
    """Write five submissions to `folder/<student>/<assignment>/` and return their paths.

    Name the folder `submitted` and it is part of a course folder as nbgrader has it.
    `mistake` is named for its exercise: `<exercise>--<what is wrong>.py` holds a whole solution cell.
    Raises what reading the three files raises, ValueError for a mistake of no exercise.
    """
    released = load_lesson(release)
    solved = answers(load_lesson(lesson))
    wrong = mistake.stem.partition("--")[0]
    if wrong not in solved:
        raise ValueError(f"{mistake.name} is named for no exercise of the lesson; its name begins with the exercise's")
    half = list(solved)[: len(solved) // 2]
    reference = filled(released, solved)
    submissions = {
        "ada-reference": reference,
        "blaise-untouched": filled(released, {}),
        "chen-half": filled(released, {name: solved[name] for name in half}),
        "dijkstra-mistake": filled(released, {**solved, wrong: mistake.read_text(encoding="utf-8")}),
        "emmy-truncated": reference[: len(reference) // 2],
    }
    written = []
    for student, data in submissions.items():
        path = folder / student / released.assignment / released.notebook
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written.append(path)
    return written


def answers(lesson: Lesson) -> dict[str, str]:
    """Return the lesson's own solution cells, questions too, by grade id and without the solution markers."""
    solutions = {exercise.solution_id for exercise in lesson.exercises}
    return {
        name: "\n".join(line for line in cell.source.split("\n") if not _is_marker(line))
        for cell in lesson.cells
        if (name := cell.grade_id) in solutions and name is not None
    }


def filled(release: Lesson, given: Mapping[str, str]) -> bytes:
    """Return the released notebook with these texts in its cells, as the bytes of an `.ipynb` file."""
    cells = [replace(cell, source=given.get(cell.grade_id or "", cell.source)) for cell in release.cells]
    return (json.dumps(to_notebook(cells), ensure_ascii=False, indent=1) + "\n").encode()


def _is_marker(line: str) -> bool:
    return line.strip() in ("### BEGIN SOLUTION", "### END SOLUTION")
