"""The detectors: drift, and a sender that waits. Each finds what it is there for, and leaves in peace what lies just on
the other side of its limits."""

import numpy as np
import pytest

from autograder.examining.checks import expect, shown
from autograder.examining.errors import StudentError

LEAST = 19 * 2 / 1024  # what STEADY_RISE rises by; every number on the way to it is exact in binary


def looked(student, function, calls):
    """What a detector says to each call, by name: "a pitfall", None, an error, or words for whatever else came.

    Under "facts" name and severity of the first pitfall, None where there is none.
    """
    found = student.tried(function, list(calls.values()))
    pitfalls = [value for value in found if _said(student, value) == "a pitfall"]
    facts = student.fields(pitfalls[0], "name", "severity") if pitfalls else None
    return {**dict(zip(calls, [_said(student, value) for value in found], strict=True)), "facts": facts}


def _said(student, value):
    if value is None or isinstance(value, StudentError):
        return value
    return "a pitfall" if student.kind(value) == "Pitfall" else shown(f"a {student.kind(value)}")


def told(found, case, due, look):
    """Check what a detector said of one case. One that says the same of every case has looked at nothing."""
    yours = found[case]
    if isinstance(yours, StudentError):
        raise yours
    named = f"{case}: {shown(yours)}"
    assert yours == due, expect(named, f"{case}: {'nothing found, so None' if due is None else due}", look)
    words = [found[case] for case in found if case != "facts"]
    both = None in words and "a pitfall" in words
    assert both, expect(f"{shown(yours)}, whatever the run", f"{case}: {due}, and something else of others", look)


def facts(found):
    """Name and severity of the first pitfall that was found; a message where there was none."""
    look = "Return Pitfall(name, claim, evidence, remedy) where there is one."
    assert found["facts"], expect("no pitfall in any run", "a Pitfall", look)
    return found["facts"]


# -- drift ------------------------------------------------------------------------------------------------------------


def latencies(medians, size=11):
    """Latencies (ns) in 20 batches of `size` with these medians; around each the values lie evenly, so means agree."""
    around = np.linspace(-60, 60, size)
    return np.concatenate([np.rint(median + around) for median in medians]).astype(np.int64)


def shuffled(inversions):
    """The numbers 0 to 19 in an order with so many pairs upside down: Kendall's p follows from their count alone."""
    rest, order = list(range(20)), []
    for _ in range(20):
        step = min(inversions, len(rest) - 1)
        order.append(rest.pop(step))
        inversions -= step
    return np.array(order)


# From the first to the last by LEAST in Theil and Sen's line; the first batch itself lies lower, which moves neither
# that line nor the median of the medians, but the mean, and the difference between last and first.
STEADY_RISE = np.array([1001, *range(1007, 1044, 2)])
STALLS = np.where((np.arange(220) % 11 > 6) & (np.arange(220) > 110), 900 * np.arange(220), 0)
DRIFTS = {
    "a trend with p = 0.0091": {"latency_ns": latencies(1_000 + 100 * shuffled(55))},
    "a trend with p = 0.0111": {"latency_ns": latencies(1_000 + 100 * shuffled(56))},
    "a rise of 3.711 %, least = 0.0371": {"latency_ns": latencies(STEADY_RISE), "least": 0.0371},
    "a rise of exactly `least`": {"latency_ns": latencies(STEADY_RISE), "least": LEAST},
    "a fall by half": {"latency_ns": latencies(np.linspace(2_000, 1_000, 20))},
    "more and more stalls": {"latency_ns": latencies([1024] * 20) + STALLS},
    "200 latencies that double": {"latency_ns": latencies(np.linspace(1_000, 2_000, 20), 10)},
    "199 latencies that double": {"latency_ns": latencies(np.linspace(1_000, 2_000, 20), 10)[:199]},
    "300 latencies of 0 ns": {"latency_ns": np.zeros(300, np.int64)},
}


def drifts(student):
    """What drift says of each run; asked once."""
    return student.once("drift", lambda: looked(student, student.drift, DRIFTS))


@pytest.mark.exercise("drift", points=0.5)
def test_a_trend_has_a_p_value_below_one_in_a_hundred(student):
    """Another threshold, or another test, takes chance for a trend or a trend for chance."""
    look = "Kendall's test over the 20 medians, in order: a trend has a p-value below 0.01."
    told(drifts(student), "a trend with p = 0.0091", "a pitfall", look)
    told(drifts(student), "a trend with p = 0.0111", None, look)


@pytest.mark.exercise("drift", points=0.25)
def test_a_trend_that_does_not_matter_is_left_out(student):
    """With enough queries every trend is certain; the size is Theil and Sen's slope over 19 steps."""
    look = "In all: the slope times 19, over the median of the medians; `least` itself is not over `least`."
    told(drifts(student), "a rise of exactly `least`", None, look)


@pytest.mark.exercise("drift", points=0.25)
def test_least_says_what_matters(student):
    """A size that is written into the code cannot be asked for."""
    look = "Hold the size against `least`, whatever it is."
    told(drifts(student), "a rise of 3.711 %, least = 0.0371", "a pitfall", look)


@pytest.mark.exercise("drift", points=0.25)
def test_latency_that_falls_has_drifted_too(student):
    """A run that gets faster was not warm: its first half is as wrong as the second half of one that gets slower."""
    told(drifts(student), "a fall by half", "a pitfall", "Up or down: it is the size without its sign that counts.")


@pytest.mark.exercise("drift", points=0.25)
def test_a_stall_moves_no_median(student):
    """Means of batches follow a few stalls; that is another pitfall, with another remedy."""
    look = "Take the median of each batch, not its mean: here all 20 medians are equal."
    told(drifts(student), "more and more stalls", None, look)


