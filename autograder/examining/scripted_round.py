"""A round that is scripted: what the exercises about a round call `this`. It lives in the trusted process, so whoever
draws, records or drives in another way than asked is seen, and no other exercise is needed. Knows no points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autograder.examining.checks import expect, same_array, shown
from autograder.examining.queries import MS, queries_of
from autograder.examining.student import Handle, NoAnswerError, Student, StudentError

N = 4  # queries that are enough, due, drawn and handed on
DRAWN = ("first", "enough", "samples", "coins", "arrivals", "in_turn")
IntArray = npt.NDArray[np.int64]
ENDLESS = 10**15  # ns: whoever goes on for ever comes to the end of its time


class Log:
    """A log of N queries, as `ask` is given one; nobody reads what is written to it."""

    student_sees = ("scheduled", "issued", "completed", "outputs")

    def __init__(self) -> None:
        self.scheduled, self.issued, self.completed = (np.full(N, -1, dtype=np.int64) for _ in range(3))
        self.outputs: list[Any] = [None] * N


class Recorded(NamedTuple):
    """One call of `this.record`: what it was given, the logs, what asking raised, the latencies (10,) of its run."""

    scenario: Any
    arms: list[Any]
    indices: Any
    logs: list[Log]
    error: Exception | None
    latency_ns: Any


class ScriptedRound:
    """`this`: its draws tell which one they are, its record takes `takes_ns[k]` at call k, and all is written down."""

    student_sees = ("models", "pace_ns", "clock", "record", *DRAWN)

    def __init__(self, clock: Any, scripted: Any) -> None:
        self.clock, self.asks = clock, 0
        self.models = {arm: scripted(0) for arm in ("model", "baseline", "control")}
        self.pace_ns = {"model": 1_000.0, "baseline": 3_500.0, "control": 1_250.0}
        self.runs: list[Handle] = []
        self.drawn: list[tuple[Any, ...]] = []  # (name, arguments, what was drawn)
        self.records: list[Recorded] = []
        self.takes_ns = [ENDLESS]

    def hold_runs(self, student: Student) -> None:
        """Make the runs that `record` returns, over there: reading them costs no message. No two are equal."""
        nothing, due = np.empty(0, dtype=np.int64), np.arange(10) * MS
        moments = [(due, due, due + latency_ns(number)) for number in range(6)]
        names = ("scheduled_ns", "issued_ns", "completed_ns")
        rest = {"scenario": "warm-up", "sample_indices": nothing, "kept": nothing, "outputs": nothing}
        self.runs = student.each(student.Run, [{**dict(zip(names, each, strict=True)), **rest} for each in moments])

    def begin(self, start_ns: int, *takes_ns: int, asks: int = 99) -> list[Recorded]:
        """Begin anew at `start_ns` and have the first records ask; return the list that is written to."""
        self.clock.wait_until_ns(start_ns)
        self.takes_ns, self.records, self.asks = [*takes_ns, ENDLESS], [], asks
        return self.records

    def _draws(self, name: str, asked: tuple[Any, ...], values: Any) -> Any:
        again = sum(one[0] == name for one in self.drawn)
        self.drawn.append((name, asked, values + 7 * again))  # another draw is another one
        return values + 7 * again

    def all_drawn(self, name: str) -> list[tuple[Any, ...]]:
        """Each time that `name` was drawn: (name, arguments, values)."""
        return [one for one in self.drawn if one[0] == name]

    def models_of(self, arms: list[Any]) -> list[Any]:
        """The models of these arms: in the round's own order where they are all of them."""
        known = [arm for arm in arms if isinstance(arm, str) and arm in self.models]
        return [self.models[arm] for arm in (self.models if set(known) == set(self.models) else known)]

    def arrivals(self) -> Any:
        """When the queries of Server are due, ns."""
        return self._draws("arrivals", (), np.arange(1, N + 1) * MS)

    def coins(self, n: Any) -> Any:
        """The order of the models for each query."""
        order = np.array([[2, 0, 1], [1, 2, 0], [0, 1, 2], [2, 1, 0]])
        self.drawn.append(("coins", (n,), order))
        return order

    def samples(self, scenario: Any, n: Any, size: Any = 1) -> Any:
        """Which samples the queries hold."""
        return self._draws("samples", (scenario, n), np.array([5, 3, 3, 6]))

    def enough(self, latency_ns: Any) -> int:
        """How many queries of `latency_ns` are needed."""
        self.drawn.append(("enough", (latency_ns,), N))
        return N

    def in_turn(self, scenario: Any) -> list[str]:
        """Who has the machine to itself, in order: the control is not asked here."""
        self.drawn.append(("in_turn", (scenario,), None))
        return ["baseline", "model"]

    def first(self, n: Any) -> Any:
        """The first n samples of a library of eight."""
        return np.arange(n if type(n) is int and 0 <= n < 10_000 else 0) % 8

    def record(self, scenario: Any, arms: Any, indices: Any, ask: Any) -> list[Handle]:
        """Have `ask` put four queries to the models, as long as somebody looks at it, and let the time pass."""
        number, names = len(self.records), listed(arms)
        logs, looked_at = [Log() for _ in names], number < self.asks
        error = asked_by(ask, logs) if looked_at else None
        self.clock.advance_ns(self.takes_ns[min(number, len(self.takes_ns) - 1)])
        self.records.append(Recorded(scenario, names, indices, logs, error, latency_ns(number % 6)))
        return [self.runs[number % 6] for _ in names] if self.runs else []


