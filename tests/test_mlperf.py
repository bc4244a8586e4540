"""LoadGen's streams and early stopping: against LoadGen's own trace, its tables, and exact arithmetic."""

import json
import math
import platform
import subprocess
import sys
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinytorch.mlperf import (
    early_stopping_discard,
    early_stopping_estimate,
    early_stopping_queries,
    loadgen_arrivals,
    loadgen_samples,
    min_queries_for,
)

# LoadGen is published as a wheel for this platform only, and there it has to be installed.
HAS_WHEEL = sys.version_info[:2] == (3, 11) and sys.platform == "linux" and platform.machine() == "x86_64"
BENCHMARKS = Path(__file__).parents[1] / "benchmarks"

PERCENTILES = (0.9, 0.95, 0.97, 0.99, 0.999)
QUERIES = {
    0: (44, 90, 152, 459, 4_603),
    1: (64, 130, 219, 662, 6_636),
    2: (81, 165, 277, 838, 8_403),
    5: (127, 259, 433, 1_307, 13_105),
    10: (197, 398, 667, 2_010, 20_140),
    20: (325, 656, 1_097, 3_304, 33_097),
    50: (681, 1_372, 2_293, 6_898, 69_058),
    100: (1_246, 2_504, 4_182, 12_571, 125_826),
    1000: (10_722, 21_483, 35_831, 107_569, 1_076_032),
}
DISCARDS = {  # by number of queries: for p90 and p99
    1_000: (77, 1),
    1_024: (79, 2),
    10_000: (929, 76),
    24_576: (2_347, 208),
    100_000: (9_778, 926),
    270_336: (26_669, 2_582),
}


class TestAgainstLoadGen:
    """Our numbers and those of a real LoadGen run."""

    __test__ = HAS_WHEEL

    def test_nothing_differs(self, tmp_path: Path) -> None:
        """Arrivals, sample order, percentiles, discards, estimates and h(t) + t."""
        answer = tmp_path / "identity.json"
        command = [sys.executable, str(BENCHMARKS / "loadgen_identity.py"), "--tiny", "--json", str(answer)]
        subprocess.run(command, check=True, timeout=120, capture_output=True)
        found = json.loads(answer.read_text())
        assert found["loadgen"] == "measured"
        assert len(found["rows"]) >= 8
        assert [row for row in found["rows"] if row[2] != 0] == []


def test_arrivals_are_those_of_a_loadgen_trace() -> None:
    """The first scheduled times that LoadGen 6.0.17 traced at 1000 QPS with schedule_rng_seed 3."""
    assert loadgen_arrivals(1000.0, 4, seed=3).tolist() == [0, 73_350, 1_905_613, 2_034_957]


def test_samples_are_those_of_a_loadgen_trace() -> None:
    """The first samples that LoadGen 6.0.17 traced with qsl_rng_seed 1 and sample_index_rng_seed 2."""
    drawn = loadgen_samples(50, 5_000, 1_024, qsl_seed=1, sample_seed=2)
    assert drawn[:8].tolist() == [881, 799, 863, 866, 671, 766, 820, 448]


def test_multi_stream_samples_are_those_of_a_loadgen_trace() -> None:
    """The first two queries of eight that LoadGen 6.0.17 traced with the same seeds, 20 of 64 samples loaded."""
    drawn = loadgen_samples(10, 64, 20, qsl_seed=1, sample_seed=2, samples_per_query=8)
    assert drawn.shape == (80,)
    assert drawn[:16].tolist() == [5, 13, 14, 15, 2, 1, 11, 8, 16, 12, 18, 4, 6, 3, 17, 19]


@given(seed=st.integers(0, 2**64 - 1), loaded=st.integers(1, 40), size=st.integers(1, 12))
def test_a_multi_stream_query_goes_round_the_loaded_set(seed: int, loaded: int, size: int) -> None:
    """Whatever is drawn first, it is followed by what was loaded after it."""
    following = {}
    for query in loadgen_samples(60, loaded + 5, loaded, seed, seed, samples_per_query=size).reshape(60, size).tolist():
        for one, after in pairwise(query):
            assert following.setdefault(one, after) == after
    assert set(following) <= set(range(loaded))
    assert len(set(following.values())) == len(following)


def test_arrivals_are_the_same_however_many_are_drawn() -> None:
    """They are drawn in blocks, which leave no seam: gaps recomputed one by one from the generator's words."""
    n, seed, qps = 40_000, 5, 20_000.0
    words = np.random.RandomState(seed).randint(0, 1 << 32, size=2 * n, dtype=np.uint32).tolist()
    gaps = [-math.log(1 - (words[2 * i] + words[2 * i + 1] * 2**32) / 2**64) / qps for i in range(n - 1)]
    expected = [0, *accumulate(int(gap * 1e9) for gap in gaps)]
    assert loadgen_arrivals(qps, n, seed).tolist() == expected
    assert loadgen_arrivals(qps, 16_385, seed).tolist() == expected[:16_385]


def test_only_the_low_32_bits_of_a_seed_matter() -> None:
    """LoadGen seeds a 32-bit generator with 64-bit numbers."""
    high = 2_085_463_073_848_966_840
    assert np.array_equal(loadgen_arrivals(10.0, 50, high), loadgen_arrivals(10.0, 50, high % 2**32))
    assert np.array_equal(loadgen_samples(50, 9, 9, high, high), loadgen_samples(50, 9, 9, high % 2**32, high % 2**32))


