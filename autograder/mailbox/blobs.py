"""Files as they came, each once, named by its SHA-256: written beside, forced to the disk, then moved into place.

A name that is there is a file that is whole. Knows nothing of students or tables, and never looks into a file.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from autograder.mailbox.database import DiskFullError

IN_MEMORY = 1 << 20  # bytes of an upload that wait in memory before they go to the disk
_NAME = re.compile(r"[0-9a-f]{64}")


class Incoming:
    """A file that is being received: fed piece by piece, then kept, or closed and forgotten."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._waiting = folder, bytearray()
        self._path: Path | None = None
        self._file: IO[bytes] | None = None
        self._digest = hashlib.sha256()
        self.size, self.head = 0, b""

    def feed(self, piece: bytes) -> bool:
        """Take a piece; True says that `flush` is due."""
        self._digest.update(piece)
        self._waiting += piece
        if len(self.head) < 64:
            self.head = bytes((self.head + piece)[:64])
        self.size += len(piece)
        return len(self._waiting) >= IN_MEMORY

    @property
    def sha256(self) -> str:
        """The digest of what has been fed."""
        return self._digest.hexdigest()

    def flush(self) -> None:
        """Write what waits. Raises DiskFullError."""
        try:
            if self._file is None:
                self._path = self._folder / secrets.token_hex(16)
                self._file = open(self._path, "xb", 0, opener=_read_only)  # noqa: SIM115 - `close` does
            while self._waiting:
                del self._waiting[: self._file.write(self._waiting)]
        except OSError as error:
            raise _refusal(error) from error

    def settle(self, target: Path) -> None:
        """Force everything to the disk and give it its name. Raises DiskFullError."""
        self.flush()
        assert self._file is not None
        assert self._path is not None
        try:
            os.fsync(self._file.fileno())
            self._path.replace(target)
        except OSError as error:
            raise _refusal(error) from error

    def close(self) -> None:
        """Let go of the file; what has not been kept is gone."""
        if self._file is not None and self._path is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)


class Blobs:
    """The files of a mailbox."""

    def __init__(self, folder: Path) -> None:
        self._files, self._incoming = folder / "files", folder / "incoming"
        for each in (self._files, self._incoming):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)

    def incoming(self) -> Incoming:
        """Begin to receive a file."""
        return Incoming(self._incoming)

    def path(self, sha256: str) -> Path:
        """Return where a content is, or would be. Raises ValueError for what is no digest."""
        if not _NAME.fullmatch(sha256):
            raise ValueError(f"a SHA-256 has 64 hexadecimal digits, got {sha256[:80]!r}")
        return self._files / sha256

    def keep(self, incoming: Incoming) -> None:
        """Keep what was received; a content that is there already is not written again. Raises DiskFullError.

        Its name is sure to outlive a power failure once `sync` has come back.
        """
        target = self.path(incoming.sha256)
        if not target.exists():
            incoming.settle(target)

    def sync(self) -> None:
        """Force the names of what was kept to the disk: one call for many files. Raises DiskFullError."""
        try:
            sync_folder(self._files)
        except OSError as error:
            raise _refusal(error) from error

    def all(self) -> Iterator[Path]:
        """Go through all files."""
        yield from (path for path in sorted(self._files.iterdir()) if _NAME.fullmatch(path.name))

    def is_whole(self, sha256: str) -> bool:
        """Say whether a content is there and is what its name says."""
        path = self.path(sha256)
        if not path.is_file():
            return False
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256

    def sweep(self, older_than_s: float) -> int:
        """Remove what uploads that were cut off have left, and return how many files that were."""
        old = [path for path in self._incoming.iterdir() if time.time() - path.stat().st_mtime > older_than_s]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def _read_only(path: str, flags: int) -> int:
    """Open a new file that nobody opens for writing again."""
    return os.open(path, flags, 0o400)


def sync_folder(folder: Path) -> None:
    """Force a folder's names to the disk. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refusal(error: OSError) -> Exception:
    return DiskFullError() if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else error
