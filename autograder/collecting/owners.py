"""Whose file is it? The names that Canvas, Moodle, Gradescope, Blackboard and nbgrader give to what they hand out.

Only a name that the platform made is read, and of that only its head: what follows is what the student called the file,
and may look like anything. The student's id keeps what the way back needs: Canvas's user number and Moodle's
participant number stand at its end (`lovelaceada_12345`, `Ada Lovelace_12345`). Opens nothing.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Each pattern is the head that a platform puts in front of the file's own name; the shortest head counts.
_HEADS = {
    # "Ada Lovelace_12345_assignsubmission_file_" as a folder, or in front of the file's own name
    "moodle": re.compile(r"(?P<name>.+?)_(?P<id>[0-9]+)_assignsubmission_(?:file|onlinetext)(?:_|$)"),
    # "ps1_bitdiddle_attempt_2015-01-30-15-30-10_problem1.ipynb": Blackboard's, the example in nbgrader's zip_collect
    "blackboard": re.compile(r"(?:.+?_)??(?P<name>[^_]+)_attempt_(?P<order>[0-9]{4}(?:-[0-9][0-9]){5})(?:_|$)"),
    # "anon_x1Yz2_678901_work.ipynb"; "lovelaceada_LATE_12345_678901_work.ipynb": user number, file number
    "canvas, anonymous": re.compile(r"(?P<name>anon_[A-Za-z0-9]{3,})_(?:LATE_)?(?P<order>[0-9]+)_(?=.)"),
    "canvas": re.compile(r"(?P<name>.+?)_(?:LATE_)?(?P<id>[0-9]+)_(?:LATE_)?(?P<order>[0-9]+)_(?=.)"),
}
GRADESCOPE = re.compile(r"submission_[0-9]+")

_BLOCK = re.compile(r"(submission_\d+):\s*")
_FIELD = re.compile(r"(?:  - |    ):(name|sid|email): *(.*)")
LATE = "Handed in late, as Canvas says."
_LONGEST = 180  # bytes of an id: with ".json" behind it a file system takes it as a name


@dataclass(frozen=True)
class Owner:
    """A student, what the file was called before the platform renamed it, and what tells a newer file from an older.

    `how` names the rule by which it is theirs: a platform, "nbgrader", "folder" or "name"; `depth` is where in a path
    the name stands that says so. `doubt` asks for a person.
    """

    student: str
    name: str
    order: str = ""
    remark: str = ""
    how: str = "folder"
    depth: int = 0
    doubt: bool = False


def by_platform(name: str) -> Owner | None:
    """Return whose file or folder a platform's name says it is, None for any other name."""
    found = [(match.end(), how, match) for how, head in _HEADS.items() if (match := head.match(name))]
    if not found:
        return None
    end, how, match = min(found, key=lambda one: one[0])
    said = match.groupdict()
    number = said.get("id")
    student = numbered_id(said["name"], number) if number else plain_id(said["name"])
    late = LATE if how.startswith("canvas") and "_LATE_" in name[:end] else ""
    return Owner(student, name[end:] or name, (said.get("order") or "").rjust(20, "0"), late, how)


def of_gradescope(folder: str, people: Mapping[str, Sequence[str]]) -> Owner:
    """Return who handed in one of Gradescope's folders; `people` maps the folders to all who did, the first counts."""
    first, *others = people.get(folder) or [folder]
    said = f"Handed in by a group; the others are {', '.join(others)[:200]}." if others else ""
    return Owner(plain_id(first), "", remark=said, how="gradescope")


def people(metadata: str) -> dict[str, list[str]]:
    """Read who handed in what from Gradescope's `submission_metadata.yml`: {folder: [student id, else e-mail, ...]}.

    Only the lists of submitters are read, line by line: the file also holds whatever the students' programs printed.
    """
    found: dict[str, list[dict[str, str]]] = {}
    block: list[dict[str, str]] = []
    inside = False
    for line in metadata.splitlines():
        if match := _BLOCK.fullmatch(line):
            inside, block = False, found.setdefault(match[1], [])
        elif line.rstrip() == "  :submitters:":
            inside = not block
        elif inside and (match := _FIELD.fullmatch(line)):
            if line.startswith("  - "):
                block.append({})
            if block and (value := _scalar(match[2])):
                block[-1].setdefault(match[1], value)
        else:
            inside = False
    return {name: [text for each in who if (text := _id_of(each))] for name, who in found.items()}


def plain_id(text: str) -> str:
    """Return an id that is a file name on every system, as like `text` as can be; never empty.

    A text that had to be changed has the head of its SHA-256 at its end, so that two texts are never one id.
    """
    text = unicodedata.normalize("NFC", text)
    plain = _plain(text)
    if text and plain == text and len(text.encode()) <= _LONGEST:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{_cut(plain, _LONGEST - 9)}-{digest}" if plain else f"unnamed-{digest}"


def numbered_id(name: str, number: str) -> str:
    """Return the id of somebody whom a platform's number tells from all others; the number stands whole at its end."""
    number = number[-40:]
    name = _cut(_plain(unicodedata.normalize("NFC", name)), _LONGEST - 1 - len(number))
    return f"{name or 'unnamed'}_{number}"


def folder_id(name: str) -> str:
    """Return the id of the student of a course folder: its name, as nbgrader has it, where a file can be named so."""
    usable = name.isprintable() and "\N{REPLACEMENT CHARACTER}" not in name and len(name.encode()) <= _LONGEST
    return name if usable else plain_id(name)


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in text).strip().lstrip(".")


def _cut(text: str, n_bytes: int) -> str:
    return text.encode()[:n_bytes].decode(errors="ignore").strip()


def _id_of(person: Mapping[str, str]) -> str:
    return person.get("sid") or person.get("email") or person.get("name", "")


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].replace("''", "'")
    return "" if text in ("null", "~") else text
