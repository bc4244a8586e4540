"""An instructor looks after a mailbox: codes, extensions, re-grading, deletion, and a backup of it while it runs."""

import tarfile
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from autograder.cli import main
from autograder.mailbox import backup, people, queue, retention, tables, tending
from autograder.mailbox.mailbox import Mailbox, NoMailboxError, open_mailbox
from autograder.mailbox.receipts import check
from autograder.mailbox.roll import lines, roll
from tests import mini
from tests.mailboxes import ADA, GRACE, asking, client_of, new_mailbox

EMPTY = b'{"cells": []}'


def handed_in(mailbox: Mailbox, *contents: bytes) -> list[dict[str, object]]:
    """Hand in as Ada and return the receipts."""
    with client_of(mailbox) as client:
        ada = asking(mailbox, client)
        return [ada.hand_in(content).json() for content in contents]


def graded(mailbox: Mailbox) -> None:
    """Enter a result for all that waits."""
    while jobs := queue.claim(mailbox.database, "me", 60, 10):
        for job in jobs:
            queue.finish(mailbox.database, "me", job, mini.grade(mailbox.course, **mini.ANSWERS).result)


def count(mailbox: Mailbox) -> dict[str, int]:
    """Return how many rows each table has."""
    with mailbox.database.reading() as connection:
        found = tables.metadata.sorted_tables
        return {each.name: connection.execute(select(func.count()).select_from(each)).scalar_one() for each in found}


def test_the_roster_says_who_is_missing_and_late(tmp_path: Path) -> None:
    mailbox = new_mailbox(tmp_path, due="2020-01-01T00:00Z")
    handed_in(mailbox, EMPTY, EMPTY + b" ")
    tending.extend(mailbox, "grace", "2100-01-01T00:00:00Z")
    graded(mailbox)
    ada, grace = roll(mailbox)
    assert (ada.state, len(ada.handed), ada.counting and ada.counting.late) == ("graded", 2, True)
    assert (ada.earned, ada.points) == ("85", "85")
    assert (grace.state, grace.due, grace.own_due) == ("missing", "2100-01-01T00:00:00Z", True)
    with mailbox.database.writing() as connection:
        people.enter(connection, [ADA, people.Student("x", "=HYPERLINK(1)", section="+1")])
    sheet = lines(roll(mailbox))
    assert sheet[1].startswith("x,'=HYPERLINK(1),'+1,,missing,0,")
    tending.extend(mailbox, "grace", None)
    assert roll(mailbox)[-1].due == "2020-01-01T00:00:00Z"


def test_what_counts_is_graded_again_and_nothing_else(tmp_path: Path) -> None:
    mailbox = new_mailbox(tmp_path)
    handed_in(mailbox, EMPTY, EMPTY + b" ")
    graded(mailbox)
    assert tending.regrade(mailbox) == "1 submissions are graded again"
    [job] = queue.claim(mailbox.database, "me", 60, 10)
    assert (job.arrival, job.tries) == (2, 1)
    with pytest.raises(tending.NobodyError, match="nobody in the roster has the id 'nobody'"):
        tending.regrade(mailbox, ["nobody"])


def test_a_backup_of_a_running_mailbox_is_a_mailbox(tmp_path: Path) -> None:
    mailbox = new_mailbox(tmp_path / "old")
    mini.gradebook(mailbox.course)
    file, receipts = tmp_path / "backup.tar", []
    with client_of(mailbox) as client:
        ada = asking(mailbox, client)
        receipts += [ada.hand_in(EMPTY + b" " * n).json() for n in range(4)]
        graded(mailbox)
        writing = threading.Thread(
            target=lambda: receipts.extend(ada.hand_in(EMPTY + b"\n" * n).json() for n in (1, 2))
        )
        writing.start()
        assert "files handed in" in backup.back_up(mailbox, file)
        writing.join()
    assert file.stat().st_mode & 0o077 == 0
    assert "regrade" in backup.restore(file, tmp_path / "new")
    found = open_mailbox(tmp_path / "new")
    assert found.secret.public == mailbox.secret.public
    assert retention.check(found)
    assert check(receipts[0], found.secret.public)
    assert roll(found)[0].earned == "85"
    assert (tmp_path / "new" / "gradebook.db").is_file()
    with client_of(found) as client:
        number = asking(found, client).hand_in(EMPTY + b"\t").json()["receipt"]["number"]
        assert number not in {each["receipt"]["number"] for each in receipts[:4]}
    with pytest.raises(ValueError, match="holds a mailbox already"):
        backup.restore(file, tmp_path / "new")
    with pytest.raises(ValueError, match="is there already"):
        backup.back_up(mailbox, file)


