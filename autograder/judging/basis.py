"""Content keys: a name for the answers of a submission together with everything that a verdict about them depends on.

The ground of a class is the released notebook, what the suites share, the support package, the grader's own code,
Python and the libraries that answers compute with, the limits and whether there is a sandbox; its basis is the ground
and the suites. What a suite says depends on the answers, the ground and that suite. Two runs, or two machines of a
cluster, with the same basis give the same verdicts.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.judging.setup import Setup
from autograder.reading.extras import Extra
from autograder.reading.submission import Submission

GRADER = Path(__file__).resolve().parents[1]
LIBRARIES = ("numpy", "scipy")
# Rooms whose modules can change a verdict; `tests/test_regrade.py` holds that the judge imports from no other.
DECIDING = ("reading", "sandbox", "examining", "judging")


def basis(setup: Setup) -> str:
    """Return the digest of what a class is graded with, apart from the seed. Raises OSError for missing files."""
    return _digest([("ground", ground(setup).encode()), *((name, b"") for name in suites_of(setup))])


def ground(setup: Setup) -> str:
    """Return the digest of what every verdict depends on, whatever the suite. Raises OSError for missing files."""
    return _digest(_parts(setup))


def suites_of(setup: Setup) -> list[str]:
    """Return a name for each suite that says what is in it, `test_stats.py 5a1c...`, in pytest's order."""
    return [f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()[:32]}" for name, path in _suites(setup.suites)]


def file_of(suite: str) -> str:
    """Return the file of a suite that `suites_of` named."""
    return suite.rpartition(" ")[0]


def _suites(folder: Path) -> list[tuple[str, Path]]:
    found = [path for path in folder.rglob("test_*.py") if "__pycache__" not in path.parts]
    return sorted((path.relative_to(folder).as_posix(), path) for path in found)


def inputs_seed(seed: int, answers: bytes) -> int:
    """Return the number that the tests of these answers draw their inputs from, in [0, 2**31).

    A student's code may show what it is given. This number is of no use for any other answers, and they change with
    whatever is written into them; the seed of the run would be.
    """
    return int.from_bytes(hashlib.sha256(b"inputs %d\n" % seed + answers).digest()[:4]) >> 1


def _digest(parts: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, data in parts:
        digest.update(f"{name} {len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


def answers_bytes(submission: Submission, **more: Any) -> bytes:
    """Return what is judged of a submission, as JSON: answers, added cells and imports. Nothing in it names anybody.

    `more` are entries that `answers_from` passes over.
    """
    extras = [asdict(extra) for extra in submission.extras]
    found = {"answers": dict(submission.answers), "extras": extras, "imports": list(submission.imports)} | more
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
    alone = {path for _, path in _suites(setup.suites)}
    for folder, name in ((setup.suites, "suites"), (setup.support / "tinytorch", "support")):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path not in alone:
                yield f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes()
    for room in DECIDING:
        for path in sorted((GRADER / room).rglob("*.py")):
            yield f"grader/{path.relative_to(GRADER).as_posix()}", path.read_bytes()
    versions = [f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES]
    facts = [platform.python_version(), *versions, *sorted(asdict(setup.limits).items()), setup.trust]
    yield "environment", repr(facts).encode()
