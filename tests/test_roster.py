"""The class's list beside what came in: who is missing, who is not on it, and that nobody is taken for another."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import cli
from autograder.books.exports import plain
from autograder.books.overview import render
from autograder.collecting.owners import LATE, by_platform
from autograder.collecting.roster import Student, call_the_roll
from autograder.grading.results import Mark, Result
from tests import mini

ADA = Student("12345", "Ada Lovelace", "ada@example.edu", "A")
BLAISE = Student("blaise", "Blaise Pascal", "", "B")
GRACE = Student("grace@example.edu", "Grace Hopper")
ROSTER = [ADA, BLAISE, GRACE]


@pytest.mark.parametrize(
    ("graded", "who"),
    [
        ("lovelaceada_12345", ADA),  # Canvas's number
        ("Ada Lovelace_500", ADA),  # Moodle's name, its number is another
        ("ada@example.edu", ADA),
        ("BLAISE", BLAISE),
        ("Blaise Pascal", BLAISE),
        ("grace@example.edu", GRACE),
        ("benchmarking_dev (1)", None),
        ("x_99", None),
    ],
)
def test_who_is_who_on_a_roster(graded, who):
    roll = call_the_roll(ROSTER, [graded])
    assert roll.known == ({graded: who} if who else {})
    assert roll.strangers == (() if who else (graded,))
    assert roll.missing == tuple(one for one in ROSTER if one is not who)


def test_where_two_could_be_meant_it_is_nobody():
    twins = [Student("1", "Ada Lovelace"), Student("2", "Ada Lovelace")]
    assert call_the_roll(twins, ["Ada Lovelace_500"]).known == {}
    assert call_the_roll(twins, ["Ada Lovelace_2"]).known == {"Ada Lovelace_2": twins[1]}


def test_one_student_under_two_names_is_one_and_a_stranger():
    roll = call_the_roll(ROSTER, ["blaise", "Blaise Pascal"])
    assert (list(roll.known), roll.strangers) == (["blaise"], ("Blaise Pascal",))


WORDS = st.text("ab_1 ", max_size=6)


@given(st.lists(st.tuples(WORDS, WORDS), unique_by=lambda one: one[0], max_size=5), st.lists(WORDS, unique=True))
def test_each_is_counted_once(people, graded):
    """Whoever is on a roster is found or missing, and whoever was graded is known or a stranger."""
    roster = [Student(one, name) for one, name in people]
    roll = call_the_roll(roster, graded)
    assert sorted([*roll.known, *roll.strangers]) == sorted(graded)
    assert sorted(one.id for one in (*roll.known.values(), *roll.missing)) == sorted(one.id for one in roster)
    assert f"{len(roster)} on the roster, {len(roll.known)} found" in roll.told()


def graded(student):
    return Result(student, "x.ipynb", 13, "bubblewrap", 0.1, (Mark("middle", "Middle", "stats", 40.0, 30.0),))


def test_the_page_and_the_sheet_hold_who_is_missing(tmp_path):
    """Names as strangers have them: markup in a page, a formula in a sheet."""
    roster = [*ROSTER, Student("eve", "<b>=1+1</b>"), Student("mal", "=1+1")]
    results = [graded("lovelaceada_12345"), graded("stranger")]
    roll = call_the_roll(roster, [each.student for each in results])
    page = render(results, tmp_path, roll)
    assert "&lt;b&gt;=1+1&lt;/b&gt;" in page
    assert "Grace Hopper" in page
    assert "Handed in and not on the roster: stranger." in page
    assert "1 of 5" in page
    assert "Missing" not in render(results, tmp_path)
    rows = list(csv.reader(io.StringIO(plain(results, roll=roll))))
    assert {len(row) for row in rows} == {len(rows[0])}
    found = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert (found["lovelaceada_12345"]["name"], found["lovelaceada_12345"]["section"]) == ("Ada Lovelace", "A")
    assert found["stranger"]["section"] == "not on the roster"
    assert (found["blaise"]["total"], found["blaise"]["remarks"]) == ("", "handed in nothing")
    assert found["mal"]["name"] == "'=1+1"


def test_grading_says_who_is_missing_and_the_course_keeps_the_roster(tmp_path, capsys):
    """Forty on the roster and one found was no remark."""
    course, roster = tmp_path / "course", tmp_path / "class.csv"
    place = course / "submitted" / "ada" / "13_benchmarking" / mini.NOTEBOOK
    place.parent.mkdir(parents=True)
    place.write_bytes((mini.made() / mini.NOTEBOOK).read_bytes())
    roster.write_text("id,name,section\nada,Ada Lovelace,A\nbob,Bob,B\n")
    words = [str(course), "--release", str(mini.made() / mini.NOTEBOOK), "--suites", str(mini.setup().suites)]
    assert cli.main(["grade", *words, "--roster", str(roster)]) == 0
    assert "2 on the roster, 1 found; 1 missing: Bob." in capsys.readouterr().err
    assert cli.main(["class", "--course", str(course), "--json"]) == 0
    printed, said = capsys.readouterr()
    assert "1 missing: Bob" in said
    assert [one["id"] for one in json.loads(printed)["missing"]] == ["bob"]
    assert cli.main(["export", "--to", "csv", "--course", str(course)]) == 0
    assert "handed in nothing" in (course / "export" / "csv.csv").read_text()
    capsys.readouterr()
    roster.write_text("name\nBob\n")
    assert cli.main(["grade", *words, "--roster", str(roster)]) == 1
    assert "one named id, or email, is needed" in capsys.readouterr().err
    assert (course / "roster.csv").read_text().startswith("id,name,section")


@pytest.mark.parametrize(
    ("name", "late"),
    [
        ("lovelaceada_LATE_12345_678901_work.ipynb", True),
        ("lovelaceada_12345_LATE_678901_work.ipynb", True),
        ("lovelaceada_12345_678901_my_LATE_work.ipynb", False),
        ("Ada _LATE_ Lovelace_500_assignsubmission_file_x.ipynb", False),
    ],
)
def test_only_canvas_says_what_is_late(name, late):
    """A student's own name for a file says nothing."""
    assert by_platform(name).remark == (LATE if late else "")
