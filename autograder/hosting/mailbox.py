"""A mailbox beside the classroom's JupyterLab: whoever sits here is in its roster, and it ends when JupyterLab does.

The student's copy of `tinytorch` gets its address as `autograder publish` would write it. It grades into the same
course folder, so that Formgrader shows what was handed in by either way.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.hand_in import FILE, HandIn
from autograder.hosting.course import Course
from autograder.hosting.texts import COURSE_ID
from autograder.mailbox.beginning import begin
from autograder.mailbox.mailbox import open_mailbox
from autograder.mailbox.serving.child import LIFELINE
from autograder.mailbox.tending import code_lines, instructor_code
from autograder.reading.places import ROOT

FIRST_PORT = 8013


@dataclass(frozen=True)
class Beside:
    """A mailbox that is ready to be started: where it answers, and a code for each side, which works once."""

    course: Course
    port: int
    student_code: str
    instructor_code: str

    @property
    def address(self) -> str:
        """Where it answers, on this machine only."""
        return f"http://127.0.0.1:{self.port}"


def make_ready(course: Course, port: int, support: Path) -> Beside:
    """Make or open the course's mailbox, with everybody who ever sat here in it, and new codes.

    `support` is the folder with the students' copy of `tinytorch`. Raises what the mailbox raises.
    """
    roster = course.settings / "roster.csv"
    sitting = sorted({course.student, *(path.name for path in course.desk.parent.iterdir() if path.is_dir())})
    with open(roster, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", "name"], *([each, each] for each in sitting)])
    begin(course.folder, None, roster, {"course": COURSE_ID.capitalize(), "show": "at once"})
    mailbox = open_mailbox(course.folder)
    try:
        [_, line] = csv.reader(code_lines(mailbox, [course.student]))
        beside = Beside(course, port, line[-1], instructor_code(mailbox))
    finally:
        mailbox.close()
    published = HandIn(beside.address, name=COURSE_ID.capitalize())
    (support / FILE).write_text(published.text, encoding="utf-8")
    return beside


def start(beside: Beside, release: Path) -> None:
    """Start it; its log is `mailbox/log.txt` in the course. It ends with this process, whatever this one becomes."""
    reading, writing = os.pipe()  # `writing` stays open in this process alone, and ends with it
    os.set_inheritable(writing, True)
    environ = {**os.environ, "PYTHONPATH": str(ROOT), LIFELINE: str(reading)}
    command = [sys.executable, "-m", "autograder", "serve", str(beside.course.folder), "--port", str(beside.port)]
    command += ["--release", str(release.resolve())]
    with open(beside.course.folder / "mailbox" / "log.txt", "ab") as log:
        subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(reading,)
        )
    os.close(reading)
