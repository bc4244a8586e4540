"""Two graders on one course, and a gradebook that another program holds: one waits, or says whom it waits for."""

import multiprocessing
import os
import socket
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from autograder import cli
from autograder.grading import course_lock, gradebook
from autograder.grading.course_lock import CourseBusyError, only_grader
from autograder.grading.results import load_all
from autograder.reading.lesson import load_lesson
from tests import mini
from tests.courses import grade_course, here, left_behind, mini_class, rows


def hold(course: Path, pipe) -> None:
    """Grade for as long as the test wants."""
    with only_grader(course):
        pipe.send("held")
        pipe.poll(60)


@pytest.fixture
def holder(tmp_path: Path):
    """Another process that grades the course; a test may kill it."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=hold, args=(tmp_path, theirs))
    process.start()
    theirs.close()
    assert pipe.poll(60)
    assert pipe.recv() == "held"
    yield process, pipe
    pipe.close()
    process.join(60)


def test_who_grades_is_said(holder, tmp_path, monkeypatch, capsys):
    process, _ = holder
    with pytest.raises(CourseBusyError) as busy, only_grader(tmp_path, wait_s=0.3):
        pass
    told = f"is being graded by process {process.pid} on {socket.gethostname()} since 20"
    assert told in str(busy.value)
    monkeypatch.setattr(course_lock, "WAIT_S", 0.3)
    mini_class(tmp_path, 1)
    before = rows(tmp_path / "gradebook.db")
    options = ["--release", str(mini.setup().release), "--suites", str(mini.setup().suites), "--jobs", "1"]
    assert cli.main(["grade", str(tmp_path), *options]) == 1
    said = capsys.readouterr().err
    assert told in said
    assert "run the same command" in said
    assert rows(tmp_path / "gradebook.db") == before
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("how", ["ends", "is killed"])
def test_a_lock_ends_with_its_holder(holder, tmp_path, how):
    process, pipe = holder
    threading.Timer(0.5, pipe.close if how == "ends" else process.kill).start()
    with only_grader(tmp_path, wait_s=30):
        assert str(os.getpid()) in (tmp_path / course_lock.NAME).read_text()
    assert (tmp_path / course_lock.NAME).read_text() == ""


def test_a_locked_gradebook_is_waited_for(tmp_path):
    """SQLite itself gives up after 5 s; an instructor's formgrader may hold it longer."""
    course, whole = mini_class(tmp_path / "course", 3), mini_class(tmp_path / "whole", 3)
    connection = sqlite3.connect(course / "gradebook.db", check_same_thread=False, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    threading.Timer(12, connection.execute, ["ROLLBACK"]).start()
    began = time.monotonic()
    grade_course(course, mini.setup(), engine=here)
    assert time.monotonic() - began > 10
    connection.close()
    assert [result.staff for result in load_all(course / "results")] == [(), (), ()]
    grade_course(whole, mini.setup(), engine=here)
    assert left_behind(course) == left_behind(whole)


def test_one_that_stays_locked_is_said_to_staff(tmp_path, monkeypatch):
    course = mini_class(tmp_path, 2)
    monkeypatch.setattr(gradebook, "LOCKED_S", 0.0)
    connection = sqlite3.connect(course / "gradebook.db", isolation_level=None)
    with gradebook.GradebookWriter(f"sqlite:///{course / 'gradebook.db'}", load_lesson(mini.setup().release)) as writer:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(gradebook.GradebookError, match="database is locked"):
            writer.write(mini.grade(tmp_path, **mini.ANSWERS).result)
    connection.close()
