"""Handing in from a terminal and from a program, against a small mailbox that keeps to the contract and can fail."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import tinytorch
from tests.mailbox_reference import mailbox
from tests.publications import notebook, published
from tinytorch.cli import main
from tinytorch.handing_in import mailbox as mailbox_room
from tinytorch.handing_in.address import normal
from tinytorch.handing_in.asking import plain_code
from tinytorch.handing_in.errors import HandInError, NoAnswerError, RefusedError, StoppedError
from tinytorch.handing_in.transport import send

CODE = "ABCD-EFGH-JKLM"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A student's own home, with no proxy and no pause between tries."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(mailbox_room, "PAUSES_S", (0.0, 0.0))
    monkeypatch.setattr("tinytorch.handing_in.keys._held", {})
    return tmp_path / "home"


@pytest.fixture
def box():
    with mailbox() as running:
        yield running


@pytest.fixture
def work(tmp_path):
    """A student's file, unsolved, in a folder of its own."""
    folder = tmp_path / "work"
    folder.mkdir()
    path = folder / "benchmarking_dev.ipynb"
    path.write_bytes(notebook(published(), solved=False))
    return path


@pytest.fixture
def solved(work):
    work.write_bytes(notebook(published(), solved=True))
    return work


def submit(path, box, code=CODE):
    return tinytorch.submit(path, code=code, address=box.address)


def test_the_file_arrives_and_the_receipt_is_shown_and_kept_beside_it(solved, box, capsys):
    done = submit(solved, box)
    assert box.files[done.number] == solved.read_bytes()
    assert json.loads((solved.parent / f"receipt-{done.number}.json").read_bytes()) == box.signed(box.handed_in[0])
    assert "Handed in." in repr(done)
    for told in (done.number, "Tuesday 1 December 2026, 10:00 (UTC)", "ada", box.handed_in[0]["sha256"]):
        assert told in repr(done)
        assert told in done._repr_html_()
    assert box.asked[-1][2]["X-Client"].startswith("tinytorch/")
    assert "41 of 41 answers are in it." in capsys.readouterr().err


def test_what_is_missing_is_said_before_anything_is_sent(work, box, capsys):
    box.faults = [None, 507]
    with pytest.raises(RefusedError, match="a fault of 507"):
        submit(work, box)
    said = capsys.readouterr().err
    assert "0 of 41 answers are in it; empty: Exercises 1.1, 1.2, 2.1, " in said
    assert "; questions 1, 2, 3." in said
    assert box.handed_in == []


def test_the_same_file_again_is_the_same_receipt_and_asks_for_no_code(solved, box):
    first = submit(solved, box)
    again = submit(solved, box, code=None)
    assert (again.again, first.again) == (True, False)
    assert again.signed == first.signed
    assert "handed in before" in repr(again)
    assert len(box.handed_in) == 1


def test_the_key_is_outside_the_notebook_and_nobody_else_can_read_it(solved, box, home):
    before = solved.read_bytes()
    done = submit(solved, box)
    path = home / "tinytorch/keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    [token] = box.tokens
    assert token in path.read_text()
    assert solved.read_bytes() == before
    assert token not in repr(done) + done._repr_html_() + done.kept.read_text()


def test_a_key_that_is_no_longer_taken_is_forgotten_and_a_new_code_is_asked_for(solved, box, monkeypatch, capsys):
    submit(solved, box)
    box.tokens.clear()
    box.codes = {"WXYZ-WXYZ-WXYZ": "ada"}
    monkeypatch.setattr("tinytorch.handing_in.submitting.ask_code", lambda course, host: "WXYZ-WXYZ-WXYZ")
    assert submit(solved, box, code=None).again
    assert "no longer valid" in capsys.readouterr().err


def test_a_key_that_the_disk_does_not_take_serves_this_session(solved, box, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(solved))  # a file: no folder can be made in it
    done = submit(solved, box)
    assert "could not be kept" in repr(done)
    assert submit(solved, box, code=None).again


def test_a_damaged_file_of_keys_is_told_and_left(solved, box, home):
    (home / "tinytorch").mkdir(parents=True)
    (home / "tinytorch/keys.json").write_text("[]x")
    with pytest.raises(HandInError, match=r"keys\.json; remove it"):
        submit(solved, box)
    assert CODE in box.codes, "it was not used up"
    assert (home / "tinytorch/keys.json").read_text() == "[]x"


def test_a_wrong_code_is_refused_in_the_mailboxs_words(solved, box):
    with pytest.raises(RefusedError, match="ask your course for a new one") as refused:
        submit(solved, box, code="WRON-GCOD-E123")
    assert refused.value.status == 403
    assert "Traceback" not in "".join(refused.value._render_traceback_())