def called(name: str, function: Any) -> Any:
    """Return a scripted function with the name that an exercise calls it by: errors about its arguments say it."""
    function.__name__ = function.__qualname__ = name
    return function


def latency_ns(number: int) -> IntArray:
    """The latencies (10,) of run `number`: no other has them."""
    return 1_000 * (number + 1) + np.arange(10)


def alike(yours: object, expected: object) -> bool:
    """Whether two values read alike, whatever they are: a comparison of arrays has no truth."""
    return shown(yours) == shown(expected)


def listed(arms: Any) -> list[Any]:
    """Return the names of arms, however they are held; none for what holds none."""
    return list(arms) if isinstance(arms, list | tuple | dict | str | Handle | np.ndarray) else []


def asked_by(ask: Any, logs: list[Log]) -> Exception | None:
    """Have `ask` put the queries to the models; return what it raised, which is one test's business."""
    if not isinstance(ask, Handle):
        look = "record calls ask(queries, logs) when all is prepared; hand it a function that drives."
        return AssertionError(expect("another thing than a function of your own", "ask(queries, logs)", look))
    try:
        ask(queries_of(N), logs)
    except (StudentError, NoAnswerError) as error:
        if error.handle is None:  # the process has ended
            raise
        return error
    return None


def driven_as_asked(calls: Sequence[Any], records: Sequence[Recorded], due: Sequence[Any], call: str) -> None:
    """Check what `drive` was given: `calls` hold (models, logs, clock, queries) of each of its calls, `due` the first
    three as they should be."""
    for error in (recorded.error for recorded in records if recorded.error is not None):
        raise error
    look = f"Inside ask, {call} asks the queries."
    assert len(calls) == len(due), expect(f"drive called: {len(calls)}", f"drive called: {len(due)}", look)
    for yours, expected in zip(calls, due, strict=True):
        for what, got, right in zip(("models", "logs", "clock"), yours, expected, strict=False):
            same = len(got) == len(right) and all(one is two for one, two in zip(got, right, strict=True))
            assert same, expect(f"drive got other {what}", f"the {what} of those who are recorded, in order", look)
        got = yours[3] if isinstance(yours[3], list | tuple) else []
        same = len(got) == N and all(same_array(one, two) for one, two in zip(got, queries_of(N), strict=True))
        assert same, expect("drive got other queries", "the queries that ask was given", look)
