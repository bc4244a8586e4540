"""Detectors on one series: each fires on what it is for and is silent on clean series, at the rates it states.

Series are seeded and made up: a typical latency, small noise, a heavy tail. Counts of 200 series are held against the
stated rate with three binomial standard deviations.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.signal import lfilter

from tinytorch import pitfalls
from tinytorch.benchmarking import cold_start, drift, min_queries_for

N, SERIES = 2_000, 200
CALL = np.arange(N)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(13)


def clean(rng: np.random.Generator, n: int = N) -> np.ndarray:
    """20 us with 3 % noise and, in one call of 500, up to 30 % more."""
    latency = 20_000 * rng.lognormal(0, 0.03, n) * np.where(rng.random(n) < 0.002, 1 + 0.3 * rng.random(n), 1)
    return np.rint(latency).astype(np.int64)


def autoregressive(rng: np.random.Generator, phi: float) -> np.ndarray:
    return 20_000 * np.exp(0.05 * lfilter([1], [1, -phi], rng.normal(size=N + 500))[500:])


def flagged(detector: Callable, make: Callable[[], object]) -> int:
    return sum(detector(make()) is not None for _ in range(SERIES))


def at_least(count: int, rate: float) -> bool:
    return count >= SERIES * rate - 3 * math.sqrt(SERIES * rate * (1 - rate))


def at_most(count: int, rate: float) -> bool:
    return count <= SERIES * rate + 3 * math.sqrt(SERIES * rate * (1 - rate))


def stepped(rng: np.random.Generator, by: float) -> np.ndarray:
    return clean(rng) * (1 + by * (rng.integers(N // 5, 4 * N // 5) <= CALL))


def level_step(latency: np.ndarray) -> pitfalls.Pitfall | None:
    return pitfalls.level_step(latency, np.random.default_rng(1))


def slowed(rng: np.random.Generator, by: float, share: float) -> np.ndarray:
    return clean(rng) * np.where(rng.random(N) < share, 1 + by, 1)


# detector, what is put in, the share it finds, the share of clean series it flags
SERIES_DETECTORS = {
    "cold start": (cold_start, lambda rng: clean(rng) * np.where(CALL == 0, 3, 1), 0.99, 0.024),
    "slow warm-up": (pitfalls.slow_warm_up, lambda rng: clean(rng) * (1 + 0.25 * np.exp(-CALL / 50)), 0.98, 0.013),
    "long warm-up": (pitfalls.slow_warm_up, lambda rng: clean(rng) * (1 + 0.25 * np.exp(-CALL / 300)), 0.99, 0.013),
    "drift": (drift, lambda rng: clean(rng) * (1 + 0.1 * CALL / N), 0.99, 0.008),
    "falling": (drift, lambda rng: clean(rng) * (1.1 - 0.1 * CALL / N), 0.99, 0.008),
    "level step": (level_step, lambda rng: stepped(rng, 0.1), 0.98, 0.033),
    "autocorrelation": (pitfalls.autocorrelation, lambda rng: autoregressive(rng, 0.5), 0.92, 0.01),
    "strong autocorrelation": (pitfalls.autocorrelation, lambda rng: autoregressive(rng, 0.9), 1.0, 0.01),
    "stalls": (pitfalls.stalls, lambda rng: clean(rng) * np.where(rng.random(N) < 0.005, 40, 1), 0.73, 0.03),
    "two kinds of calls": (pitfalls.multimodality, lambda rng: slowed(rng, 0.2, 0.3), 0.998, 0.037),
    "few twice as slow": (pitfalls.multimodality, lambda rng: slowed(rng, 1.0, 0.15), 0.995, 0.055),
    "a tenth twice as slow": (pitfalls.multimodality, lambda rng: slowed(rng, 1.0, 0.10), 0.98, 0.055),
    "few slow by half": (pitfalls.multimodality, lambda rng: slowed(rng, 0.5, 0.15), 0.978, 0.055),
    "two halves": (pitfalls.multimodality, lambda rng: clean(rng) * (1 + 0.2 * (CALL > N / 2)), 1.0, 0.037),
    "coarse timer": (pitfalls.coarse_timer, lambda rng: np.ceil(clean(rng) / 1_000) * 1_000, 1.0, 0.0),
    "own memory": (lambda x: pitfalls.too_short(1, 1, x), lambda rng: clean(rng) * (1 + 0.1 * CALL / N), 0.99, 0.02),
}  # fmt: skip


@pytest.mark.parametrize("name", SERIES_DETECTORS)
def test_a_detector_finds_what_it_is_for_and_leaves_clean_series_alone(name, rng):
    detector, put_in, found, in_vain = SERIES_DETECTORS[name]
    assert at_least(count := flagged(detector, lambda: put_in(rng)), found), f"found {count} of {SERIES}"
    assert at_most(count := flagged(detector, lambda: clean(rng)), in_vain), f"flagged {count} of {SERIES} in vain"


@pytest.mark.parametrize("name", SERIES_DETECTORS)
def test_a_pitfall_says_what_where_and_what_to_do(name, rng):
    detector, put_in, *_ = SERIES_DETECTORS[name]
    pitfall = next(found for _ in range(50) if (found := detector(put_in(rng))))
    assert pitfall.severity in ("invalid", "warning", "note")
    assert pitfall.where == ""
    assert any(letter.isdigit() for letter in pitfall.evidence)
    assert all(text and not text.endswith(".") for text in pitfall[:4])
    assert pitfall.name != pitfall.claim


@pytest.mark.parametrize("name", SERIES_DETECTORS)
def test_constant_latencies_of_a_virtual_clock_have_no_pitfall(name):
    detector = SERIES_DETECTORS[name][0]
    assert detector(np.full(N, 20_000)) is None


def test_small_differences_and_weak_dependence_are_left_alone(rng):
    assert at_most(flagged(drift, lambda: clean(rng) * (1 + 0.02 * CALL / N)), 0.01)
    assert at_most(flagged(pitfalls.autocorrelation, lambda: autoregressive(rng, 0.2)), 0.02)
    assert at_most(flagged(pitfalls.multimodality, lambda: 20_000 * rng.lognormal(0, 0.5, N)), 0.037)
    assert at_most(flagged(pitfalls.multimodality, lambda: 20_000 * (1 + rng.exponential(0.3, N))), 0.037)


def test_noise_alone_is_neither_drift_nor_step_nor_warm_up_nor_two_modes(rng):
    """Batch medians of such noise differ by more than 5 %, so what keeps these silent is their test."""

    def noisy():
        return 20_000 * rng.lognormal(0, 0.7, N)

    assert at_most(flagged(drift, noisy), 0.01)
    assert at_most(flagged(level_step, noisy), 0.01)
    assert at_most(flagged(pitfalls.slow_warm_up, noisy), 0.0)
    assert at_most(flagged(pitfalls.slow_warm_up, lambda: rng.lognormal(0, 0.005, N) * (1 + 0.08 * (CALL < 50))), 0.0)
    shallow = flagged(pitfalls.multimodality, lambda: slowed(rng, 0.15, 0.45) * rng.lognormal(0, 0.04, N))
    assert at_most(shallow, 0.037), f"flagged {shallow} where the valley is shallow"


def test_stalls_hide_dependence_only_on_the_raw_scale(rng):
    stalled = autoregressive(rng, 0.9) * np.where(rng.random(N) < 0.01, 1_000, 1)
    assert abs(np.corrcoef(stalled[:-1], stalled[1:])[0, 1]) < 0.1
    assert pitfalls.autocorrelation(stalled) is not None


@pytest.mark.parametrize(("phi", "share"), [(0.0, 1.0), (0.5, 1 / 3), (0.9, 1 / 19)])
def test_the_effective_sample_size_is_that_of_theory(phi, share, rng):
    """An AR(1) mean of n values varies like one of n (1 - phi) / (1 + phi) independent values."""
    sizes = [pitfalls.effective_sample_size(autoregressive(rng, phi)) / N for _ in range(50)]
    assert np.mean(sizes) == pytest.approx(share, rel=0.15)
    assert pitfalls.effective_sample_size(np.full(50, 7)) == 50


def test_the_level_step_is_found_where_it_is(rng):
    found = pitfalls.level_step(clean(rng) * np.where(CALL >= 1_500, 1.2, 1), rng)
    assert found is not None
    assert found.evidence.startswith("+20% after 75%")


def test_too_few_samples_are_those_that_cannot_bound_a_percentile():
    """64 queries bound p90 and 662 p99, as the lesson's own function says."""
    for p, least in ((0.9, 64), (0.99, 662)):
        assert least == min_queries_for(p)
        assert pitfalls.too_few_samples(least, p) is None
        found = pitfalls.too_few_samples(least - 1, p)
        assert found is not None
        assert str(least) in found.remedy
    with pytest.raises(ValueError, match="p lies between 0 and 1"):
        pitfalls.too_few_samples(100, 90)


