"""Sheets of Canvas and Moodle as they hand them out, filled in: every cell but the grade's stays, nobody is guessed."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import cli
from autograder.books.given import read_given, read_penalties
from autograder.books.points import Score, scores
from autograder.books.sheets import SheetError, fill
from autograder.grading.gradebook import GradebookWriter
from autograder.grading.results import Mark, Question, Result, save
from autograder.reading.lesson import ASSIGNMENT, load_lesson
from tests import mini

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,12 Pruning (4700),13 Benchmarking (4711),Final Score\r\n"
    "    Points Possible,,,,,10,85,(read only)\r\n"
    '"Lovelace, Ada",12345,u1,ada@example.edu,A,9,,90\r\n'
    '"Pascal, Blaise",12346,u2,blaise,B,8,3,80\r\n'
    '"Student, Test",999,,,A,,,\r\n'
)
MOODLE = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\r\n"
    "Participant 500,Ada Lovelace,ada@example.edu,Submitted for grading,,100.00,Yes,"
    '"Monday, 1 December 2026, 10:00 AM",-,\r\n'
    "Participant 501,Blaise Pascal,blaise@example.edu,No submission,12.00,100.00,Yes,-,-,old words\r\n"
)
GERMAN = (
    "ID;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung;Bewertung kann geändert werden;"
    "Zuletzt geändert (Abgabe);Zuletzt geändert (Bewertung);Feedback als Kommentar\n"
    "Teilnehmer/in500;Ada Lovelace;ada@example.edu;Zur Bewertung abgegeben;;100,00;Ja;-;-;\n"
    "Teilnehmer/in501;Blaise Pascal;blaise@example.edu;Nicht abgegeben;;100,00;Ja;-;-;\n"
)


def table(text, delimiter=","):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter))


def test_canvas_gets_its_own_sheet_back():
    """By Canvas's number, and by the login where a student handed in elsewhere."""
    found = fill(
        CANVAS.encode(),
        {"lovelaceada_12345": Score(84.5, 85), "blaise": Score(0.0, 85)},
        column="13 Benchmarking (4711)",
    )
    rows, before = table(found.text), table(CANVAS)
    assert (rows[2][6], rows[3][6], found.filled) == ("84.5", "0", 2)
    for row in (2, 3):
        rows[row][6] = before[row][6]
    assert rows == before
    assert "\r\n" in found.text
    assert found.told == ["1 in the sheet and not graded, left as they were: Student, Test"]


def test_the_only_assignment_of_a_sheet_is_meant_and_of_two_none():
    one = CANVAS.replace("12 Pruning (4700)", "Notes")
    assert table(fill(one.encode(), {"blaise": Score(7.0, 85)}).text)[3][6] == "7"
    with pytest.raises(SheetError, match=r"2 assignments \(12 Pruning \(4700\), 13 Benchmarking \(4711\)\); say which"):
        fill(CANVAS.encode(), {"blaise": Score(7.0, 85)})
    with pytest.raises(SheetError, match="0 columns are called 'Benchmarking'"):
        fill(CANVAS.encode(), {"blaise": Score(7.0, 85)}, column="Benchmarking")


def test_a_column_that_canvas_passes_over_is_told():
    sheet = CANVAS.replace("13 Benchmarking", "Final project").replace("12 Pruning (4700)", "Notes")
    assert any("passes over a column with the word 'Final'" in line for line in fill(sheet.encode(), {}).told)


@pytest.mark.parametrize(
    ("sheet", "delimiter", "grade"), [(MOODLE, ",", "84.5"), (GERMAN, ";", "84,5")], ids=["english", "german"]
)
def test_moodles_worksheet_in_any_language(sheet, delimiter, grade):
    scored = {"Ada Lovelace_500": Score(84.5, 100), "blaise@example.edu": Score(None, 100)}
    found = fill(sheet.encode(), scored, {"Ada Lovelace_500": "1.1 Middle: 10 of 40."})
    rows, before = table(found.text, delimiter), table(sheet, delimiter)
    assert (rows[1][4], rows[1][9]) == (grade, "1.1 Middle: 10 of 40.")
    assert rows[2] == before[2], "what could not be judged changes no grade"
    rows[1][4], rows[1][9] = before[1][4], before[1][9]
    assert rows == before
    assert found.text.startswith("\ufeff") == sheet.startswith("\ufeff")
    assert (found.filled, found.told) == (1, [])


