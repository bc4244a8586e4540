"""A course without a mailbox: how to get the file from here, what is in it, and where to bring it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tinytorch.checking.hand_in import HandIn
from tinytorch.checking.outline import load_course
from tinytorch.handing_in.contents import contents
from tinytorch.handing_in.errors import HandInError
from tinytorch.handing_in.place import download, place
from tinytorch.handing_in.submitting import DEFAULT, where_to_bring_it
from tinytorch.handing_in.work import Work, find, from_colab, session_file, to_save, what_ran

_WIDTH = 100


@dataclass(frozen=True, repr=False)
class Download:
    """What a student does where nothing can be sent: shown as sentences, in a notebook and in a terminal."""

    published: HandIn
    work: Work | None = None

    @cached_property
    def steps(self) -> list[str]:
        """The steps, a sentence each."""
        work = self.work or _found()
        name = DEFAULT if work is None else work.name
        held = [] if work is None else [f"{name}, as it was saved: {contents(work.cells, load_course())}."]
        save = [] if place() == "colab" else [f"{to_save().capitalize()}."]
        return [*held, *save, f"Download it: {download(name)}.", where_to_bring_it(self.published)]

    def __repr__(self) -> str:
        course = self.published.course or "This course"
        lines = [f"{course} has no mailbox to send your notebook to, so you bring the file."]
        for number, step in enumerate(self.steps, 1):
            lines += textwrap.wrap(step, _WIDTH, initial_indent=f"{number}. ", subsequent_indent="   ")
        return "\n".join(lines)


class Unasked:
    """What a program gets that runs the whole notebook, as Validate does: it hands nothing in."""

    def __repr__(self) -> str:
        return (
            "Nobody is in front of this notebook, so nothing was handed in: open it and run this cell, or use "
            "`tinytorch submit FILE` in a terminal."
        )


def _found() -> Work | None:
    """This notebook, if it can be told which it is; here it is looked at only."""
    try:
        return (
            from_colab(DEFAULT) if place() == "colab" else find(Path.cwd(), load_course(), what_ran(), session_file())
        )
    except HandInError:
        return None
