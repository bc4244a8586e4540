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
    pair = student.interval(1.0, 2.0)
    before = len(messages)
    assert student.fields(pair, "low", "high") == [1.0, 2.0]
    assert len(messages) == before + 1
    assert student.fields(3 + 4j, "real", "imag") == [3.0, 4.0]
    with pytest.raises(AttributeError, match="no attribute 'low'"):
        student.fields(None, "low")
    with pytest.raises(StudentError, match="AttributeError"):
        student.fields(pair, "low", "middle")


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
