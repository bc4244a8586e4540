"""Asks the student: for the code of the course, and for a notebook to be saved. Knows no mailbox."""

from __future__ import annotations

import getpass
import sys
import unicodedata
from collections.abc import Callable

from tinytorch.handing_in.errors import HandInError
from tinytorch.handing_in.place import asks_somebody, kernel

_GROUP = 4  # characters between the dashes of a code
_DASHES = "-‐‑‒–—―−_"


def ask_code(course: str, host: str) -> str:
    """Return the code that the student types; no page shows it. Raises HandInError where nobody answers."""
    prompt = f"Your code for {course} (it is sent to {host}): "
    if kernel() is None and not asks_somebody():
        typed = sys.stdin.readline() if sys.stdin is not None else ""  # a script's: echo CODE | tinytorch submit
    else:
        typed = _asked(lambda: getpass.getpass(prompt), "tinytorch.submit(code='...')")
    return plain_code(typed)


def plain_code(typed: str) -> str:
    """Return a code as the course printed it, from what was pasted: any spaces, any dashes, small or wide letters.

    Raises HandInError for nothing and for what cannot be a code.
    """
    text = unicodedata.normalize("NFKC", typed)
    bare = "".join(each for each in text if not each.isspace() and each not in _DASHES and each.isprintable())
    if not bare:
        raise HandInError("no code was given, so nothing was handed in; your course gives you one, and it works once")
    if not (bare.isascii() and bare.isalnum()) or len(bare) > 64:
        raise HandInError("a code has letters and digits, such as ABCD-EFGH-JKLM; copy it again, nothing was handed in")
    return "-".join(bare.upper()[at : at + _GROUP] for at in range(0, len(bare), _GROUP))


def ask_to_save(why: str, how: str) -> None:
    """Say why the file may be behind and wait until the student has saved. Raises HandInError where nobody answers."""
    _asked(
        lambda: input(f"{why}. To send all of it, {how}; then press Enter here: "),
        "tinytorch submit FILE in a terminal",
    )


def _asked(ask: Callable[[], str], otherwise: str) -> str:
    try:
        return str(ask())
    except EOFError as error:
        raise HandInError(f"nobody answered, so nothing was handed in; use {otherwise}") from error
