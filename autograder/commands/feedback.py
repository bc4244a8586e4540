"""`autograder feedback`: a page for each student of a graded class."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commandline import AddCommand, say, say_aside


def add_feedback(add: AddCommand) -> None:
    """Add the command."""
    feedback = add("feedback", "write a page for each student", "autograder feedback --course course")
    feedback.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the folder that was graded")
    whose = feedback.add_mutually_exclusive_group()
    whose.add_argument(
        "--instructor", action="store_true", help="your own pages, with the hidden tests' names and the seed"
    )
    whose.add_argument(
        "--release",
        action="store_true",
        help='put the pages into nbgrader\'s exchange too, where students press "Fetch Feedback"',
    )
    feedback.add_argument(
        "--db", metavar="URL", help="the gradebook with what you gave (default: sqlite:///DIR/gradebook.db)"
    )
    feedback.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the pages, and what nbgrader hands back where asked."""
    from autograder.books.feedback import write_pages
    from autograder.books.given import read_given
    from autograder.books.handback import release, write_for_nbgrader
    from autograder.books.loaded import load_class

    folder = options.course / ("feedback-instructor" if options.instructor else "feedback")
    loaded, given = load_class(options.course / "results"), read_given(options.course, options.db)
    results = loaded.results
    say(*write_pages(results, folder, options.instructor, given))
    say_aside(*loaded.told)
    if options.instructor:
        return 0
    handback = write_for_nbgrader(results, options.course, given)
    if options.release:
        say(release(options.course))
        if handback.unstamped:
            say_aside(f"Not submitted through nbgrader, so not released: {', '.join(handback.unstamped)}")
    return 0
