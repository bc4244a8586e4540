"""What may be handed in, judged by its name and its first bytes alone: nothing here reads a notebook."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 150  # characters
_BOM = b"\xef\xbb\xbf"


class NotANotebookError(ValueError):
    """A file that is refused by its name or its first bytes; the message is one sentence with the way out."""


def file_name(text: str) -> str:
    """Return a file's name, fit to be shown in one line. Raises NotANotebookError for a path and for other kinds."""
    name = unicodedata.normalize("NFC", text).strip()
    if re.search(r"[/\\\0]", name) or name.startswith("."):
        raise NotANotebookError("a name is wanted, not a path: hand in the notebook alone, like benchmarking_dev.ipynb")
    if not name.lower().endswith(".ipynb"):
        raise NotANotebookError("a notebook is wanted, a file whose name ends in .ipynb: save yours and hand that in")
    if len(name) > LONGEST:
        raise NotANotebookError(f"the file's name has {len(name)} characters, at most {LONGEST} are taken: rename it")
    return "".join(c if c.isprintable() else " " for c in name)


def look_at(head: bytes) -> None:
    """Look at the first bytes: a notebook is JSON and begins with a brace. Raises NotANotebookError."""
    text = head.removeprefix(_BOM).lstrip()
    if not head:
        raise NotANotebookError("the file is empty: save the notebook, then hand it in again")
    if not text.startswith(b"{"):
        kind = (
            "a zip file"
            if head.startswith(b"PK")
            else "compressed"
            if head.startswith(b"\x1f\x8b")
            else "something else"
        )
        raise NotANotebookError(
            f"a notebook begins with a brace, this is {kind}: hand in the .ipynb file as Jupyter saves it"
        )
