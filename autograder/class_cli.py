"""Commands on a class that has been graded, and on the suites: feedback, class, export, gradescope, matrix, mutants."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.commandline import AddCommand, positive, say, say_aside, seed
from autograder.reading.places import ANSWERS, LESSON, RELEASE, SUITES

MATRIX_SEED = 13


def add_commands(add: AddCommand) -> None:
    """Add the commands; `add` takes a name, what the command does and an example, and returns its parser."""
    feedback = add("feedback", "write a page for each student", "autograder feedback --course course")
    feedback.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the folder that was graded")
    whose = feedback.add_mutually_exclusive_group()
    whose.add_argument(
        "--instructor", action="store_true", help="your own pages, with the hidden tests' names and the seed"
    )
    whose.add_argument(
        "--release",
        action="store_true",
        help='put the pages into nbgrader\'s exchange too, where students press "Fetch Feedback"',
    )
    feedback.add_argument(
        "--db", metavar="URL", help="the gradebook with what you gave (default: sqlite:///DIR/gradebook.db)"
    )
    feedback.set_defaults(run=_feedback)

    overview = add("class", "write one page about the class", "autograder class --course course")
    overview.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the folder that was graded")
    overview.add_argument(
        "--json", action="store_true", help="print the numbers of the page as JSON as well, hidden tests by name"
    )
    overview.set_defaults(run=_class)

    export = add("export", "write the results for another system", "autograder export --to canvas")
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
    export.add_argument("--json", action="store_true", help="print what was written as JSON, for a script")
    export.set_defaults(run=_export)

    zipped = add("gradescope", "make the autograder zip for Gradescope", "autograder gradescope --to a.zip")
    zipped.add_argument("--to", type=Path, required=True, metavar="FILE.zip", help="where it is written")
    zipped.add_argument("--release", type=Path, default=RELEASE, metavar="FILE", help="the notebook that was released")
    zipped.add_argument("--suites", type=Path, metavar="DIR", help="the hidden suites")
    zipped.set_defaults(run=_gradescope)

    table = add(
        "matrix",
        "say whether the hidden suites can be trusted",
        "autograder matrix --jobs 2",
        "0 every rule holds, 1 one does not (the last lines name it) or the table could not be made, 2 wrong arguments",
    )
    table.add_argument("--jobs", type=positive, metavar="N", help="processes (default: the usable cores)")
    table.add_argument("--seed", type=seed, default=MATRIX_SEED, metavar="N", help="draw the tests' inputs from this")
    table.add_argument("--whole", action="store_true", help="every wrong answer in a package of its own: slower")
    table.add_argument("--json", action="store_true", help="print the table as JSON, for a script")
    table.set_defaults(run=_matrix)

    mutants = add(
        "mutants",
        "say what the hidden suites cannot tell: changed solutions, and bodies that answer nothing",
        "autograder mutants --exercise holm verdict",
        "0 every mutant is killed or explained and no trivial body earns over a tenth, 1 otherwise (the last lines "
        "say what) or it could not be done, 2 wrong arguments",
    )
    mutants.add_argument("--exercise", nargs="+", default=[], metavar="NAME", help="these exercises (default: all)")
    mutants.add_argument("--jobs", type=positive, metavar="N", help="processes (default: the usable cores)")
    mutants.add_argument("--seed", type=seed, default=MATRIX_SEED, metavar="N", help="draw the tests' inputs from this")
    mutants.add_argument("--json", action="store_true", help="print every mutant and trivial body as JSON")
    mutants.set_defaults(run=_mutants)


def _feedback(options: argparse.Namespace) -> int:
    from autograder.books.feedback import write_pages
    from autograder.books.given import read_given
    from autograder.books.handback import release, write_for_nbgrader
    from autograder.books.loaded import load_class

    folder = options.course / ("feedback-instructor" if options.instructor else "feedback")
    loaded, given = load_class(options.course / "results"), read_given(options.course, options.db)
    results = loaded.results
    say(*write_pages(results, folder, options.instructor, given))
    say_aside(*loaded.told)
    if options.instructor:
        return 0
    handback = write_for_nbgrader(results, options.course, given)
    if options.release:
        say(release(options.course))
        if handback.unstamped:
            say_aside(f"Not submitted through nbgrader, so not released: {', '.join(handback.unstamped)}")
    return 0


def _class(options: argparse.Namespace) -> int:
    from autograder.books.loaded import load_class
    from autograder.books.overview import class_data, write_page

    loaded = load_class(options.course / "results")
    results = loaded.everybody
    path = write_page(results, options.course)
    say_aside(*loaded.told)
    say(json.dumps(class_data(results, path), indent=1) if options.json else path)
    return 0


def _export(options: argparse.Namespace) -> int:
    from autograder.books.exports import TITLE, export
    from autograder.books.loaded import load_class

    loaded = load_class(options.course / "results")
    results = loaded.everybody
    say_aside(*loaded.told)
    paths = export(results, options.to, options.course / "export", options.title or TITLE)
    left = sum(not result.readable for result in results)
    waiting = sum(not result.judged for result in results)
    unread = sum(result.to_read for result in results)
    if options.json:
        say(
            json.dumps(
                {"files": [str(path) for path in paths], "unreadable": left, "not_judged": waiting, "to_read": unread},
                indent=1,
            )
        )
        return 0
    say(*paths)
    if left:
        say_aside(f"{left} that could not be read have no score; `autograder class` lists them")
    if waiting:
        say_aside(f"{waiting} not judged have no score; run `autograder grade` again, it judges them anew")
    if unread:
        say_aside(f"Automatic points only: {unread} written answers are graded in nbgrader's formgrader")
    return 0


def _gradescope(options: argparse.Namespace) -> int:
    from autograder.books.gradescope import build

    say(build(options.to, options.release, options.suites or SUITES))
    return 0


def _matrix(options: argparse.Namespace) -> int:
    from autograder.grading.whole_class import usable_cores
    from autograder.proving.matrix import matrix
    from autograder.proving.on_file import read_answers

    on_file = read_answers(ANSWERS)
    found = matrix(
        LESSON,
        RELEASE,
        SUITES,
        on_file.wrong,
        on_file.right,
        seed=options.seed,
        jobs=options.jobs or usable_cores(),
        whole=options.whole,
    )
    return _told(found.table(), found.problems(), found.to_dict() if options.json else None)


def _mutants(options: argparse.Namespace) -> int:
    from autograder.grading.whole_class import usable_cores
    from autograder.proving.on_file import read_answers
    from autograder.proving.survey import survey

    same, jobs = read_answers(ANSWERS).equivalent, options.jobs or usable_cores()
    found = survey(LESSON, SUITES, same, seed=options.seed, jobs=jobs, only=options.exercise)
    return _told(found.table(), found.problems(), found.to_dict() if options.json else None)


def _told(table: str, problems: Sequence[str], data: Mapping[str, Any] | None) -> int:
    """Print a table and what does not hold, or the data; return the exit status."""
    if data is not None:
        say(json.dumps(data, indent=1))
        return 1 if problems else 0
    say(table)
    say(f"\n{len(problems)} of its rules do not hold:" if problems else "\nEvery rule holds.")
    for problem in problems:
        say(f"  {problem}")
    return 1 if problems else 0
