"""A class hands in at once while the mailbox's processes are killed: what a storm does, and what must hold after it."""

import asyncio
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from autograder.collecting.roster import Student
from autograder.mailbox import access, people, queue, receipts, retention, settings, tables
from autograder.mailbox.database import DatabaseAwayError
from autograder.mailbox.mailbox import URL_VARIABLE, Mailbox, make_mailbox
from tests import courses

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "13_benchmarking"
PATIENCE_S = 240
SIDES = ("web", "worker")


@dataclass
class Storm:
    """A mailbox, its students' tokens, and where it is served."""

    mailbox: Mailbox
    tokens: dict[str, str]
    port: int
    process: subprocess.Popen[bytes]

    @property
    def base(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.port}"


def class_of(course: Path, url: str | None, n: int) -> tuple[Mailbox, dict[str, str]]:
    """Make a mailbox of n students and a token for each."""
    first = settings.first_settings("Storm", ASSIGNMENT, "benchmarking_dev")
    words = {"uploads_a_minute": "1000", "show": "at once", "lease_s": "3"}
    mailbox = make_mailbox(course, url, settings.changed(first, words))
    students = [Student(f"s{k:04d}", f"Student {k}") for k in range(n)]
    with mailbox.database.writing() as connection:
        people.enter(connection, students)
        codes = {one.id: access.new_code(connection, mailbox.secret, one.id) for one in students}
        tokens = {who: access.exchange(connection, mailbox.secret, code)[0] for who, code in codes.items()}
    return mailbox, tokens


@contextmanager
def served(course: Path, url: str | None, n: int, *words: str) -> Iterator[Storm]:
    """Serve a class's mailbox by the command itself."""
    mailbox, tokens = class_of(course, url, n)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environ = {**os.environ, "PYTHONPATH": str(ROOT)} | ({URL_VARIABLE: url} if url else {})
    command = [sys.executable, "-m", "autograder", "serve", str(course), "--port", str(port), "--jobs", "1", *words]
    with open(course / "log", "wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield Storm(mailbox, tokens, port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        mailbox.close()


def weather(storm: Storm, contents: dict[str, bytes], kills: int, seed: int = 13) -> dict[str, dict[str, Any]]:
    """Hand in everything at once, kill processes meanwhile, wait for the grader, and return the receipts by student."""
    return asyncio.run(_weather(storm, contents, kills, random.Random(seed)))


async def _weather(storm: Storm, contents: dict[str, bytes], kills: int, rng: random.Random) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE_S
    limits = httpx.Limits(max_connections=len(contents))
    async with httpx.AsyncClient(base_url=storm.base, timeout=60, limits=limits) as client:
        killing = asyncio.create_task(_kill(storm, kills, rng, until))
        handed = [_hand_in(client, storm.tokens[who], contents[who], until) for who in contents]
        found = dict(zip(contents, await asyncio.gather(*handed), strict=True))
        await killing
    while (left := _left(storm.mailbox)) and time.monotonic() < until:
        await asyncio.sleep(0.3)
    assert not left, f"after {PATIENCE_S} s the queue still holds {left}: {(storm.mailbox.course / 'log').read_text()}"
    return found


async def _hand_in(client: httpx.AsyncClient, token: str, content: bytes, until: float) -> dict[str, Any]:
    """Hand in until there is a receipt, as tinytorch.submit() does."""
    where, headers = {"assignment": ASSIGNMENT, "name": "a.ipynb"}, {"Authorization": f"Bearer {token}"}
    while time.monotonic() < until:
        try:
            answer = await client.post("/submissions", params=where, content=content, headers=headers)
        except httpx.TransportError:
            await asyncio.sleep(0.2)
            continue
        if answer.status_code in (200, 201):
            document: dict[str, Any] = answer.json()
            return document
        assert answer.status_code in (503, 507), answer.text
        await asyncio.sleep(0.2)
    raise AssertionError("no receipt")


async def _kill(storm: Storm, kills: int, rng: random.Random, until: float) -> None:
    """Kill a process of each side by turns, at random moments; the worker only while it has something to do."""
    done = 0
    while done < kills and time.monotonic() < until:
        await asyncio.sleep(rng.uniform(0.1, 1.5))
        victims = list(processes(storm.process.pid, SIDES[done % 2]))
        if victims:
            os.kill(victims[0], signal.SIGKILL)
            done += 1
    assert done == kills, f"only {done} of {kills} could be killed"


def processes(parent: int, side: str) -> Iterator[int]:
    """Find the processes that the watching one started for a side."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            of = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        if of == parent and f"autograder.mailbox.serving.{side}".encode() in words:
            yield int(folder.name)


def _left(mailbox: Mailbox) -> dict[str, int]:
    try:
        with mailbox.database.reading() as connection:
            return {state: n for state, n in queue.lengths(connection).items() if state in ("waiting", "grading")}
    except DatabaseAwayError:
        return {"unknown": 1}


def must_be_whole(mailbox: Mailbox, found: dict[str, dict[str, Any]], gradebook: Path) -> None:
    """Assert that nothing is lost and nothing doubled: rows, files, receipts, grades, results, gradebook."""
    n = len(found)
    for who, document in found.items():
        assert receipts.check(document, mailbox.secret.public)["student"] == who
    numbers = {document["receipt"]["number"] for document in found.values()}
    assert len(numbers) == n
    assert set(_column(mailbox, tables.receipts.c.number)) == numbers
    assert Counter(_column(mailbox, tables.submissions.c.student)) == dict.fromkeys(found, 1)
    assert sorted(_column(mailbox, tables.gradings.c.arrival)) == sorted(_column(mailbox, tables.arrivals.c.id))
    assert Counter(_column(mailbox, tables.work.c.state)) == {"graded": n}
    assert retention.check(mailbox)[0].startswith(f"{n} files, each whole")
    assert {path.stem for path in (mailbox.course / "results").glob("*.json")} == set(found)
    cells = Counter(row[:2] for row in courses.rows(gradebook))
    assert set(cells.values()) == {1}
    assert {student for student, _ in cells} == set(found)
    with closing(sqlite3.connect(gradebook)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _column(mailbox: Mailbox, column: Any) -> Sequence[Any]:
    with mailbox.database.reading() as connection:
        return list(connection.execute(select(column)).scalars())
