"""The student's side against the mailbox itself: what one says, the other understands, and the receipt holds."""

import json

import pytest

import tinytorch
from autograder.mailbox import receipts
from autograder.mailbox.settings import changed
from autograder.mailbox.tending import revoke
from tests.mailboxes import ADA, client_of, code, new_mailbox
from tests.publications import notebook, published
from tinytorch.handing_in import keys
from tinytorch.handing_in.errors import HandInError, RefusedError


@pytest.fixture
def mailbox(tmp_path):
    """The mailbox of a course with Ada in it."""
    made = new_mailbox(tmp_path / "course", due="2026-12-20T23:00+01:00")
    yield made
    made.close()


@pytest.fixture
def address(mailbox, tmp_path, monkeypatch):
    """Where it answers; the student has a home of their own and is in a folder of their own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(keys, "_held", {})
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    with client_of(mailbox) as client:
        yield str(client.base_url)


@pytest.fixture
def work(tmp_path, address):
    """Ada's notebook."""
    path = tmp_path / "work" / "王小明 的作业.ipynb"
    path.write_bytes(notebook(published(), solved=True))
    return path


def test_a_receipt_comes_back_that_holds_and_is_about_this_file(mailbox, address, work):
    done = tinytorch.submit(work, code=code(mailbox, ADA).lower().replace("-", " "), address=f"{address}/")
    fields = receipts.check(receipts.read_receipt(done.kept), mailbox.secret.public)
    assert receipts.fits(fields, work)
    assert (fields["student"], fields["name"], done.number) == ("ada", "Ada Lovelace", fields["number"])
    again = tinytorch.submit(work, address=address)
    assert again.again
    assert again.signed == done.signed
    assert "Deadline   Sunday 20 December 2026, 22:00 (UTC)" in repr(done)


def test_what_became_of_it_can_be_asked(mailbox, address, work):
    with pytest.raises(HandInError, match=r"nothing of yours was handed in to Measuring yet"):
        tinytorch.feedback(address=address, code=code(mailbox, ADA))
    number = tinytorch.submit(work, address=address).number
    said = repr(tinytorch.feedback(address=address))
    assert number in said
    assert "It waits to be graded" in said


def test_a_code_works_once_and_a_revoked_key_asks_for_a_new_one(mailbox, address, work, monkeypatch):
    first = code(mailbox, ADA)
    tinytorch.submit(work, code=first, address=address)
    with pytest.raises(RefusedError) as refused:
        tinytorch.submit(work, code=first, address=address)
    assert refused.value.status == 403
    revoke(mailbox, "ada")
    monkeypatch.setattr("tinytorch.handing_in.submitting.ask_code", lambda *_: code(mailbox, ADA))
    assert tinytorch.submit(work, address=address).again


def test_too_large_and_too_often_are_told_with_the_way_out(mailbox, address, work):
    mailbox.set(lambda found: changed(found, {"tries_a_day": "1"}))
    tinytorch.submit(work, code=code(mailbox, ADA), address=address)
    work.write_bytes(work.read_bytes() + b"\n")
    with pytest.raises(RefusedError) as refused:
        tinytorch.submit(work, address=address)
    assert refused.value.status == 429
    mailbox.set(lambda found: changed(found, {"max_bytes": "1000"}))
    with pytest.raises(HandInError, match="clear its outputs"):
        tinytorch.submit(work, address=address)


def test_a_file_that_is_no_notebook_is_refused_by_both(mailbox, address, work):
    document = json.loads(work.read_bytes())
    work.write_text(f"[{json.dumps(document)}]")
    with pytest.raises(HandInError, match="is not a notebook"):
        tinytorch.submit(work, code=code(mailbox, ADA), address=address)
