"""Handing in: the notebook goes to the course's mailbox with one call, a receipt comes back, later the feedback.

`submitting` is the way there, `answered` the way back; `mailbox` is what both say over HTTP. Nothing of the network is
imported before it is used. Knows no grader.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tinytorch.handing_in.answered import Answered
    from tinytorch.handing_in.downloading import Download, Unasked
    from tinytorch.handing_in.receipt import HandedIn

__all__ = ["fetch_feedback", "submit_notebook"]


def submit_notebook(
    file: str | Path | None = None, code: str | None = None, address: str | None = None
) -> HandedIn | Download | Unasked:
    """Hand in the notebook `file`, or the one that this runs in; see `tinytorch.submit`."""
    from tinytorch.checking.hand_in import load_hand_in
    from tinytorch.handing_in.address import normal
    from tinytorch.handing_in.downloading import Download, Unasked
    from tinytorch.handing_in.mailbox import Mailbox
    from tinytorch.handing_in.place import asks_somebody, kernel
    from tinytorch.handing_in.submitting import hand_in, this_notebook
    from tinytorch.handing_in.work import from_file

    published = load_hand_in()
    where = address or published.address
    if not where:
        return Download(published, None if file is None else from_file(Path(file)))
    if file is None and kernel() is not None and not asks_somebody():
        return Unasked()
    box = Mailbox(normal(where))
    return hand_in(box, this_notebook() if file is None else from_file(Path(file)), code)


def fetch_feedback(address: str | None = None, code: str | None = None, folder: Path | None = None) -> Answered:
    """Fetch what became of the last hand-in; see `tinytorch.feedback`."""
    from tinytorch.checking.hand_in import load_hand_in
    from tinytorch.handing_in.address import normal
    from tinytorch.handing_in.answered import answer
    from tinytorch.handing_in.errors import HandInError
    from tinytorch.handing_in.mailbox import Mailbox
    from tinytorch.handing_in.submitting import where_to_bring_it

    published = load_hand_in()
    where = address or published.address
    if not where:
        raise HandInError(
            f"this course has no mailbox to ask. {where_to_bring_it(published)} Its feedback comes from there."
        )
    return answer(Mailbox(normal(where)), code, folder or Path.cwd())
