"""A class as large as one likes, from what is on file: the lesson's answers, the wrong ones and the variants.

Each student has an ability; an exercise is answered rightly (as the lesson does or as a variant does), wrongly in one
of the ways on file, or not at all. Some hand in another one's file, some a damaged one. The same number and seed give
the same files, and a smaller class is the beginning of a larger one.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autograder.proving.demo_class import answers, filled
from autograder.proving.on_file import Answer, read_answers
from autograder.reading.lesson import Lesson, load_lesson
from autograder.reading.places import ANSWERS, LESSON, RELEASE

COPIED, DAMAGED, UNANSWERED = 0.05, 0.02, 0.25  # of all students; of all students; of the answers that are not right


def synthetic_class(
    folder: Path,
    students: int,
    seed: int,
    *,
    lesson: Path = LESSON,
    release: Path = RELEASE,
    wrong: Sequence[Answer] | None = None,
    variants: Sequence[Answer] | None = None,
) -> list[Path]:
    """Write `students` submissions to `folder/<student>/<assignment>/` and return their paths.

    `wrong` and `variants` are by default what is on file for the lesson. Files that are there already with the same
    bytes are not written again, so that a run that was ended goes on. Raises what reading the lesson raises.
    """
    released, solved = load_lesson(release), answers(load_lesson(lesson))
    on_file = read_answers(ANSWERS)
    mistakes = _by_exercise(on_file.wrong if wrong is None else wrong)
    others = _by_exercise(on_file.right if variants is None else variants)
    written: list[Path] = []
    for number in range(students):
        rng = random.Random(f"{seed} {number}")
        path = folder / f"s{number + 1:05d}" / released.assignment / released.notebook
        kind = rng.random()
        if kind < COPIED and written:
            data = written[rng.randrange(len(written))].read_bytes()
        else:
            data = _submission(rng, released, solved, mistakes, others)
        if COPIED <= kind < COPIED + DAMAGED:
            data = data[: rng.randrange(len(data))]
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
        written.append(path)
    return written


def _submission(
    rng: random.Random,
    released: Lesson,
    solved: Mapping[str, str],
    mistakes: Mapping[str, Sequence[str]],
    others: Mapping[str, Sequence[str]],
) -> bytes:
    ability = rng.betavariate(5, 2)
    given = {}
    for name, right in solved.items():
        if rng.random() < ability:
            given[name] = rng.choice([right, *others.get(name, ())])
        elif rng.random() >= UNANSWERED:
            given[name] = rng.choice(mistakes.get(name) or [right])
    return filled(released, given)


def _by_exercise(found: Iterable[Answer]) -> dict[str, list[str]]:
    by_exercise: dict[str, list[str]] = {}
    for answer in found:
        by_exercise.setdefault(answer.exercise, []).append(answer.source)
    return by_exercise
