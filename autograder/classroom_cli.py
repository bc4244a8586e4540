"""`autograder classroom`: JupyterLab on a fresh course, for one person who is student and instructor by turns."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commandline import AddCommand
from autograder.reading.places import RELEASE


def add_classroom(add: AddCommand) -> None:
    """Add the command; `add` takes a name, what the command does and an example, and returns its parser."""
    classroom = add(
        "classroom",
        "open JupyterLab on a course with nbgrader in it, on this machine",
        "autograder classroom course --student ada",
        "0 ended by Ctrl-C, 1 it could not be opened: one sentence says why and what to do, 2 wrong arguments",
    )
    classroom.add_argument(
        "folder", type=Path, metavar="DIR", help="the course: a new folder, or one that this command made"
    )
    classroom.add_argument("--student", default="ada", metavar="NAME", help="who submits from here (default: ada)")
    classroom.add_argument("--port", type=_port, metavar="P", help="default: the first free one from 8888 on")
    classroom.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    classroom.add_argument("--release", type=Path, default=RELEASE, metavar="FILE", help="the notebook to hand out")
    classroom.description = (
        f"{classroom.description} You are student and instructor by turns, as one user of the machine: nothing is kept "
        "from either. DIR has nbgrader's course folders, its exchange, and students/NAME. Ctrl-C ends it; the same "
        "command opens it again."
    )
    classroom.set_defaults(run=_classroom)


def _classroom(options: argparse.Namespace) -> int:
    from autograder.hosting.course import course_at, make_course
    from autograder.hosting.lab import become, free_port, prepare

    course, port = course_at(options.folder, options.student), free_port(options.port)
    print(f"Making the course in {course.folder}, which takes some seconds ...", flush=True)
    make_course(course, options.release)
    prepare(course)
    print(
        f"Student and instructor are in one JupyterLab, which opens with a page that says how. {course.student}'s work "
        f"is in {course.desk}.\nGrade what was collected: autograder grade {course.folder}\nCtrl-C ends JupyterLab.",
        flush=True,
    )
    become(course, port, browser=not options.no_browser)
    return 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"a port from 1 to 65535 is needed, got {text}")
    return int(text)
