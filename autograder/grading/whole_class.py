"""Grade a class: submissions spread over processes or a cluster, books kept by the calling process alone.

One damaged submission, or one that kills its process, never stops the others. For each submission there are four
writes, in this order, each whole or not at all:

1. `judged/<..>/<key>.json`, by whoever judged: what the suites said about these answers. Never wrong, only unused.
2. `autograded/<student>/`: the graded notebook, made from the result.
3. the student's rows in the gradebook, one transaction.
4. `results/<student>.json`, which thereby says that this submission is done.

After a death at any moment the same command makes the same results from the same judgements, and repeats what the
fourth write does not vouch for: each of them may be done twice without harm. Whether an answer to a question is another
one than before, for which nbgrader's flag is raised again, is asked of `results/`, the last write, so that a death
after the second does not hide it. A submission whose result, notebook and rows are as they should be is not written.

Nothing of a submission is kept in memory once it is written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.collecting.choose import Found
from autograder.grading.autograded import keep_stamps, write_autograded, write_source
from autograder.grading.class_results import ClassResults
from autograder.grading.course_lock import only_grader
from autograder.grading.grade import Graded, Grader, Judged
from autograder.grading.gradebook import GradebookError, GradebookWriter, submitted_at
from autograder.grading.own_grader import own_grader, prepare
from autograder.grading.record import Record
from autograder.grading.results import load, save
from autograder.judging.setup import Setup
from autograder.pool import Ended, spread

# Of one submission in the grading process: twice the time of a submission, since another process may be judging the
# same answers, and some for reading the file. Nothing but a call into C that does not come back takes so long.
DEADLINE_S = 300

Engine = Callable[[Sequence[Found], Grader], Iterator[Ended[Judged]]]


def grade_class(
    found: Sequence[Found],
    setup: Setup,
    course: Path,
    gradebook_url: str,
    *,
    jobs: int | None = None,
    engine: Engine | None = None,
    folder: Path | None = None,
    progress: Callable[[Iterable[Graded], int], Iterable[Graded]] = lambda graded, total: graded,
    left: Callable[[list[str]], None] = lambda names: None,
) -> ClassResults:
    """Grade a class, write `judged/`, `autograded/`, the gradebook and `results/`, and return the results by student.

    `jobs` is the number of processes, by default the usable cores; `engine` judges elsewhere instead (`cluster.py`).
    `folder` is where the submissions were found: with it `left` is told who was there the last time and is not now.
    `progress` wraps the stream of graded submissions. Raises CannotGradeError where no submission could earn a point or
    another grader is at work on the course, GradebookError if the gradebook cannot be opened; one that refuses a
    submission makes a remark instead.
    """
    grader = Grader(replace(setup, judged=course / "judged"))
    if engine is None:
        grader.judge.check()
    with only_grader(course), GradebookWriter(gradebook_url, grader.lesson) as gradebook:
        record = Record(course)
        left(record.begin(folder, [entry.student for entry in found], grader.basis, setup.seed))
        write_source(course, grader.lesson, setup.release)
        paths = {entry.student: entry.path for entry in found}
        ended = engine(found, grader) if engine else on_this_machine(found, grader, jobs or usable_cores())
        stream = (_graded(grader, found[end.index], end) for end in ended)
        graded = progress(stream, len(found))
        for each in graded:
            _write(each, paths[each.result.student], course, grader, gradebook)
        record.end()
    return ClassResults(course / "results", paths)


def _graded(grader: Grader, found: Found, end: Ended[Judged]) -> Graded:
    return grader.compose(found, end.result) if end.result else grader.failed(found, end.failure)


def _write(graded: Graded, path: Path | None, course: Path, grader: Grader, gradebook: GradebookWriter) -> None:
    """Write one submission as the module's docstring says."""
    result = graded.result
    before = load(result.student, course / "results")
    changed = write_autograded(course, grader.lesson, graded.cells, result)
    keep_stamps(course, grader.lesson, result.student, path)
    if before is not None:
        said = {question.name: question.answer for question in before.questions}
        changed = {question.name for question in result.questions if said.get(question.name) != question.answer}
    submitted = submitted_at(path) if path else None
    if before and replace(before, seconds=result.seconds) == result and gradebook.holds(result, submitted):
        return
    try:
        gradebook.write(result, submitted, changed)
    except GradebookError as error:
        result = replace(result, staff=(*result.staff, f"Not in the gradebook: {error}."), attention=True)
    save(result, course / "results")


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def on_this_machine(found: Sequence[Found], grader: Grader, jobs: int) -> Iterator[Ended[Judged]]:
    """Judge in processes of this machine; a submission that kills its process ends with a failure."""
    return spread(
        _judge,
        found,
        jobs=max(1, min(jobs, len(found))),
        deadline_s=DEADLINE_S,
        initializer=prepare,
        initargs=(grader.setup,),
    )


def _judge(found: Found) -> Judged:
    return own_grader().judged(found)
