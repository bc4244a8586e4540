"""The folder of a course as nbgrader has it, with one student's desk in it, made from the release and nothing else.

No solution and no hidden test is ever written here. nbgrader's own commands put the assignment into the exchange.
Making a course again keeps what people did in it and brings the assignment to the present release.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.books.handback import nbgrader
from autograder.grading.register import register, scripts_on_path
from autograder.hosting.texts import COURSE_CONFIG, COURSE_ID, DESK_CONFIG, HERE_CONFIG, START, START_PAGE
from autograder.reading.lesson import ASSIGNMENT, load_lesson
from autograder.reading.places import RELEASE

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@-]*[A-Za-z0-9])?")


@dataclass(frozen=True)
class Course:
    """A course folder and the student who sits in it."""

    folder: Path
    student: str

    @property
    def desk(self) -> Path:
        """The student's own folder: assignments are fetched into it and submitted from it."""
        return self.folder / "students" / self.student

    @property
    def settings(self) -> Path:
        """What JupyterLab keeps for this course instead of the user's own `~/.jupyter` and `~/.local`."""
        return self.folder / ".jupyter"

    @property
    def gradebook(self) -> str:
        """The gradebook's SQLAlchemy URL."""
        return f"sqlite:///{self.folder / 'gradebook.db'}"


def course_at(folder: Path, student: str) -> Course:
    """Return the course that a folder is, or is to become.

    Raises ValueError where the folder holds something else or the name cannot be a student's.
    """
    if not _NAME.fullmatch(student):
        raise ValueError(
            f"a student's name here is letters, digits and . _ @ - between them, got {student!r}; try --student ada"
        )
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; name a new folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / START_PAGE).is_file():
        raise ValueError(
            f"{folder} holds something else; name a new folder, or one that `autograder classroom` made before"
        )
    return Course(folder, student)


def make_course(course: Course, release: Path = RELEASE) -> None:
    """Lay out a course and release the assignment in its exchange.

    Raises FileNotFoundError without a release, GradebookError where submissions stand in the gradebook against other
    cells, NbgraderError where nbgrader refuses.
    """
    if not release.is_file():
        raise FileNotFoundError(f"there is no release at {release}; run `autograder release` first")
    student = course.student
    _write_once(course.folder / "nbgrader_config.py", COURSE_CONFIG)
    for step in ("source", "release"):
        _write(course.folder / step / ASSIGNMENT / release.name, release.read_bytes())
    register(load_lesson(release), course.gradebook)
    _write_once(course.desk / "nbgrader_config.py", DESK_CONFIG.format(student=student))
    _write(course.settings / "nbgrader_config.py", HERE_CONFIG.format(student=student).encode())
    write_start(course)
    _release(course, release)


def write_start(course: Course, mailbox: str = "") -> None:
    """Write the page that the classroom opens with; `mailbox` is what it says of one, in Markdown."""
    text = START.format(student=course.student, assignment=ASSIGNMENT, mailbox=mailbox)
    _write(course.folder / START_PAGE, text.encode())


def environment(course: Course, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment in which nbgrader and Jupyter see this course and nothing of the user's own settings."""
    with scripts_on_path():
        path = os.environ["PATH"]
    kept = {name: value for name, value in base.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    return {
        **kept,
        "PATH": path,
        "JUPYTER_CONFIG_PATH": str(course.folder),
        "JUPYTER_CONFIG_DIR": str(course.settings),
        "JUPYTER_DATA_DIR": str(course.settings / "data"),
        "JUPYTER_RUNTIME_DIR": str(course.settings / "runtime"),
        "IPYTHONDIR": str(course.settings / "ipython"),
    }


def _release(course: Course, release: Path) -> None:
    """Put the assignment where students fetch it from, unless it is there as it is."""
    exchange = course.folder / "exchange"
    exchange.mkdir(exist_ok=True)
    exchange.chmod(0o777)  # as nbgrader wants it
    out = exchange / COURSE_ID / "outbound" / ASSIGNMENT / release.name
    if not out.is_file() or out.read_bytes() != release.read_bytes():
        nbgrader(course.folder, "release_assignment", ASSIGNMENT, "--force", environ=environment(course))


def _write_once(path: Path, text: str) -> None:
    """Write a file that belongs to whoever uses the course from then on."""
    if not path.exists():
        _write(path, text.encode())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != data:
        path.write_bytes(data)
