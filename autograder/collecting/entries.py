"""One file of a class: where it stood, where its bytes are, and which names on its way a student made.

Knows nothing of how files are packed or of whose they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

METADATA = "submission_metadata.yml"  # Gradescope's list of who handed in what
HIDDEN = "The work is hidden, by its name or in a hidden folder; such files are not read."
LINK = "The submitted folder is a link; only real folders are graded."
# What tools leave behind in nearly every hand-in: nobody's work, so nothing is said of it.
_TOOLS = frozenset({".git", ".ipynb_checkpoints", ".Trash", "__MACOSX", ".DS_Store"})


@dataclass(frozen=True)
class Entry:
    """One file: where it stood, and where its bytes can be read, or None and the reason in a plain sentence.

    Files that are no notebooks have neither path nor reason: they only tell that somebody handed in something. Of
    `parts` the first `outer` stood outside a student's own archive; 0 is all of them.
    """

    parts: tuple[str, ...]
    path: Path | None = None
    reason: str = ""
    outer: int = 0

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.parts[-1]

    @property
    def is_notebook(self) -> bool:
        """Whether the name is a notebook's."""
        return is_notebook(self.name)

    @property
    def is_hidden(self) -> bool:
        """Whether a name on its way hides it."""
        return any(map(is_hidden, self.parts))

    def is_folder_at(self, depth: int) -> bool:
        """Say whether the part at `depth` is a folder outside any archive, not a file and not an archive."""
        return depth < (self.outer or len(self.parts)) - 1


def is_notebook(name: str) -> bool:
    """Say whether a file's name is a notebook's."""
    return name.lower().endswith(".ipynb")


def is_archive(name: str) -> bool:
    """Say whether a file's name is a zip's."""
    return name.lower().endswith(".zip")


def may_hold_work(name: str) -> bool:
    """Say whether a file's name is a notebook's or an archive's."""
    return is_notebook(name) or is_archive(name)


def is_wanted(name: str) -> bool:
    """Say whether a file's bytes are of use: notebooks, archives, Gradescope's list."""
    return may_hold_work(name) or re.split(r"[\\/]", name)[-1] == METADATA


def is_hidden(name: str) -> bool:
    """Say whether a file or folder is hidden by its name."""
    return name.startswith(".") or name == "__MACOSX"


def is_of_a_tool(name: str) -> bool:
    """Say whether a hidden name is one that tools make: nothing in it is work."""
    return name in _TOOLS or name.startswith("._")
