"""The folder that is published to: what is written over, what is left from an earlier publication, what is not ours.

A record in the folder says which files were written and with what content. A file that was changed since, or that was
never ours, is not touched. Knows paths and bytes, not what they mean.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.publishing.contents import EXECUTABLE, PublishError

RECORD = ".published.json"
LEFT_ALONE = {".git", ".venv", "build", "dist"}  # at the top, and ignored by git
MADE = {"__pycache__", ".ipynb_checkpoints"}  # anywhere


@dataclass(frozen=True)
class Written:
    """What writing changed, as paths in the folder, sorted, and how many files there are."""

    wrote: tuple[str, ...]
    removed: tuple[str, ...]
    files: int


@dataclass(frozen=True)
class Target:
    """A folder that may be published to: {path: checksum} of an earlier publication, and every other file in it.

    Raises PublishError where it holds something else, where a file of ours was changed by hand, and for links.
    """

    folder: Path
    files: Mapping[str, bytes]
    recorded: Mapping[str, str]
    others: Mapping[str, bytes]

    @classmethod
    def look(cls, folder: Path, files: Mapping[str, bytes]) -> Target:
        """Look at a folder before `files` are written to it."""
        if folder.exists() and not folder.is_dir():
            raise PublishError(f"{folder} is a file; name a folder")
        recorded, others = _recorded(folder), dict[str, bytes]()
        for name, path in _there(folder):
            if path.is_symlink():
                raise PublishError(f"{name} in {folder} is a link; remove it, or publish to an empty folder")
            data = path.read_bytes()
            if data == files.get(name):
                continue
            if not recorded:
                raise PublishError(f"{folder} holds {name} and is no earlier publication; name an empty folder")
            if name not in files and name not in recorded:
                others[name] = data
            elif hashlib.sha256(data).hexdigest() != recorded.get(name):
                raise PublishError(f"{name} in {folder} is not as it was published; keep your change elsewhere")
        return cls(folder, files, recorded, others)

    def write(self) -> Written:
        """Write the files, remove what an earlier publication left, and return what changed. Raises OSError."""
        wrote = [name for name, data in self.files.items() if _put(self.folder / name, data, name == EXECUTABLE)]
        stale = [name for name in sorted(self.recorded) if name not in self.files and (self.folder / name).is_file()]
        for name in stale:
            (self.folder / name).unlink()
            for parent in PurePosixPath(name).parents:
                if parent != PurePosixPath() and not any((self.folder / parent).iterdir()):
                    (self.folder / parent).rmdir()
        _put(self.folder / RECORD, record_of(self.files))  # last: without it a folder is refused or written anew
        return Written(tuple(sorted(wrote)), tuple(stale), len(self.files))


def record_of(files: Mapping[str, bytes]) -> bytes:
    """Return the record of these files as the text of a JSON file."""
    sums = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    return (json.dumps({"files": sums}, indent=1, sort_keys=True) + "\n").encode()


def _recorded(folder: Path) -> dict[str, str]:
    """The checksums of an earlier publication; none where there was none."""
    path = folder / RECORD
    if not path.is_file():
        return {}
    try:
        files = json.loads(path.read_bytes())["files"]
        named = {str(name): str(checksum) for name, checksum in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PublishError(f"{path} is damaged; publish to an empty folder") from error
    if any(PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts for name in named):
        raise PublishError(f"{path} names files outside its folder; publish to an empty folder")
    return named


def _there(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file and link in the folder with its path in it, but the record and what is git's or Python's."""
    for path in sorted(folder.iterdir()) if folder.exists() else []:
        if path.name in LEFT_ALONE or path.name == RECORD:
            continue
        inside = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
        for each in inside:
            name = each.relative_to(folder)
            if not MADE.intersection(name.parts) and (each.is_symlink() or not each.is_dir()):
                yield name.as_posix(), each


def _put(path: Path, data: bytes, executable: bool = False) -> bool:
    """Write a file unless it is as it should be; say whether it was written."""
    mode = 0o755 if executable else 0o644
    if path.is_file() and path.read_bytes() == data and path.stat().st_mode & 0o777 == mode:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)
    return True
