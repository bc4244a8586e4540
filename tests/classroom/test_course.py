"""A course from "Fetch" to feedback in JupyterLab, as one person does it who is student and instructor by turns.

The tests are one story and run in this order; a picture of every step is kept.
"""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import psutil
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.classroom.lab import Lab
from tests.classroom.server import Classroom, autograder

ASSIGNMENT, NOTEBOOK = "13_benchmarking", "benchmarking_dev"
FORMGRADER = "iframe[src*='/formgrader']"
COMMENT = "A clear message: it names both counts."


def comments(classroom: Classroom) -> list[str]:
    """Return the comments in the gradebook."""
    with closing(sqlite3.connect(classroom.folder / "gradebook.db")) as gradebook:
        return [said for (said,) in gradebook.execute("SELECT manual_comment FROM comment")]


def test_the_student_fetches_and_opens_the_notebook(lab: Lab, classroom: Classroom) -> None:
    lab.enter(classroom.address)
    lab.find(By.XPATH, "//*[contains(@class, 'jp-MarkdownViewer')]//h1[contains(., 'A classroom on one machine')]")
    lab.picture("start")
    lab.menu("Nbgrader", "Assignment List")
    lab.button("Fetch")
    lab.picture("assignment-list")
    lab.button("Fetch").click()
    lab.button(ASSIGNMENT).click()
    lab.button(NOTEBOOK).click()
    lab.cell("check_outputs")
    desk = classroom.folder / "students" / "ada" / ASSIGNMENT
    assert [path.name for path in desk.glob("*.ipynb")] == [f"{NOTEBOOK}.ipynb"]


def test_unsolved_it_stops_at_the_first_exercise_and_solved_at_the_second(lab: Lab, reference: dict[str, str]) -> None:
    assert lab.first_error_of_all("yours = check_outputs(") == "NotImplementedError: write your answer here"
    lab.cell("check_outputs")
    lab.picture("unsolved")
    lab.write("check_outputs", reference["check_outputs"])
    lab.picture("solved-one")
    assert lab.first_error_of_all("yours = accuracy(") == "NotImplementedError: write your answer here"
    lab.cell("accuracy")
    lab.picture("stops-at-the-next")
    lab.save()


def test_validate_tells_the_checks_that_do_not_pass(lab: Lab) -> None:
    lab.find(By.XPATH, "//*[contains(@class, 'jp-NotebookPanel-toolbar')]//*[normalize-space()='Validate']").click()
    dialog = lab.find(By.CSS_SELECTOR, ".jp-Dialog-content", seconds=300)
    lab.picture("validate")
    assert "Validation Results" in dialog.text
    assert "yours = accuracy(scores, None)" in dialog.text
    assert "yours = check_outputs(" not in dialog.text  # it was solved
    dialog.find_element(By.CSS_SELECTOR, "button.jp-mod-accept").click()


def test_the_student_submits_under_their_own_name(lab: Lab, classroom: Classroom) -> None:
    lab.menu("Nbgrader", "Assignment List")
    lab.button("Submit").click()
    lab.button("Fetch Feedback")
    lab.picture("submitted")
    (inbound,) = (classroom.folder / "exchange" / "benchmarking" / "inbound").iterdir()
    assert inbound.name.startswith(f"ada+{ASSIGNMENT}+")


def test_the_instructor_collects_and_grades(lab: Lab, classroom: Classroom) -> None:
    lab.menu("Nbgrader", "Formgrader")
    with lab.inside(FORMGRADER):
        lab.find(By.CSS_SELECTOR, "td.collect a").click()
        assert "Collecting submission: ada" in lab.answered()
        lab.wait(lambda: lab.find(By.CSS_SELECTOR, "td.num-submissions").text == "1", "one submission")
    lab.picture("formgrader")
    printed = autograder("grade", str(classroom.folder), "--seed", "13")
    assert "ada        1" in printed
    with lab.inside(FORMGRADER):
        lab.find(By.CSS_SELECTOR, "td.num-submissions a").click()
        lab.wait(lambda: lab.find(By.CSS_SELECTOR, "td.status").text == "graded", "the submission to be graded")
        assert lab.find(By.CSS_SELECTOR, "td.score").text == "1 / 100"
    lab.picture("graded")


