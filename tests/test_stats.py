"""Statistics against exact arithmetic, scipy, and the laws they obey."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from tests.scripted import LAW
from tinytorch.benchmarking import holm, mean_interval, median_interval, min_queries_for, percentile
from tinytorch.machine.deadline import deadline
from tinytorch.mlperf import early_stopping_queries

NUMBERS = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60)
SHARES = st.floats(0.001, 0.999)


@LAW
@given(values=NUMBERS, p=SHARES)
def test_a_percentile_is_one_of_the_values_at_its_rank(values, p):
    found, rank = percentile(values, p), math.floor(len(values) * p)
    assert found in values
    assert sum(value < found for value in values) <= rank < sum(value <= found for value in values)


@LAW
@given(values=NUMBERS, p=SHARES)
def test_a_percentile_agrees_with_the_inverse_of_the_distribution(values, p):
    """Between two ranks both pick the same value; right on a rank MLPerf picks the next one."""
    assume(not float(len(values) * p).is_integer())
    assert percentile(values, p) == np.quantile(values, p, method="inverted_cdf")


@LAW
@given(values=NUMBERS, one=SHARES, other=SHARES, data=st.data())
def test_a_percentile_grows_with_p_and_knows_no_order(values, one, other, data):
    low, high = sorted((one, other))
    assert percentile(values, low) <= percentile(values, high)
    assert percentile(data.draw(st.permutations(values)), low) == percentile(values, low)


def test_a_percentile_right_on_a_rank_is_the_next_value():
    assert percentile(np.arange(100), 0.9) == 90
    assert percentile([1, 2], 0.5) == 2
    assert percentile([7], 0.99) == 7


@pytest.mark.parametrize(
    ("values", "p"),
    [([], 0.5), ([1, math.nan], 0.5), ([math.inf], 0.5), ([1], 0.0), ([1], 1.0), ([1], 90), ([1], math.nan)],
)
def test_a_percentile_of_nothing_or_outside_the_range_is_refused(values, p):
    with pytest.raises(ValueError, match=r"needs one or more finite values|between 0 and 1"):
        percentile(values, p)


@LAW
@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40).filter(lambda x: np.std(x) > 1e-6),
    confidence=st.floats(0.5, 0.999),
)
def test_the_interval_of_a_mean_is_scipys(values, confidence):
    found = mean_interval(values, confidence)
    exact = stats.t.interval(confidence, len(values) - 1, loc=np.mean(values), scale=stats.sem(values))
    assert found[:2] == pytest.approx(exact, rel=1e-9, abs=1e-9)
    assert found.confidence == confidence
    assert found.low < found.high


@pytest.mark.parametrize("values", [[], [1.0]])
def test_one_value_has_no_interval_of_a_mean(values):
    with pytest.raises(ValueError, match=f"needs 2 finite values or more, got {len(values)}"):
        mean_interval(values)


def coverage(skipped: int, n: int) -> Fraction:
    """Return how often the median lies between the values of rank `skipped` and n - 1 - `skipped`."""
    return 1 - 2 * sum(Fraction(math.comb(n, k), 2**n) for k in range(skipped + 1))


@LAW
@given(n=st.integers(1, 120), confidence=st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.999]))
def test_the_interval_of_a_median_is_the_narrowest_that_covers(n, confidence):
    values = np.random.default_rng(n).permutation(n)  # so that a value is its own rank
    if coverage(0, n) < confidence:
        with pytest.raises(ValueError, match=f"{n} values give no"):
            median_interval(values, confidence)
        return
    low, high, stated = median_interval(values, confidence)
    assert stated == confidence
    assert low + high == n - 1, "as many values are left out on either side"
    assert coverage(int(low), n) >= confidence
    assert low + 1 > (n - 1) / 2 or coverage(int(low) + 1, n) < confidence


def test_six_values_are_the_least_for_95_percent():
    assert median_interval([3, 1, 2, 6, 5, 4])[:2] == (1, 6)
    with pytest.raises(ValueError, match="5 values give no 95% interval; run more rounds"):
        median_interval([1, 2, 3, 4, 5])


P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=7)


@LAW
@given(p_values=P_VALUES)
def test_holm_is_the_closure_of_bonferroni(p_values):
    """A hypothesis is rejected if Bonferroni rejects every set of hypotheses that holds it (Marcus et al. 1976)."""
    indices = range(len(p_values))
    for i, adjusted in enumerate(holm(p_values)):
        sets = [chosen for size in indices for chosen in combinations(indices, size + 1) if i in chosen]
        exact = max(min(1.0, len(chosen) * min(p_values[j] for j in chosen)) for chosen in sets)
        assert adjusted == pytest.approx(exact)


@LAW
@given(p_values=st.lists(st.floats(0, 1), max_size=40))
def test_holm_keeps_the_order_and_never_lowers(p_values):
    adjusted = holm(p_values)
    assert len(adjusted) == len(p_values)
    assert all(raw <= one <= 1 for raw, one in zip(p_values, adjusted, strict=True))
    ranked = [adjusted[i] for i in np.argsort(p_values, kind="stable")]
    assert ranked == sorted(ranked)


@pytest.mark.parametrize("p", [0.5, 0.9, 0.95, 0.97, 0.99, 0.995])
def test_the_floor_of_early_stopping_is_mlperfs(p):
    assert min_queries_for(p) == early_stopping_queries(1, p)


@LAW
@given(percent=st.integers(50, 97), confidence=st.sampled_from([0.9, 0.95, 0.99]))
def test_the_floor_is_the_least_by_exact_arithmetic(percent, confidence):
    p = Fraction(percent / 100)

    def chance(n: int) -> Fraction:
        return p**n + n * (1 - p) * p ** (n - 1)

    n = min_queries_for(percent / 100, confidence)
    assert chance(n) < 1 - Fraction(confidence) <= chance(n - 1)


DEGENERATE = [
    lambda: mean_interval([1.0, math.nan, 2.0]),
    lambda: mean_interval([1.0, 2.0, 3.0], 95),
    lambda: median_interval([math.nan, *range(9)]),
    lambda: holm([0.1, math.nan]),
    lambda: holm([0.1, 1.5]),
    lambda: percentile([[1.0, 2.0], [3.0, 4.0]], 0.5),
]


@pytest.mark.parametrize("call", DEGENERATE)
def test_what_is_not_a_sample_or_a_share_is_refused(call):
    with pytest.raises(ValueError, match=r"finite|between 0 and 1|one-dimensional"):
        call()


@pytest.mark.parametrize("p", [1.0, 90])
def test_a_floor_that_does_not_exist_is_refused(p):
    with deadline(0.2), pytest.raises(ValueError, match="between 0 and 1"):
        min_queries_for(p)
