"""Handing in from a running notebook: a kernel with somebody in front of it, in a Jupyter and in an imitated Colab."""

import json
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.kernels import kernel, with_source
from tests.mailbox_reference import mailbox
from tests.publications import notebook, published

pytestmark = pytest.mark.filterwarnings("default")  # of Jupyter's own machinery

CODE = "ABCD-EFGH-JKLM"
NAME = "benchmarking_dev.ipynb"
ANSWER = "def sample_order(n_queries, n_samples, rng):\n    return rng.integers(0, n_samples, size=n_queries)"
SUBMIT = "import tinytorch\n\ntinytorch.submit()"
OLD = 300  # seconds


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The students' package with a mailbox's address, the mailbox, and a kernel on it in a folder of a student's."""
    home = tmp_path_factory.mktemp("student")
    with mailbox() as box:
        package = home / "package"
        package.mkdir()
        (package / "tinytorch").symlink_to(published() / "tinytorch")
        environ = {"XDG_CONFIG_HOME": str(home / "config"), "IPYTHONDIR": str(home / "ipython"), "NO_PROXY": "*"}
        with kernel(sys.executable, home, [package], **environ) as person:
            yield box, person


@pytest.fixture
def student(course, tmp_path):
    """(mailbox, person, folder): a fresh folder, no key, nothing handed in, no cell run yet."""
    box, person = course
    box.codes, box.tokens, box.handed_in = {CODE: "ada"}, {}, []
    person.asked.clear()
    start = f"""
import os, tinytorch, tinytorch.handing_in.keys as keys
os.chdir({str(tmp_path)!r}); os.environ.pop('JPY_SESSION_NAME', None)
keys.forget({box.address!r})
get_ipython().history_manager.input_hist_raw[:] = ['']
import tinytorch.checking.hand_in as published, tinytorch.handing_in.mailbox as room
published.load_hand_in = lambda: published.HandIn('ML Systems', {box.address!r}, '2026-12-20T23:00+01:00')
room.PAUSES_S = (0.0, 0.0)
"""
    assert person.run(start)["error"] == ""
    person.run("get_ipython().history_manager.input_hist_raw[:] = ['']")
    return box, person, tmp_path


def put(folder: Path, data: bytes, name: str = NAME, age: float = OLD) -> Path:
    """Write a notebook that was saved so many seconds ago."""
    path = folder / name
    path.write_bytes(data)
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_one_call_asks_for_the_code_hides_it_and_shows_the_receipt(student):
    box, person, folder = student
    path = put(folder, notebook(published(), solved=True), age=1)
    shown = person.run(SUBMIT, " abcd efgh jklm ")
    assert shown["error"] == ""
    assert person.asked == [(f"Your code for ML Systems (it is sent to {box.address.removeprefix('http://')}): ", True)]
    assert "41 of 41 answers are in it." in shown["printed"]
    assert "R-2026-000001" in shown["html"]
    assert "R-2026-000001" in shown["text"]
    assert list(box.files.values())[-1] == path.read_bytes()
    assert (folder / "receipt-R-2026-000001.json").is_file()
    [token] = box.tokens
    assert token not in str(shown)
    assert "handed in before" in person.run(SUBMIT)["text"]


def test_whoever_saved_long_ago_is_asked_to_save_and_what_is_saved_then_is_sent(student):
    box, person, folder = student
    path = put(folder, notebook(published(), solved=False))
    written = with_source(path.read_bytes(), "question_waiting", "Because the gaps pile up.")
    shown = person.run(SUBMIT, lambda: path.write_bytes(written) and "", CODE)
    assert shown["error"] == "", shown
    question, hidden = person.asked[0]
    assert "was saved 5 min ago; what you wrote since is not in it. To send all of it, save the notebook" in question
    assert not hidden
    assert list(box.files.values())[-1] == written
    assert "1 of 41 answers are in it" in shown["printed"]


def test_an_answer_that_was_run_and_not_saved_is_noticed_and_an_old_file_is_not_sent(student):
    box, person, folder = student
    path = put(folder, notebook(published(), solved=False), age=1)
    person.run(ANSWER)
    time.sleep(0)
    put(folder, path.read_bytes(), age=OLD)
    shown = person.run(SUBMIT, "")
    assert "Exercise 3.2 (Which sample) stands there in another form than you ran it" in person.asked[0][0]
    assert shown["error"].startswith("HandInError: benchmarking_dev.ipynb is still not saved")
    assert "Traceback" not in shown["traceback"]
    assert box.handed_in == []
    saved = with_source(path.read_bytes(), "sample_order", ANSWER)
    assert person.run(SUBMIT, lambda: path.write_bytes(saved) and "", CODE)["error"] == ""
    assert list(box.files.values())[-1] == saved


def test_what_was_changed_and_saved_but_not_run_is_sent_with_a_note(student):
    _, person, folder = student
    person.run(ANSWER)
    saved = with_source(notebook(published(), solved=False), "sample_order", f"# better\n{ANSWER}")
    put(folder, saved, age=1)
    shown = person.run(SUBMIT, "", CODE)
    assert "Note: Exercise 3.2 (Which sample) is sent as it was saved" in shown["printed"]
    assert shown["error"] == ""


