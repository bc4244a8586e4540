"""The instructor's pages: behind a code, safe from other sites' forms and students' names, and what they do."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from autograder.collecting.roster import Student
from autograder.mailbox import people, queue
from autograder.mailbox.mailbox import Mailbox
from tests import mini
from tests.mailboxes import ADA, asking, client_of, code, new_mailbox

EVIL = Student("eve", "<script>alert(1)</script>", '"><img src=x>', "<b>", "{{7*7}}")
PAGES = ["/instructor/students/ada", "/instructor/class", "/instructor/roster.csv"]
FORMS = [
    "do/release",
    "do/hide",
    "do/regrade",
    "do/set",
    "students/ada/extend",
    "students/ada/code",
    "students/ada/revoke",
]


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    """A mailbox in which somebody has a name of HTML."""
    made = new_mailbox(tmp_path / "course")
    with made.database.writing() as connection:
        people.enter(connection, [ADA, EVIL])
    yield made
    made.close()


@pytest.fixture
def client(mailbox: Mailbox) -> Iterator[httpx.Client]:
    """Its application, asked by an instructor who has signed in."""
    with client_of(mailbox) as made:
        answer = made.post("/instructor/sign-in", data={"code": code(mailbox, None)})
        assert answer.status_code == 303
        yield made


def word(client: httpx.Client) -> str:
    """Return what the forms of this session hold."""
    found = re.search(r'name="word" value="(\w+)"', client.get("/instructor").text)
    assert found
    return found[1]


def do(client: httpx.Client, path: str, **form: str) -> httpx.Response:
    """Send a form as the page does."""
    return client.post(f"/instructor/{path}", data={"word": word(client), **form})


def hand_in(mailbox: Mailbox, client: httpx.Client, name: str = "a.ipynb") -> str:
    """Hand in as Ada, have it graded, and return the number."""
    number = str(asking(mailbox, client).hand_in(b'{"cells": []}', name).json()["receipt"]["number"])
    [job] = queue.claim(mailbox.database, "me", 60, 5)
    queue.finish(mailbox.database, "me", job, mini.grade(mailbox.course, **mini.ANSWERS).result)
    return number


def test_nothing_is_shown_to_who_has_not_signed_in(mailbox: Mailbox) -> None:
    with client_of(mailbox) as client:
        shown = client.get("/instructor")
        assert "Sign in" in shown.text
        assert "Ada" not in shown.text
        number = hand_in(mailbox, client)
        student = asking(mailbox, client)
        pages = [*PAGES, *(f"/instructor/submissions/{number}/{what}" for what in ("file", "feedback", "receipt"))]
        for path in pages:
            for headers in ({}, student.headers, {"Cookie": f"mailbox_session={student.token}"}):
                assert client.get(path, headers=headers).status_code == 401
        for path in FORMS:
            assert client.post(f"/instructor/{path}", data={"word": "x"}).status_code == 401
    assert mailbox.settings.released is None


def test_a_students_code_does_not_sign_in(mailbox: Mailbox) -> None:
    with client_of(mailbox) as client:
        answer = client.post("/instructor/sign-in", data={"code": code(mailbox, ADA)})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_a_forms_word_and_origin_are_asked_for(mailbox: Mailbox, client: httpx.Client) -> None:
    for path in FORMS:
        assert client.post(f"/instructor/{path}", data={}).status_code == 403
        for other in ("0" * 64, "é", ""):
            assert client.post(f"/instructor/{path}", data={"word": other}).status_code == 403
    mine = {"word": word(client)}
    for origin in ("https://evil.example", "null"):
        answer = client.post("/instructor/do/release", data=mine, headers={"Origin": origin})
        assert answer.status_code == 403
    assert mailbox.settings.released is None
    same = {"Origin": str(client.base_url).rstrip("/")}
    assert client.post("/instructor/do/release", data=mine, headers=same).status_code == 303
    assert mailbox.settings.released is not None


def test_the_cookie_is_for_this_site_and_no_script(mailbox: Mailbox) -> None:
    with client_of(mailbox) as client:
        said = client.post("/instructor/sign-in", data={"code": code(mailbox, None)}).headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert "path=/instructor" in said


def test_names_of_html_are_text(mailbox: Mailbox, client: httpx.Client) -> None:
    hand_in(mailbox, client, "<img src=x onerror=alert(1)>.ipynb")
    for path in ("/instructor", "/instructor/students/eve", "/instructor/students/ada"):
        shown = client.get(path).text
        assert "<script>alert" not in shown
        assert "<img" not in shown
        assert "<b>" not in re.sub(r"<b>counts</b>", "", shown)
        assert "49" not in re.findall(r"<td>([^<]*)</td>", shown)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in client.get("/instructor").text


def test_points_are_released_and_hidden(mailbox: Mailbox, client: httpx.Client) -> None:
    number = hand_in(mailbox, client)
    ada = asking(mailbox, client)
    assert ada.get(f"/submissions/{number}").json()["points"] is None
    assert do(client, "do/release").status_code == 303
    assert ada.get(f"/submissions/{number}").json()["points"] == 85
    do(client, "do/hide")
    assert ada.get(f"/submissions/{number}").json()["points"] is None
    assert "85 of 85" in client.get("/instructor").text


def test_deadlines_are_set_and_extended(mailbox: Mailbox, client: httpx.Client) -> None:
    hand_in(mailbox, client)
    assert do(client, "do/set", due="2020-01-01T00:00+01:00", show="at once").status_code == 303
    assert mailbox.settings.due == "2019-12-31T23:00:00Z"
    assert ">late<" in client.get("/instructor").text
    do(client, "students/ada/extend", due="2100-01-01T00:00Z")
    assert ">late<" not in client.get("/instructor").text
    answer = do(client, "students/ada/extend", due="tomorrow")
    assert answer.status_code == 400
    assert "offset from UTC" in answer.text
    assert do(client, "students/nobody/extend", due="").status_code == 400


def test_one_students_page_gives_feedback_receipt_and_file(mailbox: Mailbox, client: httpx.Client) -> None:
    number = hand_in(mailbox, client, "mine.ipynb")
    assert number in client.get("/instructor/students/ada").text
    assert client.get(f"/instructor/submissions/{number}/feedback").status_code == 200
    assert client.get(f"/instructor/submissions/{number}/receipt").json()["receipt"]["number"] == number
    file = client.get(f"/instructor/submissions/{number}/file")
    assert file.content == b'{"cells": []}'
    assert file.headers["content-disposition"].startswith("attachment")
    assert client.get("/instructor/submissions/R-2026-999999/file").status_code == 404
    assert client.get("/instructor/students/nobody").status_code == 404
    assert client.get("/instructor/roster.csv").text.splitlines()[2].startswith("ada,Ada Lovelace,A,,graded,1,")


def test_a_new_code_works_and_keys_end(mailbox: Mailbox, client: httpx.Client) -> None:
    shown = do(client, "students/ada/code").text
    found = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", shown)
    assert found
    token = client.post("/tokens", json={"code": found[0]}).json()["token"]
    assert do(client, "students/ada/revoke").status_code == 200
    assert client.get("/submissions", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_grading_again_and_signing_out(mailbox: Mailbox, client: httpx.Client) -> None:
    hand_in(mailbox, client)
    do(client, "do/regrade")
    assert "1 files wait" in client.get("/instructor").text
    do(client, "do/sign-out")
    assert "Sign in" in client.get("/instructor").text
    assert client.get("/instructor/students/ada").status_code == 401


def test_a_large_form_is_refused(client: httpx.Client) -> None:
    assert client.post("/instructor/sign-in", content=b"code=" + b"x" * 100_000).status_code == 413
    assert client.post("/tokens", content=b'{"code": "' + b"x" * 100_000 + b'"}').status_code in (400, 413)