@pytest.mark.parametrize(
    "typed",
    [
        " abcd-efgh-jklm\n",
        "ABCD EFGH JKLM",
        "abcdefghjklm",
        "ＡＢＣＤ－ＥＦＧＨ－ＪＫＬＭ",
        "ABCD–EFGH—JKLM",
        "ABCD\u200b-EFGH-JKLM",
    ],
)
def test_a_code_is_taken_as_it_is_pasted(typed):
    assert plain_code(typed) == CODE


@pytest.mark.parametrize("typed", ["", "  \n", "ABCD-EFGH-<b>", "码码码码", "A" * 100])
def test_what_cannot_be_a_code_is_told_before_it_is_sent(typed):
    with pytest.raises(HandInError, match="nothing was handed in"):
        plain_code(typed)


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        (" https://Hand-In.example.edu/ ", "https://hand-in.example.edu"),
        ("hand-in.example.edu", "https://hand-in.example.edu"),
        ("https://example.edu/ml/course", "https://example.edu/ml"),
        ("https://example.edu:8443/ml//", "https://example.edu:8443/ml"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_taken_as_it_is_pasted(pasted, meant):
    assert normal(pasted) == meant


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("http://hand-in.example.edu", "over http everybody"),
        ("http://localhost.example.edu", "over http everybody"),
        ("ftp://example.edu", "begins with https://"),
        ("https://", "begins with https://"),
        ("https://example.edu:port", "begins with https://"),
        ("https://me:secret@example.edu", r"without @, \? and #"),
        ("https://example.edu/?code=1", r"without @, \? and #"),
    ],
)
def test_what_is_no_address_is_told(pasted, said):
    with pytest.raises(HandInError, match=said):
        normal(pasted)


@pytest.mark.parametrize("fault", ["drop", 503, 502])
def test_a_mailbox_that_is_away_for_a_moment_is_asked_again(solved, box, fault):
    box.faults = [None, None, fault, fault]
    submit(solved, box)
    assert len(box.handed_in) == 1


def test_a_receipt_that_got_lost_comes_with_the_next_try_and_nothing_is_doubled(solved, box):
    box.after_store = ["drop"]
    assert submit(solved, box).again
    assert len(box.handed_in) == 1


def test_a_mailbox_that_stays_away_is_told_and_the_code_is_not_lost(solved, box):
    submit(solved, box)
    solved.write_bytes(solved.read_bytes() + b"\n")
    box.faults = [None, "drop", "drop", "drop"]
    with pytest.raises(NoAnswerError, match="whether the notebook arrived is not known: hand in again later"):
        submit(solved, box, code=None)
    assert not submit(solved, box, code=None).again


def test_ctrl_c_in_the_middle_says_that_the_same_file_counts_once(solved, box, monkeypatch, capsys):
    submit(solved, box)

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("tinytorch.handing_in.mailbox.Mailbox.hand_in", stopped)
    with pytest.raises(StoppedError, match="counted once"):
        submit(solved, box, code=None)
    assert main(["submit", str(solved), "--address", box.address]) == 130
    assert "the same file is counted once" in capsys.readouterr().err


@pytest.mark.parametrize(("fault", "said"), [(429, "; try again in 2 min"), (413, "413"), (415, "415"), (507, "507")])
def test_a_no_of_the_mailbox_is_told_in_its_words(solved, box, fault, said):
    submit(solved, box)
    box.faults = [None, fault]
    with pytest.raises(RefusedError, match=said):
        submit(solved, box, code=None)


def test_a_file_over_the_limit_is_not_sent(solved, box):
    box.max_bytes = 1000
    with pytest.raises(HandInError, match="clear its outputs"):
        submit(solved, box)
    assert [path for _, path, _ in box.asked] == ["/course"]


def test_after_the_deadline_it_says_so_and_hands_in(solved, box, capsys):
    box.due = "2026-11-01T00:00:00+01:00"
    done = submit(solved, box)
    assert "The deadline was Sunday 1 November 2026, 00:00 (UTC+01:00)" in capsys.readouterr().err
    assert "Handed in, after the deadline." in repr(done)


@pytest.mark.parametrize("page", ["<html>Log in to the network</html>", {"some": "json"}, []])
def test_a_networks_login_page_is_not_taken_for_the_mailbox(solved, box, page):
    box.faults = [(200, page)]
    with pytest.raises(NoAnswerError, match="is not the course's mailbox"):
        submit(solved, box)


def test_what_a_mailbox_says_obeys_no_terminal(solved, box, capsys):
    box.names["ada"] = "Ada\x1b[2J Lovelace"
    box.faults = [None, None, (400, {"error": "no\x1b[31m red\nsecond line"})]
    with pytest.raises(RefusedError, match=r"^no \[31m red$"):
        submit(solved, box)
    assert "\x1b" not in capsys.readouterr().err


def test_a_receipt_for_another_content_is_noticed(solved, box, monkeypatch):
    monkeypatch.setattr(box, "signed", lambda receipt: {"receipt": {**receipt, "sha256": "0" * 64}, "signature": ""})
    with pytest.raises(HandInError, match="for another content"):
        submit(solved, box)


