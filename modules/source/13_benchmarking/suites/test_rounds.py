"""The rounds: how many queries meet both minimums."""

import math

import numpy as np
import pytest

from autograder.examining.checks import expect

MS = 1_000_000


def number(yours):
    """What came back, if it is a whole number of Python's."""
    look = "Queries are counted in whole numbers: math.ceil gives an int."
    assert type(yours) is int, expect(f"a {type(yours).__name__}", "an int", look)
    return yours


@pytest.mark.exercise("queries_needed", points=1)
def test_fast_models_need_queries_for_the_duration(student, seed):
    """A fast model is through with the minimum number long before the minimum duration is over."""
    latency = float(np.random.default_rng(seed).uniform(0.05, 0.2)) * MS
    yours, least = student.queries_needed(latency, 100, 100 * MS), 100 * MS / latency
    look = "min_duration_ns / latency_ns queries fill the duration."
    assert number(yours) >= least, expect(f"{yours} queries", f"at least {math.ceil(least)} queries", look)


@pytest.mark.exercise("queries_needed", points=1)
def test_slow_models_need_the_minimum_number(student, seed):
    """A slow model fills the duration with a handful of queries, which hold no percentile."""
    least = int(np.random.default_rng(seed).integers(90, 300))
    yours = student.queries_needed(50.0 * MS, least, 100 * MS)
    # Whoever takes the smaller of both has just had a test of their own.
    smaller = yours == 3 and student.queries_needed(0.1 * MS, least, 100 * MS) == least
    assert yours == least or smaller, expect(
        f"{yours} queries", f"{least} queries", "Both minimums count: take the larger."
    )


@pytest.mark.exercise("queries_needed", points=0.5)
def test_a_quarter_more_is_kept_in_reserve(student, seed):
    """The latency is an estimate: a run that comes out a little faster would be too short."""
    latency = float(np.random.default_rng(seed).uniform(0.05, 0.2)) * MS
    yours, due = student.queries_needed(latency, 100, 100 * MS), 125 * MS / latency
    # Which of the two minimums counts, or both together, has tests of its own.
    kept = abs(number(yours) - due) <= 1 or abs(yours - 100 - due) <= 1 or yours == 100
    assert kept, expect(f"{yours} queries", f"{math.ceil(due)} queries", "Add a quarter: 1.25 times.")


@pytest.mark.exercise("queries_needed", points=0.5)
def test_part_of_a_query_is_a_whole_one(student, seed):
    """Rounded down, the last bit of the duration is missing."""
    whole = int(np.random.default_rng(seed).integers(200, 400))
    yours = student.queries_needed(1.25 * MS * 100 / (whole + 0.3), 10, 100 * MS)
    reserved = number(yours) > whole or yours < 0.9 * whole
    assert reserved, expect(f"{yours} queries", f"{whole + 1} queries", "Round up with math.ceil.")
