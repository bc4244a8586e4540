"""What the hidden suites said about one set of answers, and the folder that keeps it by what was judged.

`judged/<two digits>/<key>.json` in the course folder: the key is the SHA-256 of the answers and of everything that a
verdict depends on (`basis.py`), so a file is never wrong, only unused. The same answers are judged once, whoever gave
them; after a change of suites the keys are others and everything is judged anew. The folder may be deleted: the next
run judges again. Files are written whole; a lock that ends with its process keeps two from judging the same answers.
"""

from __future__ import annotations

import fcntl
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.examining.examiner import Outcome
from autograder.grading.results import write_whole
from autograder.reading.submission import Submission


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found about one set of answers, whoever gave them.

    `refused` maps answers that end the import to why the stub was judged instead; `bare` says that added cells and
    imports were left out for the same reason, `notes` in which words. `made` is False when no package could be made.
    `seconds` is the wall time it took.
    """

    seed: int
    tier: str
    outcomes: tuple[Outcome, ...] = ()
    remarks: tuple[str, ...] = ()
    attention: bool = False
    made: bool = True
    refused: Mapping[str, str] = field(default_factory=dict)
    bare: bool = False
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    def applied(self, submission: Submission) -> Submission:
        """Return the submission as it was judged in the end."""
        kept = {name: text for name, text in submission.answers.items() if name not in self.refused}
        return replace(
            submission,
            answers=kept,
            refused={**submission.refused, **self.refused},
            extras=() if self.bare else submission.extras,
            imports=() if self.bare else submission.imports,
            remarks=(*submission.remarks, *self.notes),
        )

    def to_bytes(self) -> bytes:
        """Return JSON in UTF-8."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode("utf-8", "replace")

    @classmethod
    def from_bytes(cls, data: bytes) -> Judgement:
        """Read what `to_bytes` wrote; raises ValueError for anything else.

        Texts that a class repeats (names of tests, messages) are kept once in memory.
        """
        try:
            found: dict[str, Any] = json.loads(data)
            outcomes = tuple(_outcome(outcome) for outcome in found.pop("outcomes"))
            remarks, notes = tuple(found.pop("remarks")), tuple(found.pop("notes"))
            return cls(outcomes=outcomes, remarks=remarks, notes=notes, **found)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is no judgement: {error}") from error


class Judgements:
    """The judgements of a course, in one folder; several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, key: str) -> Judgement | None:
        """Return the judgement for a key; None where there is none, or a damaged one, which is then made again."""
        try:
            return Judgement.from_bytes(self._path(key).read_bytes())
        except (OSError, ValueError):
            return None

    def save(self, key: str, judgement: Judgement) -> None:
        """Keep a judgement."""
        write_whole(self._path(key), judgement.to_bytes().decode() + "\n")

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Hold the lock of a key; wait while another process has it."""
        path = self._folder / "locks" / key[:2]
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"


def _outcome(found: Mapping[str, Any]) -> Outcome:
    exercise, test, message = (sys.intern(found[name]) for name in ("exercise", "test", "message"))
    return Outcome(exercise, test, float(found["points"]), float(found["earned"]), message)
