"""A small class that the repository makes itself, in nbgrader's layout, so that grading can be shown and tested.

Reference, untouched release, half of the answers, one classic mistake, and a file that was cut off. Everything comes
from the lesson, its release and one wrong answer on file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from autograder.proving.on_file import Answer, read_answers
from autograder.reading.lesson import Lesson, load_lesson, to_notebook
from autograder.reading.places import ANSWERS, LESSON, RELEASE

MISTAKE = "poisson_arrivals--evenly_spaced"


def make_class(folder: Path, lesson: Path = LESSON, release: Path = RELEASE, on_file: Path = ANSWERS) -> list[Path]:
    """Write five submissions to `folder/<student>/<assignment>/` and return their paths.

    Name the folder `submitted` and it is part of a course folder as nbgrader has it.
    Raises what reading lesson, release and answers raises, ValueError where MISTAKE is not on file.
    """
    released = load_lesson(release)
    solved = answers(load_lesson(lesson))
    wrong = _mistake(on_file)
    half = list(solved)[: len(solved) // 2]
    reference = filled(released, solved)
    submissions = {
        "ada-reference": reference,
        "blaise-untouched": filled(released, {}),
        "chen-half": filled(released, {name: solved[name] for name in half}),
        "dijkstra-mistake": filled(released, {**solved, wrong.exercise: wrong.source}),
        "emmy-truncated": reference[: len(reference) // 2],
    }
    written = []
    for student, data in submissions.items():
        path = folder / student / released.assignment / released.notebook
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written.append(path)
    return written


def _mistake(folder: Path) -> Answer:
    for answer in read_answers(folder).wrong:
        if f"{answer.exercise}--{answer.name}" == MISTAKE:
            return answer
    raise ValueError(f"{MISTAKE} is not on file in {folder}, and the demo class needs it; name one that is")


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
