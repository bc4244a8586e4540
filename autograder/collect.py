"""Find the submissions: nbgrader's `submitted/<student>/<assignment>/*.ipynb`, or a flat folder of notebooks.

Links are never followed. Which of several files of one student counts is decided here, with a remark; none is opened.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ASSIGNMENT = "13_benchmarking"
NOTEBOOK = "benchmarking_dev"

# What browsers, Jupyter and file managers add to a copy: "x (1)", "x-Copy1", "x - Copy", "x copy 2".
_COPY = re.compile(r"[ _-]*(?:\((\d+)\)|-?[ _-]?[Cc]opy ?(\d*))$")


@dataclass(frozen=True)
class Found:
    """One student's file to grade, or None where the student's folder holds no notebook."""

    student: str
    path: Path | None
    remarks: tuple[str, ...] = ()
    attention: bool = False


def find_submissions(folder: Path, assignment: str = ASSIGNMENT, notebook: str = NOTEBOOK) -> list[Found]:
    """Return one entry a student, sorted by name.

    `folder` is a course folder with `submitted/` in it, that `submitted/` itself, or a flat folder in which a file is
    named for its student. Raises FileNotFoundError without the folder or without a single submission in it.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}")
    root = folder / "submitted" if (folder / "submitted").is_dir() else folder
    nested = [entry for entry in _visible(root) if (entry / assignment).is_dir() or (entry / assignment).is_symlink()]
    found = [_in_folder(entry, assignment, notebook) for entry in nested] if nested else _flat(root, notebook)
    if not found:
        raise FileNotFoundError(f"no submissions in {folder}: expected <student>/{assignment}/*.ipynb or *.ipynb in it")
    return sorted(found, key=lambda entry: entry.student)


def plain_name(stem: str) -> tuple[str, int]:
    """Split what copying added off a file's stem: "ada (2)" -> ("ada", 2), "ada" -> ("ada", 0)."""
    match = _COPY.search(stem)
    if not match or not stem[: match.start()].strip():
        return stem, 0
    number = next((group for group in match.groups() if group), "1")
    return stem[: match.start()], int(number)


def _in_folder(entry: Path, assignment: str, notebook: str) -> Found:
    student = _text(entry.name)
    folder = entry / assignment
    if entry.is_symlink() or folder.is_symlink():
        return Found(student, None, ("The submitted folder is a link; only real folders are graded.",), attention=True)
    files = [file for file in _visible(folder) if file.suffix.lower() == ".ipynb"]
    if not files:
        return Found(student, None, ("There is no notebook in the submitted folder.",), attention=True)
    exact = [file for file in files if file.stem == notebook]
    copies = [file for file in files if plain_name(file.stem)[0] == notebook]
    chosen = (exact or sorted(copies, key=_copy_number) or files)[-1]
    remarks = []
    if chosen.stem != notebook:
        remarks.append(f"The notebook was named {_text(chosen.name)[:80]!r}; it was read as {notebook}.ipynb.")
    if len(files) > 1:
        remarks.append(f"The folder holds {len(files)} notebooks; {_text(chosen.name)[:80]!r} was graded.")
    return Found(student, chosen, tuple(remarks), attention=len(files) > 1 and not exact)


def _flat(root: Path, notebook: str) -> list[Found]:
    by_student: dict[str, list[Path]] = {}
    for file in _visible(root):
        if file.suffix.lower() == ".ipynb":
            by_student.setdefault(_student(file.stem, notebook), []).append(file)
    for student, files in list(by_student.items()):
        if len(files) > 1 and all(plain_name(file.stem)[1] for file in files):
            # "student (1)" and "student (2)" without a "student" are two people, not two copies.
            del by_student[student]
            by_student.update({_text(file.stem): [file] for file in files})
    found = []
    for student, files in by_student.items():
        chosen = max(files, key=_copy_number)
        said = [f"{len(files)} files bear this name; {_text(chosen.name)[:80]!r} was graded."] if len(files) > 1 else []
        found.append(Found(student, chosen, tuple(said), attention=len(files) > 1))
    return found


def _student(stem: str, notebook: str) -> str:
    """The file's stem without what copying added and without the notebook's own name, where a name remains."""
    name = re.sub(rf"^{notebook}[ _-]+|[ _-]+{notebook}$", "", plain_name(stem)[0]).strip()
    return _text(stem if name in ("", notebook) else name)


def _copy_number(file: Path) -> tuple[int, str]:
    return plain_name(file.stem)[1], file.name


def _visible(folder: Path) -> Iterable[Path]:
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _text(name: str) -> str:
    """A file name as text that can be written, whatever bytes it has."""
    return os.fsencode(name).decode("utf-8", "replace")
