"""The `tinytorch` command. A subcommand is one `add_...` function that declares its arguments and sets `run`.

Starts without numpy and without the generated package, so that a student can export before anything is there.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from tinytorch.commands.check import add_check
from tinytorch.commands.commandline import Parser, add_completion, print_anywhere
from tinytorch.commands.compare import add_compare
from tinytorch.commands.export import add_export
from tinytorch.commands.peak import add_peak
from tinytorch.commands.perf import add_perf
from tinytorch.commands.submit import add_feedback, add_submit
from tinytorch.commands.unfinished import unfinished
from tinytorch.commands.verify import add_verify

EPILOG = """examples:
  tinytorch check benchmarking_dev.ipynb         what stands in your notebook, and what to do next
  tinytorch submit benchmarking_dev.ipynb        hand it in, and get a receipt
  tinytorch export benchmarking_dev.ipynb        your notebook becomes the package tinytorch.benchmarking
  tinytorch perf "mine:model()" --html r.html    measure the model that mine.py makes, and write the report
  tinytorch peak "mine:model()"                  the highest load at which it meets a latency target
  tinytorch compare old.json new.json            did it get slower, against the --baseline that both results share?
  tinytorch verify result.json                   can a result that you were handed be what it says?
`tinytorch COMMAND --help` says more.

exit status: 0 done, 1 done and the answer is no, 2 it could not be done
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit status: 0 done, 1 it says no, 2 it could not be done."""
    print_anywhere()
    try:
        options = build_parser().parse_args(arguments)
        run: Callable[[argparse.Namespace], int] = options.run
        status = run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ImportError, NotImplementedError) as error:
        said = unfinished(error)
        if said is None:
            raise
        print(f"tinytorch: {said}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as error:
        print(f"tinytorch: {error or 'stopped'}", file=sys.stderr)
        return 130
    return status


def build_parser() -> Parser:
    """Return the parser of all subcommands."""
    parser = Parser(
        prog="tinytorch",
        description="Build, check and use your own small MLPerf.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_completion(parser)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in (add_check, add_submit, add_feedback, add_export, add_perf, add_peak, add_compare, add_verify):
        add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