def test_a_renamed_notebook_is_found(student):
    box, person, folder = student
    put(folder, notebook(published(), solved=True), "王小明 的作业.ipynb", age=1)
    put(folder, b'{"cells": [], "nbformat": 4}', "notes.ipynb", age=1)
    put(folder, b"{", "broken.ipynb", age=1)
    person.run(f"os.environ['JPY_SESSION_NAME'] = {str(folder / NAME)!r}")
    assert person.run(SUBMIT, CODE)["error"] == ""
    assert box.sent_as["R-2026-000001"] == "王小明 的作业.ipynb"


def test_of_two_notebooks_it_is_the_one_whose_code_was_run_here(student):
    box, person, folder = student
    put(folder, notebook(published(), solved=False), "benchmarking_dev (1).ipynb", age=1)
    put(folder, with_source(notebook(published(), solved=False), "sample_order", ANSWER), "mine.ipynb", age=2)
    person.run(ANSWER)
    assert person.run(SUBMIT, CODE)["error"] == ""
    assert box.sent_as["R-2026-000001"] == "mine.ipynb"


def test_of_two_that_could_be_meant_it_asks_for_the_name(student):
    box, person, folder = student
    put(folder, notebook(published(), solved=False), "a.ipynb", age=1)
    put(folder, notebook(published(), solved=True), "b.ipynb", age=1)
    error = person.run(SUBMIT)["error"]
    assert (
        "2 notebooks here could be meant; say which: tinytorch.submit('a.ipynb') or tinytorch.submit('b.ipynb')"
        in error
    )
    assert person.run("tinytorch.submit('b.ipynb')", CODE)["error"] == ""
    assert box.sent_as["R-2026-000001"] == "b.ipynb"


def test_the_notebook_that_this_kernel_was_started_for_goes_before_an_older_copy(student):
    box, person, folder = student
    put(folder, notebook(published(), solved=False), "benchmarking_dev-Copy1.ipynb", age=OLD)
    path = put(folder, notebook(published(), solved=True), age=1)
    person.run(f"os.environ['JPY_SESSION_NAME'] = {str(path)!r}")
    assert person.run(SUBMIT, CODE)["error"] == ""
    assert box.sent_as["R-2026-000001"] == NAME


def test_no_notebook_here_is_told(student):
    _, person, folder = student
    assert f"no notebook of this course is in {folder}" in person.run(SUBMIT)["error"]


def test_a_program_that_runs_the_notebook_hands_nothing_in(student):
    """nbgrader's Validate and nbconvert run all cells, the last one too."""
    box, person, folder = student
    put(folder, notebook(published(), solved=True), age=1)
    shown = person.run(SUBMIT, asks=False)
    assert shown["error"] == ""
    assert "nothing was handed in" in shown["text"]
    assert box.asked == [] or box.handed_in == []


def test_an_empty_code_hands_nothing_in(student):
    box, person, folder = student
    put(folder, notebook(published(), solved=True), age=1)
    assert "no code was given" in person.run(SUBMIT, "  ")["error"]
    assert box.handed_in == []


def test_an_interrupt_while_it_is_sent_says_that_the_same_file_counts_once(student):
    box, person, folder = student
    put(folder, notebook(published(), solved=True), age=1)
    ended = threading.Event()

    def interrupted() -> None:
        person.manager.interrupt_kernel()
        ended.wait(60)

    box.faults = [None, None, interrupted]
    shown = person.run(SUBMIT, CODE)
    ended.set()
    assert shown["error"].startswith("StoppedError: stopped while it was sent")
    assert "Traceback" not in shown["traceback"]
    assert person.run(SUBMIT)["error"] == ""
    assert len(box.handed_in) == 1


def test_colabs_page_is_asked_and_its_written_answers_come_along(tmp_path):
    page = tmp_path / "page.json"
    document = json.loads(with_source(notebook(published(), solved=False), "question_waiting", "Sie warten: 等待."))
    document["metadata"]["colab"] = {"name": "Copy of benchmarking_dev.ipynb"}
    page.write_text(json.dumps(document))
    content = tmp_path / "content"
    content.mkdir()
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "IPYTHONDIR": str(tmp_path / "ipython"), "NO_PROXY": "*"}
    with (
        mailbox() as box,
        kernel(sys.executable, content, [published()], colab=page, **environ) as person,
    ):
        shown = person.run(f"import tinytorch\ntinytorch.submit(address={box.address!r})", CODE)
        assert shown["error"] == ""
        [data] = box.files.values()
        assert json.loads(data) == document
        assert box.sent_as["R-2026-000001"] == "Copy of benchmarking_dev.ipynb"
        assert box.asked[0][2]["X-Client"].endswith(" colab")
        assert "Colab forgets your key when this session ends" in shown["text"]
        assert "Download .ipynb" in person.run("tinytorch.submit()")["text"]
        document["cells"][0]["source"] = "half a character: \ud83d"
        page.write_text(json.dumps(document))
        assert person.run(f"tinytorch.submit(address={box.address!r})")["error"] == ""
        page.unlink()
        assert (
            "Colab's page did not give the notebook"
            in person.run(f"tinytorch.submit(address={box.address!r})")["error"]
        )
        page.mkdir()
        assert (
            "Colab's page did not give the notebook"
            in person.run(f"tinytorch.submit(address={box.address!r})")["error"]
        )
