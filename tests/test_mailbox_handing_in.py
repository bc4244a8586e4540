"""A file is handed in: kept once, under a signed receipt, by those who may, and refused in one sentence otherwise."""

import concurrent.futures
import errno
import json
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from autograder.mailbox import blobs, people, receipts, tables
from autograder.mailbox.clock import ServerClock
from autograder.mailbox.database import Database, DatabaseAwayError, masked
from autograder.mailbox.mailbox import Mailbox
from autograder.mailbox.settings import changed
from tests.mailboxes import ADA, ASSIGNMENT, GRACE, Asking, asking, client_of, code, new_mailbox

NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    """A new mailbox."""
    made = new_mailbox(tmp_path / "course")
    yield made
    made.close()


@pytest.fixture
def client(mailbox: Mailbox) -> Iterator[httpx.Client]:
    """Its application."""
    with client_of(mailbox) as made:
        yield made


@pytest.fixture
def ada(mailbox: Mailbox, client: httpx.Client) -> Asking:
    """A student with a token."""
    return asking(mailbox, client)


def rows(mailbox: Mailbox) -> tuple[int, int]:
    """Return how many submissions there are, and how many files."""
    with mailbox.database.reading() as connection:
        n = connection.execute(select(func.count()).select_from(tables.submissions)).scalar_one()
    return n, len(list(mailbox.blobs.all()))


def test_a_receipt_says_what_was_kept_and_its_signature_holds(mailbox: Mailbox, ada: Asking) -> None:
    answer = ada.hand_in(NOTEBOOK)
    assert answer.status_code == 201
    fields = receipts.check(answer.json(), ada.client.get("/course").json()["key"])
    assert fields["student"] == "ada"
    assert fields["size"] == len(NOTEBOOK)
    assert fields["late"] is False
    assert mailbox.blobs.path(fields["sha256"]).read_bytes() == NOTEBOOK
    assert ada.get(f"/submissions/{fields['number']}/receipt").json() == answer.json()


def test_the_same_content_gets_the_same_receipt(mailbox: Mailbox, ada: Asking) -> None:
    first, again = ada.hand_in(NOTEBOOK), ada.hand_in(NOTEBOOK, name="other.ipynb")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert rows(mailbox) == (1, 1)


def test_an_earlier_file_handed_in_again_counts_again(ada: Asking) -> None:
    first = ada.hand_in(NOTEBOOK).json()
    second = ada.hand_in(NOTEBOOK + b"\n").json()
    counting = [each["number"] for each in ada.get("/submissions").json()["submissions"] if each["counts"]]
    assert counting == [second["receipt"]["number"]]
    assert ada.hand_in(NOTEBOOK).json() == first
    told = ada.get("/submissions").json()["submissions"]
    assert [(each["number"], each["counts"]) for each in told] == [
        (first["receipt"]["number"], True),
        (second["receipt"]["number"], False),
    ]


def test_one_file_of_two_students_is_two_submissions_and_one_file(mailbox: Mailbox, client: httpx.Client) -> None:
    numbers = {asking(mailbox, client, who).hand_in(NOTEBOOK).json()["receipt"]["number"] for who in (ADA, GRACE)}
    assert len(numbers) == 2
    assert rows(mailbox) == (2, 1)


def test_many_at_once_of_one_content_are_one_submission(mailbox: Mailbox, ada: Asking) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ada.hand_in(NOTEBOOK), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert rows(mailbox) == (1, 1)


def test_of_one_content_in_one_transaction_one_is_new(mailbox: Mailbox, ada: Asking) -> None:
    together = mailbox.desk._together
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        with together._turn:  # all of them come while a transaction is under way
            said = [pool.submit(ada.hand_in, NOTEBOOK) for _ in range(4)]
            while len(together._waiting) < 4:
                time.sleep(0.01)
        assert sorted(each.result().status_code for each in said) == [200, 200, 200, 201]
    assert rows(mailbox) == (1, 1)


@pytest.mark.parametrize("change", [{"late": True}, {"student": "grace"}, {"size": 1}, {"extra": 1}])
def test_a_changed_receipt_is_found_out(ada: Asking, change: dict[str, object]) -> None:
    found = ada.hand_in(NOTEBOOK).json()
    found["receipt"] |= change
    with pytest.raises(receipts.ReceiptError):
        receipts.check(found)


