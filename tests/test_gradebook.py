"""nbgrader on what is graded here: its gradebook, its feedback and its export, run for real on the course folder."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.autograded import feedback_lines, write_autograded, write_source
from autograder.grading.gradebook import GradebookError, GradebookWriter, submitted_at
from autograder.grading.results import Lost, Mark, Question, Result
from autograder.reading.layout import Layout
from autograder.reading.lesson import Lesson, load_lesson
from autograder.reading.submission import Submission, normalise
from autograder.shown import in_page
from tests import mini

THIRD = 40 / 3
LOST = Lost("test_mini.py::test_middle", 40 - THIRD, 0.0, "Yours: <b>1</b>\nExpected: 2\nSort first.")
ATTACK = "<script>alert('x')</script> `<b>code</b>` <https://example.org> a < b"


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return load_lesson(mini.made() / mini.NOTEBOOK)


@pytest.fixture
def result() -> Result:
    marks = (
        Mark("middle", "Middle", "stats", 40.0, THIRD, lost=(LOST,)),
        Mark("Clock", "Clock", "clock", 25.0, 0.0, "refused", "The answer does not compile (line 2: bad <i>)."),
        Mark("spread", "Spread", "clock", 20.0, 0.0, "unanswered"),
    )
    return Result("ada", "x.ipynb", 13, "bubblewrap", 0.1, marks, (Question("question_measured", "Q", 15.0, ATTACK),))


def graded(course: Path, lesson: Lesson, result: Result, **answers: str) -> set[str]:
    submission = Submission("ada", Path(), answers=answers, written={"question_measured": ATTACK})
    return write_autograded(course, lesson, normalise(submission, Layout.of(lesson.cells).cells), result)


@pytest.fixture
def rows(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that reads the gradebook through nbgrader's own API."""
    from nbgrader.api import Gradebook

    def read(student: str = "ada") -> dict[str, Any]:
        with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
            submission = book.find_submission("13_benchmarking", student)
            notebook = book.find_submission_notebook("benchmarking_dev", "13_benchmarking", student)
            return {
                "score": submission.score,
                "max": submission.max_score,
                "needs": submission.needs_manual_grade,
                "timestamp": submission.timestamp,
                "grades": {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for g in notebook.grades},
                "comments": {comment.name: comment.comment for comment in notebook.comments},
                "submissions": len(book.assignment_submissions("13_benchmarking")),
            }

    return read


@pytest.fixture
def book(tmp_path: Path, lesson: Lesson) -> Iterator[GradebookWriter]:
    with GradebookWriter(mini.gradebook(tmp_path), lesson) as writer:
        yield writer


def set_manual(path: Path, cell: str, score: float) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{path}") as book:
        grade = book.find_grade(cell, "benchmarking_dev", "13_benchmarking", "ada")
        grade.manual_score, grade.needs_manual_grade = score, False
        book.db.commit()


def test_scores_flags_and_comments_are_entered(book: GradebookWriter, result: Result, rows: Any) -> None:
    book.write(result)
    found = rows()
    assert (found["score"], found["max"], found["needs"]) == (THIRD, 100.0, True)
    assert found["grades"] == {
        "middle_check": (THIRD, None, False),
        "Clock_check": (0.0, None, False),
        "spread_check": (0.0, None, False),
        "question_measured": (None, None, True),
    }
    assert found["comments"]["middle"] == "13.33 of 40 points; the check below says why."
    assert found["comments"]["spread"] == "No response."
    assert "does not compile (line 2" in found["comments"]["Clock"]
    assert "<i>" not in found["comments"]["Clock"]


def test_writing_again_changes_nothing_and_a_new_result_replaces(
    book: GradebookWriter, result: Result, rows: Any
) -> None:
    book.write(result)
    before = rows()
    book.write(result)
    assert rows() == before
    better = replace(result, marks=(replace(result.marks[0], earned=40.0), *result.marks[1:]))
    book.write(replace(better, questions=(replace(result.questions[0], answer=None),)))
    after = rows()
    assert after["score"] == 40.0
    assert after["grades"]["question_measured"] == (0.0, None, False)
    assert after["comments"]["question_measured"] == "No response."
    assert after["submissions"] == 1


