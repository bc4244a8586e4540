"""The lesson as the grader sees it, and the rules by which it is written."""

import json
import re
from pathlib import Path

import pytest

from autograder.reading.lesson import Exercise, LessonError, load_lesson, to_notebook


def test_exercises_points_and_ids_come_from_the_lesson(mini_lesson: Path) -> None:
    lesson = load_lesson(mini_lesson)
    assert (lesson.assignment, lesson.notebook) == ("13_benchmarking", "benchmarking_dev.ipynb")
    assert lesson.exercises[1:] == (
        Exercise(
            "percentile", "Percentile", 40, "stats", "2. Statistics", False, "percentile", "percentile_check", "2.1"
        ),
        Exercise("question_clock", "Question 1", 15, "", "Analyze", True, "question_clock", "question_clock", "1"),
    )


def test_a_notebook_is_valid_and_has_no_outputs(mini_lesson: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    notebook = to_notebook(load_lesson(mini_lesson).cells)
    nbformat.validate(notebook)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert {cell["cell_type"]: cell.get("outputs") for cell in notebook["cells"]} == {"code": [], "markdown": None}


SOLUTION = """    ### BEGIN SOLUTION
    ordered = sorted(values)
    return ordered[math.floor(len(ordered) * p)]
    ### END SOLUTION"""
BROKEN = {
    "fewer points": ("40", "30", "the automatic points add up to 75, not to 85"),
    "other points in the heading": (
        "(40 points",
        "(4 points",
        "'percentile' needs a heading of its own with its points",
    ),
    "no heading": ("### Exercise 2.1: Percentile (40 points, about 2 lines)", "text", "'percentile' needs a heading"),
    "doubled id": ("given_describe", "given_report", "two cells have the grade id 'given_report'"),
    "no check": (
        '"percentile_check"',
        '"other_check"',
        "cell 'other_check' follows cell 'percentile'; the next code cell",
    ),
    "check without a solution": ('"given_report"', '"percentile"', "two cells have the grade id 'percentile'"),
    "other name": ("def percentile(", "def quantile(", "cell 'percentile' should define percentile"),
    "no directive": ("#| export stats\ndef", "def", "cell 'percentile': a solution is"),
    "private solution": ("#| export stats\ndef", "#| exporti stats\ndef", "cell 'percentile': a solution is"),
    "exported and open": ("# not exported", "#| export stats\n# exported", "other exported cells are locked"),
    "marker with text": ("BEGIN SOLUTION\n    ordered", "BEGIN SOLUTION here\n    ordered", "is no marker"),
    "marker not closed": (
        SOLUTION,
        SOLUTION.replace("### END SOLUTION", ""),
        "'percentile': ### BEGIN SOLUTION without",
    ),
    "marker not opened": (
        SOLUTION,
        SOLUTION.replace("### BEGIN SOLUTION", ""),
        "'percentile': solution markers come in",
    ),
    "no markers": (SOLUTION, "    return 1.0", "cell 'percentile' is a solution cell without"),
    "marker outside a solution cell": ("ticking = ", "### BEGIN SOLUTION\nticking = ", "in solution cells only"),
    "hidden tests": ("ticking = ", "### BEGIN HIDDEN TESTS\nticking = ", "is no marker"),
    "stub where no function is": (
        "class VirtualClock:",
        f"{SOLUTION}\nclass VirtualClock:".replace("    ", ""),
        "outside a function",
    ),
    "stub in a class body": (
        "    def __init__",
        f"{SOLUTION}\n    def __init__",
        "'VirtualClock': a solution outside a function",
    ),
    "nothing left": (SOLUTION, f"  {SOLUTION}", "'percentile': with its solution cleared it is not valid Python"),
    "old schema": (
        '"schema_version": 3, "solution": true',
        '"schema_version": 2, "solution": true',
        "schema_version 3",
    ),
    "no points": (', "points": 40', "", "'percentile_check': a graded cell needs points"),
    "no points with the question": ("(15 points)", "", "'question_clock' needs a heading of its own with its points"),
    "locked question": (
        '"question_clock", "locked": false',
        '"question_clock", "locked": true',
        "a text cell is locked, or",
    ),
    "unlocked check": ('_check", "locked": true', '_check", "locked": false', "the next code cell is its locked check"),
}


@pytest.mark.parametrize(("old", "new", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_lesson_that_breaks_a_rule_is_refused(
    old: str, new: str, message: str, mini_lesson: Path, mini_text: str
) -> None:
    assert old in mini_text
    mini_lesson.write_text(mini_text.replace(old, new))
    with pytest.raises(LessonError, match=re.escape(message)):
        load_lesson(mini_lesson)


def test_a_notebook_with_outputs_is_refused(mini_lesson: Path, tmp_path: Path) -> None:
    notebook = to_notebook(load_lesson(mini_lesson).cells)
    notebook["cells"][1]["execution_count"] = 1
    path = tmp_path / "run.ipynb"
    path.write_text(json.dumps(notebook))
    with pytest.raises(LessonError, match="cell 'build-2' has outputs"):
        load_lesson(path)
