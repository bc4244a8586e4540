"""Commands on a class that has been graded, and on the suites: feedback, class, export, gradescope, matrix."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from autograder.reading.places import LESSON, RELEASE, SUITES, VARIANTS, WRONG_ANSWERS

MATRIX_SEED = 13
AddCommand = Callable[[str, str, str], argparse.ArgumentParser]


def add_commands(add: AddCommand) -> None:
    """Add the commands; `add` takes a name, what the command does and an example, and returns its parser."""
    feedback = add("feedback", "write a page for each student", "python -m autograder feedback --course course")
    feedback.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the folder that was graded")
    feedback.add_argument(
        "--instructor", action="store_true", help="your own pages, with the hidden tests' names and the seed"
    )
    feedback.set_defaults(run=_feedback)

    overview = add("class", "write one page about the class", "python -m autograder class --course course")
    overview.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the folder that was graded")
    overview.set_defaults(run=_class)

    export = add("export", "write the results for another system", "python -m autograder export --to canvas")
    export.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the folder that was graded")
    export.add_argument(
        "--to",
        required=True,
        choices=["gradescope", "canvas", "moodle", "csv"],
        metavar="FORMAT",
        help="gradescope (results.json a student), canvas or moodle (a grade sheet to import), csv",
    )
    export.add_argument(
        "--title", metavar="TEXT", help='Canvas\'s assignment, "13 Benchmarking (4711)" with the number Canvas gave it'
    )
    export.set_defaults(run=_export)

    zipped = add("gradescope", "make the autograder zip for Gradescope", "python -m autograder gradescope --to a.zip")
    zipped.add_argument("--to", type=Path, required=True, metavar="FILE.zip", help="where it is written")
    zipped.add_argument("--release", type=Path, default=RELEASE, metavar="FILE", help="the notebook that was released")
    zipped.add_argument("--suites", type=Path, metavar="DIR", help="the hidden suites")
    zipped.set_defaults(run=_gradescope)

    table = add("matrix", "say whether the hidden suites can be trusted", "python -m autograder matrix --jobs 2")
    table.add_argument("--jobs", type=int, default=0, metavar="N", help="processes (default: the usable cores)")
    table.add_argument("--seed", type=int, default=MATRIX_SEED, metavar="N", help="draw the tests' inputs from this")
    table.add_argument("--whole", action="store_true", help="every wrong answer in a package of its own: slower")
    table.set_defaults(run=_matrix)


def _feedback(options: argparse.Namespace) -> int:
    from autograder.books.feedback import write_pages
    from autograder.grading.results import load_all

    folder = options.course / ("feedback-instructor" if options.instructor else "feedback")
    print("\n".join(map(str, write_pages(load_all(options.course / "results"), folder, options.instructor))))
    return 0


def _class(options: argparse.Namespace) -> int:
    from autograder.books.overview import write_page
    from autograder.grading.results import load_all

    print(write_page(load_all(options.course / "results"), options.course))
    return 0


def _export(options: argparse.Namespace) -> int:
    from autograder.books.exports import TITLE, export
    from autograder.grading.results import load_all

    results = load_all(options.course / "results")
    paths = export(results, options.to, options.course / "export", options.title or TITLE)
    print("\n".join(map(str, paths)))
    left = sum(not result.readable for result in results)
    if left:
        print(f"{left} that could not be read have no score; `autograder class` lists them", file=sys.stderr)
    unread = sum(result.to_read for result in results)
    if unread:
        print(f"Automatic points only: {unread} written answers are graded in nbgrader's formgrader", file=sys.stderr)
    return 0


def _gradescope(options: argparse.Namespace) -> int:
    from autograder.books.gradescope import build

    print(build(options.to, options.release, options.suites or SUITES))
    return 0


def _matrix(options: argparse.Namespace) -> int:
    from autograder.grading.classroom import usable_cores
    from autograder.proving.cases import read_answers
    from autograder.proving.matrix import matrix

    found = matrix(
        LESSON,
        RELEASE,
        SUITES,
        read_answers(WRONG_ANSWERS),
        read_answers(VARIANTS),
        seed=options.seed,
        jobs=options.jobs or usable_cores(),
        whole=options.whole,
    )
    print(found.table())
    problems = found.problems()
    print(f"\n{len(problems)} of its rules do not hold:" if problems else "\nEvery rule holds.")
    for problem in problems:
        print(f"  {problem}")
    return 1 if problems else 0