def test_what_the_instructor_entered_stays(book: GradebookWriter, result: Result, rows: Any, tmp_path: Path) -> None:
    book.write(result)
    set_manual(tmp_path / "gradebook.db", "question_measured", 12.0)
    set_manual(tmp_path / "gradebook.db", "middle_check", 20.0)
    book.write(result)
    assert rows()["grades"]["question_measured"] == (None, 12.0, False)
    assert rows()["grades"]["middle_check"] == (THIRD, 20.0, False)
    assert rows()["score"] == 32.0
    changed = replace(result, marks=(replace(result.marks[0], earned=30.0), *result.marks[1:]))
    book.write(changed, changed={"question_measured"})
    assert rows()["grades"]["question_measured"] == (None, 12.0, True)
    assert rows()["grades"]["middle_check"] == (30.0, 20.0, True)


def test_a_result_is_entered_as_a_whole_or_not_at_all(book: GradebookWriter, result: Result, rows: Any) -> None:
    book.write(result)
    before = rows()
    broken = replace(
        result,
        marks=(replace(result.marks[0], earned=1.0), *result.marks[1:]),
        questions=(Question("question_nowhere", "?", 1.0),),
    )
    with pytest.raises(GradebookError, match="no cell 'question_nowhere' for ada"):
        book.write(broken)
    with pytest.raises(GradebookError, match="for eve"):
        book.write(replace(broken, student="eve"))
    assert rows() == before


def test_a_gradebook_that_cannot_be_opened_is_one_sentence(lesson: Lesson, tmp_path: Path) -> None:
    with pytest.raises(GradebookError, match="cannot be opened") as caught:
        GradebookWriter(f"sqlite:///{tmp_path / 'nowhere' / 'gradebook.db'}", lesson)
    assert len(str(caught.value).splitlines()) == 1
    with pytest.raises(GradebookError, match=r"user:\*\*\*@") as caught:
        GradebookWriter("nosuchdb://user:secret@host/db", lesson)
    assert "secret" not in str(caught.value)


def test_the_time_of_submission_is_read_where_it_can_be(tmp_path: Path) -> None:
    stamp, notebook = tmp_path / "timestamp.txt", tmp_path / "benchmarking_dev.ipynb"
    assert submitted_at(notebook) is None
    for text, hour in (("2026-03-01 12:30:00 UTC", 12), ("2026-03-01T12:30:00+02:00", 10)):
        stamp.write_text(text)
        found = submitted_at(notebook)
        assert found is not None
        assert (found.hour, found.tzinfo) == (hour, None)
    for damage in ("yesterday", "", "2026-99-99", "\x00", "9" * 2000):
        stamp.write_text(damage)
        assert submitted_at(notebook) is None


def test_a_check_cell_holds_what_nbgrader_reads(tmp_path: Path, lesson: Lesson, result: Result) -> None:
    nbformat = pytest.importorskip("nbformat")
    from nbgrader.utils import compute_checksum, determine_grade

    graded(tmp_path, lesson, result)
    path = tmp_path / "autograded" / "ada" / "13_benchmarking" / "benchmarking_dev.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}
    assert determine_grade(cells["middle_check"]) == (THIRD, 40.0)
    assert determine_grade(cells["spread_check"]) == (0.0, 20.0)
    assert [output.output_type for output in cells["middle_check"].outputs] == ["stream", "execute_result"]
    assert cells["middle_check"].outputs[0].text == "Yours: <b>1</b>\nExpected: 2\nSort first.\n"
    assert "test_middle" not in path.read_text()
    for name, cell in cells.items():
        if cell.metadata.nbgrader.locked:
            assert compute_checksum(cell) == cell.metadata.nbgrader.checksum, name
    assert "<script" not in cells["question_measured"].source


