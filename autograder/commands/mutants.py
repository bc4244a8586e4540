"""`autograder mutants`: what the hidden suites cannot tell."""

from __future__ import annotations

import argparse

from autograder.commandline import AddCommand, positive, seed
from autograder.commands.rules import MATRIX_SEED, told
from autograder.reading.places import ANSWERS, LESSON, SUITES


def add_mutants(add: AddCommand) -> None:
    """Add the command."""
    mutants = add(
        "mutants",
        "say what the hidden suites cannot tell: changed solutions, and bodies that answer nothing",
        "autograder mutants --exercise holm verdict",
        "0 every mutant is killed or explained and no trivial body earns over a tenth, 1 otherwise (the last lines "
        "say what) or it could not be done, 2 wrong arguments",
    )
    mutants.add_argument("--exercise", nargs="+", default=[], metavar="NAME", help="these exercises (default: all)")
    mutants.add_argument("--jobs", type=positive, metavar="N", help="processes (default: the usable cores)")
    mutants.add_argument("--seed", type=seed, default=MATRIX_SEED, metavar="N", help="draw the tests' inputs from this")
    mutants.add_argument("--json", action="store_true", help="print every mutant and trivial body as JSON")
    mutants.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Try the mutants and say which were not killed."""
    from autograder.grading.whole_class import usable_cores
    from autograder.proving.on_file import read_answers
    from autograder.proving.survey import survey

    same, jobs = read_answers(ANSWERS).equivalent, options.jobs or usable_cores()
    found = survey(LESSON, SUITES, same, seed=options.seed, jobs=jobs, only=options.exercise)
    return told(found.table(), found.problems(), found.to_dict() if options.json else None)
