"""The grader of a process that grades: made once when the process is made ready, since it reads the release. Knows
nothing of what spreads submissions over processes."""

from __future__ import annotations

from autograder.grading.grade import Grader
from autograder.judging.setup import Setup

_kept: list[Grader] = []


def prepare(setup: Setup) -> None:
    """Make this process's grader; raises what `Grader` raises."""
    _kept[:] = [Grader(setup)]


def own_grader() -> Grader:
    """Return the grader that `prepare` made."""
    return _kept[0]
