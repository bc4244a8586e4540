"""The command line of the grader: release, grade, demo-class, and what `class_cli.py` adds.

Exit codes: 0 done (also when a submission needs attention: the table says so), 1 the work could not be done, with one
sentence that says why and what to do, 2 wrong arguments, 3 no sandbox works here.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from autograder.class_cli import add_commands
from autograder.classroom_cli import add_classroom
from autograder.commandline import (
    STATUS,
    AddCommand,
    Parser,
    add_completion,
    command,
    positive,
    refusal,
    say,
    say_aside,
    seed,
)
from autograder.commands.mailbox import add_mailbox
from autograder.commands.receipt import add_receipt
from autograder.commands.serve import add_serve
from autograder.proving.demo_class import make_class
from autograder.publish_cli import add_publish
from autograder.reading.places import LESSON, RELEASE, RUBRIC, SUITES
from autograder.temporary import Folder

EPILOG = """a course from beginning to end:
  autograder release                                   the students' notebook, from the lesson
  autograder publish --to ../students                  the students' repository
  autograder grade course/submitted                    a class, or what an LMS hands out, also a zip
  autograder feedback --course course                  a page for each student
  autograder class --course course                     one page about the class
  autograder export --to canvas --course course        the grades, for another system
`autograder COMMAND --help` says more.

exit status: 0 done, 1 it could not be done, 2 wrong arguments, 3 no sandbox works here
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _run(arguments: Sequence[str] | None) -> int:
    options = build_parser().parse_args(arguments)
    if any(importlib.util.find_spec(name) is None for name in ("nbgrader", "pytest")):
        say_aside("autograder: nbgrader and pytest are missing; run `pip install '.[course]'` here")
        return 1
    from autograder.books.handback import NbgraderError
    from autograder.grading.gradebook import GradebookError
    from autograder.judging.judge import CannotGradeError
    from autograder.publishing.release import ReleaseError
    from autograder.reading.lesson import LessonError
    from autograder.sandbox.confinement import SandboxLostError, SandboxUnavailable
    from tinytorch.export import ExportError

    try:
        return int(options.run(options))
    except SandboxUnavailable as error:
        say_aside(f"autograder: {error}, or grade with --trust-submissions what you wrote yourself")
        return 3
    except KeyboardInterrupt:
        say_aside("autograder: stopped; what was graded so far is kept")
        return 130
    except BrokenPipeError:
        raise
    except (
        CannotGradeError,
        ExportError,
        GradebookError,
        LessonError,
        NbgraderError,
        ReleaseError,
        SandboxLostError,
        OSError,
        ValueError,
    ) as error:
        say_aside(f"autograder: {refusal(error)}")
        return 1


def build_parser() -> Parser:
    """Return the parser of all commands."""
    parser = Parser(prog="autograder", description="Release the benchmarking lesson and grade a class.", epilog=EPILOG)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add: AddCommand = partial(command, commands)

    release = add(
        "release",
        "make the students' notebook from the lesson",
        "autograder release --db sqlite:///course/gradebook.db",
    )
    release.add_argument("--lesson", type=Path, default=LESSON, metavar="FILE", help="the lesson with solutions")
    release.add_argument("--to", type=Path, default=RELEASE.parent.parent, metavar="DIR", help="where it is written")
    release.add_argument("--db", metavar="URL", help="enter the assignment in this gradebook as well")
    release.set_defaults(run=_release)

    grade = add(
        "grade",
        "grade a folder of submissions in the sandbox",
        "autograder grade course --jobs 2 --seed 1234",
        f"{STATUS}, 3 no sandbox works here; a submission that needs attention is in the table and changes nothing",
    )
    grade.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="a course folder with submitted/STUDENT/13_benchmarking/*.ipynb, or notebooks named by student",
    )
    grade.add_argument("--course", type=Path, metavar="DIR", help="where the results go")
    grade.add_argument("--db", metavar="URL", help="an SQLAlchemy URL (default: sqlite:///DIR/gradebook.db)")
    grade.add_argument("--release", type=Path, default=RELEASE, metavar="FILE", help="the notebook that was released")
    grade.add_argument("--suites", type=Path, metavar="DIR", help="the hidden suites")
    grade.add_argument("--jobs", type=positive, metavar="N", help="processes (default: the usable cores)")
    grade.add_argument(
        "--seed",
        type=seed,
        metavar="N",
        help="draw the tests' inputs from this (default: a new one, or that of a run that was ended before its time)",
    )
    grade.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="judge on this scheduler's Dask cluster, tcp://... or tls://...; see book/instructors/cluster.md",
    )
    grade.add_argument(
        "--tier", choices=("namespaces", "bubblewrap", "container"), help="use this sandbox and no other"
    )
    grade.add_argument(
        "--trust-submissions", action="store_true", help="run submissions without a sandbox: only your own code"
    )
    grade.add_argument("--json", action="store_true", help="print the class as JSON, for a script")
    grade.description = (
        f"{grade.description} DIR is FOLDER if that is a course folder, else FOLDER-graded beside it; results/, "
        "autograded/, judged/, gradebook.db and the table class.md are written there. The same answers are judged "
        "once: a command that was ended goes on, and one that is repeated judges only what changed. Remove judged/ to "
        "have everything judged anew."
    )
    grade.set_defaults(run=_grade)

    add_publish(add)
    add_commands(add)
    add_classroom(add)
    for add_to in (add_serve, add_mailbox, add_receipt):
        add_to(add)

    demo = add(
        "demo-class",
        "make a class of five submissions to try the grader on",
        "autograder demo-class course/submitted",
    )
    demo.add_argument("folder", type=Path, metavar="DIR", help="where the students' folders are made")
    demo.add_argument(
        "--students",
        type=positive,
        metavar="N",
        help="make N submissions from the answers on file instead of the five",
    )
    demo.add_argument("--seed", type=seed, default=13, metavar="N", help="which N submissions (default: 13)")
    demo.set_defaults(run=_demo_class)
    add_completion(parser)
    return parser


