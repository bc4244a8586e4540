"""Every wait ends and every loss is bounded: calls, callbacks, imports, exits, output, forged lines, restarts."""

import time

import pytest

from autograder.examining.errors import NoAnswerError, StudentError
from autograder.examining.session import MAX_STARTS
from autograder.examining.student import Student
from autograder.sandbox.confinement import Limits
from autograder.sandbox.wire import MAX_BYTES
from tests.confined import LESSON, session, student_of


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with session(tmp_path_factory.mktemp("proxy") / "s", LESSON, Limits(call_s=2, wall_s=80)) as started:
        yield started


@pytest.fixture
def student(running):
    return student_of(running)


@pytest.mark.parametrize("name", ["endless", "stop_reading"])
def test_a_call_has_a_deadline(student, name):
    with pytest.raises(NoAnswerError, match=r"TimeoutError: it took longer than 2 s"):
        getattr(student, name)()
    assert student.echo(1) == 1, "the next call finds another process"


def test_callbacks_share_the_deadline_of_their_call(student):
    with pytest.raises(NoAnswerError, match="longer than"):
        student.for_ever(lambda: time.sleep(0.01) or student.echo(1))


def test_an_exit_loses_the_answer_and_the_handles(student):
    kept = student.run([1])
    assert student.count() == 1
    with pytest.raises(NoAnswerError, match="exit code 0"):
        student.leave(0)
    assert student.count() == 1, "another process, which counts anew"
    with pytest.raises(NoAnswerError, match="has ended"):
        _ = kept.error


def test_output_goes_nowhere(student):
    assert student.loud(10**6) == 10**6


def test_an_answer_is_bounded(student):
    with pytest.raises(StudentError, match="WireError"):
        student.huge(MAX_BYTES)
    assert student.echo(1) == 1


FORGED = [
    b"garbage\n",
    b"{}\n",
    b'{"reply":1,"value":42}\n',
    b'{"reply":2,"error":{}}\n',
    b'{"ask":"call"}\n',
    b"[1" * 9,
]
ASKED = b'{"ask":"call","id":%d,"name":"%s","args":[],"kwargs":{"d":[]}}\n'


@pytest.mark.parametrize("line", [*FORGED, ASKED % (99, b""), ASKED % (1, b"__class__")], ids=range(len(FORGED) + 2))
def test_forged_lines_lose_the_answer(student, line):
    with pytest.raises(NoAnswerError, match="ProtocolError"):
        assert student.call(student.forge, line) != "honest"
    assert student.echo(1) == 1


def test_a_package_that_cannot_be_imported_is_tried_once(tmp_path):
    with session(tmp_path / "s", "import tinytorch.nowhere") as running:
        for _ in range(3):
            with pytest.raises(NoAnswerError, match="ModuleNotFoundError"):
                student_of(running).echo(1)
        assert running.starts == 1
        assert running.failure.startswith("ModuleNotFoundError")


@pytest.mark.parametrize(
    ("source", "kind"), [("while True: pass", "TimeoutError"), ("import os; os._exit(1)", "ProcessEnded")]
)
def test_an_import_that_never_ends_well_is_waited_for_once(tmp_path, source, kind):
    with session(tmp_path / "s", source, Limits(call_s=0.4, wall_s=20)) as running:
        began = time.monotonic()
        for _ in range(5):
            with pytest.raises(NoAnswerError, match=kind):
                student_of(running).refuses("ValueError", lambda: Student(running).echo(1))
        assert running.starts == 1
        assert time.monotonic() - began < 15


def test_starts_and_the_time_of_a_submission_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.examining.session.MAX_STARTS", 2)
    assert MAX_STARTS > 2
    with session(tmp_path / "s", LESSON) as running:
        for message in ("exit code 3", "exit code 3", "used up"):
            with pytest.raises(NoAnswerError, match=message):
                student_of(running).leave(3)
    with session(tmp_path / "s", LESSON, Limits(call_s=20, wall_s=2)) as running:
        for _ in range(2):
            with pytest.raises(NoAnswerError, match="used up"):
                student_of(running).endless()
