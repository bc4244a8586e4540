"""Handing in from JupyterLab: what is not saved is noticed, the code is typed in hiding, the receipt is shown.

The tests are one story and run in this order, on the mailbox that the classroom starts beside JupyterLab: handed in,
graded by its worker, answered in the notebook, seen in Formgrader and in a sheet.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.classroom.lab import Lab
from tests.classroom.server import Classroom, autograder

ASSIGNMENT, NOTEBOOK = "13_benchmarking", "benchmarking_dev"
LAST = "//div[contains(@class, 'jp-CodeCell')][.//*[contains(@class, 'cm-content')][contains(., 'tinytorch.submit()')]]"
STDIN = ".jp-Stdin-input"


def code_of(classroom: Classroom) -> str:
    """Return the student's code that the classroom printed."""
    return re.search(r"ada's code is ([A-Z0-9-]+);", classroom.log.read_text())[1]


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
    lab: Lab, classroom: Classroom, reference: dict[str, str]
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


def test_saved_from_the_question_itself_it_goes_on_to_the_code(lab: Lab, classroom: Classroom) -> None:
    before = desk(classroom).read_bytes()
    lab.menu("File", "Save Notebook")
    lab.wait(lambda: desk(classroom).read_bytes() != before, "the notebook to be saved")
    lab.find(By.CSS_SELECTOR, STDIN).send_keys(Keys.ENTER)
    hidden = lab.find(By.CSS_SELECTOR, f"{STDIN}[type='password']")
    lab.picture("code")
    hidden.send_keys(code_of(classroom).lower().replace("-", " "), Keys.ENTER)
    shown = lab.find(By.CSS_SELECTOR, ".jp-RenderedHTML [role='status']")
    lab.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", shown)
    lab.picture("receipt")
    assert "Handed in." in shown.text
    [kept] = desk(classroom).parent.glob("receipt-*.json")
    said = autograder("receipt", str(kept), "--notebook", str(desk(classroom)), "--course", str(classroom.folder))
    assert "The signature holds." in said
    assert kept.stem.removeprefix("receipt-") in shown.text


def test_neither_key_nor_code_is_in_the_notebook(lab: Lab, classroom: Classroom) -> None:
    lab.save()
    [key] = json.loads((classroom.folder / ".jupyter" / "keys" / "keys.json").read_bytes()).values()
    saved = desk(classroom).read_text(encoding="utf-8")
    assert key["token"] not in saved
    assert code_of(classroom).lower().replace("-", " ") not in saved


def ask_for_feedback(lab: Lab) -> str:
    """Ask in the last cell what became of it, and return the answer."""
    editor = lab.driver.find_elements(By.CSS_SELECTOR, ".jp-CodeCell .cm-content")[-1]
    editor.click()
    editor.send_keys(Keys.CONTROL, "a")
    lab.driver.execute_cdp_cmd("Input.insertText", {"text": "tinytorch.feedback()"})
    editor.send_keys(Keys.CONTROL, Keys.ENTER)
    outputs = (
        "return [...document.querySelectorAll('.jp-CodeCell')].at(-1).querySelector('.jp-RenderedHTML')?.innerText"
    )
    return str(lab.wait(lambda: lab.driver.execute_script(outputs), "an answer"))


def test_some_seconds_later_the_feedback_is_in_the_notebook(lab: Lab) -> None:
    said = lab.wait(lambda: "It is graded." in (answer := ask_for_feedback(lab)) and answer, "the worker", 180)
    assert "1 of 85 points." in said
    frame = lab.find(By.CSS_SELECTOR, ".jp-RenderedHTML iframe[title='Feedback']")
    lab.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", frame)
    lab.picture("feedback-in-the-notebook")
    with lab.inside("iframe[title='Feedback']"):
        text = lab.wait(lambda: lab.driver.find_element(By.TAG_NAME, "body").text, "the page")
    assert "of 85 automatic points" in text
    assert not re.search("test_[a-z]", text)


def test_formgrader_and_the_sheet_show_what_the_mailbox_took(lab: Lab, classroom: Classroom) -> None:
    lab.menu("Nbgrader", "Formgrader")
    with lab.inside("iframe[src*='/formgrader']"):
        lab.find(By.CSS_SELECTOR, "td.num-submissions a").click()
        lab.wait(lambda: lab.find(By.CSS_SELECTOR, "td.status").text == "graded", "the submission to be graded")
        assert lab.find(By.CSS_SELECTOR, "td.score").text == "1 / 100"
    lab.picture("formgrader-after-the-mailbox")
    sheet = Path(autograder("export", "--to", "csv", "--course", str(classroom.folder)).strip())
    [row] = csv.DictReader(sheet.read_text(encoding="utf-8").splitlines())
    assert "ada" in row.values()
    assert "1" in [value.removesuffix(".0") for value in row.values()]
