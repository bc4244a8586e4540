"""One submission: its points, and that what ends an import or an export costs its own exercise only."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.collecting.choose import Found
from autograder.grading.grade import Grader
from autograder.judging.culprits import MOST, without_culprits
from autograder.reading.submission import Submission
from tests import mini
from tinytorch.export import Cell, ExportError, export_modules

NOTHING = {"middle": 0.0, "Clock": 0.0, "spread": 0.0}
FULL = {"middle": 40.0, "Clock": 25.0, "spread": 20.0}


def test_reference_gets_everything_and_the_release_nothing(tmp_path: Path) -> None:
    reference = mini.grade(tmp_path, **mini.ANSWERS).result
    assert mini.points(reference) == FULL
    assert (reference.earned, reference.points, reference.question_points) == (85.0, 85.0, 15.0)
    assert reference.questions[0].answer == "The median was 4.2 ms."
    assert (reference.remarks, reference.attention, reference.seed) == ((), False, 13)
    untouched = mini.grade(tmp_path).result
    assert mini.points(untouched) == NOTHING
    assert {mark.state for mark in untouched.marks} == {"unanswered"}
    assert untouched.to_read == 0


def test_a_mistake_costs_the_points_of_its_tests(tmp_path: Path) -> None:
    result = mini.grade(tmp_path, **{**mini.ANSWERS, "middle": mini.WRONG_MIDDLE}).result
    assert mini.points(result)["Clock"] == 25.0
    middle = result.marks[0]
    assert (middle.earned, middle.points) == (10.0, 40.0)
    assert middle.lost[0].message.startswith("Yours: ")
    assert "Expected: 4.0" in middle.lost[0].message


def test_a_truncated_file_is_graded_with_a_remark(tmp_path: Path) -> None:
    graded = mini.grade(tmp_path, 2000, **mini.ANSWERS)
    assert mini.points(graded.result) == NOTHING
    assert graded.result.attention
    assert not graded.result.readable
    assert "cut off after 2,000 characters" in graded.result.remarks[0]
    assert "write your answer here" in "".join(cell.source for cell in graded.cells)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("X = 1 / 0", "ZeroDivisionError"),
        ("from math import nowhere\nX = nowhere", "ImportError"),
        ("@undefined\ndef helper(): ...", "NameError"),
    ],
)
def test_an_answer_that_ends_the_import_costs_itself_alone(line: str, reason: str, tmp_path: Path) -> None:
    result = mini.grade(tmp_path, **{**mini.ANSWERS, "Clock": f"{mini.ANSWERS['Clock']}\n\n\n{line}\n"}).result
    assert mini.points(result) == {**FULL, "Clock": 0.0}
    assert result.marks[1].state == "refused"
    assert reason in result.marks[1].reason


def test_a_syntax_error_costs_itself_alone(tmp_path: Path) -> None:
    result = mini.grade(tmp_path, **{**mini.ANSWERS, "spread": "def spread(values):\n    return (1"}).result
    assert mini.points(result) == {**FULL, "spread": 0.0}
    assert "line 3" in result.said[-1]


def test_a_heading_in_a_written_answer_ends_no_section(tmp_path: Path) -> None:
    graded = mini.grade(tmp_path, **{**mini.ANSWERS, "question_measured": "## 1. Stats\n> mine"})
    assert mini.points(graded.result) == FULL
    assert graded.result.questions[0].answer == "## 1. Stats\n> mine"


def test_an_answer_that_cannot_be_exported_costs_itself_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(cells: Sequence[Cell], **options: Any) -> dict[str, str]:
        if any("too deep" in cell.source for cell in cells):
            raise ExportError("cell 'Clock' is not valid Python: RecursionError")
        return export_modules(cells, **options)

    monkeypatch.setattr("autograder.judging.judge.export_modules", refuse)
    result = mini.grade(tmp_path, **{**mini.ANSWERS, "Clock": f"{mini.ANSWERS['Clock']}  # too deep"}).result
    assert mini.points(result) == {**FULL, "Clock": 0.0}
    assert "RecursionError" in result.marks[1].reason
    monkeypatch.setattr(
        "autograder.judging.judge.export_modules",
        lambda cells, **options: refuse([Cell("code", "too deep", "x", {})]),
    )
    nothing = mini.grade(tmp_path, **mini.ANSWERS).result
    assert (nothing.earned, nothing.attention) == (0.0, True)
    assert "No package can be made of the answers." in nothing.remarks


def test_hidden_tests_that_are_missing_ask_for_attention(tmp_path: Path) -> None:
    (tmp_path / "suites").mkdir()
    kept = mini.SUITE.replace('@pytest.mark.exercise("middle", points=10)', '@pytest.mark.exercise("middle", points=9)')
    (tmp_path / "suites" / "test_mini.py").write_text(kept)
    path = mini.save(mini.notebook(mini.setup().release, **mini.ANSWERS), tmp_path / "ada.ipynb")
    result = Grader(replace(mini.setup(), suites=tmp_path / "suites")).grade(Found("ada", path)).result
    assert result.attention
    assert "Not every hidden test ran: middle." in result.staff


@pytest.mark.parametrize(
    ("bad", "extras", "left"),
    [
        ({"b"}, False, {"a", "c", "d"}),
        ({"a", "d"}, False, {"b", "c"}),
        (set("abcd"), False, set()),
        (set(), True, set("abcd")),
        ({"c"}, True, set("abd")),
    ],
)
def test_culprits_are_found_by_halving(bad: set[str], extras: bool, left: set[str]) -> None:
    tries = []

    def failure(submission: Submission) -> str:
        tries.append(submission)
        broken = (bad & submission.answers.keys()) or (extras and submission.imports)
        return "NameError: x" if broken else ""

    submission = Submission("ada", Path(), answers=dict.fromkeys("abcd", ""), imports=("import x",))
    rest = without_culprits(submission, "abcd", failure)
    assert rest is not None
    assert rest.answers.keys() == left
    assert rest.refused == dict.fromkeys(sorted(bad), "The answer cannot be imported (NameError: x).")
    assert bool(rest.imports) is not extras
    assert len(tries) <= 2 + 4 * (len(bad) + 1)


def test_more_culprits_than_are_looked_for_are_given_up() -> None:
    submission = Submission("ada", Path(), answers=dict.fromkeys("abcdefgh", ""))
    assert MOST < 8
    assert without_culprits(submission, "abcdefgh", lambda s: "x" if s.answers else "") is None
