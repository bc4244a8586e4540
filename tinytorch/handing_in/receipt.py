"""The receipt: shown at once, kept beside the notebook. It is the mailbox's own words, signed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinytorch.checking.hand_in import moment

_WIDTH = 100


@dataclass(frozen=True, repr=False)
class HandedIn:
    """What was handed in, for a notebook (HTML), a terminal (text) and a script (`signed`, the receipt as it came).

    `again` says that the mailbox had this very file already; `kept` is the receipt's file, None where none could be
    written; `remarks` are sentences about this hand-in.
    """

    signed: Mapping[str, Any]
    again: bool = False
    kept: Path | None = None
    remarks: Sequence[str] = ()

    @property
    def receipt(self) -> Mapping[str, Any]:
        """The receipt without its signature."""
        found: Mapping[str, Any] = self.signed["receipt"]
        return found

    @property
    def number(self) -> str:
        """The receipt's number."""
        return str(self.receipt["number"])

    @property
    def headline(self) -> str:
        """What happened, in one sentence."""
        late = ", after the deadline" if self.receipt.get("late") else ""
        if self.again:
            return f"This very file was handed in before{late}: here is its receipt again."
        return f"Handed in{late}."

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The receipt's facts by name, as a person reads them."""
        facts = self.receipt
        named = [("Number", self.number), ("Received", in_words(facts.get("received")))]
        named += [("Deadline", in_words(facts.get("due")))] if facts.get("due") else []
        named += [(label, str(facts[name])) for label, name in _FACTS if facts.get(name)]
        return [*named, ("SHA-256", str(facts["sha256"]))]

    @property
    def after(self) -> list[str]:
        """What to know and what to do next, a sentence each."""
        kept = f"The receipt is kept in {self.kept.name}; keep it." if self.kept else ""
        told = "tinytorch.feedback() shows what became of it. Hand in again as often as you like: the last one counts."
        return [*self.remarks, *([kept] if kept else []), told]

    def __repr__(self) -> str:
        import textwrap

        lines = [self.headline, *(f"{name:<10} {value}" for name, value in self.rows)]
        return "\n".join([*lines, *(line for each in self.after for line in ["", *textwrap.wrap(each, _WIDTH)])])

    def _repr_html_(self) -> str:
        from tinytorch.templates.pages import render

        return render("handed_in.html", headline=self.headline, rows=self.rows, after=self.after)


_FACTS = (("Course", "course"), ("Student", "student"), ("Name", "name"), ("Bytes", "size"))


def keep_receipt(signed: Mapping[str, Any], folder: Path) -> tuple[Path | None, str]:
    """Write the receipt to a folder; return its path, or None and a remark where the disk does not take it."""
    number = re.sub(r"[^A-Za-z0-9-]", "_", str(signed["receipt"]["number"]))[:64]  # a name, whatever was sent
    path = folder / f"receipt-{number}.json"
    try:
        path.unlink(missing_ok=True)  # a browser's JupyterLite hangs where a .json file is written over
        path.write_text(json.dumps(signed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        return None, f"The receipt could not be written to {folder} ({error.strerror}): note its number."
    return path, ""


def in_words(text: object) -> str:
    """Return a time of the mailbox in words; as it came where it is none."""
    try:
        return moment(str(text))
    except ValueError:
        return str(text)
