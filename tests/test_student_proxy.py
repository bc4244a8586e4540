"""The proxy: suites read like ordinary Python, and nothing comes back but plain data and handles."""

import numpy as np
import pytest

from autograder.examining.errors import NoAnswerError, StudentError
from autograder.examining.handles import Handle
from autograder.sandbox.confinement import Limits
from tests.confined import LESSON, session, student_of


class Clock:
    """A suite's clock: two methods for the student, the rest for the suite."""

    student_sees = ("now_ns", "wait_until_ns", "limit")
    limit = 7

    def __init__(self):
        self.now, self.history = 5, []

    def now_ns(self):
        return self.now

    def wait_until_ns(self, due):
        self.history.append(due)
        self.now = due


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with session(tmp_path_factory.mktemp("proxy") / "s", LESSON, Limits(call_s=2, wall_s=80)) as started:
        yield started


@pytest.fixture
def student(running):
    return student_of(running)


@pytest.mark.parametrize("value", [3, 2.5, "text", None, True, b"b", (1, [2.0]), {"a": (1,)}, float("inf")], ids=repr)
def test_plain_data_is_plain_on_both_sides(student, value):
    assert student.echo(value) == value
    assert type(student.echo(value)) is type(value) is not Handle
    assert student.kind(value) == type(value).__name__


def test_arrays_and_numpy_scalars_keep_their_types(student):
    assert student.echo(np.arange(4, dtype=np.int32)).dtype == np.int32
    assert type(student.echo(np.float64(2))) is np.float64
    assert student.kind(np.float64(2)) == "float64"
    assert student.QueryLog(3).completed.tolist() == [-1, -1, -1]


def test_a_handle_behaves_like_its_object(student):
    pair, run = student.interval(1.0, 2.0), student.run([4, 5, 6])
    assert (pair.low, pair.high, list(pair), pair[1], len(pair)) == (1.0, 2.0, [1.0, 2.0], 2.0, 2)
    assert student.kind(pair) == "Interval"
    assert repr(pair) == "<Interval>"
    assert student.text(pair) == "Interval(low=1.0, high=2.0)"
    assert run.error is None
    assert 5 in run
    assert bool(run)
    assert student.same(run, run)
    assert run.latency_ns.tolist() == [4, 5, 6]
    assert student.NS_PER_S == 10**9
    with pytest.raises(StudentError, match="TypeError"):
        len(student.echo)
    with pytest.raises(StudentError, match="at most"):
        list(student.numbers())


def test_what_equals_everything_is_no_number_here(student):
    yours = student.always()
    assert isinstance(yours, Handle)
    assert yours != 1.0
    assert type(yours) is not float


def test_a_seed_becomes_the_generator_of_that_seed(student):
    assert student.draw(3, seed=13).tolist() == np.random.default_rng(13).random(3).tolist()
    assert student.plain_seed(seed=13) == 13


def test_a_clock_is_used_by_the_names_that_it_shows(student):
    clock = Clock()
    assert student.use(clock, 90) == (5, 90, False, True)
    assert clock.history == [90]
    assert student.steal(clock, "limit") == 7


@pytest.mark.parametrize("name", ["history", "__class__", "_now", "__init__", "now", "student_sees"])
def test_nothing_else_of_a_trusted_object_has_a_name(student, name):
    clock = Clock()
    try:
        found = student.steal(clock, name)
    except StudentError as error:
        found = error.kind
    assert found == "AttributeError" or isinstance(found, Handle), "the student's own stand-in, at most"
    assert clock.history == []


def test_an_object_that_another_holds_is_asked_for_once(student):
    """What is told with each message needs no question; plain data may have changed and is asked for each time."""

    class Holder:
        student_sees = ("clock", "limit")
        asked, limit = 0, 3

        @property
        def clock(self):
            self.asked += 1
            return held

    held, holder = Clock(), Holder()
    assert [student.steal(holder, "clock") is held for _ in range(3)] == [True, True, True]
    assert holder.asked == 1
    holder.limit = 4
    assert [student.steal(holder, "limit") for _ in range(2)] == [4, 4]


def test_a_model_is_called_here_with_what_was_sent(student):
    batches = []
    model = lambda batch: batches.append(batch) or batch.sum()  # noqa: E731 - a plain callable is the point
    assert student.drive(model, 3) == [0, 2, 4]
    assert [type(batch) for batch in batches] == [np.ndarray] * 3
    assert student.echo(model) is model
    assert student.same(model, model)
    assert student.copied(model)
    assert student.call(student.echo, 4) == 4


def test_calls_may_nest(student):
    assert student.call(lambda: student.call(lambda x: student.echo(x) + 1, 4) * 2) == 10


def test_only_what_can_be_used_can_be_passed_in(student):
    for value in ({1}, np.random.default_rng(1), object()):
        with pytest.raises(TypeError, match="can be passed in"):
            student.echo(value)


def test_errors_keep_their_class_message_and_place(student):
    with pytest.raises(StudentError, match="ValueError: got 3") as caught:
        student.refuse(3)
    assert (caught.value.kind, caught.value.message, caught.value.where) == ("ValueError", "got 3", "line 1 of refuse")
    assert "Exception" in caught.value.kinds
    with pytest.raises(StudentError, match="query 3") as caught:
        student.fail_with_run()
    assert caught.value.handle.query == 3
    assert caught.value.handle.run.latency_ns.tolist() == [0, 1]
    with pytest.raises(StudentError) as caught:
        student.refuse("x\n\x1b[31m" * 1000)
    assert len(caught.value.message) <= 300
    assert caught.value.message.isprintable()


def test_refuses_checks_the_kind_and_returns_the_message(student):
    assert student.refuses("ValueError", lambda: student.refuse(3)) == "got 3"
    assert student.refuses("Exception", student.refuse, 3, match="got") == "got 3"
    for kind, call in (("TypeError", lambda: student.refuse(3)), ("ValueError", lambda: student.echo(3))):
        with pytest.raises(AssertionError, match=f"Expected: a {kind}"):
            student.refuses(kind, call)


def test_a_stub_refuses_nothing(student):
    for call in (student.not_written, student.needs_it):
        with pytest.raises(NoAnswerError) as caught:
            student.refuses("RuntimeError", call)
        assert caught.value.kind == "NotImplementedError"
        assert caught.value.where == "line 1 of not_written"
    with pytest.raises(NoAnswerError, match="there is no missing"):
        student.refuses("AttributeError", lambda: student.missing())


def test_exceptions_of_a_model_reach_the_students_code(student, running):
    def broken(batch):
        raise OSError("no disk")

    assert student.swallow(lambda: broken(1)) == "OSError"
    with pytest.raises(StudentError, match="OSError: no disk"):
        student.drive(broken, 1)
    with pytest.raises(StudentError, match="TypeError"):
        student.call(broken)
    assert running.slips == []
    with pytest.raises(StudentError, match="NameError"):
        student.call(lambda: undefined)  # noqa: F821 - a slip of the suite's
    assert len(running.slips) == 1
    assert student.swallow(lambda: student.fail_with_run()) == "RunFailed"


def test_a_failed_assertion_in_a_model_cannot_be_swallowed(student):
    def model():
        raise AssertionError("seen here")

    with pytest.raises(AssertionError, match="seen here"):
        student.swallow(model)
    assert student.echo(1) == 1
