"""The page about a class and the sheets for other systems: numbers by hand, likeness found, nothing that runs."""

import csv
import io
import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import cli
from autograder.books.exports import canvas, export, gradescope, moodle, plain
from autograder.books.items import failed_tests, items, totals
from autograder.books.overview import render, write_page
from autograder.books.similar import essence, families, groups, pairs
from autograder.grading.autograded import write_autograded
from autograder.grading.results import SCHEMA_VERSION, Lost, Mark, Question, Result, save
from autograder.reading.layout import Layout
from autograder.reading.lesson import load_lesson
from autograder.reading.submission import Submission, normalise
from tests import mini
from tests.test_feedback import HOSTILE, Page

LOST = Lost("test_mini.py::test_hidden_middle", 30.0, 0.0, "Yours: 1\nExpected: 2\nLook at the middle.")


def result(student: str, middle: float, clock: float, spread: float, **fields: object) -> Result:
    marks = tuple(
        Mark(
            name,
            name.title(),
            module,
            points,
            earned,
            "answered",
            "",
            (LOST,) if earned < points else (),
            "1. S",
            number,
        )
        for name, module, points, earned, number in (
            ("middle", "stats", 40.0, middle, "1.1"),
            ("Clock", "clock", 25.0, clock, "2.1"),
            ("spread", "clock", 20.0, spread, "2.2"),
        )
    )
    question = (Question("q", "Question 1", 15.0, "3 ms", "How long?"),)
    return replace(Result(student, f"{student}.ipynb", 13, "bubblewrap", 1.2, marks, question), **fields)  # type: ignore[arg-type]


CLASS = [
    *(result(f"s{i:02d}", 40.0 if i > 3 else 10.0, 25.0 if i > 6 else 0.0, 20.0 if i % 2 else 0.0) for i in range(12)),
    result("emmy", 0.0, 0.0, 0.0, readable=False, attention=True, remarks=("The file is cut off.",)),
]


def test_totals_and_items_by_hand() -> None:
    found = totals(CLASS)
    assert found is not None
    assert (found.n, found.points, found.lowest, found.highest) == (12, 85.0, 10.0, 85.0)
    assert (found.quarter, found.median, found.three_quarters) == (30.0, 50.0, 70.0)
    assert len(found.bins) == 17
    assert sum(each.n for each in found.bins) == 12
    assert (found.bins[-1].low, found.bins[-1].high, found.bins[-1].n) == (80.0, 85.0, 3)
    middle, clock, spread = items(CLASS)
    assert (middle.n, middle.answered, middle.full, middle.mean) == (12, 12, 8, (8 * 40 + 4 * 10) / 480)
    # Pearson's correlation of (10 or 40) with the rest, by its definition
    x = [40.0 if i > 3 else 10.0 for i in range(12)]
    y = [(25.0 if i > 6 else 0.0) + (20.0 if i % 2 else 0.0) for i in range(12)]
    mx, my = sum(x) / 12, sum(y) / 12
    top = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True))
    by_hand = top / math.sqrt(sum((a - mx) ** 2 for a in x) * sum((b - my) ** 2 for b in y))
    assert middle.discrimination == pytest.approx(by_hand)
    assert not middle.doubtful
    assert clock.discrimination is not None
    assert spread.doubtful
    assert items(CLASS[:9])[0].discrimination is None, "nine are too few"
    assert items([result(str(i), 40.0, 25.0, 20.0) for i in range(12)])[0].discrimination is None, "all are the same"
    assert totals(CLASS[-1:]) is None


def test_failed_tests_are_counted_among_the_answers() -> None:
    (failed,) = failed_tests(CLASS[:4])
    assert (failed.test, failed.failed) == ("test_hidden_middle", 4 + 4 + 2)
    untouched = replace(CLASS[0], marks=tuple(replace(mark, state="unanswered") for mark in CLASS[0].marks))
    assert failed_tests([untouched]) == []


COPY = "#| export s\ndef middle(values: list) -> float:\n    '''Doc.'''\n    total = 0.0  # sum\n"
COPY += "    for value in values:\n"
COPY += "        total += value * 2 - value\n    n: int = len(values)\n    return total / n if n else float('nan')\n"
RENAMED = re.sub(r"\bvalue\b", "v", COPY.replace("total", "summe")).replace("# sum", "").replace("    ", "  ")
OTHER = "def middle(values):\n    ordered = np.sort(np.asarray(values, dtype=float))\n    half = len(ordered) // 2\n"
OTHER += "    return float(ordered[half]) if len(ordered) % 2 else float(ordered[half - 1 : half + 1].mean())\n"


