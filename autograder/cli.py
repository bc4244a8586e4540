"""The command line of the grader: release, grade, demo-class, and what `class_cli.py` adds.

Exit codes: 0 done (also when a submission needs attention: the table says so), 1 the work could not be done, with one
sentence that says why and what to do, 2 wrong arguments, 3 no sandbox works here.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autograder.class_cli import add_commands
from autograder.proving.demo_class import make_class
from autograder.reading.places import LESSON, RELEASE, SUITES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = _parser().parse_args(arguments)
    if any(importlib.util.find_spec(name) is None for name in ("nbgrader", "pytest")):
        print("autograder: nbgrader and pytest are missing; run `pip install '.[course]'` here", file=sys.stderr)
        return 1
    from autograder.grading.gradebook import GradebookError
    from autograder.grading.judging import CannotGradeError
    from autograder.reading.lesson import LessonError
    from autograder.reading.release import ReleaseError
    from autograder.sandbox.confinement import SandboxUnavailable
    from tinytorch.export import ExportError

    try:
        return int(options.run(options))
    except SandboxUnavailable as error:
        print(f"autograder: {error}, or grade with --trust-submissions what you wrote yourself", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("autograder: stopped; what was graded so far is kept", file=sys.stderr)
        return 130
    except (CannotGradeError, GradebookError, LessonError, ReleaseError, ExportError, OSError, ValueError) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m autograder", description="Grade the benchmarking lesson.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    release = _command(
        commands,
        "release",
        "make the students' notebook from the lesson",
        "python -m autograder release --db sqlite:///course/gradebook.db",
    )
    release.add_argument("--lesson", type=Path, default=LESSON, metavar="FILE", help="the lesson with solutions")
    release.add_argument("--to", type=Path, default=RELEASE.parent.parent, metavar="DIR", help="where it is written")
    release.add_argument("--db", metavar="URL", help="enter the assignment in this gradebook as well")
    release.set_defaults(run=_release)

    grade = _command(
        commands,
        "grade",
        "grade a folder of submissions in the sandbox",
        "python -m autograder grade course --jobs 2 --seed 1234",
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
    grade.add_argument("--jobs", type=_positive, metavar="N", help="processes (default: the usable cores)")
    grade.add_argument(
        "--seed",
        type=_seed,
        metavar="N",
        help="draw the tests' inputs from this (default: a new one, or that of a run that was ended before its time)",
    )
    grade.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="judge on the Dask cluster of this scheduler, tcp://... or tls://...; docs/cluster.md says how",
    )
    grade.add_argument(
        "--tier", choices=("namespaces", "bubblewrap", "container"), help="use this sandbox and no other"
    )
    grade.add_argument(
        "--trust-submissions", action="store_true", help="run submissions without a sandbox: only your own code"
    )
    grade.description = (
        f"{grade.description} DIR is FOLDER if that is a course folder, else FOLDER-graded beside it; results/, "
        "autograded/, judged/, gradebook.db and the table class.md are written there. The same answers are judged "
        "once: a command that was ended goes on, and one that is repeated judges only what changed. Remove judged/ to "
        "have everything judged anew."
    )
    grade.set_defaults(run=_grade)

    add_commands(lambda name, what, example: _command(commands, name, what, example))

    demo = _command(
        commands,
        "demo-class",
        "make a class of five submissions to try the grader on",
        "python -m autograder demo-class course/submitted",
    )
    demo.add_argument("folder", type=Path, metavar="DIR", help="where the students' folders are made")
    demo.add_argument(
        "--students",
        type=_positive,
        metavar="N",
        help="make N submissions from the answers on file instead of the five",
    )
    demo.add_argument("--seed", type=_seed, default=13, metavar="N", help="which N submissions (default: 13)")
    demo.set_defaults(run=_demo_class)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str, example: str
) -> argparse.ArgumentParser:
    text = f"{what[0].upper()}{what[1:]}."
    return commands.add_parser(name, help=what, description=text, epilog=f"example: {example}")


def _release(options: argparse.Namespace) -> int:
    from autograder.reading.release import release

    print(release(options.lesson, options.to, options.db))
    return 0


def _grade(options: argparse.Namespace) -> int:
    from autograder.grading.basis import basis
    from autograder.grading.classroom import grade_class, usable_cores
    from autograder.grading.cluster import on_cluster
    from autograder.grading.grade import Setup
    from autograder.grading.progress import live
    from autograder.grading.record import Record
    from autograder.grading.results import write_whole
    from autograder.grading.table import markdown_table, text_table
    from autograder.reading.collect import find_submissions
    from autograder.sandbox import confinement

    if options.tier:
        os.environ["AUTOGRADER_TIER"] = options.tier  # for the grading processes as well
    found = find_submissions(options.folder)
    course = (options.course or _course_of(options.folder)).resolve()
    course.mkdir(parents=True, exist_ok=True)
    tier = confinement.TRUSTED if options.trust_submissions else None if options.scheduler else confinement.probe()
    jobs = min(options.jobs or usable_cores(), len(found))
    engine = on_cluster(options.scheduler, jobs) if options.scheduler else None
    where = f"sandbox: {tier.name}" if tier else f"on the cluster at {options.scheduler}"
    with tempfile.TemporaryDirectory(prefix="support-") as support:
        setup = Setup(
            release=options.release,
            support=confinement.build_support(Path(support)),
            suites=options.suites or SUITES,
            seed=options.seed or 0,
            trust=options.trust_submissions,
            seed_given=options.seed is not None,
        )
        if options.seed is None:
            setup = replace(setup, seed=Record(course).seed(basis(setup)))
        print(f"Grading {len(found)} submissions in {jobs} processes, seed {setup.seed}, {where}", file=sys.stderr)
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
    print(text_table(results, shutil.get_terminal_size((100, 24)).columns))
    print(f"\nSeed {setup.seed}: the same command with --seed {setup.seed} gives the same points.")
    print(f"In {course}: {table.name}, gradebook.db, results/, autograded/; `autograder feedback` writes the pages.")
    return 0


def _demo_class(options: argparse.Namespace) -> int:
    from autograder.proving.synthetic import synthetic_class

    made = synthetic_class(options.folder, options.students, options.seed) if options.students else None
    print("\n".join(map(str, made or make_class(options.folder))))
    return 0


def _course_of(folder: Path) -> Path:
    folder = folder.resolve()
    if (folder / "submitted").is_dir():
        return folder
    return folder.parent if folder.name == "submitted" else folder.with_name(f"{folder.name}-graded")


def _say_who_left(students: list[str]) -> None:
    if students:
        print(f"Not in the folder any more, set aside in results/left/: {', '.join(students)}", file=sys.stderr)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"needs at least 1, got {number}")
    return number


def _seed(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**63:
        raise argparse.ArgumentTypeError(f"needs a whole number from 0 to 2**63 - 1, got {number}")
    return number
