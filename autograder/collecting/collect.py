"""Find the submissions in nbgrader's `submitted/<student>/<assignment>/*.ipynb`, in a flat folder of notebooks, or in a
zip or folder as Canvas, Moodle, Gradescope, Blackboard and `nbgrader zip_collect` hand them out.

Links are never followed. Which of several files of one student counts is decided here, with a remark; none is opened.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.collecting.archives import METADATA, Entry, listed
from autograder.collecting.owners import OURS, Owner, owner, people, plain_id
from autograder.reading.notebook import UnreadableError, read_bytes

ASSIGNMENT = "13_benchmarking"
NOTEBOOK = "benchmarking_dev"

# What browsers, Jupyter and file managers add to a copy: "x (1)", "x-Copy1", "x - Copy", "x copy 2".
_COPY = re.compile(r"[ _-]*(?:\((\d+)\)|-?[ _-]?[Cc]opy ?(\d*))$")
_NO_NOTEBOOK = "There is no notebook among the files handed in."


@dataclass(frozen=True)
class Found:
    """One student's file to grade, or None where what the student handed in holds no notebook that can be read."""

    student: str
    path: Path | None
    remarks: tuple[str, ...] = ()
    attention: bool = False


def find_submissions(folder: Path, assignment: str = ASSIGNMENT, notebook: str = NOTEBOOK) -> list[Found]:
    """Return one entry a student, sorted by name.

    `folder` is a course folder with `submitted/` in it, that `submitted/` itself, a flat folder in which a file is
    named for its student, or what a platform hands out, packed or unpacked. Raises FileNotFoundError without it or
    without a single submission in it, ArchiveError for a zip that cannot be used.
    """
    root = folder / "submitted" if (folder / "submitted").is_dir() else _extracted(folder, assignment)
    nested = _nested(root, assignment) if root.is_dir() else []
    found = [_in_folder(entry, assignment, notebook) for entry in nested]
    found = found or _sorted(listed(root), assignment, notebook)
    if not found:
        raise FileNotFoundError(f"no submissions in {folder}: expected <student>/{assignment}/*.ipynb or *.ipynb in it")
    return sorted(found, key=lambda entry: entry.student)


def one_submission(folder: Path, student: str = "submission", notebook: str = NOTEBOOK) -> Found:
    """Return what one student handed in, whatever the files are called and in whatever folder they lie."""
    files = [(Owner(student, entry.parts[-1]), entry) for entry in listed(folder)]
    return _newest(student, files, notebook) if files else Found(student, None, (_NO_NOTEBOOK,), attention=True)


def plain_name(stem: str) -> tuple[str, int]:
    """Split what copying added off a file's stem: "ada (2)" -> ("ada", 2), "ada" -> ("ada", 0)."""
    match = _COPY.search(stem)
    if not match or not stem[: match.start()].strip():
        return stem, 0
    number = next((group for group in match.groups() if group), "1")
    return stem[: match.start()], int(number)


def _extracted(folder: Path, assignment: str) -> Path:
    """Where `nbgrader zip_collect` keeps what it was given: unpacked if it has been run, else the archives."""
    downloaded = folder / "downloaded" / assignment
    places = [downloaded / "extracted", downloaded / "archive"]
    return next((place for place in places if place.is_dir() and any(place.iterdir())), folder)


def _nested(root: Path, assignment: str) -> list[Path]:
    return [entry for entry in _visible(root) if (entry / assignment).is_dir() or (entry / assignment).is_symlink()]


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
    chosen = (exact or sorted(copies, key=lambda file: (plain_name(file.stem)[1], file.name)) or files)[-1]
    remarks = []
    if chosen.stem != notebook:
        remarks.append(f"The notebook was named {_text(chosen.name)[:80]!r}; it was read as {notebook}.ipynb.")
    if len(files) > 1:
        remarks.append(f"The folder holds {len(files)} notebooks; {_text(chosen.name)[:80]!r} was graded.")
    return Found(student, chosen, tuple(remarks), attention=len(files) > 1 and not exact)


