"""What comes back from a submission is bounded before anything is built of it, on each means of confinement."""

import resource
import textwrap
from pathlib import Path

import numpy as np
import pytest

from autograder.examining import budget
from autograder.examining.errors import NoAnswerError, StudentError
from autograder.examining.verdicts import judge
from autograder.judging.own_process import ROOM_BYTES, limit_memory
from autograder.pool import spread
from autograder.sandbox import confinement
from tests.confined import QUICK, package, session, student_of, support, tier_of

MB = 2**20
GREEDY = """
    import os
    import numpy as np

    def echo(value): return value
    def axis(): return np.zeros((0, 2**29))
    def long(n): return "a" * n
    def wide(n): return "\\U0001f600" + "a" * n
    def nested(n): return [[] for _ in range(n)]
    def give(model, size, n):
        for _ in range(n): model(np.zeros(size, np.int8))
    def call(function, n):
        for _ in range(n): function()
    def forged(line, n):
        for fd in range(3, 20):
            try: os.write(fd, line * n)
            except OSError: pass
"""


@pytest.fixture(scope="module", params=confinement.KINDS)
def running(request, tmp_path_factory):
    """A session on each means of confinement that this machine has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(confinement, "probe", lambda: tier_of(request.param))
        with session(tmp_path_factory.mktemp("bounds") / "s", GREEDY, QUICK) as started:
            yield started


# A worker that was changed sends what it likes: no encoder refuses it there.
FORGING = """
    import autograder.sandbox.worker as worker
    raw = worker.dumps
    def send(data):
        worker.dumps = lambda message: raw({"reply": message["reply"], "value": data}) if "reply" in message else b""
"""


@pytest.mark.parametrize(
    "ask",
    [
        lambda student: student.axis(),
        lambda student: student.long(60 * MB),
        lambda student: student.wide(7 * MB),
        lambda student: student.nested(300_000),
    ],
    ids=["an axis of an empty array", "a text", "a wide text", "lists"],
)
def test_an_answer_is_refused_where_it_is_made(running, ask):
    with pytest.raises(StudentError, match="WireError"):
        ask(student_of(running))
    assert student_of(running).echo(1) == 1


FORGED = {
    "an axis": {"a": ["<f8", [0, 2**29], ""]},
    "keys that collide": {"d": [[k, 0] for k in range(60_000)]},
    "large keys": {"d": [[k * (2**61 - 1), 0] for k in range(900)]},
    "a text": "a" * (2 * MB),
    "cells": {"a": ["|b1", [0, 8 * MB], ""]},
}


@pytest.mark.parametrize("kind", confinement.KINDS)
@pytest.mark.parametrize("name", FORGED)
def test_a_forged_answer_is_refused_where_it_is_read(name, kind, tmp_path, monkeypatch):
    monkeypatch.setattr(confinement, "probe", lambda: tier_of(kind))
    source = f"{textwrap.dedent(FORGING)}\ndef forge():\n    send({FORGED[name]!r})\n"
    with session(tmp_path / "s", source, QUICK) as started, pytest.raises(NoAnswerError, match="no answer: "):
        student_of(started).forge()


def test_what_the_models_of_a_test_keep_is_bounded(running):
    kept = []
    with pytest.raises(NoAnswerError, match="MiB a test"):
        student_of(running).give(kept.append, MB, 100)
    assert sum(array.nbytes for array in kept) < budget.MAX_A_TEST
    assert student_of(running).echo(1) == 1, "the next test has its own"


def test_how_often_a_test_is_called_back_is_bounded(running, monkeypatch):
    monkeypatch.setattr(budget, "MAX_A_TEST", MB)
    calls = []
    with pytest.raises(NoAnswerError, match="MiB a test"):
        student_of(running).call(lambda: calls.append(1), 10_000)
    assert 100 < len(calls) < 3_000


def test_all_tests_together_are_bounded(running, monkeypatch):
    monkeypatch.setattr(budget, "MAX_IN_ALL", 64 * MB)
    large = np.zeros(2 * MB, np.int8)
    with pytest.raises(NoAnswerError, match="MiB a submission"):
        [student_of(running).echo(large) for _ in range(10)]


FILLING = """
    def fill(n):
        written = 0
        for folder in (".", "/tmp", "/dev/shm", "/var/tmp"):
            for i in range(n):
                try:
                    with open(f"{folder}/{i}", "xb", buffering=0) as file:
                        while file.tell() < 16 * 2**20: written += file.write(bytes(2**20))
                except OSError: break
        return written
"""


@pytest.mark.parametrize("kind", confinement.KINDS)
def test_all_files_of_a_submission_together_are_bounded(kind, tmp_path, monkeypatch):
    """Where nothing can be mounted nothing can be written: a limit a file let one submission fill the disk."""
    monkeypatch.setattr(confinement, "probe", lambda: tier_of(kind))
    with session(tmp_path / "s", FILLING, QUICK) as started:
        assert student_of(started).fill(12) <= (0 if kind == "container" else 64 + 16) * MB


SUITE = """
import numpy as np
import pytest

@pytest.mark.exercise("column", points=1)
def test_column(student):
    yours = student.column(30_000)
    assert np.abs(yours - np.arange(30_000)).max() == 0, "Yours: another"

@pytest.mark.exercise("column", points=1)
def test_short(student): assert student.column(2).tolist() == [0, 1]
"""
TALL = "import numpy as np\ndef column(n): return np.arange(n).reshape(n, 1)"


def judged(folder: Path) -> tuple[list[float], list[str], int]:
    """Work for a pool: what a judge with limits says of a package, and how much memory it took (bytes)."""
    verdict = judge(folder / "package", folder / "support", folder / "suites", 13, QUICK)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return [outcome.earned for outcome in verdict.outcomes], [outcome.message for outcome in verdict.outcomes], most


def test_what_a_test_makes_of_an_answer_is_bounded(tmp_path):
    """Two arrays of 30,000 make one of 7.2 GB where one of them stands upright."""
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "test_all.py").write_text(SUITE)
    package(tmp_path / "package", TALL)
    support(tmp_path / "support")
    [end] = spread(judged, [tmp_path], jobs=1, initializer=limit_memory)
    assert end.result, end.failure
    earned, messages, most = end.result
    assert earned == [0, 0]
    assert messages[0].startswith("What your column returned is too large to be checked.")
    assert messages[1] == "A check of column did not pass."
    assert most < 2 * ROOM_BYTES
