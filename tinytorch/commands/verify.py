"""`tinytorch verify FILE`: can a saved result be what it says? For whoever is handed one.

Exit status: 0 it is consistent, 1 it is not, 2 it cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tinytorch.commands.commandline import refusal

EPILOG = """example, a result measured with a seed that was agreed on beforehand:
  tinytorch perf "mine:model()" --baseline "mine:reference()" --seed 4711 --json result.json
  tinytorch verify result.json --seed 4711

What the seeds decide is drawn again: samples, due times, whose turn it was. No query may be issued before it is due, or
while the one before is being answered; rounds follow one another; no time is far under a step of the clock. What the
file says of its runs is concluded again from them.

exit status: 0 it is consistent, 1 it is not, 2 it cannot be read
"""
LIMIT = "Invented times that keep all these rules would pass: only measuring again shows that a model takes them."


def add_verify(commands: Any) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "verify",
        help="say whether a saved result can be what it says",
        description="Draw again, check in time and conclude again what a saved result holds.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="the results that `tinytorch perf --json` wrote")
    parser.add_argument("--seed", type=int, metavar="N", help="the seed that was given beforehand")
    parser.add_argument("--json", action="store_true", help="print what was found as JSON, for a script")
    parser.set_defaults(run=run_verify)


def run_verify(options: argparse.Namespace) -> int:
    """Print what is wrong with a file, or that nothing is, and return the exit status."""
    from tinytorch.verifying import verify

    try:
        found = verify(options.file, options.seed)
    except (OSError, ValueError) as error:
        print(f"tinytorch verify: {refusal(error)}", file=sys.stderr)
        return 2
    level = "refused" if found.problems else "consistent"
    if options.json:
        print(json.dumps({"level": level, **found._asdict(), "limit": LIMIT}, indent=1))
        return 1 if found.problems else 0
    for problem in found.problems:
        print(f"refused: {problem}")
    if not found.problems:
        judged = "what it says follows from them" if found.judged else "they were not judged yet"
        print(f"consistent: {found.rounds} rounds, {found.queries:,} answers; {judged}.\n{LIMIT}")
    return 1 if found.problems else 0
