"""Temporary folders of the grader, each locked as long as its maker lives: what a run that was killed left behind is
removed by the next one. Knows nothing of what lies in them."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path
from types import TracebackType

PREFIX = "autograder-"
_YOUNG_S = 60.0  # a folder is made first and locked then


class Folder:
    """A folder in the system's place for them, removed at the end. A context manager that gives its path."""

    def __init__(self, purpose: str) -> None:
        """Make it; `purpose` is a word in its name."""
        self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{purpose}-"))
        self._held = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self._held, fcntl.LOCK_SH)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove the folder and all in it, as far as that can be done. May be repeated."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._held >= 0:
            os.close(self._held)
            self._held = -1


def sweep() -> list[Path]:
    """Remove this user's folders whose makers have ended without doing so; return their paths."""
    return [path for path in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*")) if _abandoned(path)]


def _abandoned(path: Path) -> bool:
    try:
        held = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False  # no folder, or somebody else's
    try:
        found = os.fstat(held)
        if found.st_uid != os.geteuid() or time.time() - found.st_mtime < _YOUNG_S or not stat.S_ISDIR(found.st_mode):
            return False
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    except OSError:
        return False  # its maker lives
    finally:
        os.close(held)
    return True
