"""The validator: a cold start is noticed, and nothing else is taken for one."""

import numpy as np
import pytest

from autograder.examining.checks import expect


def warm(seed, n=60):
    """Latencies (ns) of a warm model: about 5 ms, MAD about 0.1 ms, no outlier."""
    return (5_000_000 + np.random.default_rng(seed).permutation(np.linspace(-200_000, 200_000, n))).astype(np.int64)


@pytest.mark.exercise("cold_start", points=0.75)
def test_a_slow_first_call_is_found(student, seed):
    """Mean and sd are pulled along by the very call that they should expose: 60 values never exceed 7.6 sd."""
    latency = warm(seed)
    latency[0] *= int(np.random.default_rng(seed).integers(3, 9))
    look = "Hold the first latency against the median, in units of the median absolute deviation."
    assert student.cold_start(latency) is not None, expect("nothing found", "a cold start", look)


@pytest.mark.exercise("cold_start", points=0.25)
def test_a_cold_start_is_called_one(student, seed):
    """A report sorts pitfalls by name."""
    latency = warm(seed)
    latency[0] *= 9
    found = student.cold_start(latency)
    name = None if found is None else found.name
    assert name in (None, "cold start"), expect(name, "cold start", "Look at the first field of the Pitfall.")


@pytest.mark.exercise("cold_start", points=0.5)
def test_a_warm_run_is_left_in_peace(student, seed):
    """Five deviations happen; a warning at every run is read by nobody."""
    latency = warm(seed)
    latency[0] = 5_500_000
    look = "The threshold is 14.8 median absolute deviations."
    assert student.cold_start(latency) is None, expect("a cold start", "nothing found", look)


@pytest.mark.exercise("cold_start", points=0.5)
def test_a_later_stall_is_no_cold_start(student, seed):
    """A stall in mid-run has another cause and another remedy."""
    latency = warm(seed)
    latency[int(np.random.default_rng(seed).integers(10, 50))] *= 8
    assert student.cold_start(latency) is None, expect("a cold start", "nothing found", "Only the first call is cold.")


@pytest.mark.exercise("cold_start", points=0.5)
def test_a_fast_first_call_is_no_cold_start(student, seed):
    """An unusually fast first call is odd, but nothing was cold."""
    latency = warm(seed)
    latency[0] = 100_000
    assert student.cold_start(latency) is None, expect(
        "a cold start", "nothing found", "Cold means slower, not faster."
    )


@pytest.mark.exercise("cold_start", points=0.5)
def test_equal_latencies_do_not_divide_by_zero(student, seed):
    """On a coarse or virtual clock all warm latencies are equal and their deviation is 0."""
    # Of 300 values the first may exceed 14.8 sd as well: mean and sd have a test of their own.
    latency = np.full(300, int(np.random.default_rng(seed).integers(1_000, 9_000)) * 1_000)
    look = "With a deviation of 0 compare without dividing: (x0 - median) > 14.8 * MAD."
    assert student.cold_start(latency) is None, expect("a cold start", "nothing found", look)
    latency[0] *= 10
    assert student.cold_start(latency) is not None, expect("nothing found", "a cold start", look)
