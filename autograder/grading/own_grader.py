"""The grader of a process that grades: made once when the process is made ready, since it reads the release. Knows
nothing of what spreads submissions over processes."""

from __future__ import annotations

from autograder.grading.grade import Grader
from autograder.judging.own_process import collect_seldom, limit_memory
from autograder.judging.setup import Setup

_kept: list[Grader] = []


def prepare(setup: Setup) -> None:
    """Make this process's grader, and set the process's own limits; raises what `Grader` raises."""
    collect_seldom()
    _kept[:] = [Grader(setup)]
    limit_memory()


def own_grader() -> Grader:
    """Return the grader that `prepare` made."""
    return _kept[0]
