"""The feedback pages where nbgrader looks for them, and their release into its exchange for "Fetch Feedback".

nbgrader hands a page out under a name made from the secret that came with the submission, one for each notebook that
was submitted, and offers none while one of them has none. So every notebook of a submission gets the same page.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.books.feedback import render
from autograder.books.given import Gifts
from autograder.files import write_whole
from autograder.grading.autograded import STAMPS
from autograder.grading.results import Result
from autograder.reading.lesson import ASSIGNMENT, NOTEBOOK
from autograder.reading.notebook import UnreadableError, read_bytes

_MOST = 20  # notebooks of one submission


class NbgraderError(RuntimeError):
    """nbgrader did not do what it was asked; the message says what, and why."""


@dataclass(frozen=True)
class Handback:
    """What was written for nbgrader; `unstamped` did not come through its exchange and cannot go back through it."""

    pages: tuple[Path, ...]
    unstamped: tuple[str, ...]


def write_for_nbgrader(results: Iterable[Result], course: Path, given: Mapping[str, Gifts] | None = None) -> Handback:
    """Write `feedback/<student>/<assignment>/<notebook>.html` for whoever submitted through nbgrader's exchange."""
    pages, unstamped = [], []
    for result in results:
        graded = course / "autograded" / result.student / ASSIGNMENT
        stamps = {name: text for name in STAMPS if (text := _text(graded / name))}
        if len(stamps) < len(STAMPS):
            unstamped.append(result.student)
            continue
        folder = course / "feedback" / result.student / ASSIGNMENT
        page = render(result, given=(given or {}).get(result.student))
        written = {write_whole(folder / f"{stem}.html", page) for stem in _notebooks(course, result, stamps)}
        for old in set(folder.glob("*.html")) - written:
            old.unlink()
        for name, text in stamps.items():
            write_whole(folder / name, text)
        pages += sorted(written)
    return Handback(tuple(pages), tuple(unstamped))


def release(course: Path) -> str:
    """Put the pages of `write_for_nbgrader` into the exchange that the course's nbgrader_config.py names.

    Returns what nbgrader said, a line a page. Raises NbgraderError where it refuses.
    """
    if not (course / "nbgrader_config.py").is_file():
        raise NbgraderError(
            f"{course} has no nbgrader_config.py, so there is no exchange to release into; hand out feedback/*.html"
        )
    said = nbgrader(course, "release_feedback", ASSIGNMENT)
    return "\n".join(line for line in said if "Releasing feedback" in line)


def nbgrader(course: Path, *words: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """Run one of nbgrader's own commands in a course folder and return what it logged. Raises NbgraderError."""
    command = [sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(
        command, cwd=course, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in done.stderr.splitlines()]
    if done.returncode:
        errors = [line for line in lines if re.search(r"\| (ERROR|CRITICAL)\]", line)] or lines[-1:]
        why = errors[0].rpartition("] ")[2] if errors else f"it ended with {done.returncode}"
        raise NbgraderError(f"`nbgrader {' '.join(words)}` in {course.resolve()}: {why}")
    return [line.partition("] ")[2] or line for line in lines]


def _notebooks(course: Path, result: Result, stamps: dict[str, str]) -> list[str]:
    """The names of the notebooks that were submitted, as long as it is the same submission that was graded."""
    stems = {Path(result.file or NOTEBOOK).stem}
    submitted = course / "submitted" / result.student / ASSIGNMENT
    if all(_text(submitted / name) == text for name, text in stamps.items()):
        stems |= {path.stem for path in sorted(submitted.glob("*.ipynb"))[:_MOST]}
    return sorted(stems)


def _text(path: Path) -> str:
    try:
        return read_bytes(path, limit=1000).decode("utf-8", "replace")
    except UnreadableError:
        return ""
