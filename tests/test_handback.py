"""Feedback through nbgrader's exchange, and what a person gave in Formgrader on the page."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.books.feedback import render
from autograder.books.given import Given, read_given, total
from autograder.books.handback import NbgraderError, release, write_for_nbgrader
from autograder.grading.autograded import keep_stamps
from autograder.grading.gradebook import GradebookError, GradebookWriter
from autograder.grading.results import Mark, Question, Result
from autograder.reading.lesson import load_lesson
from tests import mini

ASSIGNMENT = "13_benchmarking"
MARKS = (Mark("middle", "Middle", "stats", 40.0, 30.0), Mark("spread", "Spread", "clock", 20.0, 20.0))
RESULT = Result("ada", "benchmarking_dev.ipynb", 13, "x", 0.1, MARKS, (Question("question_measured", "Q", 15.0, "A"),))


def submit(course: Path, secret: str, *notebooks: str) -> Path:
    """Leave a submission in `submitted/` as nbgrader's collect does, and return its first notebook."""
    folder = course / "submitted" / "ada" / ASSIGNMENT
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in notebooks:
        (folder / name).write_text("{}")
    (folder / "timestamp.txt").write_text("2026-11-24 08:45:17.181783 UTC")
    (folder / "submission_secret.txt").write_text(secret)
    return folder / notebooks[0]


def stamp(course: Path, notebook: Path | None) -> None:
    """Keep the stamps as grading does."""
    (course / "autograded" / "ada" / ASSIGNMENT).mkdir(parents=True, exist_ok=True)
    keep_stamps(course, load_lesson(mini.made() / mini.NOTEBOOK), "ada", notebook)


def test_every_notebook_of_a_submission_gets_the_page(tmp_path: Path) -> None:
    """nbgrader offers no feedback while one notebook of the folder has none."""
    stamp(tmp_path, submit(tmp_path, "secret", "benchmarking_dev.ipynb", "scratch.ipynb"))
    done = write_for_nbgrader([RESULT, replace(RESULT, student="by-mail")], tmp_path)
    assert [path.name for path in done.pages] == ["benchmarking_dev.html", "scratch.html"]
    assert {path.read_text() for path in done.pages} == {render(RESULT)}
    assert done.unstamped == ("by-mail",)
    folder = tmp_path / "feedback" / "ada" / ASSIGNMENT
    assert (folder / "submission_secret.txt").read_text() == "secret"
    stamp(tmp_path, submit(tmp_path, "secret", "benchmarking_dev.ipynb"))
    write_for_nbgrader([RESULT], tmp_path)
    assert [path.name for path in folder.glob("*.html")] == ["benchmarking_dev.html"]


def test_a_later_submission_does_not_get_an_earlier_ones_page(tmp_path: Path) -> None:
    stamp(tmp_path, submit(tmp_path, "graded", "benchmarking_dev.ipynb"))
    submit(tmp_path, "later", "renamed.ipynb")
    write_for_nbgrader([RESULT], tmp_path)
    folder = tmp_path / "feedback" / "ada" / ASSIGNMENT
    assert (folder / "submission_secret.txt").read_text() == "graded"
    assert [path.name for path in folder.glob("*.html")] == ["benchmarking_dev.html"]


def test_nbgrader_releases_it_where_the_student_looks(tmp_path: Path) -> None:
    from nbgrader.utils import notebook_hash

    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    config = f"c = get_config()\nc.CourseDirectory.course_id = 'b'\nc.Exchange.root = {str(exchange)!r}\n"
    (tmp_path / "nbgrader_config.py").write_text(config)
    (exchange / "b").mkdir()
    renamed = replace(RESULT, file="mine (1).ipynb")
    stamp(tmp_path, submit(tmp_path, "s3cret", "mine (1).ipynb"))
    write_for_nbgrader([renamed], tmp_path)
    assert "student 'ada'" in release(tmp_path)
    (page,) = (exchange / "b" / "feedback").iterdir()
    assert page.name == f"{notebook_hash(secret='s3cret', notebook_id='mine (1)')}.html"
    assert page.read_text() == render(renamed)


def test_without_an_exchange_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NbgraderError, match=r"no nbgrader_config\.py"):
        release(tmp_path)


def test_stamps_that_are_links_or_too_long_are_not_taken(tmp_path: Path) -> None:
    notebook = submit(tmp_path, "secret", "benchmarking_dev.ipynb")
    stamp(tmp_path, notebook)
    kept = tmp_path / "autograded" / "ada" / ASSIGNMENT
    assert {path.name for path in kept.iterdir()} == {"timestamp.txt", "submission_secret.txt"}
    private = tmp_path / "private.txt"
    private.write_text("not theirs")
    notebook.with_name("submission_secret.txt").unlink()
    notebook.with_name("submission_secret.txt").symlink_to(private)
    notebook.with_name("timestamp.txt").write_text("x" * 2000)
    stamp(tmp_path, notebook)
    assert list(kept.iterdir()) == []
    assert write_for_nbgrader([RESULT], tmp_path).unstamped == ("ada",)


def test_what_a_person_gave_is_read_and_shown(tmp_path: Path) -> None:
    from nbgrader.api import Gradebook

    assert read_given(tmp_path) == {}
    with pytest.raises(GradebookError, match="cannot be read from the gradebook") as caught:
        read_given(tmp_path, f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}")
    assert len(str(caught.value).splitlines()) == 1
    lesson = load_lesson(mini.made() / mini.NOTEBOOK)
    full = replace(RESULT, marks=(*MARKS, Mark("Clock", "Clock", "clock", 25.0, 0.0)))
    with GradebookWriter(mini.gradebook(tmp_path), lesson) as writer:
        writer.write(full)
    assert read_given(tmp_path) == {}
    where = ("benchmarking_dev", ASSIGNMENT, "ada")
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        grade = book.find_grade("question_measured", *where)
        grade.manual_score, grade.needs_manual_grade = 12.0, False
        book.find_grade("middle_check", *where).extra_credit = 2.0
        book.find_comment("question_measured", *where).manual_comment = "Say <b>why</b>."
        waiting = book.find_grade("spread_check", *where)
        waiting.manual_score, waiting.needs_manual_grade = 1.0, True
        book.db.commit()
    given = read_given(tmp_path)
    assert given == {"ada": {"question_measured": Given(12.0, 0.0, "Say <b>why</b>."), "middle": Given(None, 2.0)}}
    assert total(full, given["ada"]) == (64.0, 100.0)
    page = render(full, given=given["ada"])
    assert 'With what your instructor gave: <b class="points">64 of 100</b>' in page
    assert "12 of 15" in page
    assert "Say &lt;b&gt;why&lt;/b&gt;." in page
    assert "Points more: 2." in page
    assert "to be read by your instructor" not in page
    assert "to be read by your instructor" in render(full)
