"""Real notebooks, a real PostgreSQL, a full disk: 200 at once, ten deaths, a lost database, and nothing is lost."""

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from autograder.mailbox import backup, receipts, retention
from autograder.mailbox.mailbox import open_mailbox
from autograder.mailbox.roll import roll
from tests.mailbox.postgres import Server
from tests.mailbox_storm import ASSIGNMENT, Storm, must_be_whole, served, weather

STUDENTS, KILLS = 200, 10


def own(storm: Storm, notebooks: list[bytes]) -> dict[str, bytes]:
    """Give each student a notebook of their own: the same answers in another file."""
    return {who: notebooks[k % len(notebooks)] + b" " * k for k, who in enumerate(storm.tokens)}


def test_two_hundred_at_once_and_ten_deaths_on_sqlite(tmp_path: Path, notebooks: list[bytes]) -> None:
    with served(tmp_path, None, STUDENTS) as storm:
        found = weather(storm, own(storm, notebooks), KILLS)
        must_be_whole(storm.mailbox, found, tmp_path / "gradebook.db")


def test_two_hundred_at_once_and_ten_deaths_on_postgresql(
    tmp_path: Path, notebooks: list[bytes], postgres: str
) -> None:
    with served(tmp_path, postgres, STUDENTS, "--processes", "2") as storm:
        found = weather(storm, own(storm, notebooks), KILLS)
        must_be_whole(storm.mailbox, found, tmp_path / "gradebook.db")
        backup.back_up(storm.mailbox, tmp_path / "backup.tar")
        backup.restore(tmp_path / "backup.tar", tmp_path / "moved", f"sqlite:///{tmp_path / 'moved.db'}")
        moved = open_mailbox(tmp_path / "moved", f"sqlite:///{tmp_path / 'moved.db'}")
        assert retention.check(moved)[0].startswith(f"{STUDENTS} files, each whole")
        assert [line.earned for line in roll(moved)] == [line.earned for line in roll(storm.mailbox)]


def test_a_backup_of_sqlite_goes_on_on_postgresql(tmp_path: Path, notebooks: list[bytes], postgres: str) -> None:
    with served(tmp_path, None, 3, "--only", "web") as storm:
        hand_in(storm, "s0000", notebooks[0])
        backup.back_up(storm.mailbox, tmp_path / "backup.tar")
    backup.restore(tmp_path / "backup.tar", tmp_path / "moved", postgres)
    moved = open_mailbox(tmp_path / "moved", postgres)
    with moved.database.writing() as connection:
        from autograder.mailbox import access

        token, _ = access.exchange(connection, moved.secret, access.new_code(connection, moved.secret, "s0001"))
    moved.close()
    from tests.mailboxes import Asking, client_of

    with client_of(open_mailbox(tmp_path / "moved", postgres)) as client:
        assert Asking(client, token).hand_in(notebooks[1]).json()["receipt"]["number"].endswith("-000002")


def test_a_database_that_goes_and_comes_back(
    tmp_path: Path, notebooks: list[bytes], server: Server, postgres: str
) -> None:
    with served(tmp_path, postgres, 12, "--only", "web") as storm:
        first = hand_in(storm, "s0000", notebooks[0])
        assert first.status_code == 201
        server.stop()
        away = hand_in(storm, "s0001", notebooks[1])
        assert away.status_code == 503
        assert "twice does no harm" in away.json()["error"]
        server.start()
        assert hand_in(storm, "s0001", notebooks[1]).status_code == 201
        assert hand_in(storm, "s0000", notebooks[0]).json() == first.json()


def test_a_database_that_is_cut_off_in_a_storm(
    tmp_path: Path, notebooks: list[bytes], server: Server, postgres: str
) -> None:
    def cut() -> None:
        for _ in range(3):
            time.sleep(1)
            server.stop()
            server.start()

    with served(tmp_path, postgres, 60) as storm:
        hand_in(storm, "s0000", notebooks[0])  # it is up
        cutting = threading.Thread(target=cut)
        cutting.start()
        found = weather(storm, own(storm, notebooks), 0)
        cutting.join()
        must_be_whole(storm.mailbox, found, tmp_path / "gradebook.db")


def test_a_full_disk_is_said_and_nothing_is_lost(small: Path, notebooks: list[bytes]) -> None:
    size = 300_000
    with served(small, None, 40, "--only", "web") as storm:
        said, kept = [], {}
        for who in storm.tokens:
            content = notebooks[0] + b" " * (size - len(notebooks[0])) + who.encode()
            answer = hand_in(storm, who, content)
            said.append(answer.status_code)
            if answer.status_code == 201:
                kept[who] = (content, answer.json())
        assert set(said) == {201, 507}
        assert said.index(507) == said.count(201)
        for who, (content, document) in kept.items():
            assert receipts.check(document, storm.mailbox.secret.public)
            assert hand_in(storm, who, content).json() == document
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        last = list(storm.tokens)[-1]
        assert hand_in(storm, last, notebooks[0] + b"  ").status_code == 201
        assert retention.check(storm.mailbox)[0].startswith(f"{len(kept) + 1} files, each whole")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"a small disk is mounted by root: {done.stderr}"
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def hand_in(storm: Storm, who: str, content: bytes) -> httpx.Response:
    """Hand in once; where the web side is not up yet, wait for it."""
    where, headers = {"assignment": ASSIGNMENT, "name": "a.ipynb"}, {"Authorization": f"Bearer {storm.tokens[who]}"}
    until = time.monotonic() + 60
    while True:
        with contextlib.suppress(httpx.ConnectError):
            return httpx.post(f"{storm.base}/submissions", params=where, content=content, headers=headers, timeout=60)
        assert time.monotonic() < until, (storm.mailbox.course / "log").read_text()
        time.sleep(0.1)
