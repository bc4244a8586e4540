"""What stands in a notebook: the course's visible checks, run where the student works. `tinytorch.check()`.

Knows the checks that every student sees in the released notebook and no others; the grade comes from elsewhere.
"""

from __future__ import annotations

from typing import Any

from tinytorch.checking.outline import load_course
from tinytorch.checking.running import CHECK_SECONDS, run_checks
from tinytorch.checking.standing import Standing

__all__ = ["Standing", "check_namespace"]


def check_namespace(namespace: dict[str, Any], seconds: float = CHECK_SECONDS) -> Standing:
    """Run the course's visible checks on the names of `namespace` and return what stands; nothing in it changes.

    A check that takes longer than `seconds` is failing.
    """
    course = load_course()
    return Standing(course, run_checks(course.exercises, namespace, seconds))
