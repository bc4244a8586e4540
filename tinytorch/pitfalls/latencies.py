"""Pitfalls of one set of latencies, whatever their order: too few, too coarse, too mixed, or nothing was computed.

Knows arrays and counts, not runs. Thresholds come from error rates measured on real traces; each docstring says what
was found and what was flagged in vain.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinytorch.mlperf import min_queries_for

from .arguments import FloatArray, check_latencies, check_share
from .pitfall import Pitfall


def too_few_samples(n: int, p: float, confidence: float = 0.99) -> Pitfall | None:
    """Return a pitfall if `n` independent queries cannot bound the percentile `p`, as 0.9.

    Source: MLPerf's early stopping, P(Bin(n, 1 - p) <= 1) >= 1 - confidence: below 64 for p90, below 662 for p99.
    Raises ValueError for p or confidence outside (0, 1).
    """
    least = min_queries_for(check_share(p, "p"), check_share(confidence, "confidence"))
    if n >= least:
        return None
    evidence = f"{n} queries; the {100 * p:g}th percentile takes {least}"
    remedy = f"issue at least {least} queries, or report a lower percentile"
    return Pitfall("too few samples", "there are too few queries for this percentile", evidence, remedy)


def wide_median(latency_ns: Any, most: float = 0.05) -> Pitfall | None:
    """Return a pitfall if the 95 % order-statistic interval of the median is wider than +-`most` of it, or missing.

    Flagged in vain: under 1 % of real traces of 64 queries or more. The interval assumes independent queries.
    """
    from scipy import stats

    values = check_latencies(latency_ns, virtual=True)
    interval = stats.quantile_test(values, p=0.5).confidence_interval(0.95)  # NaN where the queries are too few
    half = float(interval.high - interval.low) / 2 / float(np.median(values))
    if half <= most:
        return None
    evidence = f"+-{half:.0%} of the median" if half > most else f"{len(values)} queries give no 95 % interval"
    return Pitfall("too few samples", "the median is not well known", evidence, "issue more queries")


def coarse_timer(latency_ns: Any, step_ns: int | None = None) -> Pitfall | None:
    """Return a pitfall if the clock's step is over 1 % of the median latency, or the median is 0.

    The step is `step_ns` where it was measured, else the least difference between distinct latencies, which needs 20
    of them. Found: every timer of 0.1 us on 4.6 us, 1 us or 15.6 ms; flagged in vain: no real trace. Source: nanobench.
    """
    values = check_latencies(latency_ns, virtual=True, zeros=True)
    median, distinct = float(np.median(values)), np.unique(values)
    step = float(step_ns or 0)
    if step_ns is None and len(values) >= 20 and len(distinct) > 1:
        step = float(np.diff(distinct).min())
    if median > 0 and step <= 0.01 * median:
        return None
    evidence = f"steps of {step:,.0f} ns on a median of {median:,.0f} ns"
    return Pitfall("coarse timer", "the clock is too coarse for this model", evidence, "time batches instead of calls")


def stalls(latency_ns: Any) -> Pitfall | None:
    """Return a pitfall if the mean is over 1.05 times the mean without the 5 % at either end.

    Found: 73 % of traces with bursts of load; flagged in vain: 3 %. Source: Hoefler and Belli 2015, rule 8.
    """
    from scipy import stats

    values = check_latencies(latency_ns, virtual=True)
    ratio = float(values.mean() / stats.trim_mean(values, 0.05))
    if ratio <= 1.05:
        return None
    evidence = f"the mean is {ratio:.2f} times the mean of the middle 90 %, the largest {values.max() / 1e6:.3g} ms"
    return Pitfall("stalls", "a few stalls make the mean", evidence, "report the median and a tail percentile", "note")


def multimodality(latency_ns: Any, separation: float = 0.10) -> Pitfall | None:
    """Return a pitfall if log latencies have two modes at least `separation` apart with a valley between them.

    The second mode holds 22 % of the calls, and the valley is at most 0.6 of it; or, at least 40 % apart, it holds 8 %
    and the valley is at most 0.3 of it. Found in 380 quiet windows: 99 % where 30 % of the calls take 20 % longer, 99 %
    where 15 % take twice as long (10 % by the first rule alone) and 98 % where they take half as long again; flagged
    without a known cause: 5.5 % (by the first rule alone 3.9 %). Nearer than that, what comes by turns (a timer, a
    neighbour) makes a small mode of its own in a third of quiet windows. Hartigan's dip test flags 63 %, for the
    timer's steps. None for n < 100.
    """
    values = np.log(check_latencies(latency_ns, virtual=True))
    if len(values) < 100:
        return None
    found = _second_mode(values, separation, 0.22, 0.6) or _second_mode(values, max(separation, 0.40), 0.08, 0.3)
    if found is None:
        return None
    mass, main_ms, second_ms = found
    evidence = f"{1 - mass:.0%} of the calls near {main_ms:.3g} ms, {mass:.0%} near {second_ms:.3g} ms"
    remedy = "find out what the two kinds of calls are and measure them apart"
    return Pitfall("multimodality", "latency has two typical values, not one", evidence, remedy, "note")


def _second_mode(
    values: FloatArray, separation: float, least_mass: float, valley: float
) -> tuple[float, float, float] | None:
    """Return which share of log latencies (n,) a second mode holds, and where the main and the second mode are, ms."""
    low, quarter, three_quarters, high = np.quantile(values, [0.005, 0.25, 0.75, 0.99])
    if low == high:
        return None
    least_gap = float(np.log1p(separation))
    spread = min(float(values[(values >= low) & (values <= high)].std()), float(three_quarters - quarter) / 1.34)
    width = max(0.9 * spread * len(values) ** -0.2, least_gap / 4.5)
    step = width / 8
    edges = np.arange(low - 5 * width, high + 5 * width, step)
    counts = np.histogram(values, edges)[0]
    kernel = np.exp(-0.5 * (np.arange(-32, 33) / 8) ** 2)
    density = np.convolve(counts, kernel, mode="same")
    peaks = np.flatnonzero((density[1:-1] > density[:-2]) & (density[1:-1] >= density[2:])) + 1
    main = int(peaks[np.argmax(density[peaks])])
    for peak in peaks.tolist():
        left, right = sorted((main, peak))
        lowest = left + int(np.argmin(density[left : right + 1]))
        mass = float((counts[lowest:].sum() if peak > main else counts[:lowest].sum()) / counts.sum())
        if (right - left) * step >= least_gap and density[lowest] <= valley * density[peak] and mass >= least_mass:
            main_ms, second_ms = (float(np.exp(edges[i] + step / 2) / 1e6) for i in (main, peak))
            return mass, main_ms, second_ms
    return None


def contention(involuntary_switches: int, cpu_ns: int, wall_ns: int | None = None) -> Pitfall | None:
    """Return a pitfall if the process had to share its core: 3 or more involuntary context switches in 60 ms.

    These are 60 ms of processor time: a run that waits for its turn is not switched meanwhile. Where `wall_ns` is
    given, for a run that never waits on purpose, also if over 2 % of it was not spent computing. Found by the switches:
    97 % of runs beside another busy process; flagged in vain: 3 %. `resource.getrusage` counts both. Raises ValueError
    for a negative count or a processor time that is not positive.
    """
    if involuntary_switches < 0 or cpu_ns <= 0:
        raise ValueError(
            f"contention needs 0 or more switches in some processor time, got {involuntary_switches} in {cpu_ns} ns"
        )
    waited = 0.0 if wall_ns is None else max(0.0, 1 - cpu_ns / wall_ns)
    if involuntary_switches < max(3.0, 3 * cpu_ns / 60e6) and waited <= 0.02:
        return None
    evidence = f"{involuntary_switches} involuntary context switches in {cpu_ns / 1e6:.3g} ms of processor time"
    if wall_ns is not None:
        evidence += f", {waited:.0%} of the time not computing"
    return Pitfall("contention", "other programs took the core", evidence, "close other programs and run again")


def dead_code(latency_ns: Any, empty_call_ns: float) -> Pitfall | None:
    """Return a pitfall if the median latency is under 5 times that of a call that does nothing.

    Found: every empty function and unconsumed generator; flagged in vain: none, down to 30 times an empty call. Source:
    JMH and nanobench. Raises ValueError unless `empty_call_ns` is positive.
    """
    if not empty_call_ns > 0:
        raise ValueError(f"empty_call_ns must be positive, got {empty_call_ns}; time a function that does nothing")
    median = float(np.median(check_latencies(latency_ns, virtual=True, zeros=True)))
    if median >= 5 * empty_call_ns:
        return None
    evidence = f"a median of {median:,.0f} ns where an empty call takes {empty_call_ns:,.0f} ns"
    return Pitfall("dead code", "the model may not compute anything", evidence, "check its outputs; consume lazy ones")
