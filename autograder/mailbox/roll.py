"""The roster as it stands: who handed in what, when, how often, and what it earned; who is missing, who is late."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.collecting.roster import Student
from autograder.grading.results import points_text
from autograder.mailbox import people, status
from autograder.mailbox.mailbox import Mailbox
from autograder.mailbox.status import Handed
from autograder.shown import in_sheet

HEADINGS = ("id", "name", "section", "group", "state", "tries", "received", "late", "due", "points", "of", "receipt")


@dataclass(frozen=True)
class Line:
    """One student: what was handed in, newest first, and the deadline; `own_due` says that it is the student's own."""

    student: Student
    handed: tuple[Handed, ...]
    due: str | None
    own_due: bool

    @property
    def counting(self) -> Handed | None:
        """The submission that counts, None where there is none."""
        return self.handed[0] if self.handed else None

    @property
    def state(self) -> str:
        """In a word: missing, or the state of what counts."""
        return self.counting.state if self.counting else "missing"

    @property
    def earned(self) -> str:
        """The automatic points of what counts, for people; empty where there are none."""
        found = self.counting.result if self.counting else None
        return points_text(found.earned) if found and found.scored else ""

    @property
    def points(self) -> str:
        """Out of how many."""
        found = self.counting.result if self.counting else None
        return points_text(found.points) if found and found.scored else ""


def roll(mailbox: Mailbox) -> list[Line]:
    """Return a line for each student, those who left at the end."""
    found = mailbox.settings
    with mailbox.database.reading() as connection:
        everybody = people.everybody(connection)
        own = people.extensions(connection)
        by_student: dict[str, list[Handed]] = {}
        for each in status.handed_in(connection, found):
            by_student.setdefault(each.student, []).append(each)
    return [
        Line(one, tuple(by_student.get(one.id, ())), own.get(one.id, found.due), one.id in own) for one in everybody
    ]


def lines(found: Iterable[Line]) -> list[str]:
    """Return the roster as the lines of a CSV file, nothing in it a formula."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(HEADINGS)
    for line in found:
        one, last = line.student, line.counting
        names = [in_sheet(each) for each in (one.id, one.name, one.section, one.group)]
        came = [last.received, "late" if last.late else "", line.due or ""] if last else ["", "", line.due or ""]
        sheet.writerow(
            [*names, line.state, len(line.handed), *came, line.earned, line.points, last.number if last else ""]
        )
    return text.getvalue().splitlines()