def test_answers_are_compared_without_names_comments_and_spacing() -> None:
    assert essence(COPY) == essence(RENAMED) != essence(OTHER)
    assert essence("def f(:") == ""
    assert essence("x = " + "-" * 100_000 + "1") == ""
    given = {"ada": COPY, "bob": RENAMED, "cyd": OTHER, "dan": COPY.replace("* 2", "* 3"), "eve": "x = 1"}
    found = {family.students for family in families({"middle": given})["middle"]}
    assert found == {("ada", "bob", "dan"), ("cyd",), ("eve",)}
    (group,) = groups(families({"middle": given}), CLASS)
    assert (group.exercise, group.students, group.wrong) == ("middle", ("ada", "bob", "dan"), False)
    assert group.tokens > 30


def test_a_pair_is_listed_where_chance_does_not_explain_it() -> None:
    def way(exercise: int, number: int) -> str:
        letters = [chr(97 + (number * 7 + exercise * 3 + step * number) % 26) for step in range(9)]
        lines = [f"    values = values.{letter}{number}(values)\n" for letter in letters]
        return f"def f{exercise}(values):\n{''.join(lines)}"

    students = [f"s{i:02d}" for i in range(40)]
    answers = {f"f{e}": {who: way(e, i) for i, who in enumerate(students)} for e in range(12)}
    results = [Result(who, "", 1, "", 0, tuple(Mark(f"f{e}", "", "", 2, 1) for e in range(12))) for who in students]
    assert pairs(families(answers), results) == [], "everybody for themselves"
    for exercise in list(answers)[:9]:
        answers[exercise]["s20"] = answers[exercise]["s05"]
    (pair,) = pairs(families(answers), results)
    assert (pair.students, pair.alike, pair.answered, pair.wrong, len(pair.rare)) == (("s05", "s20"), 9, 12, 9, 9)
    one_way = {name: dict.fromkeys(students, way(0, 0)) for name in answers}
    assert pairs(families(one_way), results) == [], "the only way there is says nothing"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A graded course: three hand in the same, one a hostile name, one nothing that can be read."""
    lesson = load_lesson(mini.made() / mini.NOTEBOOK)
    for each in [*CLASS, replace(CLASS[0], student="<b>x</b>".replace("/", "_"), remarks=(HOSTILE,), attention=True)]:
        save(each, tmp_path / "results")
        answers = {"middle": COPY if each.student in ("s00", "s01") else OTHER + f"# {each.student}"}
        cells = normalise(Submission(each.student, Path(), answers=answers), Layout.of(lesson.cells).cells)
        write_autograded(tmp_path, lesson, cells, each)
    return tmp_path


def test_the_page_holds_what_an_instructor_asks_for(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["feedback", "--course", str(course), "--instructor"]) == 0
    assert cli.main(["class", "--course", str(course)]) == 0
    path = course / "class.html"
    assert str(path) in capsys.readouterr().out
    page = Page(path.read_text(encoding="utf-8"))
    text = " ".join(page.text.split())
    for said in (
        "14 submissions",
        "median40 of 85",
        "Files that could not be read (1) are not counted",
        "emmynot graded The file is cut off.",
        "1.1 Middle middle 40 13 of 13 8 71 %",
        "test_hidden_middle",
        "Look at the middle.",
        "middles00, s01",
        "Seed 13 · sandbox: bubblewrap",
    ):
        assert said in text, said
    assert "svg" in page.tags
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on")]
    assert '<a href="feedback-instructor/%3Cb%3Ex%3C_b%3E.html">&lt;b&gt;x&lt;_b&gt;</a>' in path.read_text()


def test_the_pages_numbers_as_data(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["class", "--course", str(course), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["page"] == str(course / "class.html")
    assert len(data["students"]) == 14
    assert data["totals"]["n"] == sum(each["readable"] for each in data["students"]) == 13
    assert (data["totals"]["median"], data["totals"]["points"]) == (40, 85)
    assert [each["points"] for each in data["exercises"]] == [40, 25, 20]
    failed = data["failed_tests"][0]
    assert failed["failed"] == max(each["failed"] for each in data["failed_tests"])
    assert cli.main(["export", "--to", "csv", "--course", str(course), "--json"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert (written["unreadable"], written["to_read"]) == (1, 14)
    assert all(Path(path).is_file() for path in written["files"])


def test_the_page_of_no_answers_stands_too(tmp_path: Path) -> None:
    assert "Nobody." in render([result("ada", 40.0, 25.0, 20.0)], tmp_path)
    page = write_page(CLASS[-1:], tmp_path).read_text()
    assert "1 submission<" in page.replace("\n", "")
    assert "histogram" not in Page(page).text


def test_grade_sheets_have_the_columns_of_their_systems() -> None:
    known = [replace(CLASS[11], student="lovelaceada_12345"), replace(CLASS[-1], student="ada@example.edu")]
    head, points, ada, emmy = csv.reader(io.StringIO(canvas(known, "13 Benchmarking (4711)")))
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "13 Benchmarking (4711)"]
    assert (points[0].strip(), points[-1]) == ("Points Possible", "85")
    assert ada == ["lovelaceada", "12345", "", "", "", "85"]
    assert emmy == ["ada@example.edu", "", "", "ada@example.edu", "", ""]
    head, ada, emmy = csv.reader(io.StringIO(moodle([replace(CLASS[0], student="Ada Lovelace_500"), CLASS[-1]])))
    assert head == ["Identifier", "Full name", "Grade", "Maximum grade", "Feedback comments"]
    assert ada[:4] == ["Participant 500", "Ada Lovelace", "10", "85"]
    assert "1.1 Middle: 10 of 40." in ada[4]
    assert (emmy[2], emmy[4]) == ("", "The file is cut off."), "an empty grade, never a silent 0"
    head, row = csv.reader(io.StringIO(plain([replace(CLASS[11], student="=cmd|' /C calc'!A0")])))
    assert head[:6] == ["student", "total", "of", "middle", "Clock", "spread"]
    assert row[:6] == ["'=cmd|' /C calc'!A0", "85", "85", "40", "25", "20"]


def test_gradescopes_results_keep_its_contract(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = gradescope(CLASS[0])
    assert data["score"] == 10.0
    assert data["execution_time"] == 1
    assert [(test["score"], test["max_score"]) for test in data["tests"]] == [(10.0, 40.0), (0.0, 25.0), (0.0, 20.0)]
    assert "hidden" not in json.dumps(data["tests"])
    assert data["extra_data"]["lost"] == {"test_mini.py::test_hidden_middle": 30.0}
    for how in ("gradescope", "canvas", "moodle", "csv"):
        assert cli.main(["export", "--to", how, "--course", str(course)]) == 0
    said = capsys.readouterr()
    assert "1 that could not be read have no score" in said.err
    assert "14 written answers are graded in nbgrader's formgrader" in said.err
    written = json.loads((course / "export" / "gradescope" / "s11" / "results.json").read_text())
    assert (written["score"], written["tests"][0]["status"]) == (85.0, "passed")
    (odd,) = (course / "export" / "gradescope").glob("_b_x__b_-*")
    assert (odd / "results.json").is_file()
    folders = export([replace(CLASS[0], student="a:b"), replace(CLASS[1], student="a_b")], "gradescope", course)
    assert len(set(folders)) == 2, "two students never share a folder"
    with pytest.raises(ValueError, match="no such format"):
        export(CLASS, "excel", course)


def test_a_result_that_cannot_be_read_stops_nobody(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named, has no points in a sheet, and its student keeps the page of before."""
    texts = {"torn": '{"schema', "old": '{"schema_version": 0}', "odd": json.dumps({"schema_version": SCHEMA_VERSION})}
    for name, text in texts.items():
        (course / "results" / f"{name}.json").write_text(text)
    for words in (["feedback"], ["class"], ["export", "--to", "csv"], ["export", "--to", "canvas"]):
        assert cli.main([*words, "--course", str(course)]) == 0
        said = capsys.readouterr().err
        assert "results/torn.json cannot be read (no JSON: line 1, column 2)" in said
        assert f"results/old.json cannot be read (results of schema version {SCHEMA_VERSION} are needed, got 0" in said
        assert "results/odd.json cannot be read (entries are missing)" in said
    assert (course / "feedback" / "s00.html").is_file()
    assert not (course / "feedback" / "torn.html").exists()
    assert "The result cannot be read" in (course / "class.html").read_text()
    sheet = (course / "export" / "csv.csv").read_text(encoding="utf-8")
    rows = {row[0]: row for row in csv.reader(io.StringIO(sheet))}
    assert rows["torn"][1] == ""
    assert rows["s00"][1] != ""


@pytest.mark.parametrize("command", ["feedback", "class", "export", "gradescope", "matrix"])
def test_every_command_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    assert f"example: autograder {command}" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("problems", [[], ["no wrong answer fails test_x"]])
def test_the_matrix_command_says_no_where_a_rule_does_not_hold(
    problems: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Found:
        def table(self) -> str:
            return "the table"

        def problems(self) -> list[str]:
            return problems

        def to_dict(self) -> dict[str, object]:
            return {"problems": problems}

    monkeypatch.setattr("autograder.proving.matrix.matrix", lambda *_, **__: Found())
    assert cli.main(["matrix"]) == len(problems)
    said = capsys.readouterr().out
    assert "the table" in said
    assert ("1 of its rules do not hold" if problems else "Every rule holds.") in said
    assert cli.main(["matrix", "--json"]) == len(problems)
    assert json.loads(capsys.readouterr().out) == {"problems": problems}
