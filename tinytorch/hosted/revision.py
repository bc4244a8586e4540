"""A checkout of one revision of the repository around a folder, made for a while. Knows git and no model."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self


class RevisionError(RuntimeError):
    """There is no repository, or no such revision; the message is git's own word and the way out."""


class Revision:
    """The worktree of a revision, gone at the end of the block. `folder` is in it what `around` is in the repo."""

    def __init__(self, revision: str, around: Path) -> None:
        """Raises RevisionError, also where git is not installed."""
        top = Path(_git(around, "rev-parse", "--show-toplevel"))
        if revision.startswith("-"):
            raise RevisionError(f"{revision!r} is no revision; name a branch, a tag or a commit")
        commit = _git(around, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", otherwise=revision)
        self.changed = len(_git(around, "status", "--porcelain").splitlines())
        self.commit, self._top = commit[:10], top
        self._held = tempfile.TemporaryDirectory(prefix="against-", ignore_cleanup_errors=True)
        self.path = Path(self._held.name) / top.name
        try:
            _git(top, "worktree", "add", "--detach", "--quiet", str(self.path), commit)
            self.folder = self.path / around.resolve().relative_to(top.resolve())
            if not self.folder.is_dir():
                raise RevisionError(f"{revision} has no folder {self.folder.relative_to(self.path)}; run at the top")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Remove the worktree and what git knows of it. May be repeated."""
        with contextlib.suppress(RevisionError):
            _git(self._top, "worktree", "remove", "--force", str(self.path))
        self._held.cleanup()


def _git(folder: Path, *words: str, otherwise: str = "") -> str:
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    except OSError as error:
        raise RevisionError(f"git cannot be run ({error.strerror}); install it, or use --baseline-path") from error
    if done.returncode:
        said = done.stderr.strip().splitlines()
        why = said[-1] if said else f"there is no revision {otherwise!r} here; name a branch, a tag or a commit"
        raise RevisionError(f"git: {why}")
    return done.stdout.strip()
