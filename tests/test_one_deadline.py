"""One time for all that a submission causes: its sleeps, its imports, and what its answers make the grader do."""

import signal
import time
from dataclasses import replace

import pytest

from autograder.examining.deadline import Deadline, OverrunError, uninterrupted
from autograder.examining.verdicts import judge
from autograder.judging.judge import Judge
from autograder.reading.lesson import load_lesson
from autograder.reading.submission import Submission
from autograder.sandbox.confinement import Limits
from tests import mini
from tests.confined import package, support

SUITE = """
import re, time
import pytest

@pytest.mark.exercise("half", points=1)
def test_half(student): assert student.half(4) == 2

@pytest.mark.exercise("text", points=1)
def test_text(student):
    text, until = student.words(), time.monotonic() + 60
    while text == "slow" and time.monotonic() < until: pass

@pytest.mark.exercise("half", points=1)
def test_half_again(student): assert student.half(4) == 2
"""
MOST_S = 20  # a limit of some seconds on a busy machine


def suites(folder):
    folder.mkdir()
    (folder / "test_all.py").write_text(SUITE)
    return folder


def test_what_an_answer_makes_the_grader_do_has_an_end(tmp_path):
    made = package(tmp_path / "p", "def half(x): return x / 2\ndef words(): return 'slow'")
    began = time.monotonic()
    verdict = judge(made, support(tmp_path / "support"), suites(tmp_path / "suites"), 13, Limits(wall_s=3))
    assert time.monotonic() - began < MOST_S
    assert [outcome.earned for outcome in verdict.outcomes] == [1, 0, 0]
    assert all("the 3 s of a submission are used up" in outcome.message for outcome in verdict.outcomes[1:])
    assert verdict.attention
    assert verdict.remarks == ("test_all.py::test_text: the time was used up while the grader worked on its answers",)
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_an_end_of_the_time_waits_for_what_must_not_be_left_half_done():
    done, deadline = [], Deadline(0.0)

    def half_then_long():
        with uninterrupted():
            time.sleep(1)
            done.append("whole")
        time.sleep(60)

    with pytest.raises(OverrunError), deadline.watched():
        half_then_long()
    assert done == ["whole"]


SLEEPS = "__import__('time').sleep(60)"


@pytest.mark.parametrize("answer", [f"def middle(values):\n    {SLEEPS}", f"def middle(values={SLEEPS}): ..."])
def test_judging_imports_and_judging_again_share_one_time(answer):
    """Two verdicts and the search for what ends the import had each a time of its own: 230 s for 120."""
    text = {**mini.ANSWERS, "middle": answer}
    submission = Submission("ada", mini.made(), answers={n: a for n, a in text.items() if not n.startswith("question")})
    setup = replace(mini.setup(), limits=Limits(call_s=4, wall_s=8))
    judging = Judge(setup, load_lesson(setup.release), mini.layout())
    began = time.monotonic()
    judging.judge(submission)
    assert time.monotonic() - began < MOST_S
