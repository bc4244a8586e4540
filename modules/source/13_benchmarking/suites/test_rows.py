"""A report's rows. The interval of the median and the words for it are scripted, so nothing else of the package is
needed."""

import re

import numpy as np
import pytest

from autograder.examining.checks import close, expect, shown
from autograder.examining.errors import StudentError
from autograder.examining.handles import Handle

# By case: confidence, and how many rounds there are. An interval of a median needs 2 * 0.5 ** n <= 1 - confidence.
CASES = {"95 %, 6 rounds": (0.95, 6), "95 %, 5 rounds": (0.95, 5), "95 %, 2 rounds": (0.95, 2)}
CASES |= {"95 %, 8 rounds": (0.95, 8), "95 %, 1 round": (0.95, 1)}
CASES |= {"90 %, 5 rounds": (0.9, 5), "90 %, 4 rounds": (0.9, 4)}
CASES |= {"99 %, 8 rounds": (0.99, 8), "99 %, 7 rounds": (0.99, 7)}
VALUES = [9.0, 4.5, 4.6123, 30.0, 4.25, 8.0, 5.0, 4.75]
UNIT = "queries/s"  # not the one of the prompt


def median_of(n):
    """The median of the first `n` values, counted out by hand."""
    ordered = sorted(VALUES[:n])
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


def interval_of(values, confidence=None):
    """A scripted interval of the median: it tells how many values it was given, and the confidence."""
    if not isinstance(values, list | tuple | np.ndarray) or not all(type(v) in (float, np.float64) for v in values):
        raise ValueError("interval_of takes the rounds' values and the confidence")
    if confidence is not None and 2 * 0.5 ** len(values) > 1 - confidence + 1e-12:
        raise ValueError(f"{len(values)} values give no interval")
    return (float(min(values)), float(max(values)) + len(values), confidence)


def written(value, interval, unit):
    """Scripted words: all that they were given."""
    return f"{shown(value)} of {shown(interval)} in {shown(unit)}"


def summaries(student):
    """The row of each case, or the error that it is; asked once."""
    parts = {"unit": UNIT, "interval_of": interval_of, "written": written}
    calls = [{"values": np.array(VALUES[:n]), "confidence": level, **parts} for level, n in CASES.values()]
    ask = lambda: dict(zip(CASES, map(_kept, student.tried(student.summary_row, calls)), strict=True))  # noqa: E731
    return student.once("summary_row", ask)


def _kept(value):
    return shown(value) if isinstance(value, Handle) else value


def row(student, case, name):
    """One entry of a case's row; a message where there is none."""
    found = summaries(student)[case]
    if isinstance(found, StudentError):
        raise found
    look = "Return a dict with median, interval, rounds and stated."
    assert type(found) is dict, expect(f"{case}: {shown(found)}", "a dict", look)
    assert name in found, expect(f"{case}: a dict without {name!r}", f"a dict with {name!r}", look)
    return _kept(found[name])


@pytest.mark.exercise("summary_row", points=0.5)
def test_how_many_rounds_are_needed_follows_from_the_confidence(student):
    """Six rounds are right at 95 % only: at 90 % five are enough, at 99 % eight are needed."""
    look = "An interval with rounds_needed(confidence) rounds or more, None with fewer."
    for case, (level, n) in CASES.items():
        none = 2 * 0.5**n > 1 - level + 1e-12
        yours = row(student, case, "interval")
        due = "None" if none else "an interval"
        assert (yours is None) == none, expect(f"{case}: {shown(yours)}", f"{case}: {due}", look)
    told = row(student, "99 %, 7 rounds", "stated")
    right = type(told) is str and "6" not in told.partition("[")[2]
    assert right, expect(f"99 %, 7 rounds: {shown(told)}", "99 %, 7 rounds: needs 8 rounds, has 7", look)


@pytest.mark.exercise("summary_row", points=0.25)
def test_the_interval_is_that_of_these_rounds(student):
    """At a confidence of its own it is not the interval that was asked for."""
    found = {case: value for case, value in summaries(student).items() if type(value) is dict}
    known = [case for case in found if row(student, case, "interval") is not None]
    assert known, expect("no interval in any case", "95 %, 8 rounds: an interval", "Ask interval_of for it.")
    for case in known:  # whether there is one has a test of its own
        level, n = CASES[case]
        yours, due = found[case]["interval"], (min(VALUES[:n]), max(VALUES[:n]) + n, level)
        look = "interval_of(values, confidence), with all rounds and the confidence that was asked for."
        same = type(yours) is tuple and yours == due
        assert same, expect(f"{case}: {shown(yours)}", f"{case}: what interval_of returns, {shown(due)}", look)


@pytest.mark.exercise("summary_row", points=0.25)
def test_it_is_stated_as_the_reporter_writes_numbers(student):
    """Numbers that are written in two ways in one report look like two results."""
    case = "95 %, 8 rounds"
    yours, median, interval = (row(student, case, name) for name in ("stated", "median", "interval"))
    due = written(median_of(8), interval, UNIT)
    look = "stated is written(median, interval, unit)."
    # What the median and the interval are has tests of its own.
    same = yours == due or (type(median) is float and yours == written(median, interval, UNIT))
    assert same, expect(f"{case}: {shown(yours)}", f"{case}: what written returns, {due}", look)


@pytest.mark.exercise("summary_row", points=0.25)
def test_what_is_missing_is_said(student):
    """A number without an interval must not look like one that has it."""
    yours, due = row(student, "95 %, 2 rounds", "stated"), "6.75 queries/s [needs 6 rounds, has 2]"
    look = "Without an interval: '4.61 ms [needs 6 rounds, has 2]', the median in three digits."
    assert yours == due, expect(f"95 %, 2 rounds: {shown(yours)}", due, look)


@pytest.mark.exercise("summary_row", points=0.25)
def test_three_digits_are_enough(student):
    """More digits than can be known say more than was measured."""
    for case, due in (("95 %, 5 rounds", "4.61 queries/s [needs 6 ..."), ("95 %, 1 round", "9 queries/s [needs 6 ...")):
        yours = row(student, case, "stated")
        number = yours.partition(" ")[0] if type(yours) is str else ""
        # Which number it is has tests of its own.
        written_so = re.fullmatch(r"[\d.]+", number) and number.count(".") < 2 and number == f"{float(number):.3g}"
        assert written_so, expect(f"{case}: {shown(yours)}", f"{case}: {due}", "The median with :.3g.")


@pytest.mark.exercise("summary_row", points=0.25)
def test_rounds_are_a_plain_list(student):
    """A report is saved as JSON, which knows no arrays; and a picture shows the rounds in their order."""
    for case, n in (("95 %, 8 rounds", 8), ("95 %, 2 rounds", 2)):
        yours = row(student, case, "rounds")
        plain = type(yours) is list and all(type(value) is float for value in yours)
        assert plain, expect(f"{case}: {shown(yours)}", f"a list of {n} floats", "tolist() makes a list of an array.")
        due = VALUES[:n]
        assert yours == due, expect(f"{case}: {shown(yours)}", shown(due), "All rounds, in the order they came.")


@pytest.mark.exercise("summary_row", points=0.25)
def test_the_middle_is_the_median(student):
    """One slow round moves the mean of all of them."""
    for case, n in (("95 %, 8 rounds", 8), ("95 %, 5 rounds", 5)):
        yours, due = row(student, case, "median"), median_of(n)
        assert close(yours, due), expect(f"{case}: {shown(yours)}", f"{due:g}", "The median of the rounds' values.")
