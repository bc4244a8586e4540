"""What stands, as a table: for a notebook (HTML), for a terminal (text), for a script (plain data).

Every value is escaped, no state is told by colour alone, and it says what its checks are worth. Runs nothing.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tinytorch.checking.hand_in import load_hand_in
from tinytorch.checking.outline import Course
from tinytorch.checking.running import Outcome

if TYPE_CHECKING:
    from markupsafe import Markup

_WIDTH = 100
_BAR = 30
_MARKS = {"done": "●", "failing": "✕", "not yet": "◐", "not run": "○"}  # read aloud are the words beside them


@dataclass(frozen=True, repr=False)
class Standing:
    """What stands in a notebook. Shown as a table; `to_dict` gives it to a script.

    `answered` says by grade id which questions have an answer; a running notebook cannot tell, so it is empty there.
    `remarks` are sentences about the notebook itself; `saved` says that it is a file and not a running notebook.
    """

    course: Course
    outcomes: Sequence[Outcome]
    answered: Mapping[str, bool] = field(default_factory=dict)
    remarks: Sequence[str] = ()
    saved: bool = False

    @property
    def done(self) -> int:
        """How many exercises' visible checks hold."""
        return sum(outcome.state == "done" for outcome in self.outcomes)

    @property
    def points(self) -> float:
        """The points of the visible checks that hold."""
        return sum(outcome.exercise.points for outcome in self.outcomes if outcome.state == "done")

    @property
    def possible(self) -> float:
        """The points of all visible checks."""
        return sum(outcome.exercise.points for outcome in self.outcomes)

    @property
    def complete(self) -> bool:
        """Whether every visible check holds."""
        return self.done == len(self.outcomes)

    @property
    def next(self) -> Outcome | None:
        """The first exercise that is not done, or None."""
        return next((outcome for outcome in self.outcomes if outcome.state != "done"), None)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        exercises = [
            {
                "number": each.exercise.number,
                "name": each.exercise.name,
                "title": each.exercise.title,
                "section": each.exercise.section,
                "points": each.exercise.points,
                "state": each.state,
                "said": each.said,
            }
            for each in self.outcomes
        ]
        questions = [
            {"number": each.number, "name": each.name, "points": each.points, "answered": self.answered.get(each.name)}
            for each in self.course.questions
        ]
        return {
            "course": self.course.title,
            "points": self.points,
            "possible": self.possible,
            "done": self.done,
            "exercises": exercises,
            "questions": questions,
            "next": None if self.next is None else self.next.exercise.name,
            "remarks": list(self.remarks),
        }

    def __repr__(self) -> str:
        filled = round(_BAR * self.points / self.possible) if self.possible else 0
        rows = [(each.exercise.number, each.exercise.title, each.exercise.points, each) for each in self.outcomes]
        width = max((len(title) for _, title, *_ in rows), default=0)
        lines = [self.course.title, f"[{'#' * filled}{'.' * (_BAR - filled)}] {self.summary}", ""]
        for number, title, points, outcome in rows:
            start = f"{number:>5}  {title:<{width}}  {points:>3g}  "
            told = f"{outcome.state}: {outcome.said}" if outcome.said else outcome.state
            lines += textwrap.wrap(told, _WIDTH, initial_indent=start, subsequent_indent=" " * len(start))
        for paragraph in [self.what_next.replace("**", ""), *self.remarks, *self.worth]:
            lines += ["", *textwrap.wrap(paragraph, _WIDTH)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from tinytorch.templates.pages import render

        return render("standing.html", standing=self, marks=_MARKS, what_next=marked(self.what_next))

    @property
    def summary(self) -> str:
        """How far it is, in words."""
        return f"{self.done} of {len(self.outcomes)} checks hold, {self.points:g} of {self.possible:g} points"

    @property
    def what_next(self) -> str:
        """What to do next, in Markdown."""
        if self.next is None:
            return f"**Every visible check holds.** {self._questions_left()} {_hand_in()}"
        if all(outcome.state == "not run" and not outcome.said for outcome in self.outcomes):
            return "**Next: run the notebook's cells from the top**, then call this again."
        exercise = self.next.exercise
        size = f", {exercise.size}" if exercise.size else ""
        where = f"**Next: Exercise {exercise.number}, {exercise.title}**, in section {exercise.section}"
        return f"{where} ({exercise.points:g} points{size}). {exercise.prompt}"

    def _questions_left(self) -> str:
        left = [each for each in self.course.questions if not self.answered.get(each.name)]
        if not left:
            return "Every question has an answer."
        names = ", ".join(each.number for each in left)
        return f"What is left is written: question{'s' if len(left) > 1 else ''} {names}, at the end of the notebook."

    @property
    def worth(self) -> list[str]:
        """What the table is and is not, and what stands beside it: two sentences to be shown with it."""
        points = sum(each.points for each in self.course.questions)
        read = f"{len(self.course.questions)} questions ({points:g} points) are read by a person"
        known = [self.answered[each.name] for each in self.course.questions if each.name in self.answered]
        read += f"; {sum(known)} of them have an answer" if known else ""
        ran_on = "the notebook as it was saved" if self.saved else "what its cells defined when they were last run"
        what = f"These are the checks that you see in the notebook, run on {ran_on}."
        return [f"{what} The grade comes from hidden tests, which look further.", f"{read}."]


def _hand_in() -> str:
    """How and by when a finished notebook is handed in."""
    return f"Then hand it in{load_hand_in().by}: `tinytorch.submit()`, in the notebook's last cell."


def marked(markdown: str) -> Markup:
    """Return a line of Markdown as HTML: code and strong words as such, everything else escaped."""
    from markupsafe import Markup, escape

    parts = re.split(r"`([^`]+)`|\*\*([^*]+)\*\*", markdown)  # text, code or None, strong or None, text, ...
    made = [escape(text) for text in parts[:1]]
    for code, strong, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        made += [Markup("<code>{}</code>").format(code) if code else Markup("<strong>{}</strong>").format(strong)]
        made += [escape(text)]
    return Markup().join(made)
