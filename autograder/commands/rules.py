"""What the two commands that try the hidden suites share: the seed of both, and how a table and its rules are told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.commandline import say

MATRIX_SEED = 13


def told(table: str, problems: Sequence[str], data: Mapping[str, Any] | None) -> int:
    """Print a table and what does not hold, or the data; return the exit status."""
    if data is not None:
        say(json.dumps(data, indent=1))
        return 1 if problems else 0
    say(table)
    say(f"\n{len(problems)} of its rules do not hold:" if problems else "\nEvery rule holds.")
    for problem in problems:
        say(f"  {problem}")
    return 1 if problems else 0
