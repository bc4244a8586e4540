"""The rounds: how many queries meet both minimums."""

import pytest

from autograder.examining.checks import expect

LONG = (1_000.0, 3, 700_000)  # latency in ns, least number, least duration in ns: 700 queries fill it, 875 with reserve


def needed(student, latency_ns, least, duration_ns):
    """How many queries the student asks for, if it is a whole number of Python's."""
    yours = student.queries_needed(latency_ns, least, duration_ns)
    look = "Queries are counted in whole numbers: math.ceil gives an int."
    assert type(yours) is int, expect(f"a {type(yours).__name__}", "an int", look)
    return yours


def for_duration(student, latency_ns, duration_ns):
    """How many queries the student asks for where the duration decides, also where it is the smaller of the two that
    counts, or three more where both are added: which of the minimums counts has tests of its own."""
    yours = needed(student, latency_ns, 3, duration_ns)
    smaller = needed(student, latency_ns, 10**6, duration_ns) if yours == 3 else 10**6
    return yours if smaller == 10**6 else smaller


@pytest.mark.exercise("queries_needed", points=0.25)
def test_fast_models_need_queries_for_the_duration(student):
    """A fast model is through with the minimum number long before the minimum duration is over."""
    yours = needed(student, *LONG)
    look = "min_duration_ns / latency_ns queries fill the duration."
    assert 700 <= yours <= 880, expect(f"{yours} queries", "875 queries", look)


@pytest.mark.exercise("queries_needed", points=0.3)
def test_slow_models_need_the_minimum_number(student):
    """A slow model fills the duration with a handful of queries, which hold no percentile."""
    yours, fast = needed(student, 5_000.0, 70, 8_000), needed(student, 1_000.0, 70, 700_000)
    smaller = (yours, fast) == (2, 70)  # the smaller of the two: that has just had a test of its own
    right = smaller or (yours == 70 and fast != 70)
    assert right, expect(f"{yours} queries", "70 queries", "Both minimums count: take the larger.")


@pytest.mark.exercise("queries_needed", points=0.15)
def test_a_quarter_more_is_kept_in_reserve(student):
    """The latency is an estimate: a run that comes out a little faster would be too short."""
    yours = for_duration(student, 1_000.0, 700_000)
    assert yours in (875, 878), expect(f"{yours} queries", "875 queries", "Add a quarter: 1.25 times.")


@pytest.mark.exercise("queries_needed", points=0.15)
def test_part_of_a_query_is_a_whole_one(student):
    """Rounded down, the last bit of the duration is missing."""
    yours = for_duration(student, 1_000.0, 708_300)  # 885.375 with reserve
    # Reserve, the sum of both, and rounding twice have tests of their own.
    assert yours in (886, 889, 887, 709), expect(f"{yours} queries", "886 queries", "Round up with math.ceil.")


@pytest.mark.exercise("queries_needed", points=0.15)
def test_it_is_rounded_up_once(student):
    """Rounded up before the quarter is added, and again after it, it is one query more than needed."""
    yours = for_duration(student, 1_000.0, 700_100)  # 875.125 with reserve
    # Reserve, the sum of both, and rounding down have tests of their own.
    look = "Return the least number that will do: round up once, at the end."
    assert yours in (876, 879, 875, 701), expect(f"{yours} queries", "876 queries", look)
