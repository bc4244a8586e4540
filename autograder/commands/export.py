"""`autograder export`: the grades, for another system, or in the sheet that it handed out."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commandline import AddCommand, say, say_aside

if TYPE_CHECKING:
    from autograder.books.points import Score
    from autograder.grading.results import Result


def add_export(add: AddCommand) -> None:
    """Add the command."""
    export = add("export", "write the results for another system", "autograder export --into grades.csv")
    export.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the folder that was graded")
    way = export.add_mutually_exclusive_group(required=True)
    way.add_argument(
        "--to",
        choices=["gradescope", "canvas", "moodle", "csv"],
        metavar="FORMAT",
        help="gradescope (results.json a student), canvas or moodle (a grade sheet to import), csv",
    )
    way.add_argument(
        "--into",
        type=Path,
        metavar="SHEET",
        help="fill in the sheet that Canvas (Grades, Export) or Moodle (grading worksheet, any language) handed out",
    )
    export.add_argument("--column", metavar="NAME", help="the grade's column in that sheet, where it is not clear")
    export.add_argument(
        "--title", metavar="TEXT", help='Canvas\'s assignment, "13 Benchmarking (4711)" with the number Canvas gave it'
    )
    export.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="for --to csv: names, sections, the missing (default: DIR/roster.csv)",
    )
    export.add_argument(
        "--db", metavar="URL", help="the gradebook with what you gave (default: sqlite:///DIR/gradebook.db)"
    )
    export.add_argument("--json", action="store_true", help="print what was written as JSON, for a script")
    export.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the grades and say who has none."""
    from autograder.books.exports import TITLE, export
    from autograder.books.given import read_given, read_penalties
    from autograder.books.loaded import load_class
    from autograder.books.points import scores
    from autograder.collecting.roster import roll_of

    loaded = load_class(options.course / "results")
    results = loaded.everybody
    given = read_given(options.course, options.db)
    points = scores(results, given, read_penalties(options.course, options.db))
    say_aside(*loaded.told)
    if options.into is not None:
        paths = [fill_in(options, results, points)]
    else:
        title = options.title or TITLE
        roll = roll_of(options.course, [result.student for result in results], options.roster)
        paths = export(results, options.to, options.course / "export", title, points, roll)
        say_aside(*([roll.told()] if roll else []))
        if options.to == "canvas" and "Final" in title:
            say_aside(f"Canvas passes over a column with the word 'Final': give another --title than {title!r}")
    left = sum(not result.readable for result in results)
    waiting = sum(not result.judged for result in results)
    automatic = all(score.of <= result.points for result in results if (score := points[result.student]))
    unread = sum(result.to_read for result in results) if automatic else sum(one.waiting for one in points.values())
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
    if unread and automatic:
        say_aside(f"Automatic points only: {unread} written answers are graded in nbgrader's formgrader")
    elif unread:
        say_aside(f"{unread} written answers are not graded yet and count 0 so far")
    return 0


def fill_in(options: argparse.Namespace, results: Sequence[Result], points: Mapping[str, Score]) -> Path:
    """Fill the platform's own sheet in, beside it as it was handed out, and say whose row is missing."""
    from autograder.books.exports import in_words
    from autograder.books.sheets import fill
    from autograder.files import write_whole

    found = fill(options.into.read_bytes(), points, {each.student: in_words(each) for each in results}, options.column)
    path = write_whole(options.course / "export" / options.into.name, found.text)
    say_aside(f"{found.filled} of {len(points)} students have a grade in it", *found.told)
    return path
