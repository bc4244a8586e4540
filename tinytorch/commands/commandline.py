"""What every subcommand shares: errors of one sentence, and `--print-completion SHELL`, whose script shtab writes.

shtab is imported only when the script is asked for: it is slower to import than most commands are to run.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")


def print_anywhere() -> None:
    """From now on print a letter that the terminal's encoding does not have as `?`, instead of ending there."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one sentence, and where the way out is written."""

    def error(self, message: str) -> NoReturn:
        """Leave with status 2."""
        self.exit(2, f"{self.prog}: {message}; `{self.prog} --help` says more\n")


class PrintCompletion(argparse.Action):
    """Print the script for the shell that is named, and exit."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Leave with status 0 once the script is printed, 2 where shtab is missing or too old for the shell."""
        try:
            import shtab
        except ImportError:
            parser.error("completion is written by shtab, which is missing; run `pip install shtab`")
        if values not in shtab.SUPPORTED_SHELLS:
            parser.error(f"this shtab knows no {values}; run `pip install --upgrade shtab`")
        for each in [parser, *commands_of(parser).values()]:
            for action in each._actions:
                if action.type is Path:
                    where = shtab.DIRECTORY if action.metavar == "FOLDER" else shtab.FILE
                    action.complete = where  # type: ignore[attr-defined]  # what shtab asks for
        print(shtab.complete(parser, str(values)))
        parser.exit(0)


def add_completion(parser: argparse.ArgumentParser) -> None:
    """Declare the option."""
    parser.add_argument(
        "--print-completion",
        choices=SHELLS,
        metavar="SHELL",
        action=PrintCompletion,
        help=f"print the script that completes this command in {', '.join(SHELLS[:-1])} or {SHELLS[-1]}, and exit",
    )


def commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of the subcommands by name."""
    groups = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    return {name: each for group in groups for name, each in group.choices.items()}


def refusal(error: BaseException) -> str:
    """Return what went wrong in one sentence: the error's own words, or what the system refused and the way out."""
    if isinstance(error, SystemExit):
        return f"the model ended the command with SystemExit: {error}; mend it, a model returns its answers"
    if not isinstance(error, OSError) or error.filename is None:
        return " ".join(str(error).split())
    if isinstance(error, FileNotFoundError):
        return f"there is no {error.filename}; name a file that is there"
    if isinstance(error, IsADirectoryError):
        return f"{error.filename} is a folder; name a file"
    if isinstance(error, NotADirectoryError | FileExistsError):
        return f"{error.filename} is not a folder; name a folder"
    if isinstance(error, PermissionError):
        return f"{error.filename} is closed to you; change its permissions or name another"
    return f"{error.filename}: {error.strerror}"
