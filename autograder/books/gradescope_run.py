"""What runs in Gradescope's container: grade the one submission that lies there and write its `results.json`.

`ROOT/submission` holds what the student handed in, `ROOT/source` what `gradescope.py` packed, `ROOT/results` takes the
results. Where nothing can be graded there is no score and the reason is written out: a 0 would be a verdict.
"""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import Any

from autograder.books.exports import gradescope
from autograder.collecting.choose import Found
from autograder.collecting.collect import one_submission
from autograder.files import write_whole
from autograder.grading.grade import Grader
from autograder.judging.setup import Setup
from autograder.reading.lesson import ASSIGNMENT, NOTEBOOK
from autograder.sandbox import confinement
from autograder.temporary import Folder

NOT_GRADED = "This submission could not be graded; your instructor has to look at it."


def main(root: Path) -> int:
    """Grade `root/submission` and write `root/results/results.json`; return 0, or 1 where nothing could be graded."""
    try:
        results, code = grade(root, one_submission(root / "submission")), 0
    except (confinement.SandboxUnavailable, RuntimeError, OSError, ValueError) as error:
        print(f"autograder: {error}", file=sys.stderr)  # noqa: T201 - the log that Gradescope keeps for the instructor
        results, code = {"output": NOT_GRADED, "output_format": "text", "stdout_visibility": "hidden"}, 1
    write_whole(root / "results" / "results.json", json.dumps(results, ensure_ascii=False, indent=1) + "\n")
    return code


def grade(root: Path, found: Found) -> dict[str, Any]:
    """Return the results of one submission. Raises RuntimeError with the reason where it could not be judged."""
    source = root / "source"
    with Folder("support") as support:
        setup = Setup(
            release=source / "release" / ASSIGNMENT / NOTEBOOK,
            support=confinement.build_support(support),
            suites=source / "suites" / ASSIGNMENT,
            seed=secrets.randbelow(2**31),
        )
        result = Grader(setup).grade(found).result
        if not result.judged:
            raise RuntimeError("; ".join(result.staff))
        return gradescope(result)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
