"""The benchmarks' interval of a percentile is the exact one, and at the median the lesson's."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinytorch.benchmarking import median_interval

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from order_statistics import percentile_interval

sys.path.pop(0)


@given(st.lists(st.floats(1, 1e9), min_size=6, max_size=80))
@settings(max_examples=60, deadline=None)
def test_the_interval_of_the_median_is_the_lessons(values):
    assert percentile_interval(values, 0.5) == median_interval(values)[:2]


def test_the_interval_of_p90_needs_36_values_and_covers_at_least_as_often_as_it_says():
    with pytest.raises(ValueError, match="35 are too few for a 95 % interval of the percentile 90"):
        percentile_interval(range(35), 0.9)
    assert percentile_interval(range(36), 0.9).high == 35
    rng, held = np.random.default_rng(13), 0
    truth = np.exp(0.3 * 1.2815515655446004)
    for _ in range(1_000):
        low, high = percentile_interval(rng.lognormal(0, 0.3, 200), 0.9)
        held += low <= truth <= high
    assert held >= 950 - 3 * np.sqrt(1_000 * 0.95 * 0.05)
