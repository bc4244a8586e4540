"""Published files: where they are cached, how they are fetched and checked. Knows no data format.

A file counts only under its final name and with its published checksum: a download goes to a part file beside it and is
renamed when it is whole.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CACHE_VARIABLE = "TINYTORCH_CACHE"
TIMEOUT_S = 30
CHUNK = 1 << 18


@dataclass(frozen=True)
class PublishedFile:
    """A file on the web, with its size in bytes and the SHA-256 of its content (hex)."""

    name: str
    url: str
    size: int
    sha256: str


class FetchError(RuntimeError):
    """A file could not be had, or is not the published one; the message is a clause that says why."""


def cache_folder() -> Path:
    """Return where downloads are kept: TINYTORCH_CACHE if set, else `tinytorch` in the platform's cache folder."""
    if chosen := os.environ.get(CACHE_VARIABLE):
        return Path(chosen).expanduser()
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "tinytorch" / "Cache"
    if sys.platform == "darwin":
        return Path("~/Library/Caches/tinytorch").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "tinytorch"


def check(path: Path, published: PublishedFile) -> None:
    """Raise FetchError unless `path` holds the published content."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != published.sha256:
        raise FetchError(
            f"{path} is not the published file (SHA-256 {found[:12]}..., published {published.sha256[:12]}...): "
            "it may be cut short; delete it and try again"
        )


def fetch(published: PublishedFile, folder: Path) -> Path:
    """Download into `folder` with a progress bar and return the path. Raises FetchError, and then leaves no file."""
    from http.client import HTTPException

    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{published.name}.", suffix=".part", dir=folder)
        part = Path(name)
        try:
            os.close(handle)
            _copy(published, part)
            check(part, published)
            return part.replace(folder / published.name)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, HTTPException) as error:
        raise FetchError(f"downloading {published.url} failed ({error})") from error


def _copy(published: PublishedFile, part: Path) -> None:
    from urllib.request import urlopen

    from tqdm import tqdm

    bar = tqdm(total=published.size, unit="B", unit_scale=True, desc=published.name)
    with bar, urlopen(published.url, timeout=TIMEOUT_S) as response, part.open("wb") as out:  # noqa: S310  our own https address
        received = 0
        while chunk := response.read(CHUNK):
            received += len(chunk)
            if received > published.size:
                raise FetchError(f"downloading {published.url} failed (more than the published {published.size} bytes)")
            out.write(chunk)
            bar.update(len(chunk))
    if received < published.size:
        raise FetchError(f"downloading {published.url} failed (it ended after {received} of {published.size} bytes)")
