"""`autograder gradescope`: the zip with which Gradescope grades."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commandline import AddCommand, say
from autograder.reading.places import RELEASE, SUITES


def add_gradescope(add: AddCommand) -> None:
    """Add the command."""
    zipped = add("gradescope", "make the autograder zip for Gradescope", "autograder gradescope --to a.zip")
    zipped.add_argument("--to", type=Path, required=True, metavar="FILE.zip", help="where it is written")
    zipped.add_argument("--release", type=Path, default=RELEASE, metavar="FILE", help="the notebook that was released")
    zipped.add_argument("--suites", type=Path, metavar="DIR", help="the hidden suites")
    zipped.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the zip."""
    from autograder.books.gradescope import build

    say(build(options.to, options.release, options.suites or SUITES))
    return 0
