"""The student's keys: one a mailbox, in a file of the user's own outside the notebook, readable by nobody else.

A key is the token that a code was exchanged for. Knows neither the network nor the notebook.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from tinytorch.handing_in.errors import HandInError
from tinytorch.handing_in.place import drive

_BROWSER = Path("/drive")  # what a browser keeps; Python's own home is gone with the page
_held: dict[str, Key] = {}  # of this session, where the disk takes nothing


@dataclass(frozen=True)
class Key:
    """Who somebody is for one mailbox. The token is shown nowhere."""

    token: str
    student: str
    name: str

    def __repr__(self) -> str:
        return f"Key(student={self.student!r}, name={self.name!r})"


def folder() -> Path:
    """Return where keys are kept: what outlives the session here. TINYTORCH_KEYS names another folder."""
    if named := os.environ.get("TINYTORCH_KEYS"):
        return Path(named)
    if sys.platform == "emscripten" and _BROWSER.is_dir():
        return _BROWSER / ".tinytorch"
    if mounted := drive():
        return mounted / ".tinytorch"
    if sys.platform == "win32" and (data := os.environ.get("APPDATA")):
        return Path(data) / "tinytorch"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "tinytorch"


def kept(address: str) -> Key | None:
    """Return the key for a mailbox, or None. Raises HandInError where the file of keys was damaged."""
    return _held.get(address) or _read().get(address)


def keep(address: str, key: Key) -> str:
    """Keep a key; return a remark where the disk did not take it, else nothing. This session has it in either case."""
    _held[address] = key
    try:
        _write({**_read(), address: key})
    except OSError as error:
        return f"Your key could not be kept ({error.strerror}: {folder()}), so it is gone with this session."
    return ""


def forget(address: str) -> None:
    """Drop the key of a mailbox that no longer takes it."""
    _held.pop(address, None)
    keys = _read()
    if keys.pop(address, None) is not None:
        with contextlib.suppress(OSError):  # a disk that is read only: the next answer says it again
            _write(keys)


def _read() -> dict[str, Key]:
    path = folder() / "keys.json"
    try:
        held = json.loads(path.read_bytes())
        return {str(address): Key(**key) for address, key in held.items()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise HandInError(f"the file of your keys cannot be read: {path}; remove it and ask for a new code") from error


def _write(keys: dict[str, Key]) -> None:
    path = folder() / "keys.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"keys.{os.getpid()}.json")
    text = json.dumps({address: asdict(key) for address, key in keys.items()}, indent=1)
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
