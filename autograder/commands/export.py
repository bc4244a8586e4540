"""`autograder export`: the grades, for another system."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from autograder.commandline import AddCommand, say, say_aside


def add_export(add: AddCommand) -> None:
    """Add the command."""
    export = add("export", "write the results for another system", "autograder export --to canvas")
    export.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the folder that was graded")
    export.add_argument(
        "--to",
        required=True,
        choices=["gradescope", "canvas", "moodle", "csv"],
        metavar="FORMAT",
        help="gradescope (results.json a student), canvas or moodle (a grade sheet to import), csv",
    )
    export.add_argument(
        "--title", metavar="TEXT", help='Canvas\'s assignment, "13 Benchmarking (4711)" with the number Canvas gave it'
    )
    export.add_argument("--json", action="store_true", help="print what was written as JSON, for a script")
    export.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the grades and say who has none."""
    from autograder.books.exports import TITLE, export
    from autograder.books.loaded import load_class

    loaded = load_class(options.course / "results")
    results = loaded.everybody
    say_aside(*loaded.told)
    paths = export(results, options.to, options.course / "export", options.title or TITLE)
    left = sum(not result.readable for result in results)
    waiting = sum(not result.judged for result in results)
    unread = sum(result.to_read for result in results)
    if options.json:
        say(
            json.dumps(
                {"files": [str(path) for path in paths], "unreadable": left, "not_judged": waiting, "to_read": unread},
                indent=1,
            )
        )
        return 0
    say(*paths)
    if left:
        say_aside(f"{left} that could not be read have no score; `autograder class` lists them")
    if waiting:
        say_aside(f"{waiting} not judged have no score; run `autograder grade` again, it judges them anew")
    if unread:
        say_aside(f"Automatic points only: {unread} written answers are graded in nbgrader's formgrader")
    return 0
