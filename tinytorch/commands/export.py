"""`tinytorch export`: the package that a lesson or a notebook holds, and the outline that `tinytorch check` reads.

Exit status: 0 written or up to date, 1 `--check` found files that differ, 2 there is no such notebook or no package can
be made of it. The outline of the course is the lesson's: only the lesson of this checkout writes it, to the installed
package; a student's notebook never does.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from tinytorch.checking.outline import COURSE, course_text, outline
from tinytorch.commands.check import NOTEBOOK
from tinytorch.commands.commandline import refusal
from tinytorch.export import Cell, ExportError, differences, export_modules, read_lesson, write_package

_TINYTORCH = Path(__file__).resolve().parents[1]
PACKAGE = _TINYTORCH / "benchmarking"
OUTLINE = _TINYTORCH / "course" / f"{COURSE}.json"

EPILOG = """examples:
  tinytorch export benchmarking_dev.ipynb                 your notebook becomes tinytorch.benchmarking
  tinytorch export benchmarking_dev.ipynb --to mine       ... or a package in a folder of its own

exit status: 0 written or up to date, 1 --check found files that differ, 2 there is no such notebook, or it holds no
package that can be made
"""


def add_export(commands: Any) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "export",
        help="make the package tinytorch.benchmarking from your notebook or from the lesson",
        description="Write the package that your notebook (.ipynb) or a lesson (.py) holds, one module a section.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "notebook",
        nargs="?",
        type=Path,
        help=f"default: the lesson of this checkout, else {NOTEBOOK} in the current folder",
    )
    parser.add_argument(
        "--to", type=Path, metavar="FOLDER", help="where the modules go (default: the installed tinytorch.benchmarking)"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; list the files that differ and exit with 1"
    )
    parser.add_argument("--json", action="store_true", help="print what was done as JSON, for a script")
    parser.set_defaults(run=run_export)


def run_export(options: argparse.Namespace) -> int:
    """Write the package, or compare it with what is there, and return the exit status."""
    lesson = _lesson()
    notebook: Path = options.notebook or lesson or NOTEBOOK
    folder: Path = options.to or PACKAGE
    try:
        cells = read_lesson(notebook)
        files, remark = _package(notebook, cells)
        changed = differences(files, folder) if options.check else write_package(files, folder)
        if options.to is None and notebook.resolve() == lesson:
            changed += _outline(course_text(outline(cells)), write=not options.check)
    except FileNotFoundError:
        print(f"tinytorch export: there is no {notebook}; name your notebook: tinytorch export FILE", file=sys.stderr)
        return 2
    except (ExportError, OSError) as error:
        print(f"tinytorch export: {refusal(error)}", file=sys.stderr)
        return 2
    if remark:
        print(f"note: {remark}", file=sys.stderr)
    words = {path: "differs" if options.check else "wrote" if path.exists() else "removed" for path in changed}
    if options.json:
        done = {
            word: [str(path) for path in changed if words[path] == word] for word in ("wrote", "removed", "differs")
        }
        print(json.dumps({"folder": str(folder), "files": sorted(files), **done, "note": remark}, indent=1))
    else:
        for path, word in words.items():
            print(f"{word} {path.parent.name}/{path.name}")
        if not changed:
            print(f"{folder.name} is up to date: {len(files)} files")
    return 1 if options.check and changed else 0


def _lesson() -> Path | None:
    """The lesson that the pyproject.toml of this checkout names; None for an installed package and a student's copy."""
    try:
        settings = tomllib.loads((_TINYTORCH.parent / "pyproject.toml").read_text(encoding="utf-8"))
        lesson = _TINYTORCH.parent / settings["tool"]["tinytorch"]["course"]["lesson"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return lesson if lesson.is_file() else None


def _package(notebook: Path, cells: list[Cell]) -> tuple[dict[str, str], str | None]:
    """Export a lesson strictly; a student's notebook as far as it goes, with a remark where it is not sound."""
    root = _TINYTORCH.parent
    inside = notebook.resolve().is_relative_to(root)
    source = notebook.resolve().relative_to(root).as_posix() if inside else notebook.name
    try:
        return export_modules(cells, source=source), None
    except ExportError as error:
        if notebook.suffix != ".ipynb":
            raise
        return export_modules(cells, source=source, strict=False), str(error)


def _outline(text: str, write: bool) -> list[Path]:
    """Write the outline where it differs from what is there, or only say that it does."""
    if OUTLINE.is_file() and OUTLINE.read_bytes() == text.encode():
        return []
    if write:
        OUTLINE.parent.mkdir(exist_ok=True)
        OUTLINE.write_bytes(text.encode())
    return [OUTLINE]
