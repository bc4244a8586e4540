"""Handing in from JupyterLab: what is not saved is noticed, the code is typed in hiding, the receipt is shown.

The tests are one story and run in this order; the mailbox is a small one that keeps to the contract.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.classroom.lab import Lab
from tests.classroom.server import Classroom
from tests.mailbox_reference import Box, mailbox

ASSIGNMENT, NOTEBOOK, CODE = "13_benchmarking", "benchmarking_dev", "ABCD-EFGH-JKLM"
LAST = "//div[contains(@class, 'jp-CodeCell')][.//*[contains(@class, 'cm-content')][contains(., 'tinytorch.submit()')]]"
STDIN = ".jp-Stdin-input"


@pytest.fixture(scope="module")
def box(classroom: Classroom) -> Iterator[Box]:
    """A mailbox whose address the course of this classroom published."""
    with mailbox() as running:
        published = {"course": "ML Systems", "address": running.address, "due": "2026-12-20T23:00+01:00", "where": ""}
        path = classroom.folder / ".jupyter" / "support" / "tinytorch" / "course" / "hand_in.json"
        path.write_text(json.dumps(published))
        yield running


def desk(classroom: Classroom) -> Path:
    """Return where the student's notebook is."""
    return classroom.folder / "students" / "ada" / ASSIGNMENT / f"{NOTEBOOK}.ipynb"


def run_last_cell(lab: Lab) -> None:
    """Run the notebook's last cell as a person does: click into it, press Shift and Enter."""
    cell = lab.wait(lambda: lab.driver.find_elements(By.XPATH, LAST), "the last cell")[0]
    lab.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", cell)
    editor = cell.find_element(By.CSS_SELECTOR, ".cm-content")
    editor.click()
    editor.send_keys(Keys.SHIFT, Keys.ENTER)


def test_an_answer_that_was_run_and_not_saved_is_noticed(
    lab: Lab, classroom: Classroom, box: Box, reference: dict[str, str]
) -> None:
    lab.enter(classroom.address)
    lab.find(By.CSS_SELECTOR, ".jp-MarkdownViewer h1")
    lab.menu("Nbgrader", "Assignment List")
    lab.button("Fetch").click()
    lab.button(ASSIGNMENT).click()
    lab.button(NOTEBOOK).click()
    lab.write("coin_flip_order", reference["coin_flip_order"])
    lab.cell("coin_flip_order").find_element(By.CSS_SELECTOR, ".cm-content").send_keys(Keys.SHIFT, Keys.ENTER)
    run_last_cell(lab)
    asked = lab.find(By.CSS_SELECTOR, ".jp-Stdin")
    lab.picture("not-saved")
    assert "(Who goes first) stands there in another form than you ran it" in asked.text
    assert "save the notebook (File, then Save Notebook)" in asked.text
    assert box.asked == []


def test_saved_from_the_question_itself_it_goes_on_to_the_code(lab: Lab, classroom: Classroom, box: Box) -> None:
    before = desk(classroom).read_bytes()
    lab.menu("File", "Save Notebook")
    lab.wait(lambda: desk(classroom).read_bytes() != before, "the notebook to be saved")
    lab.find(By.CSS_SELECTOR, STDIN).send_keys(Keys.ENTER)
    hidden = lab.find(By.CSS_SELECTOR, f"{STDIN}[type='password']")
    lab.picture("code")
    assert [path for _, path, _ in box.asked] == ["/course"]
    hidden.send_keys(CODE.lower().replace("-", " "), Keys.ENTER)
    shown = lab.find(By.CSS_SELECTOR, ".jp-RenderedHTML [role='status']")
    lab.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", shown)
    lab.picture("receipt")
    assert "Handed in." in shown.text
    assert "R-2026-000001" in shown.text
    [data] = box.files.values()
    assert data == desk(classroom).read_bytes()
    assert "coin_flip_order" in str(data)


def test_receipt_and_key_are_where_they_should_be(lab: Lab, classroom: Classroom, box: Box) -> None:
    lab.save()
    [token] = box.tokens
    saved = desk(classroom).read_text(encoding="utf-8")
    assert token not in saved
    assert CODE.lower().replace("-", " ") not in saved
    kept = json.loads((desk(classroom).parent / "receipt-R-2026-000001.json").read_bytes())
    assert kept["receipt"]["number"] == "R-2026-000001"


def test_the_feedback_is_shown_in_the_notebook(lab: Lab, box: Box) -> None:
    box.pages["R-2026-000001"] = "<!DOCTYPE html><html><body><h1>Your feedback</h1></body></html>"
    cell = lab.driver.find_elements(By.XPATH, LAST)[0]
    editor = cell.find_element(By.CSS_SELECTOR, ".cm-content")
    editor.click()
    editor.send_keys(Keys.CONTROL, "a")
    lab.driver.execute_cdp_cmd("Input.insertText", {"text": "tinytorch.feedback()"})
    editor.send_keys(Keys.SHIFT, Keys.ENTER)
    frame = lab.find(By.CSS_SELECTOR, ".jp-RenderedHTML iframe[title='Feedback']")
    lab.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", frame)
    lab.picture("feedback-in-the-notebook")
    with lab.inside("iframe[title='Feedback']"):
        assert lab.wait(lambda: lab.driver.find_element(By.TAG_NAME, "h1").text, "the page") == "Your feedback"
