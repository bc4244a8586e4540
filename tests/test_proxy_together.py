"""The proxy's words for asking together: once for many tests, many calls in a message, an argument made on the way."""

import pytest

from autograder.examining.errors import NoAnswerError, StudentError
from autograder.examining.handles import Handle
from autograder.examining.session import Session
from autograder.examining.student import Student
from autograder.sandbox import confinement
from autograder.sandbox.confinement import Limits
from autograder.sandbox.process import Worker
from tests.confined import LESSON, session, student_of

NAMES = ("echo", "run", "interval", "QueryLog", "nowhere", "NS_PER_S")


@pytest.fixture
def messages(monkeypatch):
    """The lines that were sent, in order."""
    sent = []
    send = Worker.send
    monkeypatch.setattr(Worker, "send", lambda self, line, deadline: sent.append(line) or send(self, line, deadline))
    return sent


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with session(tmp_path_factory.mktemp("together") / "s", LESSON, Limits(call_s=2, wall_s=80)) as started:
        yield started


@pytest.fixture
def student(running):
    return student_of(running)


def test_names_come_with_the_import(running, messages):
    """Functions and classes that will be asked for cost no message; anything else is asked for as before."""
    confinement.probe()
    with Session(*running._source[:2], Limits(), names=NAMES) as started:
        messages.clear()
        student = student_of(started)
        assert student.echo(1) == 1
        asked = [line for line in messages if b'"do":"attribute"' in line]
        assert asked == []
        assert student.NS_PER_S == 10**9
        with pytest.raises(NoAnswerError, match="there is no nowhere"):
            _ = student.nowhere
        with pytest.raises(NoAnswerError, match="exit code 3"):
            student.leave(3)
        assert student.echo(2) == 2, "in the next process the names are those of that process"


def test_once_is_asked_once_and_counts_each_time(student, running, messages):
    def run():
        made.append(student.run([4, 5]).latency_ns.tolist())
        return made[-1]

    made, before = [], running.answers
    assert student.once("run", run) == [4, 5]
    answers, count = running.answers - before, len(messages)
    running.begin()
    assert (running.answers, running.last) == (0, None)
    assert student.once("run", run) == [4, 5]
    assert made == [[4, 5]]
    assert len(messages) == count
    assert running.answers == answers > 0
    assert running.last.tolist() == [4, 5]
    assert student.once("another run", run) == [4, 5]
    assert len(made) == 2
    assert Student(running).once("run", run) == [4, 5], "another submission asks anew"
    assert len(made) == 3


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda student: student.refuse(3), StudentError),
        (lambda student: student.not_written(), NoAnswerError),
        (lambda student: student.leave(3), NoAnswerError),
        (lambda student: len(student.echo(None)), TypeError),
        (lambda student: pytest.fail("seen"), pytest.fail.Exception),
    ],
    ids=["refused", "not written", "ended", "type", "failed"],
)
def test_once_raises_the_same_each_time(student, running, call, kind):
    texts = []
    for _ in range(3):
        running.begin()
        with pytest.raises(kind) as caught:
            student.once("raises", lambda: call(student))
        texts.append(str(caught.value))
    assert len(set(texts)) == 1
    assert student.echo(1) == 1


def test_once_remembers_a_slip_of_the_suite(student, running):
    for _ in range(2):
        running.begin()
        with pytest.raises(StudentError, match="NameError"):
            student.once("slip", lambda: student.call(lambda: undefined))  # noqa: F821 - a slip of the suite's
        assert len(running.slips) == 1


def test_many_calls_go_together(student, messages):
    echo = student.draw
    before = len(messages)
    drawn = student.each(echo, [{"n": n, "seed": 13} for n in (1, 2, 3)])
    assert len(messages) == before + 1
    assert [values.tolist() for values in drawn] == [student.draw(n, seed=13).tolist() for n in (1, 2, 3)]
    assert student.each(student.plain_seed, [{"seed": 7}, {"seed": 8}]) == [7, 8]
    with pytest.raises(StudentError, match="ValueError: got 2"):
        student.each(student.refuse, [{"value": 2}, {"value": 3}])
    assert student.each(student.echo, []) == []


def test_a_call_that_raises_costs_no_other(student, messages):
    """Tried, the others are answered, and all go in one message where none raises."""
    before = len(messages)
    assert student.tried(student.plain_seed, [{"seed": 7}, {"seed": 8}]) == [7, 8]
    assert len(messages) <= before + 2  # the name of the function may be asked for
    refused = student.tried(student.refuse, [{"value": 2}, {"value": 3}])
    assert [type(each) for each in refused] == [StudentError, StudentError]
    assert ["got 2" in str(refused[0]), "got 3" in str(refused[1])] == [True, True]


def test_an_argument_is_made_on_the_way(student, messages):
    echo, interval, log, same = student.echo, student.interval, student.QueryLog, student.same
    before = len(messages)
    pair = echo(student.made(interval, 1.0, high=2.0))
    assert len(messages) == before + 1
    assert isinstance(pair, Handle)
    assert list(pair) == [1.0, 2.0]
    nested = echo([student.made(echo, student.made(interval, 3.0, 4.0)), student.made(log, 2)])
    assert [student.kind(each) for each in nested] == ["Interval", "QueryLog"]
    assert same(pair, pair)
    with pytest.raises(StudentError, match="ValueError: got 9"):
        echo(student.made(student.refuse, 9))


