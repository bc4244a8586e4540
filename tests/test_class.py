"""A class: processes that die, the same points each time, the table, and the command line."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import cli
from autograder.collecting.collect import find_submissions
from autograder.grading.results import Result, load_all, points_text, save
from autograder.grading.table import markdown_table, text_table
from autograder.grading.whole_class import grade_class
from autograder.pool import spread
from autograder.proving.demo_class import make_class
from autograder.reading.places import RELEASE, ROOT, SUITES
from autograder.sandbox import confinement
from tests import mini


def test_one_dead_process_stops_nobody() -> None:
    items = ["ok", "dies", "ok", "raises", "hangs", "ok"]
    began = time.monotonic()
    ended = {end.index: end for end in spread(mini.work, items, jobs=2, deadline_s=1)}
    assert [ended[index].result for index in range(6)] == ["ok", None, "ok", None, None, "ok"]
    assert "died twice" in ended[1].failure
    assert "RuntimeError: mine" in ended[3].failure
    assert "took more than 1 s" in ended[4].failure
    assert time.monotonic() - began < 20


def test_a_process_that_dies_once_gets_one_more_try(tmp_path: Path) -> None:
    ended = list(spread(mini.work, [f"once {tmp_path / 'mark'}"], jobs=1))
    assert ended[0].result == "ok"


def test_an_item_that_takes_too_long_is_not_tried_again(tmp_path: Path) -> None:
    """Two tries of ten minutes each made twenty minutes of a documented two."""
    ended = list(spread(mini.work, [f"notes {tmp_path / 'tries'}"], jobs=1, deadline_s=0.5))
    assert "took more than 0.5 s" in ended[0].failure
    assert (tmp_path / "tries").read_text() == "x"


def make_course(folder: Path, release: Path) -> Path:
    answers = {
        "ada": mini.ANSWERS,
        "blaise": {},
        "chen": {"middle": mini.ANSWERS["middle"]},
        "dijkstra": {**mini.ANSWERS, "middle": mini.WRONG_MIDDLE},
    }
    for student, given in answers.items():
        path = folder / "submitted" / student / "13_benchmarking" / "benchmarking_dev.ipynb"
        mini.save(mini.notebook(release, **given), path)
    cut = folder / "submitted" / "emmy" / "13_benchmarking" / "benchmarking_dev.ipynb"
    cut.parent.mkdir(parents=True)
    cut.write_bytes(path.read_bytes()[:3000])
    return folder


def test_a_class_gets_the_same_points_each_time(tmp_path: Path) -> None:
    runs = []
    for jobs in (1, 2):
        course = make_course(tmp_path / f"course-{jobs}", mini.setup().release)
        url = mini.gradebook(tmp_path / str(jobs))
        results = list(grade_class(find_submissions(course), mini.setup(), course, url, jobs=jobs))
        assert load_all(course / "results") == results
        runs.append([replace(result, seconds=0.0) for result in results])
    assert runs[0] == runs[1]
    assert [result.earned for result in runs[0]] == [85.0, 0.0, 40.0, 55.0, 0.0]
    assert [result.student for result in runs[0] if result.attention] == ["emmy"]


def test_the_demo_class_gets_what_it_deserves(tmp_path: Path) -> None:
    """The real lesson, its release, its hidden suites: what `make demo` grades."""
    course = tmp_path / "course"
    make_class(course / "submitted")
    real = replace(mini.setup(), release=RELEASE, suites=SUITES)
    graded = grade_class(find_submissions(course), real, course, f"sqlite:///{tmp_path / 'gradebook.db'}")
    reference, untouched, half, mistake, truncated = graded
    full = mini.points(reference)
    assert (reference.earned, reference.points, reference.remarks) == (85.0, 85.0, ())
    assert (untouched.earned, untouched.remarks, untouched.attention) == (0.0, (), False)
    answered = {mark.exercise for mark in half.marks if mark.state == "answered"}
    assert mini.points(half) == {name: full[name] if name in answered else 0.0 for name in full}
    assert 0 < len(answered) < len(full)
    lost = {name for name in full if mini.points(mistake)[name] < full[name]}
    assert lost == {"poisson_arrivals"}
    assert (truncated.earned, truncated.attention) == (0.0, True)
    assert "cut off" in truncated.remarks[0]
    table = text_table(graded).partition("\n\n")[0]
    assert f"```\n{table}\n```" in (ROOT / "README.md").read_text(), "run `make readme`"


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    result = mini.grade(tmp_path, **{**mini.ANSWERS, "middle": mini.WRONG_MIDDLE}).result
    path = save(result, tmp_path / "results")
    data = json.loads(path.read_text())
    assert (data["schema_version"], data["earned"]) == (2, 55.0)
    assert load_all(tmp_path / "results") == [result]
    assert [file.name for file in (tmp_path / "results").iterdir()] == ["ada.json"]
    with pytest.raises(ValueError, match="grade the class again"):
        Result.from_dict({**data, "schema_version": 99})
    with pytest.raises(FileNotFoundError, match="autograder grade"):
        load_all(tmp_path / "nowhere")


def test_the_table_says_what_an_instructor_needs(tmp_path: Path) -> None:
    half = replace(mini.grade(tmp_path, middle=mini.ANSWERS["middle"]).result, student="chen_half")
    cut = replace(mini.grade(tmp_path, 900).result, student="emmy")
    cut = replace(cut, remarks=(*cut.remarks, "a \x1b[2J remark"))
    lines = text_table([half, cut], width=80).splitlines()
    assert lines[0].split() == ["student", "stats", "clock", "total", "questions"]
    assert lines[1].split() == ["of", "40", "45", "85"]
    assert lines[3].split() == ["chen_half", "40", "0", "40", "-"]
    assert lines[6:8] == ["Remarks", "  emmy: needs attention"]
    assert lines[-1].strip() == "a  [2J remark"
    markdown = markdown_table([half, cut]).splitlines()
    assert markdown[0] == "| student | stats<br>40 | clock<br>45 | total<br>85 | questions | remarks |"
    assert markdown[2].startswith("| chen\\_half | 40 | 0 | 40 | - |")
    assert "needs attention: The file is cut off" in markdown[3]
    assert [points_text(value) for value in (3.0, 2.5, 10 / 3, 0.0)] == ["3", "2.5", "3.33", "0"]


def test_the_command_line_grades_and_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    course = make_course(tmp_path / "course", mini.setup().release)
    mini.gradebook(course)
    options = [
        "--release",
        str(mini.setup().release),
        "--suites",
        str(mini.setup().suites),
        "--jobs",
        "2",
        "--seed",
        "13",
    ]
    assert cli.main(["grade", str(course), *options]) == 0
    said = capsys.readouterr()
    assert "ada          40     45     85  1 to read" in said.out
    assert "--seed 13 gives the same points" in said.out
    assert "seed 13, sandbox: " in said.err
    assert (course / "class.md").read_text().startswith("| student |")
    assert (course / "rubric.md").read_text() == (SUITES.parent / "rubric.md").read_text()
    assert {entry.name for entry in course.iterdir()} >= {"gradebook.db", "results", "autograded", "source"}
    monkeypatch.chdir(course)
    assert cli.main(["feedback"]) == 0
    assert (course / "feedback" / "dijkstra.html").is_file()
    capsys.readouterr()
    assert cli.main(["grade", str(course), *options, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["seed"], data["course"]) == (13, str(course))
    ada = next(each for each in data["students"] if each["student"] == "ada")
    assert (ada["earned"], ada["points"], ada["to_read"]) == (85, 85, 1)
    assert (ada["modules"], ada["remarks"]) == ({"stats": 40, "clock": 45}, [])
    assert "hidden" not in json.dumps(data), "it names no hidden test"


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["grade", "nowhere"], 1, "there is no folder nowhere"),
        (["grade", "."], 1, "no submissions in ."),
        (["feedback", "--course", "nowhere"], 1, "no results in nowhere/results"),
        (["release", "--lesson", "nowhere.py", "--to", "there"], 1, "nowhere.py"),
    ],
)
def test_errors_are_one_sentence(
    arguments: list[str],
    code: int,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == code
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.splitlines()) == 1


def test_without_a_sandbox_nothing_is_graded_unless_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none() -> confinement.Tier:
        raise confinement.SandboxUnavailable("grading needs bubblewrap")

    monkeypatch.setattr(confinement, "probe", none)
    course = make_course(tmp_path / "course", mini.setup().release)
    assert cli.main(["grade", str(course), "--release", str(mini.setup().release)]) == 3
    assert "--trust-submissions" in capsys.readouterr().err
    assert not (course / "results").exists()


@pytest.mark.parametrize("arguments", [[], ["grade"], ["grade", ".", "--jobs", "0"], ["grade", ".", "--seed", "-1"]])
def test_wrong_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("autograder")
    assert said.count("\n") == 1
    assert "--help` says more" in said


@pytest.mark.parametrize("command", ["release", "grade", "feedback", "demo-class"])
def test_every_command_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    assert f"example: autograder {command}" in " ".join(capsys.readouterr().out.split())
