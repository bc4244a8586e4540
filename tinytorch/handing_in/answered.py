"""What became of the last hand-in: waiting or graded, points and page of feedback as far as the course shows them."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinytorch.handing_in import keys
from tinytorch.handing_in.errors import HandInError, RefusedError
from tinytorch.handing_in.mailbox import Mailbox
from tinytorch.handing_in.receipt import in_words
from tinytorch.handing_in.submitting import sign_in

_WIDTH = 100
_STATES = {
    "waiting": "It waits to be graded; ask again in some minutes.",
    "grading": "It is being graded; ask again in a minute.",
    "graded": "It is graded.",
    "needs a look": "It needs a look by your course first; you need not do anything.",
}


@dataclass(frozen=True, repr=False)
class Answered:
    """One hand-in as the mailbox tells it; `page` is the feedback, HTML, "" where none is shown, `kept` its file."""

    status: Mapping[str, Any]
    page: str = ""
    kept: Path | None = None
    remark: str = ""

    @property
    def points(self) -> float | None:
        """The points, or None where the course shows none yet."""
        found = self.status.get("points")
        return None if found is None else float(found)

    @property
    def sentences(self) -> list[str]:
        """What there is to say, a sentence each."""
        status = self.status
        late = ", after the deadline" if status.get("late") else ""
        said = [f"{status['number']}, received {in_words(status.get('received'))}{late}."]
        said.append(_STATES.get(str(status.get("state")), f"Its state: {status.get('state')}."))
        if self.points is not None:
            said.append(f"{self.points:g} of {status.get('max_points') or 0:g} points.")
        answers = status.get("answers")
        if isinstance(answers, dict) and answers.get("empty"):
            said.append(f"Empty: {', '.join(map(str, answers['empty']))}.")
        if status.get("state") == "graded" and not self.page:
            said.append("Your course does not show the feedback yet.")
        if self.kept is not None:
            said.append(f"The page is kept in {self.kept.name}.")
        return [*said, self.remark] if self.remark else said

    def __repr__(self) -> str:
        return "\n".join(line for each in self.sentences for line in textwrap.wrap(each, _WIDTH))

    def _repr_html_(self) -> str:
        told = "".join(f"<p>{html.escape(each)}</p>" for each in self.sentences)
        if not self.page:
            return told
        # Of another origin than the notebook's page: nothing in it can reach the notebook.
        frame = f'<iframe title="Feedback" sandbox="" srcdoc="{html.escape(self.page)}"'
        return (
            f'{told}{frame} style="width: 100%; height: 40rem; border: 1px solid #808080; background: #fff"></iframe>'
        )


def answer(box: Mailbox, code: str | None, folder: Path) -> Answered:
    """Ask for the last hand-in and, where the course shows it, its page, which is kept in `folder`."""
    course = box.course()
    remarks = sign_in(box, course, code)
    try:
        handed_in = box.submissions()
    except RefusedError as error:
        if error.status != 401 or code is not None:
            raise
        keys.forget(box.address)
        remarks = sign_in(box, course, None)
        handed_in = box.submissions()
    if not handed_in:
        raise HandInError(f"nothing of yours was handed in to {course.name} yet; tinytorch.submit() hands it in")
    last = handed_in[0]
    if not last.get("feedback"):
        return Answered(last, remark=" ".join(remarks))
    page = box.feedback(str(last["number"]))
    kept, remark = _keep(page, str(last["number"]), folder)
    return Answered(last, page, kept, " ".join([*remarks, remark]).strip())


def _keep(page: str, number: str, folder: Path) -> tuple[Path | None, str]:
    path = folder / f"feedback-{re.sub(r'[^A-Za-z0-9-]', '_', number)[:64]}.html"
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        return None, f"The page could not be written to {folder} ({error.strerror})."
    return path, ""
