"""The validator: a cold start is noticed, and nothing else is taken for one."""

import re

import numpy as np
import pytest

from autograder.examining.checks import expect
from autograder.examining.promised import attributes


def warm(seed, n=60):
    """Latencies (ns) of a warm model: about 5 ms, MAD about 0.1 ms, no outlier."""
    return (5_000_000 + np.random.default_rng(seed).permutation(np.linspace(-200_000, 200_000, n))).astype(np.int64)


def found(student, latency):
    """Name, claim, evidence and remedy of the pitfall that the student finds, or None."""
    pitfall = student.cold_start(latency)
    named = "name", "claim", "evidence", "remedy"
    return None if pitfall is None else attributes(student, pitfall, "Pitfall", *named)


def finds_a_plain_one(student, seed):
    """Check that a first call a hundred times as slow as 400 others is found, by whatever rule: whoever finds nothing
    leaves warm runs in peace as well."""
    latency = warm(seed, 400)
    latency[0] *= 100
    facts = student.once("a plain cold start", lambda: found(student, latency))
    assert facts is not None, expect("nothing found", "a cold start", "The first of 400 calls took 100 times as long.")
    return facts


@pytest.mark.exercise("cold_start", points=0.4)
def test_a_slow_first_call_is_found(student, seed):
    """Mean and sd are pulled along by the very call that they should expose: 60 values never exceed 7.6 sd."""
    look = "Hold the first latency against the median, in units of the median absolute deviation."
    assert far_above(student, seed) is not None, expect("nothing found", "a cold start", look)


@pytest.mark.exercise("cold_start", points=0.2)
def test_a_cold_start_is_called_one(student, seed):
    """A report sorts pitfalls by name."""
    name, *_ = finds_a_plain_one(student, seed)
    assert name == "cold start", expect(name, "cold start", "Look at the first field of the Pitfall.")


@pytest.mark.exercise("cold_start", points=0.1)
def test_a_cold_start_says_what_was_found(student, seed):
    """'The first call was slow' convinces nobody; two times do. In which unit is the student's choice."""
    look = "Pitfall(name, claim, evidence, remedy): the evidence holds the first latency and the median."
    _, *words = finds_a_plain_one(student, seed)
    texts = all(type(text) is str and text.strip() for text in words)
    assert texts, expect(words, "claim, evidence and remedy, each a text", look)
    times = set(re.findall(r"\d[\d,._]*", words[1]))
    assert len(times) > 1, expect(words[1], "evidence with both times", look)


@pytest.mark.exercise("cold_start", points=0.4)
def test_the_threshold_is_that_of_all_latencies(student, seed):
    """Six deviations happen, and a warning at every run is read by nobody; fifty hide what is there."""
    finds_a_plain_one(student, seed)
    others = [990, 1_000, 1_010, 990]  # with the first call: median 1000 ns, MAD 10 ns; without it 995 and 5
    at, over = (found(student, np.array([first, *others])) for first in (1_148, 1_149))
    look = "More than 14.8 median absolute deviations over the median, both of all latencies."
    assert at is None, expect("14.8 deviations: a cold start", "14.8 deviations: nothing found", look)
    by_sd = far_above(student, seed) is None  # mean and sd have a test of their own
    right = over is not None or by_sd
    assert right, expect("14.9 deviations: nothing found", "14.9 deviations: a cold start", look)


def far_above(student, seed):
    """What is found where the first of 60 calls is far above the others."""
    latency = warm(seed)
    latency[0] = 25_000_000
    return student.once("far above 60", lambda: found(student, latency))


@pytest.mark.exercise("cold_start", points=0.3)
def test_a_later_stall_is_no_cold_start(student, seed):
    """A stall in mid-run has another cause and another remedy."""
    finds_a_plain_one(student, seed)
    for place in (1, 30, -1):
        latency = warm(seed)
        latency[0], latency[place] = 5_000_000, 40_000_000
        look = "Only the first call is cold."
        assert found(student, latency) is None, expect("a cold start", "nothing found", look)


@pytest.mark.exercise("cold_start", points=0.3)
def test_a_fast_first_call_is_no_cold_start(student, seed):
    """An unusually fast first call is odd, but nothing was cold."""
    finds_a_plain_one(student, seed)
    latency = warm(seed)
    latency[0] = 100_000
    look = "Cold means slower, not faster."
    assert found(student, latency) is None, expect("a cold start", "nothing found", look)


@pytest.mark.exercise("cold_start", points=0.3)
def test_equal_latencies_do_not_divide_by_zero(student, seed):
    """On a coarse or virtual clock all warm latencies are equal and their deviation is 0."""
    # Of 300 values the first may exceed 14.8 sd as well: mean and sd have a test of their own.
    latency = np.full(300, int(np.random.default_rng(seed).integers(1_000, 9_000)) * 1_000)
    look = "With a deviation of 0 compare without dividing: first - median > 14.8 * MAD."
    assert found(student, latency) is None, expect("a cold start", "nothing found", look)
    for more in (1, 9 * int(latency[0])):  # any first value above the median counts
        first = latency.copy()
        first[0] += more
        assert found(student, first) is not None, expect("nothing found", "a cold start", look)
