"""`autograder grade`: a folder of submissions, judged in the sandbox.

Knows in what order things are asked for and what is told; whom to grade is known in `collecting/`, how in `grading/`
and `judging/`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commandline import STATUS, AddCommand, positive, say, say_aside, seed
from autograder.reading.places import RELEASE, RUBRIC, SUITES
from autograder.temporary import Folder

if TYPE_CHECKING:
    from autograder.collecting.choose import Found
    from autograder.collecting.collect import Collected
    from autograder.grading.class_results import ClassResults
    from autograder.judging.setup import Setup


def add_grade(add: AddCommand) -> None:
    """Add the command."""
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
    grade.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="a CSV with id, name, email, section: says who is missing; kept as DIR/roster.csv for class and export",
    )
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
    grade.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Grade the folder, write what the course keeps, and print the class."""
    from autograder.collecting.collect import collect
    from autograder.collecting.roster import ROSTER, read_roster, roll_of
    from autograder.files import write_whole
    from autograder.grading.whole_class import usable_cores
    from autograder.sandbox import confinement

    if options.tier:
        os.environ["AUTOGRADER_TIER"] = options.tier  # for the grading processes as well
    course = (options.course or _course_of(options.folder)).resolve()
    if options.roster is not None:
        read_roster(options.roster)  # what is none is refused before anything is done
    collected = collect(options.folder)
    say_aside(*collected.told())
    course.mkdir(parents=True, exist_ok=True)
    if options.roster is not None and options.roster.resolve() != course / ROSTER:
        write_whole(course / ROSTER, options.roster.read_text(encoding="utf-8-sig"))
    roll = roll_of(course, [found.student for found in collected.found])
    say_aside(*([roll.told()] if roll else []))
    tier = confinement.TRUSTED if options.trust_submissions else None if options.scheduler else confinement.probe()
    for why in confinement.passed_over(tier) if tier else ():
        say_aside(f"A better sandbox cannot be used here: {why}")
    jobs = min(options.jobs or usable_cores(), len(collected.found))
    where = f"sandbox: {tier.name}" if tier else f"on the cluster at {options.scheduler}"
    with Folder("support") as support:
        setup = _setup(options, course, confinement.build_support(support))
        say_aside(f"Grading {len(collected.found)} submissions in {jobs} processes, seed {setup.seed}, {where}")
        results = _graded(options, collected.found, setup, course, jobs)
    table = _write_table(course, results)
    if options.json:
        _say_json(collected, results, setup.seed, course)
    else:
        _say_class(results, setup.seed, course, table)
    return 0


def _setup(options: argparse.Namespace, course: Path, support: Path) -> Setup:
    """Return what every submission is judged with; the seed of a run that was ended before its time is taken again."""
    from autograder.grading.record import Record
    from autograder.judging.basis import basis
    from autograder.judging.setup import Setup

    setup = Setup(
        release=options.release,
        support=support,
        suites=options.suites or SUITES,
        seed=options.seed or 0,
        trust=options.trust_submissions,
        seed_given=options.seed is not None,
    )
    return setup if setup.seed_given else replace(setup, seed=Record(course).seed(basis(setup)))


def _graded(options: argparse.Namespace, found: Sequence[Found], setup: Setup, course: Path, jobs: int) -> ClassResults:
    from autograder.grading.cluster import on_cluster
    from autograder.grading.progress import live
    from autograder.grading.whole_class import grade_class

    return grade_class(
        found,
        setup,
        course,
        options.db or f"sqlite:///{course / 'gradebook.db'}",
        jobs=jobs,
        engine=on_cluster(options.scheduler, jobs) if options.scheduler else None,
        folder=options.folder,
        progress=live,
        left=_say_who_left,
    )


def _write_table(course: Path, results: ClassResults) -> Path:
    from autograder.files import write_whole
    from autograder.grading.table import markdown_table

    if RUBRIC.is_file():  # beside the gradebook, where formgrader is open
        write_whole(course / RUBRIC.name, RUBRIC.read_text(encoding="utf-8"))
    return write_whole(course / "class.md", markdown_table(results) + "\n")


def _say_json(collected: Collected, results: ClassResults, seed: int, course: Path) -> None:
    from autograder.grading.table import summary

    students = [summary(result) for result in results]
    data = {"seed": seed, "course": str(course), "students": students, "left_aside": collected.data()}
    say(json.dumps(data, indent=1))


def _say_class(results: ClassResults, seed: int, course: Path, table: Path) -> None:
    from autograder.grading.table import text_table

    say(text_table(results, shutil.get_terminal_size((100, 24)).columns))
    say(f"\nSeed {seed}: the same command with --seed {seed} gives the same points.")
    say(f"In {course}: {table.name}, gradebook.db, results/, autograded/; `autograder feedback` writes the pages.")


def _course_of(folder: Path) -> Path:
    folder = folder.resolve()
    if (folder / "submitted").is_dir():
        return folder
    return folder.parent if folder.name == "submitted" else folder.with_name(f"{folder.name}-graded")


def _say_who_left(students: list[str]) -> None:
    if students:
        say_aside(f"Not in the folder any more, set aside in results/left/: {', '.join(students)}")
