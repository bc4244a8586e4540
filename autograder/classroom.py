"""Grade a class: submissions spread over processes, books kept by the calling one.

One damaged submission, or one that kills its process, never stops the others. Only the calling process writes: graded
notebook, gradebook, then `results/<student>.json`, which thereby says that a submission is done.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.autograded import write_autograded, write_source
from autograder.collect import Found
from autograder.grade import Graded, Grader, Setup
from autograder.gradebook import GradebookError, GradebookWriter, submitted_at
from autograder.pool import spread
from autograder.results import Result, save

DEADLINE_S = 600  # of one submission in the grading process; the sandbox's own limits end long before


def grade_class(
    found: Sequence[Found],
    setup: Setup,
    course: Path,
    gradebook_url: str,
    *,
    jobs: int | None = None,
    progress: Callable[[Iterable[Graded], int], Iterable[Graded]] = lambda graded, total: graded,
) -> list[Result]:
    """Grade a class, write `autograded/`, the gradebook and `results/` in `course`, and return the results by student.

    `jobs` is the number of processes, by default the usable cores; `progress` wraps the stream of graded submissions.
    Raises GradebookError if the gradebook cannot be opened; one that refuses a submission makes a remark instead.
    """
    grader = Grader(setup)
    write_source(course, grader.lesson, setup.release)
    results = []
    with GradebookWriter(gradebook_url, grader.lesson) as gradebook:
        for graded in progress(_each(found, grader, jobs or usable_cores()), len(found)):
            result = graded.result
            path = next(entry.path for entry in found if entry.student == result.student)
            changed = write_autograded(course, grader.lesson, graded.cells, result)
            try:
                gradebook.write(result, submitted_at(path) if path else None, changed)
            except GradebookError as error:
                result = replace(result, remarks=(*result.remarks, f"Not in the gradebook: {error}."), attention=True)
            save(result, course / "results")
            results.append(result)
    return sorted(results, key=lambda result: result.student)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _each(found: Sequence[Found], grader: Grader, jobs: int) -> Iterable[Graded]:
    ended = spread(
        _grade, found, jobs=min(jobs, len(found)), deadline_s=DEADLINE_S, initializer=_prepare, initargs=(grader.setup,)
    )
    for end in ended:
        yield end.result or grader.failed(found[end.index], end.failure)


_grader: Grader | None = None


def _prepare(setup: Setup) -> None:
    """Make this grading process ready: the release is read once, not once a submission."""
    global _grader
    _grader = Grader(setup)


def _grade(found: Found) -> Graded:
    assert _grader is not None
    return _grader.grade(found)
