"""The lines of the lesson's solutions that stand nowhere in what students get: none may be in a page or an archive."""

from __future__ import annotations

import builtins
import keyword
import re
from functools import cache
from pathlib import Path

from autograder.reading.lesson import split_solution
from tinytorch.export import read_lesson

ROOT = Path(__file__).parents[1]
LESSON = ROOT / "modules/source/13_benchmarking/benchmarking_dev.py"
SHORT = 12  # characters: a shorter line, such as `return None`, gives nothing away
NAMES = 2  # of its own: a line with fewer, such as `for _ in range(rounds):` or `return models`, stands in any program


@cache
def secrets() -> tuple[str, ...]:
    """Return the stripped lines of all solutions, those left out that are public somewhere in the lesson."""
    public, hidden = "", []
    for cell in read_lesson(LESSON):
        shown, solution = split_solution(cell)
        public += "\n".join([*shown, ""])
        hidden += [line.strip() for line in solution]
    return tuple(dict.fromkeys(line for line in hidden if tells(line) and line not in public))


def tells(line: str) -> bool:
    """Return whether a line says something: long enough, with names or a number of its own, and no call's beginning."""
    words = set(re.findall(r"[^\W\d]\w*", line)) - {*keyword.kwlist, *dir(builtins), "_"}
    begins = line.endswith(("(", "[", "{")) and len(line) < 2 * SHORT
    return len(line) > SHORT and not begins and (len(words) >= NAMES or bool(re.search(r"\d", line)))


def leaked(text: str) -> list[str]:
    """Return the solution lines that stand in `text`, as code or as the entities of a page."""
    plain = (
        text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
    )
    return [line for line in secrets() if line in plain]
