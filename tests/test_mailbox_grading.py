"""What was handed in is graded by the grader that exists, once, in order, whoever dies; students see what they may."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from autograder.grading.course_lock import CourseBusyError, only_grader
from autograder.mailbox import queue, tables
from autograder.mailbox.mailbox import Mailbox
from autograder.mailbox.settings import changed
from autograder.mailbox.worker import Worker
from tests import courses, mini
from tests.mailboxes import ADA, GRACE, Asking, asking, client_of, code, new_mailbox, notebook
from tests.test_attacks import ATTACKS

WRONG = {**mini.ANSWERS, "middle": mini.WRONG_MIDDLE}


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    """A new mailbox with a gradebook beside it."""
    made = new_mailbox(tmp_path / "course", show="at once")
    mini.gradebook(made.course)
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


def worker(mailbox: Mailbox) -> Worker:
    """A worker that judges in this process, in the sandbox."""
    return Worker(mailbox, mini.setup(), jobs=2, engine=courses.here)


def drain(mailbox: Mailbox) -> None:
    """Grade all that waits."""
    one = worker(mailbox)
    while one.once():
        continue


def gradings(mailbox: Mailbox) -> list[tuple[Any, ...]]:
    """Return what was found, in order."""
    table = tables.gradings
    with mailbox.database.reading() as connection:
        query = select(table.c.submission, table.c.arrival, table.c.earned).order_by(table.c.id)
        return [tuple(row) for row in connection.execute(query)]


def test_points_answers_and_feedback_come_back(mailbox: Mailbox, ada: Asking) -> None:
    number = ada.hand_in(notebook(**WRONG)).json()["receipt"]["number"]
    waiting = ada.get(f"/submissions/{number}").json()
    assert (waiting["state"], waiting["answers"], waiting["points"]) == ("waiting", None, None)
    drain(mailbox)
    told = ada.get(f"/submissions/{number}").json()
    assert told["state"] == "graded"
    assert told["answers"]["found"][:3] == ["middle", "Clock", "spread"]
    assert 0 < told["points"] < told["max_points"]
    page = ada.get(f"/submissions/{number}/feedback")
    assert page.headers["content-type"].startswith("text/html")
    assert "Ada" in page.text or "ada" in page.text
    for hidden in ("test_mini", "test_middle_of_any_order", "test_one_value", "test_clock_adds_up"):
        assert hidden not in page.text
        assert hidden not in json.dumps(told)


def test_the_course_is_what_the_command_leaves(mailbox: Mailbox, ada: Asking) -> None:
    ada.hand_in(notebook(**mini.ANSWERS))
    drain(mailbox)
    course = mailbox.course
    result = json.loads((course / "results" / "ada.json").read_bytes())
    assert result["earned"] == result["points"]
    assert result["seed"] == mini.setup().seed
    assert (course / "submitted/ada/13_benchmarking/benchmarking_dev.ipynb").is_file()
    assert {row[0] for row in courses.rows(course / "gradebook.db")} == {"ada"}


def test_the_last_one_counts_and_an_earlier_one_again_when_it_comes_again(mailbox: Mailbox, ada: Asking) -> None:
    right, wrong = notebook(**mini.ANSWERS), notebook(**WRONG)
    ada.hand_in(right)
    ada.hand_in(wrong)
    drain(mailbox)
    earned = [found[2] for found in gradings(mailbox)]
    results = mailbox.course / "results" / "ada.json"
    assert earned[0] > earned[1] == json.loads(results.read_bytes())["earned"]
    ada.hand_in(right)
    drain(mailbox)
    assert json.loads(results.read_bytes())["earned"] == earned[0]
    assert [found[:2] for found in gradings(mailbox)] == [(1, 1), (2, 2), (1, 3)]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ({"show": "on release"}, False),
        ({"show": "on release", "released": "2020-01-01T00:00Z"}, True),
        ({"show": "on release", "released": "2100-01-01T00:00Z"}, False),
        ({"show": "after the deadline"}, False),
        ({"show": "after the deadline", "due": "2100-01-01T00:00Z"}, False),
        ({"show": "after the deadline", "due": "2020-01-01T00:00Z"}, True),
        ({"show": "at once"}, True),
    ],
)
def test_points_are_seen_when_the_instructor_says_so(
    mailbox: Mailbox, ada: Asking, words: dict[str, str], shown: bool
) -> None:
    number = ada.hand_in(b'{"cells": []}').json()["receipt"]["number"]
    found = mini.grade(mailbox.course, **WRONG).result
    [job] = queue.claim(mailbox.database, "me", 60, 5)
    assert queue.finish(mailbox.database, "me", job, found)
    mailbox.set(lambda settings: changed(settings, words))
    told = ada.get(f"/submissions/{number}").json()
    assert told["answers"] is not None
    assert (told["points"] is not None) is (told["max_points"] is not None) is told["feedback"] is shown
    assert ada.get(f"/submissions/{number}/feedback").status_code == (200 if shown else 404)


def test_a_notebook_that_cannot_be_read_needs_a_look(mailbox: Mailbox, ada: Asking) -> None:
    deep = b'{"cells": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    number = ada.hand_in(deep).json()["receipt"]["number"]
    drain(mailbox)
    told = ada.get(f"/submissions/{number}").json()
    assert (told["state"], told["points"], told["answers"]) == ("needs a look", None, None)


def test_attacks_gain_nothing_through_the_mailbox(mailbox: Mailbox, ada: Asking) -> None:
    forged = json.loads(notebook(**mini.ANSWERS | {"middle": "import os\nos._exit(0)"}))
    for cell in forged["cells"]:
        cell["metadata"].get("nbgrader", {}).update(points=1000)
    forged["cells"].append(mini.code("import os, sys\nos.kill(os.getppid(), 9)"))
    ada.hand_in(json.dumps(forged).encode())
    drain(mailbox)
    [(_, _, earned)] = gradings(mailbox)
    assert earned < 45
    assert (mailbox.folder / "secret.json").is_file()


THROUGH = ["always equal", "forged answers", "read the suites", "patch the worker"]


def test_attacks_on_the_grader_gain_nothing_through_the_mailbox(mailbox: Mailbox, ada: Asking) -> None:
    """The same payloads as on the grader alone; the honest notebook after them has its points."""
    suites = mini.made() / "suites"
    before = {path: path.read_bytes() for path in suites.iterdir() if path.is_file()}
    for name in THROUGH:
        lines = ["import os, sys, types", *ATTACKS[name].replace("SUITES", str(suites)).split("\n")]
        body = "\n    ".join([*lines, "Equal = type('Equal', (float,), {'__eq__': lambda *a: True, '__hash__': None})"])
        ada.hand_in(notebook(**mini.ANSWERS | {"middle": f"def middle(values):\n    {body}\n    return Equal(0)"}))
    drain(mailbox)
    ada.hand_in(notebook(**mini.ANSWERS))
    drain(mailbox)
    *hostile, (_, _, honest) = gradings(mailbox)
    assert honest == 85
    assert len(hostile) == len(THROUGH)
    assert all(earned <= honest - 40 for _, _, earned in hostile), hostile
    assert {path: path.read_bytes() for path in before} == before
    assert (mailbox.folder / "secret.json").is_file()


def test_who_is_silent_loses_the_work_and_cannot_write(mailbox: Mailbox, ada: Asking) -> None:
    ada.hand_in(b'{"cells": []}')
    now = time.time()
    [job] = queue.claim(mailbox.database, "dead", 60, 5, now)
    assert queue.claim(mailbox.database, "other", 60, 5, now + 59) == []
    [again] = queue.claim(mailbox.database, "other", 60, 5, now + 61)
    found = mini.grade(mailbox.course).result
    assert not queue.finish(mailbox.database, "dead", job, found)
    assert queue.finish(mailbox.database, "other", again, found)
    assert not queue.finish(mailbox.database, "other", again, found)
    assert len(gradings(mailbox)) == 1


def test_a_clock_that_goes_back_holds_no_work_for_ever(mailbox: Mailbox, ada: Asking) -> None:
    ada.hand_in(b'{"cells": []}')
    now = time.time()
    assert queue.claim(mailbox.database, "dead", 60, 5, now + 86400)
    assert [job.tries for job in queue.claim(mailbox.database, "other", 60, 5, now)] == [2]


def test_one_students_files_are_graded_one_after_another(mailbox: Mailbox, client: httpx.Client, ada: Asking) -> None:
    for n in range(3):
        ada.hand_in(b'{"cells": []}' + b" " * n)
    asking(mailbox, client, GRACE).hand_in(b'{"cells": []}')
    jobs = queue.claim(mailbox.database, "me", 60, 10)
    assert [(job.arrival, job.student) for job in jobs] == [(1, "ada"), (4, "grace")]
    assert queue.claim(mailbox.database, "other", 60, 10) == []
    queue.finish(mailbox.database, "me", jobs[0], mini.grade(mailbox.course).result)
    assert [job.arrival for job in queue.claim(mailbox.database, "other", 60, 10)] == [2]


def test_what_could_not_be_judged_is_judged_again_and_then_needs_a_look(mailbox: Mailbox, ada: Asking) -> None:
    from dataclasses import replace

    ada.hand_in(b'{"cells": []}')
    lost = replace(mini.grade(mailbox.course).result, judged=False, staff=("the sandbox was lost",))
    states = []
    for _ in range(queue.JUDGED_TIMES):
        [job] = queue.claim(mailbox.database, "me", 60, 5)
        queue.finish(mailbox.database, "me", job, lost)
        states.append(ada.get("/submissions").json()["submissions"][0]["state"])
    assert states == ["waiting", "waiting", "needs a look"]
    assert "sandbox" not in ada.get("/submissions").text


def test_a_course_that_is_being_graded_is_waited_for(
    mailbox: Mailbox, ada: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.grading.course_lock.WAIT_S", 0.0)
    ada.hand_in(notebook(**mini.ANSWERS))
    with only_grader(mailbox.course), pytest.raises(CourseBusyError):
        worker(mailbox).once()
    assert ada.get("/submissions").json()["submissions"][0]["state"] == "waiting"
    drain(mailbox)
    assert len(gradings(mailbox)) == 1


def test_code_of_another_kind_is_no_help(mailbox: Mailbox, client: httpx.Client) -> None:
    assert client.post("/tokens", json={"code": code(mailbox, ADA), "student": "grace"}).json()["student"] == "ada"
