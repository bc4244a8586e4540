"""A lesson of three exercises and one question, its hidden suite, right answers and a wrong one, as texts."""

import json
import re

_LESSON = '''# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Mini

# %%
#| default_exp benchmarking
import math

import numpy as np

# %% [markdown]
# ## 1. Stats
# > Numbers from latencies.
#
# ### Exercise 1.1: Middle (40 points, about 2 lines)
# Return the middle value.

# %% @solution middle
#| export stats
def middle(values: list[float]) -> float:
    """Return the middle of an odd number of values."""
    ### BEGIN SOLUTION
    return sorted(values)[math.floor(len(values) / 2)]
    ### END SOLUTION

# %% @check middle_check 40
assert middle([3, 1, 2]) == 2

# %% [markdown]
# ## 2. Clock
# > Time that waits for nobody.

# %% @given given_units
#| export clock
NS_PER_S = 1_000_000_000

# %% [markdown] @given asked_measured
# **Question 1 (15 points).** What did you measure? Give a number with its unit.

# %% [markdown] @question question_measured 15
# ### BEGIN SOLUTION
# A median of 3 ms over 5 rounds.
# ### END SOLUTION

# %% [markdown]
# ### Exercise 2.1: Clock (25 points, about 4 lines)

# %% @solution Clock
#| export clock
class Clock:
    """A clock in whole ns that only `advance` moves."""

    def __init__(self) -> None:
        self.now = 0

    def advance(self, seconds: float) -> int:
        """Move the clock and return the time."""
        ### BEGIN SOLUTION
        self.now += round(seconds * NS_PER_S)
        return self.now
        ### END SOLUTION

# %% @check Clock_check 25
assert Clock().advance(1) == NS_PER_S

# %% [markdown]
# ### Exercise 2.2: Spread (20 points, about 2 lines)

# %% @solution spread
#| export clock
def spread(values: list[float]) -> float:
    """Return the largest distance from the middle."""
    ### BEGIN SOLUTION
    centre = middle(values)
    return float(np.max(np.abs(np.asarray(values) - centre)))
    ### END SOLUTION

# %% @check spread_check 20
assert spread([1, 2, 5]) == 3
'''

_FLAGS = {"given": (False, True, False), "solution": (False, False, True)}
_FLAGS |= {"check": (True, True, False), "question": (True, False, True)}


def _in_full(match: re.Match[str]) -> str:
    """Write nbgrader's metadata as Jupytext does, for `@kind grade_id points`."""
    grade, locked, solution = _FLAGS[match[1]]
    points = {"points": int(match[3])} if match[3] else {}
    found = {"grade": grade, "grade_id": match[2], "locked": locked, **points}
    return "nbgrader=" + json.dumps({**found, "schema_version": 3, "solution": solution, "task": False})


def in_full(text: str) -> str:
    """Return a lesson with nbgrader's metadata for each `@kind grade_id points`."""
    return re.sub(r"@(\w+) (\w+)(?: (\d+))?", _in_full, text)


LESSON = in_full(_LESSON)

SUITE = """
import numpy as np
import pytest


def values(seed):
    return [float(value) for value in np.roll(range(9), 1 + seed % 8)]


@pytest.mark.exercise("middle", points=30)
def test_middle_of_any_order(student, seed):
    yours = student.middle(values(seed))
    assert yours == 4.0, f"Yours: {yours}\\nExpected: 4.0\\nSort before you take the middle."


@pytest.mark.exercise("middle", points=10)
def test_one_value(student, seed):
    assert student.middle([5.0]) == 5.0, "Yours: not 5.0\\nExpected: 5.0\\nOne value is its own middle."


@pytest.mark.exercise("Clock", points=25)
def test_clock_adds_up(student, seed):
    clock = student.Clock()
    clock.advance(1.5)
    assert clock.advance(0.5) == 2_000_000_000, "The clock should add up what it is told."


@pytest.mark.exercise("spread", points=20)
def test_spread(student, seed):
    assert student.spread(sorted(values(seed))) == 4.0, "Yours: another\\nExpected: 4.0\\nLargest distance."
"""

ANSWERS = {
    "middle": "def middle(values):\n    return sorted(values)[math.floor(len(values) / 2)]",
    "Clock": "class Clock:\n    def __init__(self):\n        self.now = 0\n\n    def advance(self, seconds):\n"
    "        self.now += round(seconds * NS_PER_S)\n        return self.now",
    "spread": "def spread(values):\n    return float(max(abs(value - middle(values)) for value in values))",
    "question_measured": "The median was 4.2 ms.",
}
WRONG_MIDDLE = (
    "# The middle of the list as it comes.\n#| export stats\ndef middle(values):\n    return values[len(values) // 2]\n"
)
