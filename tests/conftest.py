"""A lesson of three sections, small enough to read at a glance, and where the real one stands."""

import json
import re
from pathlib import Path

import pytest

_SHORTHAND = {  # cell: grade, locked, solution
    "given": (False, True, False),
    "solution": (False, False, True),
    "check": (True, True, False),
    "question": (True, False, True),
}


def _in_full(match: re.Match[str]) -> str:
    """Write nbgrader's metadata as Jupytext does."""
    grade, locked, solution = _SHORTHAND[match[1]]
    points = {"points": int(match[3])} if match[3] else {}
    found = {"grade": grade, "grade_id": match[2], "locked": locked, **points}
    return "nbgrader=" + json.dumps({**found, "schema_version": 3, "solution": solution, "task": False})


MINI_LESSON = re.sub(
    r"@(\w+)\((\w+)(?:, (\d+))?\)",
    _in_full,
    '''\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Build

# %%
#| default_exp benchmarking
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

# %% [markdown] tags=["intro"]
# ## 1. Clock
# > Time as an argument: whoever needs the time is given a clock.
#
# A clock counts whole nanoseconds: ±1 is its resolution.

# %% @given(given_clock)
#| export clock
NS_PER_S = 1_000_000_000
IntArray = npt.NDArray[np.int64]


class Clock(Protocol):
    """What tells the time, in ns."""

    def now_ns(self) -> int:
        """Return the time in ns."""

# %% [markdown]
# ### Exercise 1.1: A virtual clock (45 points, about 2 lines)
# Time that moves only when it is told to.

# %% @solution(VirtualClock)
#| export clock
class VirtualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns

    def now_ns(self) -> int:
        """Return the time in ns."""
        ### BEGIN SOLUTION
        return self._now_ns
        ### END SOLUTION

    def advance_ns(self, duration_ns: int) -> None:
        """Move the clock, raise ValueError if that is backwards."""
        ### BEGIN SOLUTION
        if duration_ns < 0:
            raise ValueError(f"a clock cannot go back, got {duration_ns} ns")
        self._now_ns += duration_ns
        ### END SOLUTION

# %% @check(VirtualClock_check, 45)
ticking = VirtualClock(5)
ticking.advance_ns(NS_PER_S)
assert ticking.now_ns() == NS_PER_S + 5, "advance_ns should move the clock by exactly so much"

# %% [markdown]
# ## 2. Statistics
# > What a handful of durations
# > can support.

# %% @given(given_interval)
#| export stats
class Interval(NamedTuple):
    """A range that holds the value."""

    low: float
    high: float

# %% [markdown]
# ### Exercise 2.1: Percentile (40 points, about 2 lines)

# %% @solution(percentile)
#| export stats
def percentile(values: Sequence[float], p: float) -> float:
    """Return the value that a fraction p of the values does not exceed."""
    ### BEGIN SOLUTION
    ordered = sorted(values)
    return ordered[math.floor(len(ordered) * p)]
    ### END SOLUTION

# %% @check(percentile_check, 40)
assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0

# %%
# not exported: the student tries things here
print(percentile(range(10), 0.9), np.pi)

# %% [markdown]
# # Use
# ## 3. Report
# > Words for a clock's numbers.

# %% @given(given_report)
#| exporti report
def _seconds(ns: int) -> float:
    return ns / NS_PER_S

# %% @given(given_describe)
#| export report
def describe(clock: Clock, durations: Sequence[float]) -> str:
    """Return the time and the median in words."""
    return f"{_seconds(clock.now_ns()):.1f} s, median {percentile(durations, 0.5)}"

# %% [markdown]
# # Analyze

# %% [markdown] @given(asked_clock)
# **Question 1 (15 points).** Which clock would you give to a test, and why?

# %% [markdown] @question(question_clock, 15)
# ### BEGIN SOLUTION
# The virtual one, because its readings never depend on the machine.
# ### END SOLUTION
''',
)


@pytest.fixture
def mini_text() -> str:
    """The source of a small complete lesson."""
    return MINI_LESSON


@pytest.fixture
def mini_lesson(tmp_path: Path) -> Path:
    """The small lesson as a file."""
    path = tmp_path / "benchmarking_dev.py"
    path.write_text(MINI_LESSON)
    return path


@pytest.fixture
def lesson_path() -> Path:
    """The real lesson."""
    return Path(__file__).parents[1] / "modules/source/13_benchmarking/benchmarking_dev.py"
