"""Three searches for the peak rate of a simulated server whose peak is known: LoadGen's way, and ours.

The first two double and bisect like LoadGen's FindPeakPerformance, with one run a rate, judged by the percentile alone
as LoadGen does, or by its early stopping. Ours repeats with other seeds until a rate is decided.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from queue_models import latencies, peak_utilisation

from tinytorch.mlperf import early_stopping_queries
from tinytorch.peak import find_peak_qps
from tinytorch.peak.search import IntArray

SEED = 20_260_102
SERVICE_NS = 1_000_000
TARGET_SERVICES = 10
P = 0.99
START = 400.0  # 2 s of it are queries enough for early stopping at p99
SEEDS = range(8)
SEARCH_HEADER = ("judge, trial", "found, 5-50-95 %", "fails from", "found > peak", "fails < peak", "none", "trials")


def known_peak_qps() -> float:
    """Return the highest rate at which 99 % of the latencies are within the target."""
    return 1e9 / SERVICE_NS * peak_utilisation("M/D/1", TARGET_SERVICES, 1 - P)


def search_title(searches: int) -> str:
    """Return what the table is about."""
    return (
        f"The peak of an M/D/1 server, 1 ms a query, p99 <= {TARGET_SERVICES} ms, is {known_peak_qps():.1f} queries/s; "
        f"found by {searches} searches each"
    )


def bisected(passes: Callable[[float], bool]) -> tuple[float, float, int]:
    """Return the rate found, NaN if the start fails, NaN, and the trials: doubled, then bisected to a whole query/s."""
    if not passes(START):
        return math.nan, math.nan, 1
    low, high, trials = START, 2 * START, 2
    while passes(high):
        low, high, trials = high, 2 * high, trials + 1
    while math.floor(high) - math.floor(low) > 1:
        middle, trials = (low + high) / 2, trials + 1
        low, high = (middle, high) if passes(middle) else (low, middle)
    return low, math.nan, trials


def searched(repetition: int, trial_s: int) -> dict[str, tuple[float, float, int]]:
    """Return by judge: the rate found, the rate shown to fail (ours alone), and the trials."""
    target_ns = TARGET_SERVICES * SERVICE_NS

    def measure(qps: float, seed: int) -> IntArray:
        rng = np.random.default_rng([SEED, repetition, seed])
        every = latencies("M/D/1", qps * SERVICE_NS / 1e9, round(qps * trial_s), rng)
        return np.asarray(every[0] * SERVICE_NS, dtype=np.int64)

    def percentile_met(qps: float) -> bool:
        run = np.sort(measure(qps, 0))
        return bool(run[math.floor(run.size * P)] <= target_ns)

    def stopped_early(qps: float) -> bool:
        run = measure(qps, 0)
        over = int(np.count_nonzero(run > target_ns))
        return over <= run.size * (1 - P) and run.size >= early_stopping_queries(over, P)

    ours = find_peak_qps(measure, target_ns, P, start_qps=START, seeds=SEEDS)
    return {
        "percentile": bisected(percentile_met),
        "early stopping": bisected(stopped_early),
        "ours": (ours.low or math.nan, ours.high or math.nan, ours.runs),
    }


def search_rows(searches: int, trials_s: tuple[int, ...]) -> list[tuple[str, ...]]:
    """Return what each judge found, for each length of a trial, as the cells of a table."""
    peak = known_peak_qps()
    rows: list[tuple[str, ...]] = []
    for trial_s in trials_s:
        found = [searched(repetition, trial_s) for repetition in range(searches)]
        for judge in found[0]:
            low, high, trials = np.array([one[judge] for one in found]).T
            shown = low[np.isfinite(low)]
            spread = " to ".join(f"{rate:.0f}" for rate in np.quantile(shown, [0.05, 0.5, 0.95])) if shown.size else "-"
            fails = high[np.isfinite(high)]
            rows.append(
                (
                    f"{judge}, {trial_s} s",
                    spread,
                    f"{np.median(fails):.0f}" if fails.size else "-",
                    f"{np.mean(low > peak):.2f}",
                    f"{np.mean(high < peak):.2f}" if fails.size else "-",
                    f"{1 - shown.size / searches:.2f}",
                    f"{np.median(trials):.0f}",
                )
            )
    return rows
