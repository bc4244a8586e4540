"""`autograder release`: the students' notebook, made from the lesson."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commandline import AddCommand, say
from autograder.reading.places import LESSON, RELEASE


def add_release(add: AddCommand) -> None:
    """Add the command."""
    release = add(
        "release",
        "make the students' notebook from the lesson",
        "autograder release --db sqlite:///course/gradebook.db",
    )
    release.add_argument("--lesson", type=Path, default=LESSON, metavar="FILE", help="the lesson with solutions")
    release.add_argument("--to", type=Path, default=RELEASE.parent.parent, metavar="DIR", help="where it is written")
    release.add_argument("--db", metavar="URL", help="enter the assignment in this gradebook as well")
    release.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the notebook."""
    from autograder.publishing.release import release

    say(release(options.lesson, options.to, options.db))
    return 0
