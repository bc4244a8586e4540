"""What the hidden suites of the LoadGen share: queries that can be told apart, service times that vary, a run that is
made once and looked at by several tests, and a log's moments held against what the model itself saw. Knows nothing of
exercises or points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autograder.examining.checks import expect, shown
from autograder.examining.errors import NoAnswerError, StudentError
from autograder.examining.handles import Handle
from autograder.examining.student import Student

MS = 1_000_000


def queries_of(n: int) -> list[npt.NDArray[np.float64]]:
    """Return `n` queries of one sample each, shape (1, 2); the sample holds its own number."""
    return [np.array([[float(i), 0.5]]) for i in range(n)]


def asked(model: Any) -> list[int]:
    """Return the numbers of the samples that a scripted model was given, in order."""
    return [int(number) for batch in model.batches for number in np.ravel(batch)[::2]]


def doubled(batch: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return what the models answer: each sample's answer can be told from every other's."""
    return 2 * batch


def varied_ms(rng: np.random.Generator, n: int, low: int = 2, high: int = 9) -> npt.NDArray[np.int64]:
    """Return `n` times in ns, whole milliseconds from `low` up to below `high`, no two neighbours equal."""
    steps: npt.NDArray[np.int64] = np.cumsum(rng.integers(1, high - low, size=n))
    return (steps % (high - low) + low) * MS


def started(clock: Any, seed: int) -> tuple[np.random.Generator, int]:
    """Move the clock far from zero; return a generator and the time in ns, the same in each test of a grading run."""
    rng = np.random.default_rng(seed)
    clock.advance_ns(int(rng.integers(1_000, 90_000)) * MS)
    return rng, int(clock.now_ns())


class Seen(NamedTuple):
    """A run as plain data: when it started (ns), the scripted model, and the columns of its log."""

    start: int
    model: Any
    log: Mapping[str, Any]


def columns(student: Student, log: Handle) -> dict[str, Any]:
    """Return what a log holds: its columns by name, or the error that looking at one of them is."""
    names = ("scheduled", "issued", "completed", "outputs")
    return {name: _plain(value) for name, value in zip(names, student.fields(log, *names), strict=True)}


def _plain(value: Any) -> Any:
    try:
        return [repr(item) if isinstance(item, Handle) else item for item in value]
    except (StudentError, NoAnswerError, TypeError) as error:
        return error


def entries(log: Mapping[str, Any], kind: str) -> Sequence[Any]:
    """Return one column of a log, such as "outputs"; raises what looking at it is."""
    if isinstance(log[kind], Exception):
        raise log[kind]
    found: Sequence[Any] = log[kind]
    return found


def column(log: Mapping[str, Any], kind: str) -> list[int]:
    """Return one column of a log, such as "issued", as a list of ns; what holds no numbers fails the test."""
    moments = entries(log, kind)
    look = f"log.{kind} holds one moment for each query, in ns."
    for moment in moments:
        assert isinstance(moment, int | float | np.number), expect(
            f"{kind} holds {shown(moment)}", "moments in ns", look
        )
    return [int(moment) for moment in moments]


def same_times(yours: Sequence[int], expected: Sequence[int], start: int, look: str) -> None:
    """Check that two lists of ns are equal; a failure shows the first difference in ms after `start`."""
    assert len(yours) == len(expected), expect(f"{len(yours)} entries", f"{len(expected)} entries", look)
    for i, (got, due) in enumerate(zip(yours, expected, strict=True)):
        shown = "never" if got == -1 else f"at {(got - start) / MS:g} ms"
        assert got == due, expect(f"entry {i} {shown}", f"entry {i} at {(due - start) / MS:g} ms", look)


def outputs_are_in_place(log: Mapping[str, Any], batches: Sequence[Any]) -> None:
    """Check that each output is the double of what the model was given for that query, in the order of its calls."""
    look = "Store what the model returned at the place of its own query."
    outputs = entries(log, "outputs")
    assert len(outputs) == len(batches), expect(f"{len(outputs)} outputs", f"{len(batches)} outputs", look)
    for i, (output, batch) in enumerate(zip(outputs, batches, strict=True)):
        held, due = (None if each is None else np.asarray(each).ravel().tolist() for each in (output, doubled(batch)))
        assert held == due, expect(f"place {i} holds {held}", f"place {i} holds {due}", look)