def test_fields_come_together_from_either_side(student, messages):
    run = student.run([4, 5])
    before = len(messages)
    error, latency = student.fields(run, "error", "latency_ns")
    assert (error, latency.tolist(), len(messages)) == (None, [4, 5], before + 1)
    assert student.fields(3 + 4j, "real", "imag") == [3.0, 4.0]
    with pytest.raises(AttributeError, match="no attribute 'low'"):
        student.fields(None, "low")
    with pytest.raises(StudentError, match="AttributeError"):
        student.fields(student.interval(1.0, 2.0), "low", "middle")


RECORDS = """
    from dataclasses import dataclass, field
    from typing import NamedTuple
    import numpy as np

    class Interval(NamedTuple):
        low: float
        high: float

    @dataclass(frozen=True)
    class Estimate:
        ratio: object
        interval: object
        values: object = None
        longest: str = "x" * 300

    @dataclass
    class Open:
        ratio: float

    class Odd(tuple):
        _fields = ("low",)
        def __iter__(self): raise RuntimeError("a student's own")

    @dataclass(frozen=True)
    class Lazy:
        ratio: float
        def __getattribute__(self, name): return 7 if name == "ratio" else object.__getattribute__(self, name)

    def estimate(): return Estimate(np.float64(0.5), Interval(0.25, 1.0), np.arange(3))
    def opened():
        made = Open(1.0)
        return made, lambda: setattr(made, "ratio", 2.0)
    def odd(): return Odd((1,))
    def nested(n):
        made = Interval(0.0, 1.0)
        for _ in range(n): made = Interval(made, 1.0)
        return made
"""


@pytest.fixture
def records(tmp_path, messages):
    with session(tmp_path / "s", RECORDS) as running:
        yield student_of(running)


def test_what_never_changes_comes_with_the_object(records, messages):
    """Small fields of named tuples and frozen dataclasses, of those within them too; each look counts as an answer."""
    found = records.estimate()
    before, answers = len(messages), records._session.answers
    assert (found.ratio, found.interval.low, records.fields(found.interval, "low", "high")) == (0.5, 0.25, [0.25, 1.0])
    assert (len(messages), records._session.answers) == (before, answers + 5)
    assert records._session.last == [0.25, 1.0]
    assert found.values.tolist() == [0, 1, 2], "what is large is asked for"
    assert found.longest == "x" * 300
    assert len(messages) == before + 2


def test_what_may_change_is_asked_for(records):
    made, change = records.opened()
    assert made.ratio == 1.0
    change()
    assert made.ratio == 2.0


def test_telling_runs_nothing_of_the_students(records):
    assert records.kind(records.odd()) == "Odd"


def test_objects_in_one_another_end_somewhere(records):
    made = records.nested(30)
    for _ in range(30):
        made = made.low
    assert made.low == 0.0


def test_calls_that_may_raise_travel_together(student, running, messages):
    """Each is answered by what it returned or raised, and the first that is not written yet ends the test."""
    run, before, answers = student.run([4, 5]), len(messages), running.answers
    calls = [student.made(student.echo, 1), student.made(student.interval, 1.0), student.made(student.echo, value=run)]
    one, error, held = running.tried(calls)
    assert (one, error.kind, held.error) == (1, "TypeError", None)
    assert running.answers == answers + 4
    assert len(messages) == before + 2
    assert running.tried([]) == []
    with pytest.raises(StudentError, match="TypeError"):
        student.together(*calls)
    assert student.together(calls[0]) == [1]


FORGED = {
    "two for one": '[{"d":[["value",1]]},{"d":[["value",1]]}]',
    "neither": '[{"d":[["other",1]]}]',
    "both": '[{"d":[["value",1],["error",{"d":[]}]]}]',
    "no dict": "[1]",
    "an error without a kind": '[{"d":[["error",{"d":[]}]]}]',
    "no list": "1",
}


@pytest.mark.parametrize("reply", FORGED.values(), ids=FORGED)
def test_a_forged_answer_to_several_calls_is_no_answer(tmp_path, reply):
    lie = f"""
        import os
        def lie():
            for fd in range(3, 32):
                try: os.write(fd, b'{{"reply":3,"value":{reply}}}' + bytes([10]))
                except OSError: pass
    """
    with session(tmp_path / "s", lie) as running:
        student = student_of(running)
        with pytest.raises(NoAnswerError, match=r"of each call comes|not what it should be|an error without"):
            running.tried([student.made(student.lie)])


def test_a_method_is_asked_for_once(tmp_path, messages):
    """What can be called stays what it was; a value may change, and is asked for each time."""
    source = """
        class Clock:
            def __init__(self): self.now = 0
            def tick(self):
                self.now += 1
                return self.now
    """
    with session(tmp_path / "s", source) as running:
        clock = student_of(running).Clock()
        before = len(messages)
        assert [clock.tick(), clock.tick(), clock.tick()] == [1, 2, 3]
        assert len(messages) == before + 4
        assert (clock.now, clock.tick(), clock.now) == (3, 4, 4)


def test_a_call_from_over_there_is_refused(student):
    """Only the grader may send a call to be made: what comes back is data, and asks for nothing to be run."""
    forged = b'{"reply":2,"value":{"e":[1,[],{"d":[]}]}}\n'
    lines = b"".join(forged.replace(b":2,", b":%d," % number) for number in range(2, 60))
    with pytest.raises(NoAnswerError, match="ProtocolError"):
        student.call(student.forge, lines)
    assert student.echo(1) == 1