def test_who_is_missing_on_either_side_is_named():
    found = fill(MOODLE.encode(), {"Grace Hopper_777": Score(85.0, 85)})
    assert found.filled == 0
    assert "1 graded and not in the sheet: Grace Hopper_777" in found.told
    assert "2 in the sheet and not graded, left as they were: Ada Lovelace, Blaise Pascal" in found.told
    assert "the sheet's maximum is 100, the points are of 85" in found.told


def test_two_of_one_name_are_nobody():
    twins = {"Ada Lovelace_1": Score(1.0, 100), "Ada Lovelace_2": Score(2.0, 100)}
    found = fill(MOODLE.encode(), twins)
    assert found.filled == 0
    assert any("2 graded and not in the sheet" in line for line in found.told)


def test_a_comment_is_no_formula():
    found = fill(MOODLE.encode(), {"Ada Lovelace_500": Score(1.0, 100)}, {"Ada Lovelace_500": "=1+1\n+2"})
    assert table(found.text)[1][9] == "'=1+1 +2"


def test_a_class_of_one_has_a_grade_and_a_maximum():
    """Where one row is all, every number is the same in every row: the last is the maximum."""
    alone = "\r\n".join(MOODLE.split("\r\n")[::2]).replace(",12.00,", ",50.00,") + "\r\n"
    assert table(fill(alone.encode(), {"Blaise Pascal_501": Score(3.0, 100)}).text)[1][4:6] == ["3", "100.00"]


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (b"", "no row of a student"),
        (b"Student,ID\n", "no row of a student"),
        (b"name,grade\nada,1\n", "none of Canvas's .* and none of Moodle's"),
        (b"Identifier,Full name,Grade\nParticipant 1,Ada,\nParticipant 2,Bob,\n", "say --column NAME"),
        ("Identifier,Näme\nParticipant 1,Ä\n".encode("latin-1"), "not in UTF-8"),
    ],
)
def test_what_is_no_sheet_is_refused(sheet, said):
    with pytest.raises(SheetError, match=said):
        fill(sheet, {"ada": Score(1.0, 85)})


WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=6), st.lists(st.floats(0, 100), min_size=6, max_size=6))
def test_nothing_but_grades_changes(people, points):
    """Whatever names and statuses a sheet holds, commas and quotes among them."""
    rows = [["Identifier", "Full name", "Status", "Grade", "Maximum grade", "More"]]
    rows += [[f"Participant {i}", name, status, "", "100.00", status] for i, (name, status) in enumerate(people)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    scored = {f"x_{i}": Score(points[i], 100) for i in range(len(people))}
    after = table(fill(text.getvalue().encode(), scored, column="Grade").text)
    assert [row[3] for row in after[1:]] == [f"{points[i]:.2f}".rstrip("0").rstrip(".") for i in range(len(people))]
    assert [row[:3] + row[4:] for row in after] == [row[:3] + row[4:] for row in rows]


# -- points -----------------------------------------------------------------------------------------------------------


def result(student, *earned, answer: str | None = "words"):
    names = (("middle", 40.0), ("Clock", 25.0), ("spread", 20.0))
    marks = tuple(Mark(n, n, "stats", most, got) for (n, most), got in zip(names, earned, strict=True))
    return Result(student, "x.ipynb", 13, "bubblewrap", 0.1, marks, (Question("question_measured", "Q", 15.0, answer),))


CLASS = [result("ada", 40.0, 25.0, 20.0), result("bob_501", 13.0, 0.0, 0.0), result("eve", 5.0, 0.0, 0.0)]


@pytest.fixture
def course(tmp_path: Path) -> Iterator[Path]:
    """A graded class of three in nbgrader's gradebook."""
    for each in CLASS:
        save(each, tmp_path / "results")
    with GradebookWriter(mini.gradebook(tmp_path), load_lesson(mini.made() / mini.NOTEBOOK)) as writer:
        for each in CLASS:
            writer.write(each)
    return tmp_path


def told(course: Path) -> dict[str, float]:
    """What nbgrader's own export says."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        found = [book.find_submission(ASSIGNMENT, each.student) for each in CLASS]
        return {one.student.id: max(0.0, one.score - one.late_submission_penalty) for one in found}


def change(course: Path, student: str, cell: str, **values: float) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        grade = book.find_grade(cell, "benchmarking_dev", ASSIGNMENT, student)
        for name, value in values.items():
            setattr(grade, name, value)
        grade.needs_manual_grade = False
        book.db.commit()


def test_points_are_what_nbgraders_own_export_says(course):
    """Manual points, an override, extra credit and a penalty that is larger than the points."""
    from nbgrader.api import Gradebook

    change(course, "ada", "question_measured", manual_score=12.0)
    change(course, "ada", "Clock_check", extra_credit=2.5)
    change(course, "bob_501", "middle_check", manual_score=30.0)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        for student, penalty in (("ada", 3.0), ("eve", 99.0)):
            book.find_submission_notebook("benchmarking_dev", ASSIGNMENT, student).late_submission_penalty = penalty
        book.db.commit()
    found = scores(CLASS, read_given(course), read_penalties(course))
    assert {student: score.earned for student, score in found.items()} == told(course)
    assert told(course) == {"ada": 96.5, "bob_501": 30.0, "eve": 0.0}
    assert {score.of for score in found.values()} == {100.0}
    assert [score.waiting for score in found.values()] == [0, 1, 1]


def test_without_a_graded_question_points_are_of_the_suites_alone(course):
    change(course, "ada", "Clock_check", extra_credit=2.5)
    found = scores(CLASS, read_given(course), read_penalties(course))
    assert [(score.earned, score.of, score.waiting) for score in found.values()] == [
        (87.5, 85.0, 0),
        (13.0, 85.0, 0),
        (5.0, 85.0, 0),
    ]
    assert scores([]) == {}


def test_the_command_fills_in_what_the_platform_handed_out(course, tmp_path, capsys):
    """The file that was handed out stays as it is; the filled one lies in the course."""
    change(course, "ada", "question_measured", manual_score=12.0)
    sheet = tmp_path / "worksheet.csv"
    sheet.write_bytes(MOODLE.replace("Ada Lovelace", "ada").encode())
    assert cli.main(["export", "--into", str(sheet), "--course", str(course)]) == 0
    printed, said = capsys.readouterr()
    path = course / "export" / "worksheet.csv"
    assert str(path) in printed
    assert [row[4] for row in table(path.read_text("utf-8"))[1:]] == ["97", "13"]
    assert sheet.read_bytes() == MOODLE.replace("Ada Lovelace", "ada").encode()
    assert "2 of 3 students have a grade in it" in said
    assert "1 graded and not in the sheet: eve" in said
    assert "2 written answers are not graded yet and count 0 so far" in said
    assert cli.main(["export", "--to", "canvas", "--course", str(course), "--title", "Final"]) == 0
    assert "Canvas passes over a column with the word 'Final'" in capsys.readouterr().err
    assert table((course / "export" / "canvas.csv").read_text("utf-8"))[2][-1] == "97"


@pytest.mark.parametrize("words", [["--into", "absent.csv"], ["--into", __file__], []])
def test_a_command_without_a_sheet_is_refused_in_a_sentence(course, capsys, words):
    try:
        status = cli.main(["export", *words, "--course", str(course)])
    except SystemExit as ended:
        status = ended.code
    said = capsys.readouterr().err
    assert status == (1 if words else 2)
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) <= 2