def test_changed_answers_are_noticed(tmp_path: Path, lesson: Lesson, result: Result) -> None:
    assert graded(tmp_path, lesson, result) == set()
    assert graded(tmp_path, lesson, result) == set()
    assert graded(tmp_path, lesson, result, middle="def middle(values): ...") == {"middle"}


def test_scores_are_clipped_to_the_cell(tmp_path: Path, lesson: Lesson, result: Result) -> None:
    for earned, shown in ((41.0, "40.0"), (-1.0, "0.0"), (2, "2.0")):
        odd = replace(result, marks=(replace(result.marks[0], earned=earned), *result.marks[1:]))
        graded(tmp_path, lesson, odd)
        document = json.loads((tmp_path / "autograded/ada/13_benchmarking/benchmarking_dev.ipynb").read_text())
        assert mini.cell(document, "middle_check")["outputs"][-1]["data"] == {"text/plain": shown}


def test_nothing_a_student_writes_opens_a_tag() -> None:
    assert "<script" not in in_page(ATTACK)
    assert "<https://example.org>" in in_page(ATTACK)
    assert "a < b" in in_page(ATTACK)
    assert in_page(ATTACK).replace("\N{WORD JOINER}", "") == ATTACK
    for tag in ("<IMG src=x>", "</div>", "<!-- x -->", "<?php", "<a\nhref=x>"):
        assert in_page(tag) == f"<\N{WORD JOINER}{tag[1:]}"


def test_feedback_lines_say_the_same_thing_once(result: Result) -> None:
    twice = replace(result.marks[0], lost=(LOST, replace(LOST, test="another")))
    assert feedback_lines(twice) == f"{LOST.message}\n"
    assert feedback_lines(result.marks[1]).endswith("The released stub was graded instead.\n")
    assert feedback_lines(result.marks[2]) == "Not answered.\n"


def test_formgrader_lists_the_assignment_and_its_submissions(
    tmp_path: Path, lesson: Lesson, result: Result, book: GradebookWriter
) -> None:
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    write_source(tmp_path, lesson, mini.made() / mini.NOTEBOOK)
    mini.save(mini.solved(), tmp_path / "submitted" / "ada" / "13_benchmarking" / "benchmarking_dev.ipynb")
    graded(tmp_path, lesson, result)
    book.write(result)
    formgrader = NbGraderAPI(CourseDirectory(root=str(tmp_path)))
    assignment = formgrader.get_assignment("13_benchmarking")
    assert (assignment["num_submissions"], assignment["max_score"], assignment["max_code_score"]) == (1, 100.0, 85.0)
    (submission,) = formgrader.get_submissions("13_benchmarking")
    assert (submission["student"], submission["score"], submission["autograded"]) == ("ada", THIRD, True)
    (notebook,) = formgrader.get_notebook_submissions("13_benchmarking", "benchmarking_dev")
    assert (notebook["code_score"], notebook["needs_manual_grade"], notebook["failed_tests"]) == (THIRD, True, True)
    again = tmp_path / "source" / "13_benchmarking" / "benchmarking_dev.ipynb"
    again.write_text("the instructor's own")
    write_source(tmp_path, lesson, mini.made() / mini.NOTEBOOK)
    assert again.read_text() == "the instructor's own"


def test_nbgraders_own_commands_work_on_the_course(
    tmp_path: Path, lesson: Lesson, result: Result, book: GradebookWriter
) -> None:
    graded(tmp_path, lesson, result)
    book.write(result)
    for arguments in (["generate_feedback", "13_benchmarking"], ["export", "--to", "grades.csv"]):
        command = [sys.executable, "-m", "nbgrader", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    with open(tmp_path / "grades.csv", encoding="utf-8") as file:
        row = next(csv.DictReader(file))
    assert (row["student_id"], float(row["score"]), float(row["max_score"])) == ("ada", THIRD, 100.0)
    page = (tmp_path / "feedback" / "ada" / "13_benchmarking" / "benchmarking_dev.html").read_text()
    assert "(Score: 13.33 / 100.0)" in page
    assert "Sort first." in page
    assert "&lt;b&gt;1&lt;/b&gt;" in page
    assert "<script>alert" not in page
