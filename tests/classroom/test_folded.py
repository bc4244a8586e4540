"""The folded given cells in JupyterLab: collapsed when the notebook is opened, they run so, and a click unfolds one.

The tests are one story and run in this order, on a notebook with every answer in it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from autograder.proving.demo_class import filled
from autograder.reading.layout import Layout
from autograder.reading.lesson import load_lesson
from autograder.reading.places import RELEASE
from autograder.reading.submission import read_submission
from tests.classroom.lab import Lab
from tests.classroom.server import Classroom
from tinytorch.export import export_modules, read_lesson

ASSIGNMENT, NOTEBOOK = "13_benchmarking", "benchmarking_dev"
RUN = 3  # folded cells that are run: all would take as long as the lesson


def desk(classroom: Classroom) -> Path:
    """Return where the student's notebook is."""
    return classroom.folder / "students" / "ada" / ASSIGNMENT / f"{NOTEBOOK}.ipynb"


def marked(path: Path) -> list[Any]:
    """Return the cells that a saved notebook folds."""
    cells = json.loads(path.read_bytes())["cells"]
    return [cell for cell in cells if cell["metadata"].get("jupyter", {}).get("source_hidden")]


def titles(cells: list[Any]) -> list[str]:
    """Return the first line of each cell."""
    return ["".join(cell["source"]).split("\n")[0] for cell in cells]


def collapsed(lab: Lab) -> list[WebElement]:
    """Return what stands in place of the code of each collapsed cell, in order."""
    return lab.driver.find_elements(By.CSS_SELECTOR, ".jp-CodeCell .jp-InputPlaceholder .jp-Placeholder-content")


def ran(lab: Lab) -> bool:
    """Whether cells were run and none is running or waiting."""
    prompts = [prompt.text for prompt in lab.driver.find_elements(By.CSS_SELECTOR, ".jp-InputArea-prompt")]
    return any(prompt.strip("[]: ").isdigit() for prompt in prompts) and "[*]:" not in prompts


def test_the_notebook_opens_with_its_long_given_cells_collapsed(
    lab: Lab, classroom: Classroom, reference: dict[str, str]
) -> None:
    lab.enter(classroom.address)
    lab.find(By.CSS_SELECTOR, ".jp-MarkdownViewer h1")  # it comes to the front when it is there
    lab.menu("Nbgrader", "Assignment List")
    lab.button("Fetch").click()
    lab.button(ASSIGNMENT)
    desk(classroom).write_bytes(filled(load_lesson(RELEASE), reference))
    lab.button(ASSIGNMENT).click()
    lab.button(NOTEBOOK).click()
    folded = titles(marked(RELEASE))
    lab.wait(lambda: len(collapsed(lab)) == len(folded), f"{len(folded)} collapsed cells")
    assert [each.get_attribute("textContent") for each in collapsed(lab)] == folded
    assert all(title.startswith("# @title Given") for title in folded)
    lab.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", collapsed(lab)[0])
    lab.picture("folded")


def test_collapsed_cells_run(lab: Lab, classroom: Classroom) -> None:
    after = collapsed(lab)[RUN - 1].find_element(By.XPATH, "./ancestor::div[contains(@class, 'jp-Cell ')][1]")
    below = after.find_element(By.XPATH, "./following-sibling::div[contains(@class, 'jp-Cell ')][1]")
    lab.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", below)
    below.click()
    lab.menu("Run", "Run All Above Selected Cell")
    lab.wait(lambda: ran(lab), "the cells to be run", 300)
    assert lab.errors() == []
    lab.save()
    counts = [cell["execution_count"] for cell in marked(desk(classroom))]
    assert [count is not None for count in counts] == [True] * RUN + [False] * (len(counts) - RUN)
    assert len(counts) == len(collapsed(lab))


def test_a_click_unfolds_one_and_nobody_minds(lab: Lab, classroom: Classroom) -> None:
    before = marked(desk(classroom))
    first = collapsed(lab)[0]
    lab.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", first)
    first.click()
    lab.wait(lambda: len(collapsed(lab)) == len(before) - 1, "one cell fewer to be collapsed")
    name = titles(before)[0].removeprefix("# @title Given: ").partition(",")[0]
    assert lab.cell(name).find_element(By.CSS_SELECTOR, ".cm-content").is_displayed()
    lab.picture("unfolded")
    lab.save()
    assert titles(marked(desk(classroom))) == titles(before)[1:]
    assert "@title" not in "".join(export_modules(read_lesson(desk(classroom)), source="ada").values())
    submission = read_submission(desk(classroom), "ada", Layout.of(load_lesson(RELEASE).cells))
    assert (submission.remarks, len(submission.refused)) == ((), 0)