def _release(options: argparse.Namespace) -> int:
    from autograder.publishing.release import release

    say(release(options.lesson, options.to, options.db))
    return 0


def _grade(options: argparse.Namespace) -> int:
    from autograder.collecting.collect import collect
    from autograder.files import write_whole
    from autograder.grading.cluster import on_cluster
    from autograder.grading.progress import live
    from autograder.grading.record import Record
    from autograder.grading.table import markdown_table, summary, text_table
    from autograder.grading.whole_class import grade_class, usable_cores
    from autograder.judging.basis import basis
    from autograder.judging.setup import Setup
    from autograder.sandbox import confinement

    if options.tier:
        os.environ["AUTOGRADER_TIER"] = options.tier  # for the grading processes as well
    collected = collect(options.folder)
    found = collected.found
    say_aside(*collected.told())
    course = (options.course or _course_of(options.folder)).resolve()
    course.mkdir(parents=True, exist_ok=True)
    tier = confinement.TRUSTED if options.trust_submissions else None if options.scheduler else confinement.probe()
    jobs = min(options.jobs or usable_cores(), len(found))
    engine = on_cluster(options.scheduler, jobs) if options.scheduler else None
    for why in confinement.passed_over(tier) if tier else ():
        say_aside(f"A better sandbox cannot be used here: {why}")
    where = f"sandbox: {tier.name}" if tier else f"on the cluster at {options.scheduler}"
    with Folder("support") as support:
        setup = Setup(
            release=options.release,
            support=confinement.build_support(support),
            suites=options.suites or SUITES,
            seed=options.seed or 0,
            trust=options.trust_submissions,
            seed_given=options.seed is not None,
        )
        if options.seed is None:
            setup = replace(setup, seed=Record(course).seed(basis(setup)))
        say_aside(f"Grading {len(found)} submissions in {jobs} processes, seed {setup.seed}, {where}")
        url = options.db or f"sqlite:///{course / 'gradebook.db'}"
        results = grade_class(
            found,
            setup,
            course,
            url,
            jobs=jobs,
            engine=engine,
            folder=options.folder,
            progress=live,
            left=_say_who_left,
        )
    table = write_whole(course / "class.md", markdown_table(results) + "\n")
    if RUBRIC.is_file():  # beside the gradebook, where formgrader is open
        write_whole(course / RUBRIC.name, RUBRIC.read_text(encoding="utf-8"))
    if options.json:
        students = [summary(result) for result in results]
        data = {"seed": setup.seed, "course": str(course), "students": students, "left_aside": collected.data()}
        say(json.dumps(data, indent=1))
        return 0
    say(text_table(results, shutil.get_terminal_size((100, 24)).columns))
    say(f"\nSeed {setup.seed}: the same command with --seed {setup.seed} gives the same points.")
    say(f"In {course}: {table.name}, gradebook.db, results/, autograded/; `autograder feedback` writes the pages.")
    return 0


def _demo_class(options: argparse.Namespace) -> int:
    from autograder.proving.synthetic import synthetic_class

    made = synthetic_class(options.folder, options.students, options.seed) if options.students else None
    say(*made or make_class(options.folder))
    return 0


def _course_of(folder: Path) -> Path:
    folder = folder.resolve()
    if (folder / "submitted").is_dir():
        return folder
    return folder.parent if folder.name == "submitted" else folder.with_name(f"{folder.name}-graded")


def _say_who_left(students: list[str]) -> None:
    if students:
        say_aside(f"Not in the folder any more, set aside in results/left/: {', '.join(students)}")
