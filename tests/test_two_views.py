"""What a student sees and what staff see are separate from the start: no hidden test's name, no fault of ours in it."""

import csv
import io
import json
import re
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.books.exports import gradescope, moodle, plain
from autograder.books.feedback import render
from autograder.grading.gradebook import GradebookError, GradebookWriter
from autograder.grading.results import Result, load_all
from autograder.grading.table import markdown_table
from autograder.judging.judge import Judge
from autograder.reading.lesson import load_lesson
from autograder.reading.submission import Submission
from tests import mini
from tests.courses import grade_course, here

OURS = ("test_mini", "test_middle", "::", "suite", "OSError", "UNIQUE", "locked", "seed", "SIGKILL", ".py")
MIDDLES = {
    "a plain mistake": "return None",
    "a fault of the suite": "return 'fault'",
    "right": "return sorted(values)[len(values) // 2]",
}
FAULT = """

@pytest.fixture(autouse=True)
def fault(student):
    if student.middle([1.0]) == "fault":
        raise OSError("a suite's own")
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Three students of whom one makes the suite itself fail."""
    for number, line in enumerate(MIDDLES.values()):
        text = mini.notebook(
            mini.made() / mini.NOTEBOOK, **{**mini.ANSWERS, "middle": f"def middle(values):\n    {line}"}
        )
        mini.save(text, tmp_path / "submitted" / f"s{number}" / "13_benchmarking" / "benchmarking_dev.ipynb")
    mini.gradebook(tmp_path)
    shutil.copytree(mini.made() / "suites", tmp_path / "suites")
    suite = tmp_path / "suites" / "test_mini.py"
    suite.write_text(
        suite.read_text().replace("yours = student.middle(values(seed))", "yours = 0 + student.middle(values(seed))")
        + FAULT
    )
    return tmp_path


def graded(course: Path) -> list[Result]:
    grade_course(course, replace(mini.setup(), suites=course / "suites"), engine=here)
    return load_all(course / "results")


def students_view(course: Path, result: Result) -> str:
    """Everything of a result that may come before its student's eyes."""
    [_, row] = csv.reader(io.StringIO(moodle([result])))
    shown = {key: value for key, value in gradescope(result).items() if key != "extra_data"}
    notebook = json.loads((course / "autograded" / result.student / mini.NOTEBOOK.relative_to("release")).read_bytes())
    outputs = [cell.get("outputs", []) for cell in notebook["cells"]]
    connection = sqlite3.connect(course / "gradebook.db")
    comments = connection.execute("SELECT auto_comment FROM comment").fetchall()
    connection.close()
    return "\n".join([render(result), *row, json.dumps(shown), json.dumps(outputs), str(comments)])


def test_a_students_view_names_no_test_and_no_fault_of_ours(course: Path) -> None:
    results = graded(course)
    assert [result.judged for result in results] == [True, True, True]
    assert [result.attention for result in results] == [False, True, False]
    for result in results:
        view = students_view(course, result)
        assert not [word for word in OURS if word in view], result.student
    assert "TypeError" in results[0].staff[0]
    assert "suite error: OSError" in results[1].staff[0]
    assert "test_mini.py" in results[1].staff[0]
    for shown in (markdown_table(results), plain(results), render(results[1], instructor=True)):
        assert "suite error" in shown, "staff see it"


SHOWING = """
import pytest

@pytest.mark.exercise("middle", points=40)
def test_middle(student, seed):
    student.middle(seed)
"""


def test_a_seed_that_is_shown_is_of_no_use_to_anybody_else(tmp_path: Path) -> None:
    """What a student's code is given it may show; another submission, or this one changed, gets another number."""
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "test_all.py").write_text(SHOWING)
    setup = replace(mini.setup(), suites=tmp_path / "suites", seed=123456)
    judging = Judge(setup, load_lesson(setup.release), mini.layout())
    seen = []
    for comment in ("one", "two", "one"):
        answer = f"def middle(values):\n    raise ValueError(f'seed {{values}}') # {comment}"
        [outcome] = judging.judge(Submission("ada", tmp_path, answers={"middle": answer})).outcomes
        seen.append(int(re.search(r"seed (\d+)", outcome.message)[1]))
    assert seen[0] == seen[2] != seen[1]
    assert 123456 not in seen
    assert all(0 <= number < 2**31 for number in seen)


@pytest.mark.parametrize("why", ["database is locked", "UNIQUE constraint failed: grade.cell_id"])
def test_what_is_wrong_with_the_gradebook_is_for_staff(course: Path, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: GradebookWriter, result: Result, *rest: object) -> None:
        raise GradebookError(f"the gradebook refused {result.student}: {why}")

    monkeypatch.setattr(GradebookWriter, "write", refuse)
    result = graded(course)[2]
    assert result.staff == (f"Not in the gradebook: the gradebook refused s2: {why}.",)
    assert result.attention
    view = students_view(course, result)
    assert not [word for word in OURS if word in view]