@pytest.mark.exercise("drift", points=0.25)
def test_two_hundred_latencies_are_enough_and_fewer_are_not(student):
    """Batches of a few calls have medians that mean nothing; 200 are batches of ten."""
    look = "Fewer than 200 latencies tell nothing."
    told(drifts(student), "200 latencies that double", "a pitfall", look)
    told(drifts(student), "199 latencies that double", None, look)


@pytest.mark.exercise("drift", points=0.125)
def test_a_clock_that_stands_still_shows_no_drift(student):
    """On a coarse clock every latency can be 0: nothing to divide by, and nothing that rises."""
    told(drifts(student), "300 latencies of 0 ns", None, "Where all medians are equal return None before you divide.")


@pytest.mark.exercise("drift", points=0.125)
def test_drift_is_called_drift(student):
    """A report sorts pitfalls by name."""
    name, _ = facts(drifts(student))
    assert name == "drift", expect(name, "drift", "Look at the first field of the Pitfall.")


# -- closed_loop ------------------------------------------------------------------------------------------------------


def sent(n=31, every=770, service=150, lag=0, start=10**9):
    """`n` queries, one due every so many ns and answered after `service` ns; the first is issued `lag` ns late."""
    issued = start + every * np.arange(n)
    scheduled = issued - lag * (np.arange(n) == 0)
    times = {"scheduled_ns": scheduled, "issued_ns": issued, "completed_ns": issued + service}
    return {name: moments.astype(np.int64) for name, moments in times.items()}


def overlapping(at=17):
    """One query, and one alone, is due 1 ns before the one before it was answered."""
    times = sent(n=31, every=500, service=300)
    times["scheduled_ns"][at] = times["completed_ns"][at - 1] - 1
    return times


def queue():
    """Users who do not wait: the server always has the next query before it is done with the last."""
    n, scheduled = 40, 10**9 + 100 * np.arange(40)
    completed = scheduled[0] + 120 * np.arange(1, n + 1)
    times = {"scheduled_ns": scheduled, "issued_ns": completed - 120, "completed_ns": completed}
    return {name: moments.astype(np.int64) for name, moments in times.items()}


BACK_TO_BACK = sent(n=40, every=300, service=300)
# 31 * 150 of 30 * 770 + 150 ns is a fifth.
LOADS = {"a load of exactly 20 %": sent(service=150), "a load of 20.1 %": sent(service=151)}


LOOPS = {
    **LOADS,
    "a load of 19.96 %, the first issued late": sent(service=151, lag=200),
    "one query of 31 due early": overlapping(),
    "40 users who do not wait": queue(),
    "each due when the last was answered": BACK_TO_BACK,
    "30 queries of a sender that waits": sent(n=30, every=500, service=300),
    "29 queries of a sender that waits": sent(n=29, every=500, service=300),
    "a sender that waits": sent(n=60, every=500, service=300),
    "nobody in a hurry": sent(n=9, every=9_000, service=9),
}


def loops(student):
    """What closed_loop says of each run; asked once."""
    return student.once("closed_loop", lambda: looked(student, student.closed_loop, LOOPS))


@pytest.mark.exercise("closed_loop", points=0.375)
def test_users_who_do_not_wait_are_left_in_peace(student):
    """An open loop has overlaps, be it a single one: a sender that waits never does."""
    look = "A query that was scheduled before the one before it was completed shows an open loop."
    told(loops(student), "one query of 31 due early", None, look)
    told(loops(student), "40 users who do not wait", None, look)


@pytest.mark.exercise("closed_loop", points=0.25)
def test_a_query_due_at_the_answer_is_no_overlap(student):
    """A sender that asks again at once has scheduled equal to the last completed: that is the closed loop itself."""
    look = "Scheduled at the very moment of the last answer is not before it."
    told(loops(student), "each due when the last was answered", "a pitfall", look)


@pytest.mark.exercise("closed_loop", points=0.375)
def test_an_idle_server_needs_no_queue(student):
    """At a low load users seldom overlap, so nothing follows from it that none did."""
    look = "Busy is the sum of completed minus issued over first scheduled to last completed: over 20 %, not 20 %."
    told(loops(student), "a load of exactly 20 %", None, look)
    told(loops(student), "a load of 20.1 %", "a pitfall", look)


@pytest.mark.exercise("closed_loop", points=0.25)
def test_waiting_is_not_being_busy(student):
    """Latency holds the waiting too; the server was busy from issued to completed."""
    look = "Busy is completed minus issued, of the time from the first scheduled on."
    told(loops(student), "a load of 19.96 %, the first issued late", None, look)


@pytest.mark.exercise("closed_loop", points=0.25)
def test_thirty_queries_are_enough_and_fewer_are_not(student):
    """A handful of users may well never meet."""
    look = "Fewer than 30 queries tell nothing."
    told(loops(student), "30 queries of a sender that waits", "a pitfall", look)
    told(loops(student), "29 queries of a sender that waits", None, look)


@pytest.mark.exercise("closed_loop", points=0.125)
def test_a_closed_loop_is_called_one(student):
    """A report sorts pitfalls by name."""
    name, _ = facts(loops(student))
    assert name == "closed loop", expect(name, "closed loop", "Look at the first field of the Pitfall.")
    told(loops(student), "nobody in a hurry", None, "Nine queries at a load of nearly 0 show no closed loop.")


@pytest.mark.exercise("closed_loop", points=0.375)
def test_such_a_run_does_not_count(student):
    """A warning beside a number that hides the queue is not enough: the number itself is void."""
    _, severity = facts(loops(student))
    assert severity == "invalid", expect(severity, "invalid", "Give the Pitfall the severity 'invalid'.")
    told(loops(student), "nobody in a hurry", None, "Nine queries at a load of nearly 0 show no closed loop.")