def _sorted(entries: Sequence[Entry], assignment: str, notebook: str) -> list[Found]:
    """Sort the files of a class by whose they are."""
    if any("submitted" in entry.parts for entry in entries):  # a course folder as a zip: the other folders are ours
        entries = [entry for entry in entries if "submitted" in entry.parts]
    who = _people(entries)
    entries = [entry for entry in entries if entry.parts[-1] != METADATA]
    owned: dict[str, list[tuple[Owner, Entry]]] = {}
    rest = []
    for entry in entries:
        if whose := owner(entry.parts, assignment, who):
            owned.setdefault(whose.student, []).append((whose, entry))
        elif _is_notebook(entry) and not set(entry.parts[:-1]) & set(OURS):
            rest.append(entry)
    return [*(_newest(student, files, notebook) for student, files in owned.items()), *_flat(rest, notebook)]


def _people(entries: Sequence[Entry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        if entry.parts[-1] == METADATA and entry.path:
            try:
                found |= people(read_bytes(entry.path, limit=1_000_000_000).decode("utf-8", "replace"))
            except UnreadableError:
                continue  # the folders' own names do
    return found


def _newest(student: str, files: Sequence[tuple[Owner, Entry]], notebook: str) -> Found:
    """Choose one of a student's files: one that can be read, named as released, the newest, the last copy."""
    notebooks = [(whose, entry) for whose, entry in files if _is_notebook(entry)]
    if not notebooks:
        reasons = [entry.reason for _, entry in files if entry.reason]
        return Found(student, None, (reasons[0] if reasons else _NO_NOTEBOOK,), attention=True)

    def rank(file: tuple[Owner, Entry]) -> tuple[bool, bool, str, int]:
        base, copy = plain_name(Path(file[0].name).stem)
        return file[1].path is not None, base.rstrip("-0123456789") == notebook, file[0].order, copy

    chosen = max(notebooks, key=lambda file: (rank(file), file[1].parts))
    whose, entry = chosen
    remarks = [text for text in (whose.remark, entry.reason) if text]
    if len(notebooks) > 1:
        remarks.append(f"{len(notebooks)} notebooks were handed in; {whose.name[:80]!r} was graded.")
    doubt = sum(rank(file) == rank(chosen) for file in notebooks) > 1
    return Found(student, entry.path, tuple(remarks), attention=doubt or entry.path is None)


def _flat(entries: Sequence[Entry], notebook: str) -> list[Found]:
    """Files that no platform named: by the folder of each student, else by the file's own name."""
    root = _depth([entry.parts[:-1] for entry in entries])
    by_student: dict[str, list[Entry]] = {}
    for entry in entries:
        name = entry.parts[root] if len(entry.parts) > root + 1 else _student(entry, notebook)
        by_student.setdefault(plain_id(name), []).append(entry)
    for student, files in list(by_student.items()):
        if len(files) > 1 and all(len(file.parts) == root + 1 and plain_name(_stem(file))[1] for file in files):
            # "student (1)" and "student (2)" without a "student" are two people, not two copies.
            del by_student[student]
            by_student.update({plain_id(_stem(file)): [file] for file in files})
    found = []
    for student, files in by_student.items():
        chosen = max(files, key=lambda file: (file.path is not None, *_likely(file, notebook)))
        said = [f"{len(files)} files bear this name; {chosen.parts[-1][:80]!r} was graded."] if len(files) > 1 else []
        said += [chosen.reason] if chosen.reason else []
        found.append(Found(student, chosen.path, tuple(said), attention=len(files) > 1 or chosen.path is None))
    return found


def _depth(folders: Sequence[tuple[str, ...]]) -> int:
    """How many folders all files have in common."""
    shared = 0
    for parts in zip(*folders, strict=False):  # ends with the shortest
        if len(set(parts)) > 1:
            break
        shared += 1
    return shared


def _student(entry: Entry, notebook: str) -> str:
    """The file's stem without what copying added and without the notebook's own name, where a name remains."""
    stem = _stem(entry)
    name = re.sub(rf"^{notebook}[ _-]+|[ _-]+{notebook}$", "", plain_name(stem)[0]).strip()
    if name in ("", notebook):
        return entry.parts[-2] if len(entry.parts) > 1 else stem
    return name


def _likely(entry: Entry, notebook: str) -> tuple[bool, int, str]:
    base, copy = plain_name(_stem(entry))
    return base == notebook, copy, entry.parts[-1]


def _stem(entry: Entry) -> str:
    return Path(entry.parts[-1]).stem


def _is_notebook(entry: Entry) -> bool:
    return entry.parts[-1].lower().endswith(".ipynb")


def _visible(folder: Path) -> Iterable[Path]:
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _text(name: str) -> str:
    """A file name as text that can be written, whatever bytes it has."""
    return os.fsencode(name).decode("utf-8", "replace")
