"""Keeps what `tinytorch perf` measured: results first, after every round, then the pages made of them.

A file is there whole or not at all, and whatever ends the command leaves the results of the rounds before. Judges
nothing.
"""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinytorch.commands.commandline import refusal

if TYPE_CHECKING:
    from tinytorch.benchmarking import Report

STANDARD_OUTPUT = Path("-")


def check_writable(path: Path | None) -> None:
    """Raise OSError before anything is measured if `path` cannot become a file."""
    if path is not None and not path.parent.is_dir():
        raise OSError(f"there is no folder {path.parent} for {path.name}; make it first")
    if path is not None and path.is_dir():
        raise OSError(f"{path} is a folder; name a file")


class Keeper:
    """Writes the results so far to the file that was asked for, else beside the page; without either it does nothing.

    The first time it raises OSError: then nothing is measured that could be lost. Later it says what is wrong and the
    measuring goes on.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        from tinytorch.runs.packed import pack_run

        page = options.html or options.markdown
        self.beside = None if page is None else page.with_name(f"{page.name}.unfinished.json")
        if options.json is not None and options.json != STANDARD_OUTPUT:
            self.path, self.beside = options.json, None
        else:
            self.path = self.beside
        self.pack_run, self.begun = functools.cache(pack_run), False

    def __call__(self, results: Any) -> None:
        """Write the results. Raises OSError if that cannot even be begun."""
        from tinytorch.templates.report import write_results

        if self.path is None:
            return
        try:
            write_results(results, self.path, self.pack_run)
        except OSError as error:
            if not self.begun:
                raise
            print(f"tinytorch perf: {refusal(error)}; what was measured is not saved yet", file=sys.stderr)
        self.begun = True

    def forget(self) -> None:
        """Remove what stands beside a page: now the page is there."""
        if self.beside is not None:
            self.beside.unlink(missing_ok=True)


def save(report: Report, options: argparse.Namespace) -> Iterator[Path]:
    """Write the files that were asked for, the data first, and yield their names. Raises OSError."""
    for path, write in (
        (options.json, report.save_as_json),
        (options.markdown, report.save_as_markdown),
        (options.html, report.save_as_html),
    ):
        if path is not None and path != STANDARD_OUTPUT:
            yield write(path)
