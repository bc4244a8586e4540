"""`autograder mailbox`: what an instructor does to a mailbox from a terminal, a word for each."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commandline import AddCommand, say

if TYPE_CHECKING:
    from autograder.mailbox.mailbox import Mailbox

_WORDS = """look after a course's mailbox. WHAT is one of:
  codes [STUDENT ...]            a one-time code for each, as CSV; without names for everybody who had none
  instructor                     a code for /instructor
  roster FILE                    a CSV file with id, name, email, section, group becomes the roster
  set [NAME=VALUE ...]           change due, show, origins, tries_a_day, ...; without words, print them
  extend STUDENT [TIME]          a deadline of their own; without a time it is taken back
  release                        students see points and feedback from now on
  regrade [STUDENT ...]          grade what counts once more; without names everybody's
  revoke STUDENT                 the student's tokens and codes end
  status                         the roster: missing, late, tries, points
  check                          is each file that a receipt speaks of there, and whole?
  delete STUDENT                 everything that the student handed in, and what was made of it
  retain DAYS                    the same for everything older, receipts stay
  backup FILE                    all of the mailbox in one file, while it runs
  restore FILE                   a mailbox from that file, into a course that has none
A backup holds the key that signs receipts: keep it where nobody else reads."""

Done = Callable[["Mailbox", Sequence[str]], list[str]]


def add_mailbox(add: AddCommand) -> None:
    """Add the command."""
    mailbox = add("mailbox", "look after a course's mailbox", "autograder mailbox codes --course course")
    mailbox.description = _WORDS
    mailbox.add_argument("what", metavar="WHAT", choices=sorted(_done()), help="what to do, see above")
    mailbox.add_argument("words", nargs="*", metavar="WORD", help="whom, or what, see above")
    mailbox.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the course's folder")
    mailbox.add_argument("--db", metavar="URL", help="the mailbox's database, where it is not SQLite in that folder")
    mailbox.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Do it and say what came of it."""
    from autograder.mailbox.backup import restore
    from autograder.mailbox.mailbox import open_mailbox

    if options.what == "restore":
        say(restore(Path(_one(options.words, "the file of a backup")), options.course, options.db))
        return 0
    mailbox = open_mailbox(options.course, options.db)
    try:
        say(*_done()[options.what](mailbox, options.words))
    finally:
        mailbox.close()
    return 0


def _done() -> dict[str, Done]:
    return {
        "codes": _codes,
        "instructor": _instructor,
        "roster": _roster,
        "set": _set,
        "extend": _extend,
        "release": _release,
        "regrade": _regrade,
        "revoke": _revoke,
        "status": _status,
        "check": _check,
        "delete": _delete,
        "retain": _retain,
        "backup": _backup,
        "restore": _nothing,
    }


def _nothing(_: Mailbox, __: Sequence[str]) -> list[str]:
    return []


def _one(words: Sequence[str], what: str) -> str:
    if len(words) != 1:
        raise ValueError(f"name {what}, one word; got {' '.join(words) or 'none'}")
    return words[0]


def _codes(mailbox: Mailbox, words: Sequence[str]) -> list[str]:
    from autograder.mailbox.tending import code_lines

    return code_lines(mailbox, words)


def _instructor(mailbox: Mailbox, _: Sequence[str]) -> list[str]:
    from autograder.mailbox.tending import instructor_code

    return [instructor_code(mailbox)]


def _roster(mailbox: Mailbox, words: Sequence[str]) -> list[str]:
    from autograder.collecting.roster import read_roster
    from autograder.mailbox.beginning import enter_roster

    return enter_roster(mailbox, read_roster(Path(_one(words, "a CSV file"))))


def _set(mailbox: Mailbox, words: Sequence[str]) -> list[str]:
    from dataclasses import asdict

    from autograder.mailbox.settings import changed

    pairs = dict(_pair(each) for each in words)
    now = mailbox.set(lambda found: changed(found, pairs)) if pairs else mailbox.settings
    return [f"{name} = {value}" for name, value in asdict(now).items()]


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"a setting is NAME=VALUE, got {text!r}")
    return name.strip(), value.strip()


def _extend(mailbox: Mailbox, words: Sequence[str]) -> list[str]:
    from autograder.mailbox.tending import extend
    from autograder.mailbox.times import read_time

    if len(words) not in (1, 2):
        raise ValueError("name the student, and the time unless the deadline is taken back")
    return [extend(mailbox, words[0], read_time(words[1]) if len(words) == 2 else None)]


def _release(mailbox: Mailbox, _: Sequence[str]) -> list[str]:
    from autograder.mailbox.tending import release

    return [release(mailbox)]


def _regrade(mailbox: Mailbox, words: Sequence[str]) -> list[str]:
    from autograder.mailbox.tending import regrade

    return [regrade(mailbox, words)]


def _revoke(mailbox: Mailbox, words: Sequence[str]) -> list[str]:
    from autograder.mailbox.tending import revoke

    return [revoke(mailbox, _one(words, "a student"))]


def _status(mailbox: Mailbox, _: Sequence[str]) -> list[str]:
    from autograder.mailbox.roll import lines, roll

    return lines(roll(mailbox))


def _check(mailbox: Mailbox, _: Sequence[str]) -> list[str]:
    from autograder.mailbox.retention import check

    return check(mailbox)


def _delete(mailbox: Mailbox, words: Sequence[str]) -> list[str]:
    from autograder.mailbox.retention import delete_student

    return [delete_student(mailbox, _one(words, "a student"))]


def _retain(mailbox: Mailbox, words: Sequence[str]) -> list[str]:
    from autograder.commandline import positive
    from autograder.mailbox.retention import retain

    return [retain(mailbox, positive(_one(words, "a number of days")))]


def _backup(mailbox: Mailbox, words: Sequence[str]) -> list[str]:
    from autograder.mailbox.backup import back_up

    return [back_up(mailbox, Path(_one(words, "the file to write")))]