def test_formgraders_autograde_is_our_grader(lab: Lab) -> None:
    with lab.inside(FORMGRADER):
        lab.find(By.CSS_SELECTOR, "td.autograde a").click()
        said = lab.answered(seconds=300)
        assert "Success" in said
        assert "sandbox: " in said  # nbgrader's own runs the notebook in a kernel and says so
        lab.wait(lambda: lab.find(By.CSS_SELECTOR, "td.score").text == "1 / 100", "the same score")


def test_formgrader_shows_each_answer_with_its_points(lab: Lab, classroom: Classroom) -> None:
    with lab.inside(FORMGRADER):
        lab.button("Manual Grading").click()
        lab.button(ASSIGNMENT).click()
        lab.button(NOTEBOOK).click()
        lab.find(By.PARTIAL_LINK_TEXT, "Submission #1").click()
        score = lab.find(
            By.XPATH, "//*[.='check_outputs_check']/ancestor::*[.//input][1]//input[contains(@class, 'score')]"
        )
        lab.wait(lambda: score.get_attribute("placeholder") == "1", "the points of the first exercise")
        comment = lab.find(By.XPATH, "(//textarea[contains(@class, 'comment')])[1]")
        comment.send_keys(COMMENT, Keys.TAB)
        lab.wait(lambda: COMMENT in comments(classroom), "the comment to be saved")
    lab.picture("manual-grading")


def test_the_student_reads_the_feedback(lab: Lab, classroom: Classroom) -> None:
    with lab.inside(FORMGRADER):
        lab.button("Manual Grading").click()
        lab.button("Manage Assignments").click()
        lab.find(By.CSS_SELECTOR, "td.num-submissions a").click()
        lab.find(By.CSS_SELECTOR, "td.generate-feedback a").click()
        assert "feedback/ada.html" in lab.answered(seconds=120)
    assert "Releasing feedback for student 'ada'" in autograder(
        "feedback", "--course", str(classroom.folder), "--release"
    )
    lab.menu("Nbgrader", "Assignment List")
    lab.button("Fetch Feedback").click()
    lab.find(By.PARTIAL_LINK_TEXT, "view feedback").click()
    lab.picture("feedback-fetched")
    page = "//li[contains(@class, 'jp-DirListing-item')][contains(., 'benchmarking_dev.html')]"
    lab.double_click(lab.find(By.XPATH, page))
    with lab.inside(".jp-HTMLViewer iframe"):
        text = lab.wait(lambda: lab.driver.find_element(By.TAG_NAME, "body").text, "the page")
    lab.picture("feedback")
    assert "1\nof 85 automatic points" in text
    assert COMMENT in text


def test_nothing_is_asked_outside_but_formgraders_mathjax(lab: Lab) -> None:
    """Jupyter's news and updates are off; nbgrader's page of one submission wants MathJax from its own address."""
    entries = [json.loads(entry["message"])["message"] for entry in lab.driver.get_log("performance")]
    asked = [
        urlsplit(entry["params"]["request"]["url"])
        for entry in entries
        if entry["method"] == "Network.requestWillBeSent"
    ]
    outside = {address.hostname for address in asked if address.scheme.startswith("http")} - {"127.0.0.1"}
    assert outside <= {"cdnjs.cloudflare.com"}


def test_ctrl_c_ends_it_with_its_kernels_and_another_student_can_sit_down(classroom: Classroom) -> None:
    children = psutil.Process(classroom.process.pid).children(recursive=True)
    assert any("ipykernel_launcher" in " ".join(child.cmdline()) for child in children)
    assert classroom.stop(signal.SIGINT) == 0
    assert psutil.wait_procs(children, timeout=10)[1] == []
    again = Classroom(classroom.folder, "--student", "eve")
    try:
        own = again.ask("assignments?course_id=benchmarking")["value"]
        assert [(each["assignment_id"], each["status"]) for each in own] == [(ASSIGNMENT, "released")]
        again.ask("assignments/fetch", course_id="benchmarking", assignment_id=ASSIGNMENT)
        again.ask("assignments/submit", course_id="benchmarking", assignment_id=ASSIGNMENT)
        submitted = (classroom.folder / "exchange" / "benchmarking" / "inbound").iterdir()
        assert sorted(path.name.partition("+")[0] for path in submitted) == ["ada", "eve"]
    finally:
        again.stop()
