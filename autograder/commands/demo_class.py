"""`autograder demo-class`: submissions to try the grader on."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commandline import AddCommand, positive, say, seed


def add_demo_class(add: AddCommand) -> None:
    """Add the command."""
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
    demo.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the submissions and say where they are."""
    from autograder.proving.demo_class import make_class
    from autograder.proving.synthetic import synthetic_class

    made = synthetic_class(options.folder, options.students, options.seed) if options.students else None
    say(*made or make_class(options.folder))
    return 0
