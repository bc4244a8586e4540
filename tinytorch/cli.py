"""The `tinytorch` command. A subcommand is one `_add_...` function that declares its arguments and sets `run`.

Starts without numpy and without the generated package, so that a student can export before anything is there.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tinytorch.compare_cli import add_compare
from tinytorch.export import ExportError, differences, export_modules, read_lesson, write_package
from tinytorch.perf_cli import add_perf

LESSON = Path("modules/source/13_benchmarking/benchmarking_dev.py")
NOTEBOOK = Path("benchmarking_dev.ipynb")

_ROOT = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit status: 0 done, 1 it says no, 2 it could not start."""
    parser = argparse.ArgumentParser(prog="tinytorch", description="Build, check and use your own small MLPerf.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in _COMMANDS:
        add(commands)
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    return run(options)


def _add_export(commands: Any) -> None:
    parser = commands.add_parser(
        "export",
        help="make the package tinytorch.benchmarking from the lesson or from your notebook",
        description="Write the package that a lesson (.py) or your notebook (.ipynb) holds, one module a section.",
    )
    parser.add_argument(
        "notebook",
        nargs="?",
        type=Path,
        help=f"default: the lesson of this checkout, else {NOTEBOOK} in the current folder",
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER",
        default=Path(__file__).resolve().parent / "benchmarking",
        help="where the modules go (default: the installed tinytorch.benchmarking)",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; list the files that differ and exit with 1"
    )
    parser.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    notebook = options.notebook or (_ROOT / LESSON if (_ROOT / LESSON).is_file() else NOTEBOOK)
    try:
        files = _package(notebook)
        changed = differences(files, options.to) if options.check else write_package(files, options.to)
    except FileNotFoundError:
        print(f"tinytorch export: there is no {notebook}; name your notebook: tinytorch export FILE", file=sys.stderr)
        return 2
    except (ExportError, OSError) as error:
        print(f"tinytorch export: {error}", file=sys.stderr)
        return 2
    for path in changed:
        print(
            f"{'differs' if options.check else 'wrote' if path.exists() else 'removed'} {options.to.name}/{path.name}"
        )
    if not changed:
        print(f"{options.to.name} is up to date: {len(files)} files")
    return 1 if options.check and changed else 0


def _package(notebook: Path) -> dict[str, str]:
    """Export a lesson strictly; a student's notebook as far as it goes, with a remark where it is not sound."""
    cells = read_lesson(notebook)
    inside = notebook.resolve().is_relative_to(_ROOT)
    source = notebook.resolve().relative_to(_ROOT).as_posix() if inside else notebook.name
    if notebook.suffix != ".ipynb":
        return export_modules(cells, source=source)
    try:
        return export_modules(cells, source=source)
    except ExportError as error:
        files = export_modules(cells, source=source, strict=False)
        print(f"note: {error}", file=sys.stderr)
        return files


_COMMANDS = [_add_export, add_perf, add_compare]

if __name__ == "__main__":
    sys.exit(main())