def test_a_receipt_of_another_course_is_found_out(ada: Asking, tmp_path: Path) -> None:
    other = new_mailbox(tmp_path / "other")
    with pytest.raises(receipts.ReceiptError, match="not the course's"):
        receipts.check(ada.hand_in(NOTEBOOK).json(), other.secret.public)


@pytest.mark.parametrize("document", [None, [], {}, {"receipt": 1, "signature": "x", "key": "y"}, "x", 3])
def test_what_is_no_receipt_is_told_so(document: object) -> None:
    with pytest.raises(receipts.ReceiptError):
        receipts.check(document)


def test_lateness_goes_by_the_students_own_deadline(mailbox: Mailbox, ada: Asking) -> None:
    mailbox.set(lambda found: changed(found, {"due": "2020-01-01T00:00Z"}))
    assert ada.hand_in(NOTEBOOK).json()["receipt"]["late"] is True
    with mailbox.database.writing() as connection:
        people.extend(connection, "ada", "2100-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
    assert ada.hand_in(NOTEBOOK + b" ").json()["receipt"]["late"] is False
    assert [each["late"] for each in ada.get("/submissions").json()["submissions"]] == [False, False]


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [
        (b"", "a.ipynb", 415),
        (b"PK\x03\x04 zip", "a.ipynb", 415),
        (b"\x1f\x8b gzip", "a.ipynb", 415),
        (b"<html>", "a.ipynb", 415),
        (NOTEBOOK, "a.py", 415),
        (NOTEBOOK, "../../etc/passwd.ipynb", 415),
        (NOTEBOOK, "..\\a.ipynb", 415),
        (NOTEBOOK, "/a.ipynb", 415),
        (NOTEBOOK, ".ipynb", 415),
        (NOTEBOOK, "a" * 200 + ".ipynb", 415),
        (b"{" + b" " * 3000, "a.ipynb", 413),
    ],
)
def test_what_is_no_notebook_is_refused(mailbox: Mailbox, ada: Asking, content: bytes, name: str, status: int) -> None:
    mailbox.set(lambda found: changed(found, {"max_bytes": "2000"}))
    answer = ada.hand_in(content, name)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert rows(mailbox) == (0, 0)
    assert not list((mailbox.folder / "incoming").iterdir())


def test_a_body_without_a_length_is_cut_off_at_the_limit(mailbox: Mailbox, ada: Asking) -> None:
    mailbox.set(lambda found: changed(found, {"max_bytes": "2000000"}))
    pieces = [b"{" + b" " * 99_999] * 30
    where = {"assignment": ASSIGNMENT, "name": "a.ipynb"}
    answer = ada.client.post("/submissions", params=where, content=iter(pieces), headers=ada.headers)
    assert answer.status_code == 413
    assert not list((mailbox.folder / "incoming").iterdir())


def test_a_zip_bomb_is_not_unpacked(mailbox: Mailbox, ada: Asking) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.ipynb", b" " * 10_000_000)
    assert ada.hand_in(packed.getvalue()).status_code == 415
    assert ada.hand_in(NOTEBOOK, headers={"Content-Encoding": "gzip"}).status_code == 415
    assert rows(mailbox) == (0, 0)