def test_a_median_of_few_or_scattered_latencies_is_not_well_known(rng):
    assert pitfalls.wide_median(clean(rng, 5)) is not None  # there is no interval
    assert pitfalls.wide_median(20_000 * rng.lognormal(0, 0.5, 64)) is not None
    assert sum(pitfalls.wide_median(clean(rng, 64)) is not None for _ in range(SERIES)) <= 2


def test_a_timer_is_coarse_by_its_own_step_or_by_the_latencies(rng):
    assert pitfalls.coarse_timer(np.array([4_600, 4_610]), step_ns=100) is not None
    assert pitfalls.coarse_timer(np.array([4_600, 4_700]), step_ns=10) is None
    assert pitfalls.coarse_timer(np.zeros(30)) is not None  # shorter than the timer's step
    assert pitfalls.coarse_timer(np.round(clean(rng), -1)) is None


@pytest.mark.parametrize(
    ("switches", "cpu_ms", "wall_ms", "expected"),
    [
        (3, 60, None, True),
        (2, 60, None, False),
        (49, 1_000, None, False),
        (50, 1_000, None, True),
        (2, 10, None, False),
        (0, 97, 100, True),
        (0, 99, 100, False),
    ],
)
def test_contention_is_three_switches_in_60_ms_or_lost_time(switches, cpu_ms, wall_ms, expected):
    wall_ns = None if wall_ms is None else wall_ms * 1_000_000
    assert (pitfalls.contention(switches, cpu_ms * 1_000_000, wall_ns) is not None) == expected