def test_the_draws_depend_on_the_minimum_not_on_the_count() -> None:
    """LoadGen uses up words for permutations that reach the minimum; a longer run continues a shorter one."""
    long = loadgen_samples(300, 64, 64, 1, 2, min_query_count=100)
    assert np.array_equal(long[:200], loadgen_samples(200, 64, 64, 1, 2, min_query_count=100))
    assert not np.array_equal(long, loadgen_samples(300, 64, 64, 1, 2))


@given(seed=st.integers(0, 2**64 - 1), qps=st.floats(1.0, 1e6))
def test_arrivals_start_at_zero_and_never_go_back(seed: int, qps: float) -> None:
    """Whatever the seed."""
    times = loadgen_arrivals(qps, 20, seed)
    assert times[0] == 0
    assert (np.diff(times) >= 0).all()


@given(seed=st.integers(0, 2**64 - 1), loaded=st.integers(1, 40), unloaded=st.integers(0, 10))
def test_every_loaded_sample_can_come_and_no_other(seed: int, loaded: int, unloaded: int) -> None:
    """Enough draws meet each of a few samples."""
    drawn = loadgen_samples(40 * loaded, loaded + unloaded, loaded, seed, seed)
    assert set(drawn.tolist()) == set(range(loaded))


@pytest.mark.parametrize(("t", "expected"), QUERIES.items())
def test_queries_are_those_of_the_published_table(t: int, expected: tuple[int, ...]) -> None:
    """h(t) + t for p90, p95, p97, p99 and p99.9."""
    assert tuple(early_stopping_queries(t, p) for p in PERCENTILES) == expected


def test_the_floor_of_a_percentile_is_that_of_one_slow_query() -> None:
    """At MLPerf's confidence it stands in the table; a lower confidence takes fewer."""
    assert tuple(min_queries_for(p) for p in PERCENTILES) == QUERIES[1]
    assert all(min_queries_for(p, 0.9) == early_stopping_queries(1, p, 0.9) < min_queries_for(p) for p in PERCENTILES)


@pytest.mark.parametrize(("n", "expected"), DISCARDS.items())
def test_discards_are_those_of_the_published_table(n: int, expected: tuple[int, int]) -> None:
    """t - 1 for p90 and p99."""
    assert (early_stopping_discard(n, 0.9), early_stopping_discard(n, 0.99)) == expected


@given(t=st.integers(0, 12), percent=st.integers(50, 97))
def test_queries_are_the_fewest_by_exact_arithmetic(t: int, percent: int) -> None:
    """Against the binomial sum in whole numbers; p is a little off in binary, so the sum is taken of that very p."""
    p = Fraction(percent / 100)

    def chance_of_so_few(n: int) -> Fraction:
        return sum((math.comb(n, k) * (1 - p) ** k * p ** (n - k) for k in range(t + 1)), Fraction(0))

    n = early_stopping_queries(t, percent / 100)
    assert chance_of_so_few(n) < 1 - Fraction(0.99) <= chance_of_so_few(n - 1)


@given(n=st.integers(64, 5_000_000), p=st.sampled_from([0.5, 0.9]))
def test_discards_and_queries_agree(n: int, p: float) -> None:
    """One more discarded would need more queries than there are."""
    t = early_stopping_discard(n, p) + 1
    assert early_stopping_queries(t, p) <= n < early_stopping_queries(t + 1, p)


def test_estimate_is_the_highest_that_is_not_discarded() -> None:
    """In any order: of 1..1000, the 77 highest go and 923 is the estimate of p90."""
    latencies = np.random.default_rng(13).permutation(np.arange(1, 1001))
    assert early_stopping_estimate(latencies, 0.9) == 923.0


def test_estimate_is_an_upper_bound_as_often_as_it_says() -> None:
    """At least 99 % of independent runs; LoadGen's is one order statistic more cautious than that."""
    runs = np.random.default_rng(13).random((4_000, 200))
    held = np.mean([early_stopping_estimate(run, 0.9) >= 0.9 for run in runs])
    assert 0.99 <= held <= 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: loadgen_arrivals(0.0, 5, 1), "positive and finite, got 0.0"),
        (lambda: loadgen_arrivals(math.inf, 5, 1), "positive and finite, got inf"),
        (lambda: loadgen_arrivals(1.0, 0, 1), "at least 1 query, got n = 0"),
        (lambda: loadgen_samples(5, 10, 11, 1, 1), "between 1 and all 10 samples, got performance_count = 11"),
        (lambda: loadgen_samples(5, 10, 0, 1, 1), "got performance_count = 0"),
        (lambda: loadgen_samples(5, 10, 10, 1, 1, samples_per_query=0), "got samples_per_query = 0"),
        (lambda: early_stopping_queries(-1, 0.9), "0 or more, got t = -1"),
        (lambda: early_stopping_queries(1, 90), "between 0 and 1, for example 0.9, got 90"),
        (lambda: early_stopping_queries(1, 0.9, 1.0), "confidence lies between 0 and 1"),
        (lambda: early_stopping_discard(63, 0.9), "percentile 90 needs at least 64 queries, got 63; issue more"),
        (lambda: early_stopping_discard(0, 0.9), "at least 64 queries, got 0"),
        (lambda: early_stopping_estimate([], 0.9), "at least 64 queries, got 0"),
        (lambda: early_stopping_estimate([1.0] * 661, 0.99), "at least 662 queries, got 661"),
        (lambda: early_stopping_estimate([1.0] * 99 + [math.nan], 0.9), "finite latencies, got 1 others"),
    ],
)
def test_what_cannot_be_answered_is_refused(call: object, message: str) -> None:
    """With the rule and the value."""
    assert callable(call)
    with pytest.raises(ValueError, match=message):
        call()