def test_a_name_of_html_is_shown_as_text_and_does_no_harm(ada: Asking) -> None:
    name = "<img src=x onerror=alert(1)>\x1b[2J.ipynb"
    assert ada.hand_in(NOTEBOOK, name).status_code == 201


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic YWRhOmFkYQ==", "Bearer " + "x" * 5000])
def test_no_token_and_a_wrong_one_are_refused(client: httpx.Client, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    for path in ("/submissions", "/submissions/R-2026-000001", "/submissions/R-2026-000001/feedback"):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401
        assert "code" in answer.json()["error"]
    answer = client.post("/submissions", params={"assignment": ASSIGNMENT, "name": "a.ipynb"}, headers=headers)
    assert answer.status_code == 401


def test_a_code_works_once(mailbox: Mailbox, client: httpx.Client) -> None:
    text = code(mailbox, ADA)
    spelled = text.lower().replace("-", " ")
    assert client.post("/tokens", json={"code": spelled}).json()["name"] == "Ada Lovelace"
    assert client.post("/tokens", json={"code": text}).status_code == 403


def test_of_codes_at_once_one_works(mailbox: Mailbox, client: httpx.Client) -> None:
    text = code(mailbox, ADA)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        said = list(pool.map(lambda _: client.post("/tokens", json={"code": text}).status_code, range(6)))
    assert sorted(said) == [201] + [403] * 5


def test_an_instructors_code_is_no_students(mailbox: Mailbox, client: httpx.Client) -> None:
    assert client.post("/tokens", json={"code": code(mailbox, None)}).status_code == 403


def test_a_newer_code_ends_the_older(mailbox: Mailbox, client: httpx.Client) -> None:
    old, new = code(mailbox, ADA), code(mailbox, ADA)
    assert [client.post("/tokens", json={"code": each}).status_code for each in (old, new)] == [403, 201]


def test_a_revoked_token_and_one_of_a_student_who_left_are_refused(mailbox: Mailbox, client: httpx.Client) -> None:
    from autograder.mailbox.tending import revoke

    ada, grace = asking(mailbox, client), asking(mailbox, client, GRACE)
    revoke(mailbox, "ada")
    with mailbox.database.writing() as connection:
        assert people.enter(connection, [ADA]) == ([], ["grace"])
    assert ada.get("/submissions").status_code == 401
    assert grace.get("/submissions").status_code == 401


def test_anothers_receipt_cannot_be_guessed(mailbox: Mailbox, client: httpx.Client, ada: Asking) -> None:
    number = ada.hand_in(NOTEBOOK).json()["receipt"]["number"]
    grace = asking(mailbox, client, GRACE)
    grace.hand_in(NOTEBOOK)
    not_hers, none = grace.get(f"/submissions/{number}"), grace.get("/submissions/R-2026-999999")
    assert not_hers.status_code == none.status_code == 404
    assert not_hers.json() == none.json()
    for what in ("receipt", "feedback"):
        assert grace.get(f"/submissions/{number}/{what}").status_code == 404


def test_nothing_that_is_stored_is_a_token_or_a_code(mailbox: Mailbox, client: httpx.Client) -> None:
    text = code(mailbox, ADA)
    token = client.post("/tokens", json={"code": text}).json()["token"]
    mailbox.close()
    stored = b"".join(path.read_bytes() for path in mailbox.folder.iterdir() if path.is_file())
    assert token.encode() not in stored
    assert text.encode() not in stored
    assert text.replace("-", "").encode() not in stored
    assert (mailbox.folder / "secret.json").stat().st_mode & 0o077 == 0


def test_tries_a_day_and_a_flood_are_refused_with_when_to_come_back(tmp_path: Path) -> None:
    few = new_mailbox(tmp_path, tries_a_day="3", uploads_a_minute="5")
    with client_of(few) as client:
        ada = asking(few, client)
        said = [ada.hand_in(NOTEBOOK + b" " * n) for n in range(7)]
    assert [each.status_code for each in said] == [201, 201, 201, 429, 429, 429, 429]
    assert "3 times in 24 hours" in said[3].json()["error"]
    assert "5 a minute" in said[-1].json()["error"]
    assert int(said[-1].headers["Retry-After"]) >= 1
    assert rows(few) == (3, 3)


def test_guessing_is_slowed_down_and_keeps_nobody_else_out(tmp_path: Path) -> None:
    slow = new_mailbox(tmp_path, refusals_a_minute="5")
    with client_of(slow) as client:
        ada = asking(slow, client)
        said = [client.post("/tokens", json={"code": f"WRONG-{n}"}).status_code for n in range(8)]
        assert said == [403] * 5 + [429] * 3
        assert ada.hand_in(NOTEBOOK).status_code == 201


def test_only_listed_pages_of_other_sites_may_ask(tmp_path: Path) -> None:
    listed = new_mailbox(tmp_path, origins="https://course.example")
    with client_of(listed) as client:
        for origin, allowed in (("https://course.example", True), ("https://evil.example", False)):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            answer = client.options("/submissions", headers=asked | {"Access-Control-Request-Headers": "authorization"})
            assert ("access-control-allow-origin" in answer.headers) is allowed
            answer = client.get("/course", headers={"Origin": origin})
            assert ("access-control-allow-origin" in answer.headers) is allowed
            assert "access-control-allow-credentials" not in answer.headers


def test_a_full_disk_is_said_and_loses_nothing(mailbox: Mailbox, ada: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ada.hand_in(NOTEBOOK).json()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as context:
        context.setattr(blobs.os, "fsync", full)
        answer = ada.hand_in(NOTEBOOK + b" ")
    assert answer.status_code == 507
    assert "disk is full" in answer.json()["error"]
    assert rows(mailbox) == (1, 1)
    assert not list((mailbox.folder / "incoming").iterdir())
    assert ada.hand_in(NOTEBOOK).json() == first
    assert ada.hand_in(NOTEBOOK + b" ").status_code == 201


def test_a_clock_that_jumps_makes_nobody_late() -> None:
    wall, running = [1000.0], [0.0]
    clock = ServerClock(lambda: wall[0], lambda: running[0])
    wall[0], running[0] = 1010.0, 9.0  # it drifts
    assert clock.read().jumped_s == 0
    wall[0], running[0] = 5000.0, 10.0  # an hour and more ahead
    assert clock.read().jumped_s == pytest.approx(3989)
    assert clock.read().earliest == pytest.approx(1011)
    wall[0], running[0] = 500.0, 11.0  # back
    assert clock.read().earliest == 500.0


def test_late_by_a_jump_is_not_late(tmp_path: Path) -> None:
    from dataclasses import replace

    ahead = [0.0]
    clock = ServerClock(lambda: time.time() + ahead[0], time.monotonic)
    ticking = replace(new_mailbox(tmp_path, due="2035-01-01T00:00Z"), clock=clock)
    with client_of(ticking) as client:
        ada = asking(ticking, client)
        ahead[0] = 30 * 365 * 86400.0
        found = ada.hand_in(NOTEBOOK).json()["receipt"]
        assert found["received"] > found["due"]
        assert found["late"] is False
        assert ada.get(f"/submissions/{found['number']}").json()["late"] is False


def test_a_lost_database_is_said(mailbox: Mailbox, ada: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    @contextmanager
    def away(_: Database) -> Iterator[None]:
        raise DatabaseAwayError("the mailbox's database does not answer and nothing was recorded")
        yield

    monkeypatch.setattr(Database, "reading", away)
    answer = ada.hand_in(NOTEBOOK)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"


def test_a_database_that_is_none_is_refused_without_its_password() -> None:
    assert "geheim" not in masked("postgresql://ada:geheim@db/mailbox")
    with pytest.raises(ValueError, match="SQLite or PostgreSQL"):
        Database("mysql://ada:geheim@db/mailbox")


def test_the_front_page_keeps_scripts_of_others_out(client: httpx.Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "Measuring" in answer.text
    assert client.get("/static/drop.js").status_code == 200
    assert client.get("/static/../app.py").status_code == 404
    assert client.get("/docs").status_code == client.get("/openapi.json").status_code == 404


def test_no_token_is_in_the_log(ada: Asking, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        ada.hand_in(NOTEBOOK, "a b.ipynb")
        ada.client.get("/submissions", params={"token": ada.token})
        ada.client.get("/submissions%0d%0aforged")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("autograder")]
    assert any(line.startswith("POST /submissions 201") for line in ours)
    assert not any(ada.token in line or "\n" in line or "\r" in line for line in ours)


def test_the_receipt_command(ada: Asking, mailbox: Mailbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from autograder.cli import main

    file, notebook = tmp_path / "receipt.json", tmp_path / "mine.ipynb"
    file.write_text(json.dumps(ada.hand_in(NOTEBOOK).json()))
    notebook.write_bytes(NOTEBOOK)
    whole = ["receipt", str(file), "--course", str(mailbox.course), "--notebook", str(notebook)]
    assert main(whole) == 0
    assert "The signature holds." in capsys.readouterr().out
    notebook.write_bytes(NOTEBOOK + b" ")
    assert main(whole) == 1
    file.write_text("{}")
    assert main(["receipt", str(file)]) == 1
    assert "entries receipt, signature and key" in capsys.readouterr().err
