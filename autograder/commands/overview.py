"""`autograder class`: one page about a graded class."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from autograder.commandline import AddCommand, say, say_aside


def add_overview(add: AddCommand) -> None:
    """Add the command."""
    overview = add("class", "write one page about the class", "autograder class --course course")
    overview.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the folder that was graded")
    overview.add_argument(
        "--roster", type=Path, metavar="FILE", help="a CSV with id and name: who is missing (default: DIR/roster.csv)"
    )
    overview.add_argument(
        "--json", action="store_true", help="print the numbers of the page as JSON as well, hidden tests by name"
    )
    overview.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the page."""
    from autograder.books.loaded import load_class
    from autograder.books.overview import class_data, write_page
    from autograder.collecting.roster import roll_of

    loaded = load_class(options.course / "results")
    results = loaded.everybody
    roll = roll_of(options.course, [result.student for result in results], options.roster)
    path = write_page(results, options.course, roll)
    say_aside(*loaded.told, *([roll.told()] if roll else []))
    say(json.dumps(class_data(results, path, roll), indent=1) if options.json else path)
    return 0