def test_a_damaged_backup_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bad.tar"
    with tarfile.open(file, "w") as tar:
        (tmp_path / "x").write_bytes(b"changed")
        tar.add(tmp_path / "x", "files/" + "0" * 64)
        tar.add(tmp_path / "x", "../../escaped")
    with pytest.raises(ValueError, match="is no whole backup"):
        backup.restore(file, tmp_path / "new")
    assert not (tmp_path.parent / "escaped").exists()
    file.write_bytes(b"no tar")
    with pytest.raises(ValueError, match="is no whole backup"):
        backup.restore(file, tmp_path / "newer")


def test_a_student_is_deleted_and_nobody_else(tmp_path: Path) -> None:
    mailbox = new_mailbox(tmp_path)
    own = EMPTY + b"  "
    with client_of(mailbox) as client:
        asking(mailbox, client).hand_in(EMPTY)
        asking(mailbox, client).hand_in(own)
        asking(mailbox, client, GRACE).hand_in(EMPTY)
    graded(mailbox)
    (mailbox.course / "results").mkdir()
    (mailbox.course / "results" / "ada.json").write_text("{}")
    retention.delete_student(mailbox, "ada")
    assert [line.student.id for line in roll(mailbox)] == ["grace"]
    assert [path.read_bytes() for path in mailbox.blobs.all()] == [EMPTY]
    assert not (mailbox.course / "results" / "ada.json").exists()
    assert count(mailbox) | {"log": 0, "settings": 0} == {
        **dict.fromkeys(count(mailbox), 1),
        "extensions": 0,
        "removed": 0,
        "log": 0,
        "settings": 0,
    }


def test_old_files_go_and_their_receipts_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox = new_mailbox(tmp_path)
    [receipt] = handed_in(mailbox, EMPTY)
    graded(mailbox)
    assert "0 files" in retention.retain(mailbox, 30)
    later = time.time() + 40 * 86400
    monkeypatch.setattr(retention.time, "time", lambda: later)
    assert "1 files" in retention.retain(mailbox, 30)
    assert not list(mailbox.blobs.all())
    assert count(mailbox)["receipts"] == 1
    assert check(receipt, mailbox.secret.public)
    assert "1 removed" in retention.check(mailbox)[0]


def test_a_lost_or_damaged_file_is_named(tmp_path: Path) -> None:
    mailbox = new_mailbox(tmp_path)
    handed_in(mailbox, EMPTY)
    [path] = mailbox.blobs.all()
    path.chmod(0o600)
    path.write_bytes(b"changed")
    with pytest.raises(ValueError, match=f"1 files are lost or damaged.*{path.name}"):
        retention.check(mailbox)


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_mailbox(tmp_path).close()
    course = ["--course", str(tmp_path)]
    assert main(["mailbox", "codes", *course]) == 0
    assert [line.split(",")[0] for line in capsys.readouterr().out.splitlines()] == ["id", "ada", "grace"]
    assert main(["mailbox", "codes", *course]) == 0
    assert capsys.readouterr().out == "id,name,email,code\n"
    assert main(["mailbox", "set", "due=2026-12-20T23:00+01:00", "tries_a_day=5", *course]) == 0
    assert "due = 2026-12-20T22:00:00Z" in capsys.readouterr().out
    for words in (["extend", "ada", "2027-01-01T00:00Z"], ["release"], ["regrade"], ["revoke", "ada"], ["check"]):
        assert main(["mailbox", *words, *course]) == 0
    assert main(["mailbox", "status", *course]) == 0
    assert "missing" in capsys.readouterr().out
    assert main(["mailbox", "extend", "nobody", *course]) == 1
    assert "nobody in the roster" in capsys.readouterr().err
    assert main(["mailbox", "set", "due", *course]) == 1
    assert "NAME=VALUE" in capsys.readouterr().err
    assert main(["mailbox", "status", "--course", str(tmp_path / "none")]) == 1
    assert "autograder serve" in capsys.readouterr().err


def test_a_course_without_a_mailbox_is_not_given_one_by_looking(tmp_path: Path) -> None:
    with pytest.raises(NoMailboxError):
        open_mailbox(tmp_path)
    assert not list(tmp_path.iterdir())