def test_no_network_and_no_such_host_are_told(solved):
    with pytest.raises(NoAnswerError, match=r"127\.0\.0\.1:1 cannot be reached \(Connection refused\)"):
        tinytorch.submit(solved, code=CODE, address="http://127.0.0.1:1")
    with pytest.raises(NoAnswerError, match=r"nowhere\.invalid was not found: is there a network here"):
        tinytorch.submit(solved, code=CODE, address="https://nowhere.invalid")


def test_a_proxy_that_is_away_is_named_without_its_password(solved, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://me:secret@127.0.0.1:1")
    with pytest.raises(NoAnswerError, match=r"through the proxy 127\.0\.0\.1:1") as told:
        tinytorch.submit(solved, code=CODE, address="https://hand-in.example.edu")
    assert "secret" not in str(told.value)


def test_a_key_never_follows_a_redirect_and_a_course_only_on_its_own_host(solved, box):
    with mailbox() as other:
        box.faults = [_moved(other.address.replace("127.0.0.1", "localhost"))]
        with pytest.raises(HandInError, match="ask your course for the address of today"):
            submit(solved, box)
        assert other.asked == []
        box.faults = [_moved(f"{other.address}/course")]
        assert submit(solved, box).number == other.handed_in[0]["number"]
        solved.write_bytes(solved.read_bytes() + b"\n")
        other.faults = [None, _moved(f"{box.address}/submissions")]
        with pytest.raises(NoAnswerError, match="status 307"):
            tinytorch.submit(solved, address=other.address)
    assert not any("Authorization" in headers for _, _, headers in box.asked)


def _moved(where):
    return 307, "moved", {"Location": where}


def test_a_name_in_chinese_goes_there_and_back(solved, box):
    path = solved.rename(solved.with_name("王小明 的作业.ipynb"))
    box.names["ada"] = "王小明"
    done = submit(path, box)
    assert box.sent_as[done.number] == path.name
    assert "Name       王小明" in repr(done)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent.ipynb", None, "there is no "),
        ("notes.txt", b"hello", "is not a notebook"),
        ("broken.ipynb", b"{", "is not a notebook"),
        ("other.ipynb", b'{"cells": [], "nbformat": 4}', "holds no exercise of ML Systems"),
    ],
)
def test_what_is_no_notebook_of_the_course_is_told(tmp_path, box, name, content, said):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(HandInError, match=said):
        submit(tmp_path / name, box)
    assert box.handed_in == []


def test_the_command_hands_in_with_a_code_from_a_script_and_shows_the_feedback(solved, box, home):
    def run(*words, given=""):
        environ = {**os.environ, "XDG_CONFIG_HOME": str(home), "PYTHONPATH": str(Path(tinytorch.__path__[0]).parent)}
        return subprocess.run(
            [sys.executable, "-m", "tinytorch.cli", *words, "--address", box.address],
            cwd=solved.parent, env=environ, input=given, capture_output=True, text=True, check=False,
        )  # fmt: skip

    done = run("submit", "--json", given=f"{CODE}\n")
    assert (done.returncode, json.loads(done.stdout)) == (0, box.signed(box.handed_in[0])), done.stderr
    assert "You are Ada Lovelace." in done.stderr
    waits = run("feedback")
    assert "waits to be graded" in waits.stdout
    box.pages["R-2026-000001"] = "<p>Well done</p>"
    shown = run("feedback")
    assert "71.5 of 85 points." in shown.stdout
    assert (solved.parent / "feedback-R-2026-000001.html").read_text() == "<p>Well done</p>"
    box.tokens.clear()
    refused = run("submit", given="WRONG\n")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.endswith(
        "tinytorch submit: This code is not known or was used; ask your course for a new one\n"
    )


def test_feedback_is_shown_in_a_frame_that_reaches_nothing(solved, box, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    submit(solved, box)
    box.pages["R-2026-000001"] = '<script>alert(1)</script><p class="x">Well</p>'
    shown = tinytorch.feedback(address=box.address)
    assert shown.points == 71.5
    assert 'sandbox=""' in shown._repr_html_()
    assert "<script>" not in shown._repr_html_()


def test_without_an_address_it_says_where_to_bring_the_file(solved, monkeypatch):
    monkeypatch.chdir(solved.parent)
    said = repr(tinytorch.submit())
    assert "has no mailbox" in said
    assert "41 of 41 answers are in it" in said
    assert "Bring it to where your course says." in said


def test_a_bare_import_takes_nothing_of_the_network():
    names = {"urllib.request", "ssl", "http.client", "numpy"}
    code = f"import sys, tinytorch, tinytorch.cli; print({names} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_transport_returns_any_status(box):
    assert send("GET", f"{box.address}/nothing", None, {}).status == 401