def test_dead_code_is_under_five_empty_calls(rng):
    assert pitfalls.dead_code(np.full(50, 120), empty_call_ns=100) is not None
    assert pitfalls.dead_code(clean(rng), empty_call_ns=100) is None
    with pytest.raises(ValueError, match="empty_call_ns must be positive, got 0"):
        pitfalls.dead_code(clean(rng), empty_call_ns=0)


def test_a_run_shorter_than_asked_does_not_count():
    found = pitfalls.too_short(999_999_999, 1_000_000_000)
    assert found is not None
    assert found.severity == "invalid"
    assert pitfalls.too_short(1_000_000_000, 1_000_000_000) is None
    with pytest.raises(ValueError, match="durations are 0 or more"):
        pitfalls.too_short(-1, 0)


@pytest.mark.parametrize(
    "detector",
    [
        pitfalls.slow_warm_up,
        pitfalls.autocorrelation,
        pitfalls.stalls,
        pitfalls.multimodality,
        pitfalls.effective_sample_size,
        pitfalls.wide_median,
    ],
)
def test_degenerate_input_raises(detector):
    for wrong in ([20_000], [20_000, float("nan")], [20_000, 0], [[1, 2], [3, 4]], ["a", "b"]):
        with pytest.raises(ValueError, match="latency_ns"):
            detector(wrong)
