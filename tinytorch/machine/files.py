"""Files that are there whole or not at all. Knows nothing of what stands in them."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


def write_whole(path: str | Path, text: str) -> Path:
    """Write `text` beside `path`, then put it in its place; return `path`.

    Whatever ends the process, and where the disk is full, a reader finds the file of before or the new one. What is no
    plain file, such as /dev/stdout, is written to as it is. Raises OSError that names `path`.
    """
    path = Path(path)
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path.resolve(), text)  # a link stays a link
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    return path


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    beside = Path(name)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        beside.chmod(stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The only way to read it is to set it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
