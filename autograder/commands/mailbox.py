"""`autograder mailbox`: what an instructor does to a mailbox from a terminal, a word for each."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commandline import AddCommand, say


def add_mailbox(add: AddCommand) -> None:
    """Add the command and its words."""
    mailbox = add("mailbox", "look after a course's mailbox", "autograder mailbox codes --course course")
    words = mailbox.add_subparsers(required=True, metavar="WORD")
    codes = _word(words, "codes", "print one-time codes, one a student, as CSV", _codes)
    codes.add_argument("students", nargs="*", metavar="STUDENT", help="(default: everybody who has none yet)")
    codes.add_argument("--instructor", action="store_true", help="a code for /instructor instead")
    roster = _word(words, "roster", "make a CSV file the course's roster", _roster)
    roster.add_argument("file", type=Path, metavar="FILE", help="id, name, email, section, group")
    put = _word(words, "set", "change settings; without words, print them", _set)
    put.add_argument("words", nargs="*", metavar="NAME=VALUE", help="due=2026-12-20T23:00+01:00, tries_a_day=10, ...")
    revoke = _word(words, "revoke", "revoke a student's tokens and code", _revoke)
    revoke.add_argument("student", metavar="STUDENT", help="the id in the roster")


def _word(
    words: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str, run: object
) -> argparse.ArgumentParser:
    added = words.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    added.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the course's folder (default: here)")
    added.add_argument("--db", metavar="URL", help="its database, where that is not SQLite in the folder")
    added.set_defaults(run=run)
    return added


def _codes(options: argparse.Namespace) -> int:
    from autograder.mailbox.mailbox import open_mailbox
    from autograder.mailbox.tending import code_lines, instructor_code

    mailbox = open_mailbox(options.course, options.db)
    say(*([instructor_code(mailbox)] if options.instructor else code_lines(mailbox, options.students)))
    return 0


def _roster(options: argparse.Namespace) -> int:
    from autograder.mailbox.beginning import enter_roster
    from autograder.mailbox.mailbox import open_mailbox
    from autograder.mailbox.roster import read_roster

    students = read_roster(options.file)
    say(*enter_roster(open_mailbox(options.course, options.db), students))
    return 0


def _set(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from autograder.mailbox.mailbox import open_mailbox
    from autograder.mailbox.settings import changed

    mailbox = open_mailbox(options.course, options.db)
    words = dict(_pair(each) for each in options.words)
    now = mailbox.set(lambda found: changed(found, words)) if words else mailbox.settings
    say(*(f"{name} = {value}" for name, value in asdict(now).items()))
    return 0


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"a setting is NAME=VALUE, got {text!r}")
    return name.strip(), value.strip()


def _revoke(options: argparse.Namespace) -> int:
    from autograder.mailbox.mailbox import open_mailbox
    from autograder.mailbox.tending import revoke

    say(revoke(open_mailbox(options.course, options.db), options.student))
    return 0
