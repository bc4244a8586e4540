"""Content keys: a name for the answers of a submission together with everything that a verdict about them depends on.

The basis of a class is the released notebook, the suites, the support package, the grader's own code, Python and the
libraries that answers compute with, the limits and whether there is a sandbox. Two runs, or two machines of a cluster,
with the same basis give the same verdicts.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.reading.extras import Extra
from autograder.reading.submission import Submission

if TYPE_CHECKING:
    from autograder.grading.judging import Setup

GRADER = Path(__file__).resolve().parents[1]
LIBRARIES = ("numpy", "scipy")
# Rooms and modules that find, show, enter or spread, and decide no points. What is not named here counts.
_DECIDE_NOTHING = frozenset({"books", "proving", "suites", "variants", "wrong_answers"})
_NOR_DO = frozenset(
    {
        "__main__",
        "archives",
        "batch",
        "class_cli",
        "classroom",
        "cli",
        "cluster",
        "collect",
        "collected",
        "gradebook",
        "judge_lines",
        "links",
        "owners",
        "places",
        "pool",
        "progress",
        "record",
        "release",
        "table",
    }
)


def basis(setup: Setup) -> str:
    """Return the digest of what a class is graded with, apart from the seed. Raises OSError for missing files."""
    digest = hashlib.sha256()
    for name, data in _parts(setup):
        digest.update(f"{name} {len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


def answers_bytes(submission: Submission) -> bytes:
    """Return what is judged of a submission, as JSON: answers, added cells and imports. Nothing in it names anybody."""
    extras = [asdict(extra) for extra in submission.extras]
    found = {"answers": dict(submission.answers), "extras": extras, "imports": list(submission.imports)}
    return json.dumps(found, sort_keys=True).encode()


def answers_from(data: bytes) -> Submission:
    """Return the nameless submission that `answers_bytes` wrote. Raises ValueError, KeyError or TypeError."""
    found = json.loads(data)
    extras = tuple(Extra(**extra) for extra in found["extras"])
    return Submission("", Path(), answers=found["answers"], extras=extras, imports=tuple(found["imports"]))


def key_of(answers: bytes, base: str, seed: int | None) -> str:
    """Return the content key; `seed` is None where any seed will do."""
    return hashlib.sha256(b"\n".join([base.encode(), repr(seed).encode(), answers])).hexdigest()


def _parts(setup: Setup) -> Iterator[tuple[str, bytes]]:
    yield "release", setup.release.read_bytes()
    for folder, name in ((setup.suites, "suites"), (setup.support / "tinytorch", "support")):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes()
    for path in sorted(GRADER.rglob("*.py")):
        inside = path.relative_to(GRADER)
        if inside.parts[0] not in _DECIDE_NOTHING and path.stem not in _NOR_DO:
            yield f"grader/{inside.as_posix()}", path.read_bytes()
    versions = [f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES]
    facts = [platform.python_version(), *versions, *sorted(asdict(setup.limits).items()), setup.trust]
    yield "environment", repr(facts).encode()
