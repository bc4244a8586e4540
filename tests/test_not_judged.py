"""What could not be judged is judged again, then flagged: never a score, never kept, never 0 in a sheet."""

import csv
import io
import json
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.books.exports import canvas, gradescope, moodle, plain
from autograder.books.feedback import render
from autograder.books.items import items, totals
from autograder.examining.errors import NoAnswerError
from autograder.examining.verdicts import judge
from autograder.grading import whole_class
from autograder.grading.results import load_all
from autograder.grading.table import markdown_table, summary, text_table
from autograder.judging.setup import Setup
from autograder.sandbox import confinement
from autograder.sandbox.confinement import Limits, SandboxLostError
from tests import mini
from tests.confined import QUICK, descendants, package, session, student_of, support, tier_of
from tests.courses import grade_course, here, rows

CALLING = """
    def call(function): return function()
    def endless():
        while True: pass
"""
SUITE = """
import pytest
from pathlib import Path
from tests.test_not_judged import kill_youngest

KILLS = Path({kills!r})

def strike():
    left = int(KILLS.read_text())
    KILLS.write_text(str(left - 1))
    if left > 0:
        kill_youngest()

@pytest.mark.exercise("call", points=2)
def test_call(student):
    student.call(strike)

@pytest.mark.exercise("call", points=1)
def test_two(student):
    assert student.call(lambda: 2) == 2
"""


def ended_by_hand() -> list[int]:
    """Return what this process started, but for Python's own tracker of resources, which an earlier test may leave."""
    found = descendants(os.getpid())
    return [pid for pid in found if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]


def kill_youngest() -> None:
    """End the process of the sandbox that is in a call, as the kernel does where memory is short."""
    os.kill(max(ended_by_hand()), signal.SIGKILL)


def kill_all() -> None:
    """End a warm process too."""
    for pid in ended_by_hand():
        os.kill(pid, signal.SIGKILL)


@pytest.fixture(params=confinement.KINDS)
def tier(request, monkeypatch):
    """Each means of confinement that this machine has."""
    found = tier_of(request.param)
    monkeypatch.setattr(confinement, "probe", lambda: found)
    return found


@pytest.mark.parametrize("kill", [kill_youngest, kill_all])
def test_a_process_that_somebody_else_ends_is_told_from_one_that_ends(tier, tmp_path, kill):
    with session(tmp_path / "s", CALLING) as running:
        with pytest.raises(SandboxLostError, match="ended from outside"):
            student_of(running).call(kill)
        assert "SIGKILL" in running.lost
        assert student_of(running).call(lambda: 1) == 1, "the next one starts"


def test_the_limit_on_the_processor_is_the_submissions_own_end(tier, tmp_path):
    with session(tmp_path / "s", CALLING, Limits(cpu_s=1, call_s=20, wall_s=60)) as running:
        with pytest.raises(NoAnswerError, match="SIGXCPU"):
            student_of(running).endless()
        assert running.lost == ""


@pytest.mark.parametrize("kills", [0, 1, 2, 3])
def test_it_is_judged_once_more(tier, tmp_path, kills):
    """`judge` says that there is no verdict; whoever asked it asks once more."""
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "test_all.py").write_text(SUITE.format(kills=str(tmp_path / "kills")))
    (tmp_path / "kills").write_text(str(kills))
    made, base = package(tmp_path / "p", CALLING), support(tmp_path / "support")
    for _ in range(kills):
        with pytest.raises(SandboxLostError):
            judge(made, base, tmp_path / "suites", 13, QUICK)
    assert [each.earned for each in judge(made, base, tmp_path / "suites", 13, QUICK).outcomes] == [2, 1]


STRIKING = """

from pathlib import Path
from tests.test_not_judged import kill_youngest

@pytest.fixture(autouse=True)
def strike(student):
    kills = Path({kills!r})
    left = int(kills.read_text())
    if left > 0 and student.middle([]) == "strike":
        kills.write_text(str(left - 1))
        kill_youngest()
"""
TARGET = "def middle(values):\n    return sorted(values)[len(values) // 2] if values else 'strike'"


