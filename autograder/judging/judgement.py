"""What the hidden suites said about one set of answers, and the folder that keeps it by what was judged.

`judged/<two digits>/<key>.json` in the course folder: the key is the SHA-256 of the answers and of everything that all
verdicts depend on (`basis.py`), and in the file what each suite said stands under the suite's own digest, so it is
never wrong, only unused. The same answers are judged once, whoever gave them; after a change of a suite by that suite
alone. The folder may be deleted: the next run judges again. Files are written whole; a lock that ends with its process
keeps two from judging the same answers.
"""

from __future__ import annotations

import fcntl
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.examining.examiner import Outcome, Part, Parts
from autograder.files import json_text, write_whole
from autograder.reading.submission import Submission


@dataclass(frozen=True, slots=True)
class Judgement(Parts):
    """What was found about one set of answers, whoever gave them.

    `parts` holds what each suite said, by name and digest of the suite (`basis.suites_of`). `refused` maps answers that
    end the import to why the stub was judged instead; `bare` says that added cells and imports were left out for the
    same reason, `notes` in which words. `made` is False when no package could be made. `seconds` is the wall time.
    """

    seed: int
    tier: str
    parts: Mapping[str, Part] = field(default_factory=dict)
    made: bool = True
    refused: Mapping[str, str] = field(default_factory=dict)
    bare: bool = False
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def attention(self) -> bool:
        """Whether an instructor should read the remarks."""
        return not self.made or any(part.attention for part in self.parts.values())

    @property
    def whole(self) -> bool:
        """Whether the answers were judged as they are, with nothing set aside."""
        return self.made and not (self.refused or self.bare or self.notes)

    def of(self, suites: Iterable[str]) -> Judgement:
        """Return what these suites said, as far as they have been asked, in their order."""
        return replace(self, parts={name: self.parts[name] for name in suites if name in self.parts})

    def lacks(self, suites: Iterable[str]) -> list[str]:
        """Return those of the suites that have not been asked; none where there is no package to ask about."""
        return [name for name in suites if self.made and name not in self.parts]

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
        return json_text(asdict(self)).encode("utf-8", "replace")

    @classmethod
    def from_bytes(cls, data: bytes) -> Judgement:
        """Read what `to_bytes` wrote; raises ValueError for anything else.

        Texts that a class repeats (names of tests, messages) are kept once in memory.
        """
        try:
            return cls.from_data(json.loads(data))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is no judgement: {error}") from error

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Judgement:
        """Read what `asdict` makes of one; raises ValueError, KeyError, TypeError or AttributeError for all else."""
        found = dict(data)
        parts = {name: _part(part) for name, part in found.pop("parts").items()}
        return cls(parts=parts, notes=tuple(found.pop("notes")), **found)


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
        write_whole(self._path(key), judgement.to_bytes().decode())

    def add(self, key: str, judgement: Judgement) -> None:
        """Keep a judgement beside what other suites, or earlier forms of them, said about the same answers."""
        before = self.load(key)
        if before is not None and before.seed == judgement.seed:
            judgement = replace(judgement, parts={**before.parts, **judgement.parts})
        self.save(key, judgement)

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


def _part(found: Mapping[str, Any]) -> Part:
    outcomes = tuple(_outcome(outcome) for outcome in found["outcomes"])
    return Part(outcomes, tuple(found["remarks"]), bool(found["attention"]))


def _outcome(found: Mapping[str, Any]) -> Outcome:
    exercise, test, message = (sys.intern(found[name]) for name in ("exercise", "test", "message"))
    return Outcome(exercise, test, float(found["points"]), float(found["earned"]), message)
