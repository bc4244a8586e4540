"""Whose file is it? The names that Canvas, Moodle, Gradescope, Blackboard and nbgrader give to what they hand out.

The student's id keeps what the way back needs: Canvas's user number and Moodle's participant number stand at its end
(`lovelaceada_12345`, `Ada Lovelace_12345`). Reads names only; opens nothing but Gradescope's list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# "Ada Lovelace_12345_assignsubmission_file_" as a folder, or in front of the file's own name
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<rest>.*))?")
# "lovelaceada_LATE_12345_678901_work.ipynb": user number, file number; "anon_x1Yz2_678901_work.ipynb"
_CANVAS = re.compile(r"(?P<name>.+?)_(?:LATE_)?(?P<id>\d+)_(?:LATE_)?(?P<order>\d+)_(?P<rest>.+)")
_CANVAS_ANONYMOUS = re.compile(r"(?P<name>anon_[A-Za-z0-9]{3,})_(?:LATE_)?(?P<order>\d+)_(?P<rest>.+)")
# "ps1_bitdiddle_attempt_2015-01-30-15-30-10_problem1.ipynb": Blackboard's, and the example in nbgrader's zip_collect
_ATTEMPT = re.compile(r"(?:.*_)?(?P<name>[^_]+)_attempt_(?P<order>\d{4}(?:-\d\d){5})(?:_(?P<rest>.*))?")
_GRADESCOPE = re.compile(r"submission_\d+")

_BLOCK = re.compile(r"(submission_\d+):\s*")
_FIELD = re.compile(r"(?:  - |    ):(name|sid|email): *(.*)")
OURS = ("source", "release", "autograded", "feedback")  # a course folder's own
_LONGEST = 180  # bytes of an id: with ".json" behind it a file system takes it as a name


@dataclass(frozen=True)
class Owner:
    """A student, what the file was called before the platform renamed it, and what tells a newer file from an older."""

    student: str
    name: str
    order: str = ""
    remark: str = ""


def owner(parts: Sequence[str], assignment: str, people: Mapping[str, Sequence[str]]) -> Owner | None:
    """Return whose file it is by the first part of its path that a platform named, None where none did.

    `people` maps Gradescope's folders to who handed them in.
    """
    for part in parts:
        for pattern in (_MOODLE, _ATTEMPT, _CANVAS_ANONYMOUS, _CANVAS):
            if match := pattern.fullmatch(part):
                found = match.groupdict()
                name = "_".join(filter(None, (found["name"], found.get("id"))))
                original = found["rest"] if part is parts[-1] and found["rest"] else parts[-1]
                return Owner(plain_id(name), original, (found.get("order") or "").rjust(20, "0"))
        if _GRADESCOPE.fullmatch(part) and part is not parts[-1]:
            first, *others = people.get(part) or [part]
            said = f"Handed in by a group; the others are {', '.join(others)[:200]}." if others else ""
            return Owner(plain_id(first), parts[-1], remark=said)
    if len(parts) > 2 and parts[-2] == assignment and parts[-3] not in (*OURS, "submitted", "downloaded"):
        return Owner(plain_id(parts[-3]), parts[-1])
    return None


def people(metadata: str) -> dict[str, list[str]]:
    """Read who handed in what from Gradescope's `submission_metadata.yml`: {folder: [student id, else e-mail, ...]}.

    Only the lists of submitters are read, line by line: the file also holds whatever the students' programs printed.
    """
    found: dict[str, list[dict[str, str]]] = {}
    block: list[dict[str, str]] = []
    inside = False
    for line in metadata.splitlines():
        if match := _BLOCK.fullmatch(line):
            block = found.setdefault(match[1], [])
            inside = False
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
    """Return an id that is a file name on every system, as like `text` as can be; never empty."""
    text = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in text).strip().lstrip(".")
    return text.encode()[:_LONGEST].decode(errors="ignore").strip() or "unnamed"


def _id_of(person: Mapping[str, str]) -> str:
    return person.get("sid") or person.get("email") or person.get("name", "")


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].replace("''", "'")
    return "" if text in ("null", "~") else text
