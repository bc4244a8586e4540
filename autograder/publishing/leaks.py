"""What must never be published, and whether a set of files holds any of it.

Secrets are lines of the solutions, wrong answers, variants and hidden suites that the released notebook does not show,
the names of hidden tests, numbers that only a suite has, and the paths of an instructor's checkout. Lines are compared
without spaces, comments and kinds of quotes; long ones are looked for inside other text too. What stands in a stub is
no secret, on however many lines an answer writes it. Reads text, runs nothing.
"""

from __future__ import annotations

import builtins
import io
import json
import keyword
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.reading.lesson import Lesson, split_solution

SHORTEST = 12  # characters of a line without its spaces: `return rows` gives nothing away
LONG = 40  # characters of a line that is looked for inside other lines, as in a string or a minified file
DIGITS = 4  # of a number that counts as a suite's own
POWERS = {str(1 << k) for k in range(64)}  # sizes that any program has
PATHS = (
    "modules/source",
    "modules/release",
    '"modules"',
    "autograder/",
    "# %% wrong:",
    "# %% right:",
    "# %% equivalent:",
    "BEGIN SOLUTION",
    "END SOLUTION",
)

# Lines that stand in half of all programs with numpy, judged one by one.
IDIOMS = (
    "array = np.asarray(values, dtype=np.float64)",
    "rng = np.random.default_rng(seed)",
    "NS_PER_S = 1_000_000_000",
    "def __init__(self) -> None:",
)

_COMMON = {*keyword.kwlist, *dir(builtins), "self", "np"}
_WORD = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"(?<![\w.])\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?")
_TEST = re.compile(r"^ *def (test_\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Leak:
    """Something secret in a file: `what` it is in words, and the text that was found."""

    path: str
    what: str
    text: str

    def __str__(self) -> str:
        return f"{self.path} holds {self.what}: {self.text[:80]!r}"


@dataclass(frozen=True)
class Secrets:
    """What must not be found: {line without spaces: what it is}, {number: what}, {path or name: what}."""

    lines: Mapping[str, str]
    numbers: Mapping[str, str]
    words: Mapping[str, str]

    @classmethod
    def of(cls, lesson: Lesson, released: Lesson, suites: Path, answers: Path, root: Path) -> Secrets:
        """Collect what `lesson`, the files in `suites` and `answers` hold and `released` does not show.

        `root` is the instructor's checkout, whose place on the disk is a secret too.
        """
        shown = "\n".join(cell.source for cell in released.cells)
        public = {*map(bare, shown.split("\n")), *map(bare, IDIOMS)}
        stubs = [joined(cell.source) for cell in released.cells if cell.nbgrader.get("solution")]
        texts = [
            (f"a line of the solution of {cell.grade_id!r}", "\n".join(split_solution(cell)[1]))
            for cell in lesson.cells
        ]
        hidden = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(suites.glob("*.py"))]
        texts += [(f"a line of the hidden suite {name}", text) for name, text in hidden]
        texts += [
            (f"a line of {answers.name}/{path.name}", path.read_text(encoding="utf-8"))
            for path in sorted(answers.glob("*.py"))
        ]
        lines = {bare(line): what for what, text in reversed(texts) for line in text.split("\n") if is_telling(line)}
        seen = set(_numbers(shown))
        numbers = {
            number: f"a number of the hidden suite {name}"
            for name, text in hidden
            for number in _numbers(text)
            if number not in seen
        }
        words = {word: "a hidden test's name" for _, text in hidden for word in _TEST.findall(text)}
        words |= dict.fromkeys(PATHS, "what belongs to the instructor")
        words |= {str(place): "a path of this machine" for place in (root, Path.home()) if len(place.parts) > 2}
        hidden_lines = {
            line: what
            for line, what in lines.items()
            if line not in public and not any(line.replace(",)", ")") in stub for stub in stubs)
        }
        return cls(hidden_lines, numbers, words)

    def find(self, files: Mapping[str, bytes]) -> list[Leak]:
        """Return every leak in the files, in their order; archives are looked into."""
        return [leak for path, data in files.items() for text in _texts(path, data) for leak in self._in(path, text)]

    def _in(self, path: str, text: str) -> Iterator[Leak]:
        lines = {bare(line) for line in text.split("\n")}
        yield from (Leak(path, self.lines[line], line) for line in sorted(lines & self.lines.keys()))
        whole = "".join(map(bare, text.split("\n")))
        for line, what in self.lines.items():
            if len(line) >= LONG and line not in lines and line in whole:
                yield Leak(path, what, line)
        for number in sorted(set(_numbers(text)) & self.numbers.keys()):
            yield Leak(path, self.numbers[number], number)
        yield from (Leak(path, what, word) for word, what in self.words.items() if word in text)


def bare(line: str) -> str:
    """Return a line without spaces, without a comment at its end, not as a comment itself, with one kind of quotes."""
    return re.sub(r"\s", "", re.sub(r"(?<=[^\s#])\s+#\s.*$", "", line)).lstrip("#").replace("'", '"')


def joined(text: str) -> str:
    """Return a text as one bare line: a signature is the same on one line and on several."""
    return "".join(map(bare, text.split("\n"))).replace(",)", ")")


def is_telling(line: str) -> bool:
    """Say whether a line says something of its own: not an import, a bracket or `return result`."""
    short = bare(line)
    if len(short) < SHORTEST or re.match(r"\s*(from \S+ )?import ", line):
        return False
    names = len(set(_WORD.findall(line)) - _COMMON)
    return len(short) >= 2 * SHORTEST or names >= 3 or (names == 2 and len(short) >= 1.5 * SHORTEST)


def _numbers(text: str) -> Iterator[str]:
    """The numbers of four digits or more that stand in a text, zeros at either end not counted."""
    for found in _NUMBER.findall(text):
        number = found.replace("_", "")
        if len(re.split("[eE]", number)[0].replace(".", "").strip("0")) >= DIGITS and number not in POWERS:
            yield number


def _texts(path: str, data: bytes) -> Iterator[str]:
    """What a file says: its text, every string of a JSON file, every member of an archive."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name
                yield from _texts(name, archive.read(name))
        return
    text = data.decode("utf-8", "replace")
    yield text
    if path.endswith((".json", ".ipynb")):
        yield "\n".join(_strings(json.loads(text)))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _strings(each)
    elif isinstance(value, list):
        yield from (text for each in value for text in _strings(each))
