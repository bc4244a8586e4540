"""`tinytorch submit FILE` and `tinytorch feedback`: hand a saved notebook in, and see what became of it.

Exit status of both: 0 done, 1 the mailbox said no, 2 it could not be asked or there is no such file.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

NOTEBOOK = Path("benchmarking_dev.ipynb")
STATUS = "exit status: 0 done, 1 the mailbox said no, 2 it could not be done: one sentence says why and what to do\n"
SUBMIT = f"""examples:
  tinytorch submit benchmarking_dev.ipynb                 asks for your code the first time
  echo ABCD-EFGH-JKLM | tinytorch submit my.ipynb         ... or reads it from a script

It says what is still empty, sends the file, shows the receipt and writes it beside the file. The same file is counted
once, however often it is sent. In a running notebook, `import tinytorch; tinytorch.submit()` does the same.

{STATUS}"""
FEEDBACK = f"""example:
  tinytorch feedback

Shows what became of the last notebook that you handed in, and writes the page of feedback here once your course shows
it. In a running notebook it is `import tinytorch; tinytorch.feedback()`.

{STATUS}"""


def add_submit(commands: Any) -> None:
    """Declare `submit`."""
    parser = _added(commands, "submit", "hand your notebook in, and get a receipt", SUBMIT)
    parser.add_argument("notebook", nargs="?", type=Path, default=NOTEBOOK, help="your notebook (default: %(default)s)")
    _common(parser, "print the receipt as JSON, for a script")
    parser.set_defaults(run=run_submit)


def add_feedback(commands: Any) -> None:
    """Declare `feedback`."""
    parser = _added(commands, "feedback", "see what became of the notebook that you handed in", FEEDBACK)
    _common(parser, "print the mailbox's answer as JSON, for a script")
    parser.set_defaults(run=run_feedback)


def run_submit(options: argparse.Namespace) -> int:
    """Hand in a file, print the receipt and return the exit status."""
    from tinytorch.handing_in import submit_notebook
    from tinytorch.handing_in.errors import HandInError, RefusedError
    from tinytorch.handing_in.receipt import HandedIn

    try:
        done = submit_notebook(options.notebook, address=options.address)
    except (HandInError, ValueError) as error:
        print(f"tinytorch submit: {error}", file=sys.stderr)
        return 1 if isinstance(error, RefusedError) else 2
    if not isinstance(done, HandedIn):
        print(done)
        return 2
    print(json.dumps(dict(done.signed), indent=1) if options.json else done)
    return 0


def run_feedback(options: argparse.Namespace) -> int:
    """Print what became of the last hand-in and return the exit status."""
    from tinytorch.handing_in import fetch_feedback
    from tinytorch.handing_in.errors import HandInError, RefusedError

    try:
        found = fetch_feedback(options.address)
    except (HandInError, ValueError) as error:
        print(f"tinytorch feedback: {error}", file=sys.stderr)
        return 1 if isinstance(error, RefusedError) else 2
    print(json.dumps(dict(found.status), indent=1) if options.json else found)
    return 0


def _added(commands: Any, name: str, what: str, epilog: str) -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return added


def _common(parser: argparse.ArgumentParser, as_json: str) -> None:
    parser.add_argument("--address", metavar="URL", help="the course's mailbox (default: the one the course published)")
    parser.add_argument("--json", action="store_true", help=as_json)
