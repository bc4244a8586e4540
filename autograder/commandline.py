"""What every subcommand shares: its help with an example and the exit codes, errors of one sentence, completion.

Knows no command. `tinytorch/commands/commandline.py` is the same for the other command; neither package imports the
other's.
"""

from __future__ import annotations

import argparse
import io
import sys
import textwrap
from pathlib import Path
from typing import Any, NoReturn, Protocol

import shtab

from autograder.shown import in_line, in_terminal

STATUS = "0 done, 1 it could not be done: one sentence says why and what to do, 2 wrong arguments"


class AddCommand(Protocol):
    """Add a command by name, what it does and an example; `status` says its exit codes where they are others."""

    def __call__(self, name: str, what: str, example: str, status: str = STATUS) -> argparse.ArgumentParser: ...


def print_anywhere() -> None:
    """From now on print a letter that the terminal's encoding does not have as `?`, instead of ending there."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one sentence, and where the way out is written."""

    def __init__(self, **words: Any) -> None:
        super().__init__(**{"formatter_class": Formatter, **words})

    def error(self, message: str) -> NoReturn:
        """Leave with status 2."""
        self.exit(2, f"{self.prog}: {message}; `{self.prog} --help` says more\n")


class Formatter(argparse.HelpFormatter):
    """Wraps a text of one paragraph and leaves one with lines of its own as it is."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return textwrap.indent(text, indent) if "\n" in text else super()._fill_text(text, width, indent)


def command(commands: Any, name: str, what: str, example: str, status: str = STATUS) -> argparse.ArgumentParser:
    """Add a command and return its parser, for its options."""
    ended = textwrap.fill(f"exit status: {status}", 100)
    added: argparse.ArgumentParser = commands.add_parser(
        name, help=what, description=f"{what[0].upper()}{what[1:]}.", epilog=f"example:\n  {example}\n\n{ended}"
    )
    return added


def add_completion(parser: argparse.ArgumentParser) -> None:
    """Declare --print-completion, once all commands are there; paths complete to files or folders."""
    shells = ", ".join(shtab.SUPPORTED_SHELLS)
    shtab.add_argument_to(parser, help=f"print the script that completes this command in a shell ({shells}), and exit")
    groups = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    for each in [parser, *(choice for group in groups for choice in group.choices.values())]:
        for action in each._actions:
            if action.type is Path:  # shtab asks for the attribute
                folder = action.metavar in ("DIR", "FOLDER")
                action.complete = shtab.DIRECTORY if folder else shtab.FILE


def say(*texts: object) -> None:
    """Print results. Names and remarks come from students, and a terminal obeys control characters: none is left."""
    sys.stdout.write("".join(f"{in_terminal(str(text))}\n" for text in texts))


def say_aside(*texts: object) -> None:
    """Print to standard error what is no result: each text as one line."""
    sys.stderr.write("".join(f"{in_line(str(text))}\n" for text in texts))


def positive(text: str) -> int:
    """Return a whole number from 1 up."""
    if not (text.isascii() and text.isdecimal() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"a whole number from 1 up is needed, got {text}")
    return int(text)


def seed(text: str) -> int:
    """Return a whole number from 0 to 2**63 - 1."""
    if not (text.isascii() and text.isdecimal() and int(text) < 2**63):
        raise argparse.ArgumentTypeError(f"a whole number from 0 to 2**63 - 1 is needed, got {text}")
    return int(text)


def refusal(error: BaseException) -> str:
    """Return what went wrong: the error's own words, or what the system refused and the way out."""
    if not isinstance(error, OSError) or error.filename is None:
        return str(error)
    if isinstance(error, FileNotFoundError):
        return f"there is no {error.filename}; name one that is there"
    if isinstance(error, IsADirectoryError):
        return f"{error.filename} is a folder; name a file"
    if isinstance(error, NotADirectoryError | FileExistsError):
        return f"{error.filename} is a file; name a folder"
    if isinstance(error, PermissionError):
        return f"{error.filename} is closed to you; change its permissions or name another"
    return f"{error.filename}: {error.strerror}"
