"""A grading process that is told by lines of JSON: `python -m autograder.grading.judge_lines`.

Started on a cluster's worker.

The first line holds the setup (release and suites as a zip in base64, limits, seed) and the basis of the caller; the
answer is `{"ready": true}`, or `{"refused": sentence}` where this machine would judge otherwise. Then each line holds
one set of answers, with what is known `before` where only some suites are to be asked, and each answer is
`{"judgement": {...}}` or `{"failed": sentence}`. The support package and the grader are this checkout's own. The end of
the input ends the process, so it never outlives its worker.
"""

from __future__ import annotations

import base64
import io
import json
import os
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from autograder.judging.basis import answers_from, basis
from autograder.judging.judge import CannotGradeError, Judge
from autograder.judging.judgement import Judgement
from autograder.judging.own_process import collect_seldom, limit_memory
from autograder.judging.setup import Setup
from autograder.reading.layout import Layout
from autograder.reading.lesson import load_lesson
from autograder.sandbox import confinement
from autograder.temporary import Folder


def packed(setup: Setup, base: str) -> bytes:
    """Return the first line for a setup: nothing in it depends on this machine but the basis it must agree on."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("release.ipynb", setup.release.read_bytes())
        for path in sorted(setup.suites.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.writestr(f"suites/{path.relative_to(setup.suites).as_posix()}", path.read_bytes())
    files = base64.b64encode(data.getvalue()).decode()
    facts = {"files": files, "limits": asdict(setup.limits), "seed": setup.seed, "trust": setup.trust, "basis": base}
    return json.dumps(facts).encode()


def main() -> int:
    """Answer line by line on what was standard output; whatever prints goes to standard error."""
    with open(os.dup(1), "wb") as answers, Folder("judge") as folder:
        os.dup2(2, 1)
        try:
            judge = _prepared(json.loads(sys.stdin.buffer.readline()), folder)
        except (RuntimeError, OSError, ValueError) as error:
            _say(answers, {"refused": f"{error}"})
            return 1
        collect_seldom()
        limit_memory()
        _say(answers, {"ready": True})
        for line in sys.stdin.buffer:
            _say(answers, _judged(judge, line))
    return 0


def _prepared(facts: dict[str, Any], folder: Path) -> Judge:
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(facts["files"]))) as archive:
        archive.extractall(folder)  # the caller's own, and no name leaves the folder
    setup = Setup(
        release=folder / "release.ipynb",
        support=confinement.build_support(folder / "support"),
        suites=folder / "suites",
        seed=facts["seed"],
        limits=confinement.Limits(**facts["limits"]),
        trust=facts["trust"],
    )
    if basis(setup) != facts["basis"]:
        raise CannotGradeError(
            "its checkout, Python, numpy or scipy is not the caller's; install the same commit and the same "
            "constraints.txt on every worker"
        )
    lesson = load_lesson(setup.release)
    judge = Judge(setup, lesson, Layout.of(lesson.cells))
    judge.check()
    return judge


def _judged(judge: Judge, line: bytes) -> dict[str, Any]:
    try:
        known = json.loads(line).get("before")
        before = Judgement.from_data(known) if known else None
        return {"judgement": asdict(judge.judge(answers_from(line), before))}
    except (RuntimeError, OSError, ValueError) as error:
        return {"failed": f"The grader failed on this submission ({type(error).__name__}: {str(error)[:200]})."}


def _say(answers: BinaryIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
