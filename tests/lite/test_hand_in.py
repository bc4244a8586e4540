"""Handing in from a page alone: the saved notebook goes to a mailbox of another origin, a receipt comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from autograder.links import NOTEBOOK
from tests import serving
from tests.lite.lab import Lab
from tests.mailbox_reference import Box, mailbox

CODE = "ABCD-EFGH-JKLM"


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    """A mailbox on this machine, of another origin than the site."""
    with mailbox() as running:
        yield running


@pytest.fixture(scope="module")
def lab(site_of, serve, box, tmp_path_factory) -> Iterator[Lab]:
    """The solved notebook open, its package there, whose course published the mailbox."""
    published = {"course": "ML Systems", "address": box.address, "due": "", "where": ""}
    address, _ = serve(site_of(solved=True, hand_in=json.dumps(published)))
    running = Lab(tmp_path_factory.mktemp("log") / "net.json")
    running.open(f"{address}/lab/index.html?path={NOTEBOOK}")
    running.wait_for_kernel()
    running.run(0, "code")
    running.wait(running.executed, 300, "fetch the package")
    yield running
    running.close()


def asked(lab: Lab) -> str:
    """Wait for a question and return its words."""
    text = "return document.querySelector('.jp-Stdin')?.textContent ?? ''"
    lab.wait(lambda: lab.browser.run(text), 60, "ask")
    return str(lab.browser.run(text))


def answer(lab: Lab, *keys: str) -> None:
    """Type into the field of the question, and press Enter."""
    lab.browser.driver.find_element(By.CSS_SELECTOR, ".jp-Stdin-input").send_keys(*keys, Keys.ENTER)


def shown(lab: Lab) -> str:
    """Return the text that the last cell has put out."""
    return str(lab.browser.run("return [...document.querySelectorAll('.jp-OutputArea')].at(-1)?.innerText ?? ''"))


def test_a_mailbox_that_does_not_list_this_site_is_told(lab: Lab, box: Box) -> None:
    lab.save()
    lab.run(-1, "code")
    lab.wait(lambda: "cannot be reached from this page" in shown(lab), 60, "be refused")
    assert "list http://127.0.0.1:" in shown(lab)
    assert "Traceback" not in shown(lab)


def test_the_saved_notebook_is_handed_in_and_the_receipt_is_shown(lab: Lab, box: Box) -> None:
    box.origins = (lab.browser.run("return location.origin"),)
    lab.save()
    lab.run(-1, "code")
    assert "Your code for ML Systems" in asked(lab)
    answer(lab, CODE.lower())
    lab.wait(lambda: "R-2026-000001" in shown(lab), 60, "show the receipt")
    assert "41 of 41 answers are in it" in shown(lab)
    [data] = box.files.values()
    assert "tinytorch.submit()" in "".join(json.loads(data)["cells"][-1]["source"])
    assert {headers["X-Client"].split()[-1] for _, _, headers in box.asked if "X-Client" in headers} == {"browser"}


def test_the_key_stays_in_this_browser_and_outside_the_notebook(lab: Lab, box: Box) -> None:
    [token] = box.tokens
    assert token not in json.dumps(lab.notebook())
    kept = lab.execute("import json\nfrom pathlib import Path\nprint(Path('/drive/.tinytorch/keys.json').read_text())")
    assert token in kept
    assert "R-2026-000001" in lab.execute("print(Path('receipt-R-2026-000001.json').read_text())")


def test_the_feedback_comes_back(lab: Lab, box: Box) -> None:
    box.pages["R-2026-000001"] = "<h1>Your feedback</h1>"
    said = lab.execute("print(tinytorch.feedback())")
    assert "71.5 of 85 points." in said
    assert "feedback-R-2026-000001.html" in said


def test_a_mailbox_of_the_real_kind_takes_grades_and_answers_it(lab: Lab, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("real") / "course"
    with serving.served(folder, "--origins", str(lab.browser.run("return location.origin"))) as course:
        asked = f"address={course.address!r}"
        said = lab.execute(f"print(tinytorch.submit({NOTEBOOK!r}, code={course.code!r}, {asked}))")
        assert "Handed in." in said, said
        number = re.search(r"Number +(\S+)", said)[1]
        path = folder / f"{number}.json"
        path.write_text(lab.execute(f"print(Path('receipt-{number}.json').read_text())"))
        assert "The signature holds." in course.autograder("receipt", str(path), "--course", str(folder))
        ask = f"print(tinytorch.feedback({asked}))"
        lab.wait(lambda: serving.points(lab.execute(ask)) is not None, 300, "be graded")
        assert serving.points(lab.execute(ask)) == 85
        page = lab.execute(f"print(Path('feedback-{number}.html').read_text())")
        assert "of 85 automatic points" in page
        sheet = Path(course.autograder("export", "--to", "moodle", "--course", str(folder)).splitlines()[0])
        assert "85" in sheet.read_text(encoding="utf-8-sig")