@pytest.fixture
def course(tmp_path: Path) -> tuple[Path, Setup]:
    """A course of two, of whom one's process is ended as often as `kills` says."""
    for student, middle in (("ada", mini.ANSWERS["middle"] + " if values else 0.0"), ("bob", TARGET)):
        text = mini.notebook(mini.made() / mini.NOTEBOOK, **{**mini.ANSWERS, "middle": middle})
        mini.save(text, tmp_path / "submitted" / student / "13_benchmarking" / "benchmarking_dev.ipynb")
    mini.gradebook(tmp_path)
    shutil.copytree(mini.made() / "suites", tmp_path / "suites")
    suite = tmp_path / "suites" / "test_mini.py"
    suite.write_text(suite.read_text() + STRIKING.format(kills=str(tmp_path / "kills")))
    return tmp_path, replace(mini.setup(), suites=tmp_path / "suites")


def graded(course: Path, setup: Setup, kills: int) -> dict[str, float | None]:
    (course / "kills").write_text(str(kills))
    grade_course(course, setup, engine=here)
    return {result.student: result.earned if result.judged else None for result in load_all(course / "results")}


def test_one_end_from_outside_costs_nobody_a_point(course):
    assert graded(*course, kills=1) == {"ada": 85.0, "bob": 85.0}


def test_what_cannot_be_judged_is_flagged_and_judged_again(course):
    folder, setup = course
    assert graded(folder, setup, kills=9) == {"ada": 85.0, "bob": None}
    assert int((folder / "kills").read_text()) == 7, "it was judged once more"
    assert len(list((folder / "judged").rglob("*.json"))) == 1, "nothing is kept of it"
    held = {(student, name): (score, flag) for student, name, score, flag in rows(folder / "gradebook.db")}
    assert held["bob", "middle_check"] == (None, 1)
    assert held["ada", "middle_check"][0] == 40.0
    notebook = json.loads((folder / "autograded" / "bob" / "13_benchmarking" / "benchmarking_dev.ipynb").read_bytes())
    outputs = mini.cell(notebook, "middle_check")["outputs"]
    assert [output["output_type"] for output in outputs] == ["stream"], "no result that nbgrader takes for a score"
    assert graded(folder, setup, kills=0) == {"ada": 85.0, "bob": 85.0}, "the same command"
    held = {(student, name): (score, flag) for student, name, score, flag in rows(folder / "gradebook.db")}
    assert held["bob", "middle_check"] == (40.0, 0)


def test_no_sheet_shows_a_score_for_it(course):
    graded(*course, kills=9)
    results = load_all(course[0] / "results")
    bob = results[1]
    assert (bob.judged, bob.attention, bob.scored) == (False, True, False)
    assert any("ended from outside" in said for said in bob.staff)
    for table in (text_table(results), markdown_table(results)):
        line = next(line for line in table.splitlines() if "bob" in line)
        assert "not judged" in line
        assert "0" not in line
    assert (summary(bob)["earned"], summary(bob)["modules"], summary(bob)["judged"]) == (None, {}, False)
    sheets = {make: list(csv.reader(io.StringIO(make(results)))) for make in (canvas, moodle, plain)}
    assert [row[-1] for row in sheets[canvas] if row[0] in ("ada", "bob")] == ["85", ""]
    assert [row[2] for row in sheets[moodle][1:]] == ["85", ""]
    assert [row[1] for row in sheets[plain][1:]] == ["85", "not judged"]
    assert sheets[plain][2][3:6] == ["", "", ""]
    assert "score" not in gradescope(bob)
    assert gradescope(bob)["tests"] == []
    page = render(bob)
    assert "not judged" in page
    assert "SIGKILL" not in page
    assert "SIGKILL" in render(bob, instructor=True)
    assert totals(results).n == 1
    assert {item.n for item in items(results)} == {1}


STUCK = """

import itertools

@pytest.fixture(autouse=True)
def stuck(student):
    if student.middle([]) == "strike":
        sum(itertools.repeat(0))
"""


def test_a_grader_that_does_not_come_back_is_ended_and_told(course, monkeypatch):
    """A call into C hears no signal of the process's own; everybody else is graded as if nothing had been."""
    folder, setup = course
    suite = folder / "suites" / "test_mini.py"
    suite.write_text((mini.made() / "suites" / "test_mini.py").read_text() + STUCK)
    monkeypatch.setattr(whole_class, "DEADLINE_S", 24)
    grade_course(folder, replace(setup, limits=Limits(call_s=9, wall_s=18)), jobs=2)
    ada, bob = load_all(folder / "results")
    assert (ada.earned, ada.attention) == (85.0, False)
    assert (bob.judged, bob.attention) == (False, True)
    assert "took more than 24 s on this submission and was ended" in bob.staff[0]
