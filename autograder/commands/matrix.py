"""`autograder matrix`: whether the hidden suites can be trusted."""

from __future__ import annotations

import argparse

from autograder.commandline import AddCommand, positive, seed
from autograder.commands.rules import MATRIX_SEED, told
from autograder.reading.places import ANSWERS, LESSON, RELEASE, SUITES


def add_matrix(add: AddCommand) -> None:
    """Add the command."""
    table = add(
        "matrix",
        "say whether the hidden suites can be trusted",
        "autograder matrix --jobs 2",
        "0 every rule holds, 1 one does not (the last lines name it) or the table could not be made, 2 wrong arguments",
    )
    table.add_argument("--jobs", type=positive, metavar="N", help="processes (default: the usable cores)")
    table.add_argument("--seed", type=seed, default=MATRIX_SEED, metavar="N", help="draw the tests' inputs from this")
    table.add_argument("--whole", action="store_true", help="every wrong answer in a package of its own: slower")
    table.add_argument("--json", action="store_true", help="print the table as JSON, for a script")
    table.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the table and say which rules do not hold."""
    from autograder.grading.whole_class import usable_cores
    from autograder.proving.matrix import matrix
    from autograder.proving.on_file import read_answers

    on_file = read_answers(ANSWERS)
    found = matrix(
        LESSON,
        RELEASE,
        SUITES,
        on_file.wrong,
        on_file.right,
        seed=options.seed,
        jobs=options.jobs or usable_cores(),
        whole=options.whole,
    )
    return told(found.table(), found.problems(), found.to_dict() if options.json else None)
