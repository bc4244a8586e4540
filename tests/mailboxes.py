"""Mailboxes that tests hand in to: one over the mini lesson, its app in this process, students with tokens."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from autograder.collecting.roster import Student
from autograder.mailbox import access, people, settings
from autograder.mailbox.mailbox import Mailbox, make_mailbox
from autograder.mailbox.serving.web import listen
from autograder.mailbox.web.app import make_app
from tests import mini

ASSIGNMENT = "13_benchmarking"
ADA, GRACE = Student("ada", "Ada Lovelace", "ada@example.org", "A"), Student("grace", "Grace Hopper", section="B")


@dataclass
class Asking:
    """A student who asks a mailbox."""

    client: httpx.Client
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What says who asks."""
        return {"Authorization": f"Bearer {self.token}"}

    def hand_in(self, content: bytes, name: str = "benchmarking_dev.ipynb", **more: Any) -> httpx.Response:
        """Hand in."""
        where = {"assignment": ASSIGNMENT, "name": name}
        headers = self.headers | more.pop("headers", {})
        return self.client.post("/submissions", params=where, content=content, headers=headers, **more)

    def get(self, path: str) -> httpx.Response:
        """Ask for something."""
        return self.client.get(path, headers=self.headers)


def new_mailbox(course: Path, url: str | None = None, **words: str) -> Mailbox:
    """Make a mailbox with Ada and Grace in it; `words` are its settings."""
    first = settings.first_settings("Measuring", ASSIGNMENT, "benchmarking_dev")
    mailbox = make_mailbox(course, url, settings.changed(first, words))
    with mailbox.database.writing() as connection:
        people.enter(connection, [ADA, GRACE])
    return mailbox


def code(mailbox: Mailbox, student: Student | None) -> str:
    """Make a code for a student, or an instructor."""
    with mailbox.database.writing() as connection:
        return access.new_code(connection, mailbox.secret, student.id if student else None)


def asking(mailbox: Mailbox, client: httpx.Client, student: Student = ADA) -> Asking:
    """Exchange a new code of a student for a token."""
    answer = client.post("/tokens", json={"code": code(mailbox, student)})
    assert answer.status_code == 201, answer.text
    return Asking(client, answer.json()["token"])


@contextmanager
def client_of(mailbox: Mailbox) -> Iterator[httpx.Client]:
    """Ask a mailbox's application, which uvicorn serves in a thread of this process."""
    listening = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(make_app(mailbox), log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def notebook(**answers: str) -> bytes:
    """Return the mini lesson's notebook with these answers."""
    return json.dumps(mini.notebook(mini.made() / mini.NOTEBOOK, **answers)).encode()
