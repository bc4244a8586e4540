"""The page of both commands, `book/commands.md`, written from their parsers: `python -m book.engine.commands`.

Made from the arguments themselves and not from argparse's help, whose layout changes with Python. Knows no command.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from autograder.cli import build_parser as autograder_parser
from tinytorch.cli import build_parser as tinytorch_parser
from tinytorch.commands.commandline import commands_of

PAGE = Path(__file__).resolve().parents[1] / "commands.md"

HEAD = """# Commands

<!-- Written by `python -m book.engine.commands` (make commands) from the commands' own help; edit that. -->

`tinytorch` comes with the package: `pip install .` in a checkout. `autograder` works from a checkout only and is never
installed with it: `make .venv/installed` puts both into `.venv/bin`.

## Exit status

| status | `tinytorch` | `autograder` |
|---|---|---|
| 0 | done | done |
| 1 | done, and the answer is no: a check fails, a run is INVALID, the model got slower | it could not be done |
| 2 | it could not be done, or the arguments are wrong | the arguments are wrong |
| 3 | | no sandbox works here |
| 130 | stopped from the keyboard | stopped from the keyboard; what was graded so far is kept |

A command that does not do what was asked says why in one sentence on standard error, and what to do. Where a script
reads the answer, `--json` prints it on standard output, and nothing else goes there.

## Completion

A shell completes commands, options and files once it has read the script that `--print-completion` prints:

```bash
tinytorch --print-completion bash > ~/.local/share/bash-completion/completions/tinytorch
autograder --print-completion bash > ~/.local/share/bash-completion/completions/autograder
```

For zsh, write it to a file named `_tinytorch` in a folder of `$fpath`. A new shell then knows it.
"""


def page() -> str:
    """Return the whole page in Markdown."""
    parts = [HEAD.rstrip()]
    for parser, lead in (
        (
            tinytorch_parser(),
            "For everybody: what stands in a notebook, the package it becomes, measuring and comparing.",
        ),
        (autograder_parser(), "For instructors: from the lesson to a graded class."),
    ):
        parts += [f"## {parser.prog}", lead, *_example(parser), *_arguments(parser)]
        for command in commands_of(parser).values():
            parts += [f"### {command.prog}", _text(command.description or ""), f"```text\n{_usage(command)}\n```"]
            parts += [*_arguments(command), *_example(command)]
    return "\n\n".join(parts) + "\n"


def _usage(parser: argparse.ArgumentParser) -> str:
    """The words in the order in which people write them, wrapped."""
    words = [_word(action) for action in _shown(parser) if not action.option_strings]
    words += [word if action.required else f"[{word}]" for action in _shown(parser) if (word := _option(action))]
    lines = [parser.prog]
    for word in words:
        if len(lines[-1]) + len(word) > 95:
            lines.append(" " * len(parser.prog))
        lines[-1] += f" {word}"
    return "\n".join(lines)


def _arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The table of arguments, where there are any."""
    rows = []
    for action in _shown(parser):
        if isinstance(action, argparse._SubParsersAction):
            continue
        name = ", ".join(action.option_strings) or (action.metavar or action.dest)
        value = f" {_value(action)}" if action.option_strings and action.nargs != 0 else ""
        told = parser._get_formatter()._expand_help(action)
        rows.append(f"| `{name}{value}` | {_text(told)} |")
    if rows:
        yield "\n".join(["| argument | |", "|---|---|", *rows])


def _example(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The help's last part as it stands: examples and the exit status."""
    if parser.epilog:
        yield f"```text\n{parser.epilog.strip()}\n```"


def _shown(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    hidden = (argparse._HelpAction,)
    return [each for each in parser._actions if not isinstance(each, hidden) and each.help != argparse.SUPPRESS]


def _word(action: argparse.Action) -> str:
    if isinstance(action, argparse._SubParsersAction):
        return "COMMAND ..."
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    return f"[{name}]" if action.nargs == "?" else name


def _option(action: argparse.Action) -> str:
    if not action.option_strings:
        return ""
    return action.option_strings[-1] + (f" {_value(action)}" if action.nargs != 0 else "")


def _value(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    return "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()


def _text(text: str) -> str:
    """One line of plain words as Markdown that shows them as they are; what stands in backticks stays code."""
    parts = re.split(r"(`[^`]+`)", " ".join(text.split()))
    return "".join(part if part[:1] == "`" else re.sub(r"([\\`*_|<>\[\]{}$])", r"\\\1", part) for part in parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
