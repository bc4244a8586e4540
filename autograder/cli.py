"""The command line of the grader: the parser of the whole, and the exit codes. Each command has a file in `commands/`.

Exit codes: 0 done (also when a submission needs attention: the table says so), 1 the work could not be done, with one
sentence that says why and what to do, 2 wrong arguments, 3 no sandbox works here.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from functools import partial

from autograder.commandline import AddCommand, Parser, add_completion, command, print_anywhere, refusal, say_aside
from autograder.commands.classroom import add_classroom
from autograder.commands.demo_class import add_demo_class
from autograder.commands.export import add_export
from autograder.commands.feedback import add_feedback
from autograder.commands.grade import add_grade
from autograder.commands.gradescope import add_gradescope
from autograder.commands.mailbox import add_mailbox
from autograder.commands.matrix import add_matrix
from autograder.commands.mutants import add_mutants
from autograder.commands.overview import add_overview
from autograder.commands.publish import add_publish
from autograder.commands.receipt import add_receipt
from autograder.commands.release import add_release
from autograder.commands.serve import add_serve

# In the order in which `autograder --help` lists them.
COMMANDS = (
    add_release,
    add_grade,
    add_publish,
    add_feedback,
    add_overview,
    add_export,
    add_gradescope,
    add_matrix,
    add_mutants,
    add_classroom,
    add_serve,
    add_mailbox,
    add_receipt,
    add_demo_class,
)

EPILOG = """a course from beginning to end:
  autograder release                                   the students' notebook, from the lesson
  autograder publish --to ../students                  the students' repository
  autograder grade course/submitted                    a class, or what an LMS hands out, also a zip
  autograder feedback --course course                  a page for each student
  autograder class --course course                     one page about the class
  autograder export --to canvas --course course        the grades, for another system
`autograder COMMAND --help` says more.

exit status: 0 done, 1 it could not be done, 2 wrong arguments, 3 no sandbox works here
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    print_anywhere()
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _run(arguments: Sequence[str] | None) -> int:
    options = build_parser().parse_args(arguments)
    if any(importlib.util.find_spec(name) is None for name in ("nbgrader", "pytest")):
        say_aside("autograder: nbgrader and pytest are missing; run `pip install '.[course]'` here")
        return 1
    from autograder.books.handback import NbgraderError
    from autograder.grading.gradebook import GradebookError
    from autograder.judging.judge import CannotGradeError
    from autograder.publishing.release import ReleaseError
    from autograder.reading.lesson import LessonError
    from autograder.sandbox.confinement import SandboxLostError, SandboxUnavailable
    from tinytorch.export import ExportError

    try:
        return int(options.run(options))
    except SandboxUnavailable as error:
        say_aside(f"autograder: {error}, or grade with --trust-submissions what you wrote yourself")
        return 3
    except KeyboardInterrupt:
        say_aside("autograder: stopped; what was graded so far is kept")
        return 130
    except BrokenPipeError:
        raise
    except (
        CannotGradeError,
        ExportError,
        GradebookError,
        LessonError,
        NbgraderError,
        ReleaseError,
        SandboxLostError,
        OSError,
        ValueError,
    ) as error:
        say_aside(f"autograder: {refusal(error)}")
        return 1


def build_parser() -> Parser:
    """Return the parser of all commands."""
    parser = Parser(prog="autograder", description="Release the benchmarking lesson and grade a class.", epilog=EPILOG)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add: AddCommand = partial(command, commands)

    for add_to in COMMANDS:
        add_to(add)
    add_completion(parser)
    return parser
