"""The notebook that is handed in: from Colab's page, from a file, or from the folder that this notebook runs in.

Colab's kernel has no file, so its page is asked. Elsewhere it is the saved file, and whoever has not saved is asked to.
"""

from __future__ import annotations

import importlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinytorch.checking.outline import Course
from tinytorch.checking.quiet import shell
from tinytorch.export import Cell, ExportError, cells_of
from tinytorch.handing_in.contents import differing, is_ours, label
from tinytorch.handing_in.errors import HandInError
from tinytorch.handing_in.place import SAVE, place

JUST_NOW_S = 20.0  # a file that was saved so recently is taken as it is
_SUFFIX = ".ipynb"
_ANSWERS_IN_S = 60


@dataclass(frozen=True)
class Work:
    """One notebook as bytes. `path` is its file, None in Colab; `saved` is when, in seconds since 1970."""

    name: str
    data: bytes
    cells: tuple[Cell, ...]
    path: Path | None = None
    saved: float = 0.0

    @property
    def age_s(self) -> float:
        """How long ago it was saved."""
        return max(0.0, time.time() - self.saved)


def from_colab(default: str) -> Work:
    """Return the notebook as Colab's page has it now, with its written answers, saved or not. Raises HandInError."""
    message: Any = importlib.import_module("google.colab._message")
    try:
        said = message.blocking_request("get_ipynb", request="", timeout_sec=_ANSWERS_IN_S)
    except message.MessageError:  # Colab's own class, for a page that answers with an error
        said = None
    document = said.get("ipynb") if isinstance(said, dict) else None
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        raise HandInError(
            "Colab's page did not give the notebook: run this cell again, or download it and hand in the file"
        )
    colab = document.get("metadata", {}).get("colab", {})
    name = str(colab.get("name") or default) if isinstance(colab, dict) else default
    data = (json.dumps(document, indent=1) + "\n").encode()  # ASCII: a page may hold half a character
    return _work(_named(name), data)


def from_file(path: Path) -> Work:
    """Return a notebook's saved file. Raises HandInError for what is none, naming the way out."""
    if path.is_dir():
        raise HandInError(f"{path} is a folder; name your notebook in it")
    if path.suffix != _SUFFIX:
        raise HandInError(f"{path.name} is not a notebook: hand in the file that ends in {_SUFFIX}")
    try:
        return _work(path.name, path.read_bytes(), path, path.stat().st_mtime)
    except FileNotFoundError as error:
        raise HandInError(f"there is no {path}; name your notebook") from error
    except OSError as error:
        raise HandInError(f"{path} cannot be read: {error.strerror}") from error


def find(folder: Path, course: Course, ran: list[str], session: Path | None) -> Work:
    """Return the notebook of the course in a folder: the only one, or the one whose code was run here.

    `session` is the file that this kernel was started for; it may have been renamed since. Raises HandInError where
    there is none or where two could be meant, with their names.
    """
    here = {path.resolve() for path in folder.glob(f"*{_SUFFIX}")} | ({session} if session else set())
    works = [work for path in sorted(here) if path.is_file() and (work := _readable(path, course))]
    if not works:
        raise HandInError(f"no notebook of this course is in {folder}; name your file: tinytorch.submit('FILE.ipynb')")
    agreeing = [work for work in works if not differing(ran, work.cells, course)] or works
    own = [work for work in agreeing if work.path == session]
    if own and own[0].saved >= max(work.saved for work in agreeing):
        return own[0]
    if len({tuple((cell.kind, cell.source) for cell in work.cells) for work in agreeing}) == 1:
        return (own or agreeing)[0]
    names = " or ".join(f"tinytorch.submit({work.name!r})" for work in agreeing)
    raise HandInError(f"{len(agreeing)} notebooks here could be meant; say which: {names}")


def session_file() -> Path | None:
    """Return the file that this kernel was started for, as Jupyter or VS Code say it, or None."""
    running = shell()
    named = running.user_ns.get("__vsc_ipynb_file__") if running is not None else None
    named = named or os.environ.get("JPY_SESSION_NAME")
    return Path(named).resolve() if isinstance(named, str) and named.endswith(_SUFFIX) else None


def what_ran() -> list[str]:
    """Return the cells that were run in this kernel as they were typed, oldest first."""
    running = shell()
    return [] if running is None else [str(each) for each in running.history_manager.input_hist_raw]


def unsaved(work: Work, ran: list[str], course: Course) -> str:
    """Say why the file may not be all there is, or nothing. Colab's page is never behind; nothing is known of texts."""
    if work.path is None or not ran:
        return ""
    behind = differing(ran, work.cells, course)
    if behind:
        return f"{work.name} is not saved: {', '.join(map(label, behind))} stands there in another form than you ran it"
    if work.age_s > JUST_NOW_S:
        return f"{work.name} was saved {ago(work.age_s)}; what you wrote since is not in it"
    return ""


def ago(seconds: float) -> str:
    """Return a span in words: "40 s ago", "3 min ago", "2 h ago", "5 days ago"."""
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size or (size < 86_400 and seconds >= size):
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds:.0f} s ago"


def to_save() -> str:
    """Say how the notebook is saved here."""
    return SAVE if place() != "terminal" else "save it"


def _readable(path: Path, course: Course) -> Work | None:
    """The work in a file of a folder; None for a notebook of something else or one that is damaged."""
    try:
        work = from_file(path)
    except HandInError:
        return None
    return work if is_ours(work.cells, course) else None


def _work(name: str, data: bytes, path: Path | None = None, saved: float = 0.0) -> Work:
    try:
        return Work(name, data, tuple(cells_of(data, name)), path, saved)
    except ExportError as error:
        raise HandInError(f"{error}; nothing was handed in") from error


def _named(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2].strip() or "notebook"
    return last if last.endswith(_SUFFIX) else f"{last}{_SUFFIX}"
