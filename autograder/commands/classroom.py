"""`autograder classroom`: JupyterLab on a fresh course and a mailbox, for one person who is on both sides."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commandline import AddCommand
from autograder.reading.places import RELEASE

if TYPE_CHECKING:
    from autograder.hosting.course import Course


def add_classroom(add: AddCommand) -> None:
    """Add the command."""
    classroom = add(
        "classroom",
        "open JupyterLab on a course with nbgrader and a mailbox, on this machine",
        "autograder classroom course --student ada",
        "0 ended by Ctrl-C, 1 it could not be opened: one sentence says why and what to do, 2 wrong arguments",
    )
    classroom.add_argument(
        "folder", type=Path, metavar="DIR", help="the course: a new folder, or one that this command made"
    )
    classroom.add_argument("--student", default="ada", metavar="NAME", help="who submits from here (default: ada)")
    classroom.add_argument("--port", type=_port, metavar="P", help="default: the first free one from 8888 on")
    classroom.add_argument(
        "--mailbox-port", type=_port, metavar="P", help="of the mailbox; default: the first free one from 8013 on"
    )
    classroom.add_argument("--no-mailbox", action="store_true", help="JupyterLab and nbgrader alone")
    classroom.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    classroom.add_argument("--release", type=Path, default=RELEASE, metavar="FILE", help="the notebook to hand out")
    classroom.description = (
        f"{classroom.description} You are student and instructor by turns, as one user of the machine: nothing is kept "
        "from either. DIR has nbgrader's course folders, its exchange, and students/NAME. Ctrl-C ends it; the same "
        "command opens it again."
    )
    classroom.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the course or open it again, and become JupyterLab."""
    from autograder.hosting.course import course_at, make_course
    from autograder.hosting.lab import become, free_port, prepare

    course, port = course_at(options.folder, options.student), free_port(options.port)
    print(f"Making the course in {course.folder}, which takes some seconds ...", flush=True)
    make_course(course, options.release)
    prepare(course)
    if not options.no_mailbox:
        _open_mailbox(course, options)
    print(
        f"Student and instructor are in one JupyterLab, which opens with a page that says how. {course.student}'s work "
        f"is in {course.desk}.\nGrade what was collected: autograder grade {course.folder}\nCtrl-C ends JupyterLab.",
        flush=True,
    )
    become(course, port, browser=not options.no_browser)
    return 0


def _open_mailbox(course: Course, options: argparse.Namespace) -> None:
    """Start a mailbox beside JupyterLab and say where both sides find it."""
    if importlib.util.find_spec("fastapi") is None:
        print("Without a mailbox: what it needs is missing; pip install '.[service]' in the checkout brings it")
        return
    from autograder.hosting.course import write_start
    from autograder.hosting.lab import free_port, support_of
    from autograder.hosting.mailbox import FIRST_PORT, make_ready, start
    from autograder.hosting.texts import MAILBOX

    beside = make_ready(course, free_port(options.mailbox_port, FIRST_PORT), support_of(course))
    start(beside, options.release)
    write_start(course, MAILBOX.format(**vars(beside), address=beside.address))
    print(
        f"The mailbox is at {beside.address}/: {course.student}'s code is {beside.student_code}; the instructor's, for "
        f"{beside.address}/instructor, is {beside.instructor_code}.",
        flush=True,
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"a port from 1 to 65535 is needed, got {text}")
    return int(text)
