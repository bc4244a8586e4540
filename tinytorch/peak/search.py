"""The highest Poisson rate that meets a latency target, certified: a pass is shown by data, or it is not given.

The search brackets and bisects with repeated seeds, and decides each rate by `latency_target`. Knows arrays and a
callable that measures; nothing of models, clocks or runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinytorch.peak.latency_target import Decision, check_target, least_effective, meets_target

IntArray = npt.NDArray[np.int64]

UNDECIDED = 4  # rates in a row: lower ones take longer each, and the noise that hides the first hides them too
SPAN = 1 << 10  # the search goes this many times below and above its start


@dataclass(frozen=True)
class PeakRate:
    """The peak lies between `low`, the highest rate shown to pass, and `high`, the lowest shown to fail, in queries/s.

    None stands for a rate that was not found. `complete` says whether the two are within the tolerance, `why` how the
    search ended, `runs` how often it measured, `decisions` what it found at each rate, in the order of the search.
    """

    low: float | None
    high: float | None
    decisions: tuple[tuple[float, Decision], ...]
    complete: bool
    why: str
    runs: int


def find_peak_qps(
    measure: Callable[[float, int], IntArray],
    latency_target_ns: float,
    percentile: float,
    *,
    start_qps: float,
    seeds: Sequence[int],
    tolerance: float = 0.05,
    max_runs: int = 200,
    confidence: float = 0.95,
    keep: Callable[[PeakRate], None] = lambda _: None,
) -> PeakRate:
    """Return between which rates the highest lies whose latencies meet the target; doubles or halves, then bisects.

    `measure(qps, seed)` runs the Server scenario and returns its latencies, int64 ns, in the order of the queries. A
    rate is measured with 1, 2, 4, ... of the `seeds` until it is decided; where one stays undecided, the search closes
    in on it from both sides, and where a few in a row do before any is decided, it ends. `keep` is given what was found
    after each rate. Raises ValueError for arguments out of range; what `measure` raises passes through.
    """
    check_target(latency_target_ns, percentile, confidence)
    _check_search(start_qps, seeds, tolerance, max_runs)
    stages = [*(1 << i for i in range(len(seeds).bit_length()) if 1 << i < len(seeds)), len(seeds)]
    level = 1 - (1 - confidence) / len(stages)  # every stage at a rate has its share of the risk
    decisions: list[tuple[float, Decision]] = []
    runs, qps, why = 0, start_qps, ""
    while not why:
        latencies: list[IntArray] = []
        for repeats in stages:
            more = seeds[len(latencies) : repeats]
            if runs + len(more) > max_runs:
                return _peak(decisions, tolerance, f"the budget of {max_runs} runs is spent: raise max_runs", runs)
            latencies += [measure(qps, seed) for seed in more]
            runs += len(more)
            decision = meets_target(latencies, latency_target_ns, percentile, level)
            if decision.verdict != "undecided":
                break
        decisions.append((qps, decision))
        keep(_peak(decisions, tolerance, "the search ended early", runs))
        if decision.verdict == "undecided" and decision.n < least_effective(percentile, level):
            why = f"{decision.n:,} queries at {qps:g} queries/s decide nothing: measure longer or with more seeds"
        else:
            qps, why = _next_rate(decisions, tolerance)
    return _peak(decisions, tolerance, why, runs)


def _next_rate(decisions: Sequence[tuple[float, Decision]], tolerance: float) -> tuple[float, str]:
    """Return the rate to measure next and "", or any rate and why there is none."""
    passed, failed, unclear = (
        [qps for qps, decision in decisions if decision.verdict == verdict] for verdict in ("pass", "fail", "undecided")
    )
    start = decisions[0][0]
    if len(unclear) == len(decisions) == UNDECIDED:
        return start, f"the first {UNDECIDED} rates stay undecided: measure longer or with more seeds"
    if not passed:
        lower = min(failed + unclear) / 2
        return lower, "" if lower * SPAN >= start else f"no rate down to {2 * lower:g} queries/s was shown to pass"
    if not failed:
        upper = max(passed + unclear) * 2
        return upper, "" if upper <= start * SPAN else f"no rate up to {upper / 2:g} queries/s was shown to fail"
    low, high = max(passed), min(failed)
    if high <= low * (1 + tolerance):
        return low, f"a pass and a fail are shown within {tolerance:.3g} of each other"
    inside = [qps for qps in unclear if low < qps < high]
    gaps = (low, min([*inside, high])), (max([*inside, low]), high)
    below, above = max(gaps, key=lambda gap: gap[1] / gap[0])
    if inside and above <= below * math.sqrt(1 + tolerance):
        return low, f"{len(inside)} rates between them stay undecided: measure longer or with more seeds"
    return math.sqrt(below * above), ""


def _peak(decisions: list[tuple[float, Decision]], tolerance: float, why: str, runs: int) -> PeakRate:
    low = max((qps for qps, decision in decisions if decision.verdict == "pass"), default=None)
    high = min((qps for qps, decision in decisions if decision.verdict == "fail"), default=None)
    complete = low is not None and high is not None and high <= low * (1 + tolerance)
    return PeakRate(low, high, tuple(decisions), complete, why, runs)


def _check_search(start_qps: float, seeds: Sequence[int], tolerance: float, max_runs: int) -> None:
    if not (math.isfinite(start_qps) and start_qps > 0):
        raise ValueError(f"start_qps is positive and finite, got {start_qps}; begin at a rate you expect to pass")
    if not seeds or len(set(seeds)) < len(seeds):
        raise ValueError(f"repeats need seeds that all differ, got {list(seeds)}; pass for example range(8)")
    if not (math.isfinite(tolerance) and tolerance > 0):
        raise ValueError(f"tolerance is a positive ratio, for example 0.05, got {tolerance}")
    if max_runs < 1:
        raise ValueError(f"max_runs allows at least 1 run, got {max_runs}")
