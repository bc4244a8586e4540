"""`tinytorch check NOTEBOOK`: what stands in a saved notebook, as `tinytorch.check()` shows it in a running one.

Exit status: 0 every visible check holds, 1 some do not, 2 there is no such notebook or it cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tinytorch.commands.commandline import refusal
from tinytorch.export import ExportError

NOTEBOOK = Path("benchmarking_dev.ipynb")
EPILOG = """example:
  tinytorch check benchmarking_dev.ipynb

It runs the imports, given cells and answers of the notebook as you: check only your own, and grade a class in the
sandbox of `autograder grade`. In a running notebook, `import tinytorch; tinytorch.check()` shows the same table.

exit status: 0 every visible check holds, 1 some do not, 2 there is no such notebook or it cannot be read
"""


def add_check(commands: Any) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "check",
        help="say what stands in your notebook: each exercise, its visible check, what to do next",
        description="Run the visible checks of the lesson on a saved notebook and show what stands.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("notebook", nargs="?", type=Path, default=NOTEBOOK, help="your notebook (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print it as JSON, for a script")
    parser.set_defaults(run=run_check)


def run_check(options: argparse.Namespace) -> int:
    """Print what stands and return the exit status."""
    from tinytorch.checking.saved import check_notebook

    try:
        standing = check_notebook(options.notebook)
    except FileNotFoundError:
        print(
            f"tinytorch check: there is no {options.notebook}; name your notebook: tinytorch check FILE",
            file=sys.stderr,
        )
        return 2
    except (ExportError, OSError) as error:
        print(f"tinytorch check: {refusal(error)}", file=sys.stderr)
        return 2
    print(json.dumps(standing.to_dict(), indent=1) if options.json else standing)
    return 0 if standing.complete else 1
