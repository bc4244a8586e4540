"""A roster as strangers write one, and what the instructor sets: read, or refused with the line and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.collecting.roster import read_roster
from autograder.mailbox.mailbox import Mailbox
from autograder.mailbox.settings import changed
from tests.mailboxes import new_mailbox


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    """A new mailbox."""
    made = new_mailbox(tmp_path / "course")
    yield made
    made.close()


def test_rosters_of_strangers_are_read(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text('﻿Last name;First name;ID number;Email\nLovelace;Ada;4711;ada@x.org\n"Hop;per";Grace;4712;\n')
    assert [(one.id, one.name, one.email) for one in read_roster(path)] == [
        ("4711", "Ada Lovelace", "ada@x.org"),
        ("4712", "Grace Hop;per", ""),
    ]
    path.write_text("id,name\nada,Ada\nADA,Other\n")
    with pytest.raises(ValueError, match="line 3: the id ADA stands there twice"):
        read_roster(path)
    path.write_text("who,what\na,b\n")
    with pytest.raises(ValueError, match="one named id"):
        read_roster(path)


@pytest.mark.parametrize(
    "words", [{"due": "2026-12-20 23:00"}, {"seed": "3"}, {"show": "never"}, {"origins": "*"}, {"tries_a_day": "0"}]
)
def test_settings_that_cannot_be_are_refused(mailbox: Mailbox, words: dict[str, str]) -> None:
    before = mailbox.settings
    with pytest.raises(ValueError, match=r"got|cannot be set"):
        mailbox.set(lambda found: changed(found, words))
    assert mailbox.settings == before


def test_a_time_is_kept_in_utc(mailbox: Mailbox) -> None:
    assert mailbox.set(lambda found: changed(found, {"due": "2026-12-20T23:00+01:00"})).due == "2026-12-20T22:00:00Z"


def test_a_roster_is_read_to_its_end_as_a_spreadsheet_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes('\r\n"id","name"\r\n"ada","Ada\r\nLovelace"\r\n\r\n"bob","Bob\u2028Dob"\r\n'.encode())
    assert [(one.id, one.name) for one in read_roster(path)] == [("ada", "Ada Lovelace"), ("bob", "Bob Dob")]
    path.write_text("id,name\n" + "".join(f"s{number},S\n" for number in range(100_001)))
    assert len(read_roster(path)) == 100_001


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        ("id,name\nada,Zoë\n".encode("latin-1"), "roster.csv is not in UTF-8; save it as CSV UTF-8"),
        (b"id,name\nada,Ada\n\n\nada,Other\n", "line 5: the id ada stands there twice"),
        (b"id,name\n,Nobody\n", "line 2: Nobody has no id"),
    ],
)
def test_a_roster_that_cannot_be_read_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=said):
        read_roster(path)
