"""Whether the latencies of a queue meet a target, shown or not shown, and how many queries a second do.

Latencies of one queue come in waves, so n of them tell as much as n / tau independent ones, where tau is their
correlation length. An exact binomial interval on these effective counts is held against the share that may be over the
target. Knows arrays; nothing of models, clocks or runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Runs = npt.NDArray[Any] | Sequence[npt.NDArray[Any]]

# Both margins were set on simulated queues and are checked by benchmarks/false_pass.py.
WARM_UP = 2.0  # correlation lengths until a queue that started empty has forgotten it
MARGIN = 4.0  # tau is raised by this many sqrt(tau / n), the order of its own relative standard error


@dataclass(frozen=True)
class Decision:
    """What latencies show about a target: 'pass' and 'fail' are shown at the stated confidence, 'undecided' is neither.

    `lower` and `upper` bound the true share of latencies over the target. `effective_n` is how many independent
    latencies the `n` are worth, `correlation` their correlation length in queries, `how` all of it in words.
    """

    verdict: Literal["pass", "fail", "undecided"]
    share: float
    lower: float
    upper: float
    n: int
    effective_n: float
    correlation: float
    how: str


@dataclass(frozen=True)
class Goodput:
    """The load that met the target, in queries per second: the rounds' median, and its interval if there are enough."""

    qps: float
    low: float | None
    high: float | None
    rounds: int


def correlation_length(repeats: Sequence[npt.NDArray[np.float64]]) -> float:
    """Return how many successive values tell as much about the mean as one independent value; at least 1.

    `repeats` are series in the order of time, independent of one another. Autocovariances are taken about the mean of
    all, and summed while pairs of them are positive and fall (Geyer 1992, initial monotone sequence).
    """
    values = np.concatenate(repeats)
    if values.min() == values.max():
        return 1.0
    longest = max(len(series) for series in repeats)
    size = 1 << (2 * longest).bit_length()  # long enough for no wrap-around
    power = sum(np.abs(np.fft.rfft(series - values.mean(), size)) ** 2 for series in repeats)
    covariance = np.fft.irfft(power, size)[: longest + longest % 2]
    pairs = np.minimum.accumulate(covariance[::2] + covariance[1::2])
    return max(1.0, float(2 * pairs[pairs > 0].sum() / covariance[0] - 1))


def meets_target(latency_ns: Runs, target_ns: float, percentile: float, confidence: float = 0.95) -> Decision:
    """Return whether the share `percentile` of the queue's latencies is shown to be at most `target_ns`.

    `latency_ns` is one run, shape (n,), in the order of the queries, or a list of runs with different seeds. Each run
    starts with an empty queue; its first two correlation lengths count where they speak against a pass or a fail, and
    not where they speak for it. Too few queries give 'undecided'. Raises ValueError for latencies that are not finite
    numbers, for an empty run, and for a target, percentile or confidence out of range.
    """
    runs = _runs(latency_ns)
    check_target(target_ns, percentile, confidence)
    over = [run > target_ns for run in runs]
    # Before anything is over the target only the latencies themselves can tell how long the waves are.
    tau = max(
        correlation_length([flags.astype(float) for flags in over]),
        correlation_length([np.minimum(run, target_ns) for run in runs]),
    )
    n, warm_up = sum(map(len, runs)), math.ceil(WARM_UP * tau)
    steady = np.concatenate([flags[warm_up:] for flags in over])
    effective_n = len(steady) / (tau * (1 + MARGIN * math.sqrt(tau / n)))
    share = float(np.concatenate(over).mean())
    long_enough = 5 * len(steady) >= 4 * n  # in shorter runs even tau comes out too small
    lower, upper = 0.0, 1.0
    if long_enough:
        shares = share, float(steady.mean())
        lower, upper = _share_interval(min(shares), max(shares), effective_n, confidence)
    allowed = 1 - percentile
    verdict: Literal["pass", "fail", "undecided"] = "undecided"
    if upper < allowed or lower > allowed:
        verdict = "pass" if upper < allowed else "fail"
    how = (
        f"{share:.3%} of {n:,} latencies are over the target and {allowed:.3%} may be; {tau:.1f} successive ones tell "
        f"as much as one, which makes {effective_n:,.0f}; the share lies between {lower:.3%} and {upper:.3%}"
    )
    if not long_enough:
        how += f"; the runs are too short: make each longer than {5 * warm_up:,} queries"
    elif effective_n < (needed := least_effective(percentile, confidence)):
        how += f"; no pass is possible below {needed:,.0f} effective latencies: issue more queries"
    return Decision(verdict, share, lower, upper, n, effective_n, tau, how)


def goodput(
    latency_ns: Runs, duration_ns: float | Sequence[float], target_ns: float, confidence: float = 0.95
) -> Goodput:
    """Return the part of the load, in queries per second, that met `target_ns`: the rounds' median and its interval.

    `latency_ns` is one round, shape (n,), or a list of rounds, `duration_ns` the time of each from the first arrival to
    the last: n - 1 gaps, as in the scheduled load. The interval is the exact one between order statistics; where the
    rounds are too few for it (below 6 at 95 %) its ends are None. Raises ValueError for latencies that are not finite
    numbers, for an empty round, and for durations that do not fit them.
    """
    from scipy.stats import quantile_test

    rounds = _runs(latency_ns)
    durations = np.atleast_1d(np.asarray(duration_ns, dtype=float))
    check_target(target_ns, 0.5, confidence)
    if durations.shape != (len(rounds),) or not (np.isfinite(durations).all() and (durations > 0).all()):
        raise ValueError(
            f"each of the {len(rounds)} rounds has one duration, positive and in ns, got {durations.tolist()}; "
            "pass the time of each round from its first arrival to its last"
        )
    rates = [float(np.mean(run <= target_ns)) * (run.size - 1) for run in rounds] / durations * 1e9
    ends = quantile_test(rates, p=0.5).confidence_interval(confidence)  # NaN where the rounds are too few
    low, high = (None if math.isnan(end) else float(end) for end in ends)
    return Goodput(float(np.median(rates)), low, high, rates.size)


def least_effective(percentile: float, confidence: float) -> float:
    """How many independent latencies, all within the target, it takes to show a pass."""
    return math.log((1 - confidence) / 2) / math.log(percentile)


def _share_interval(least: float, most: float, n: float, confidence: float) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share seen between `least` and `most` in `n`, which need not be whole."""
    from scipy.special import betaincinv

    each = (1 - confidence) / 2
    lower = float(betaincinv(n * least, n * (1 - least) + 1, each)) if least > 0 else 0.0
    upper = float(betaincinv(n * most + 1, n * (1 - most), 1 - each)) if most < 1 else 1.0
    return lower, upper


def _runs(latency_ns: Runs) -> list[npt.NDArray[np.float64]]:
    """The runs, each shape (n,), float64; refuses what is not a run."""
    single = isinstance(latency_ns, np.ndarray) and latency_ns.ndim == 1
    runs = [np.asarray(run) for run in ([latency_ns] if single else latency_ns)]
    if not runs:
        raise ValueError("a decision needs at least one run, got none; pass an array of latencies or a list of them")
    for i, run in enumerate(runs):
        if run.ndim != 1 or run.size == 0 or run.dtype.kind not in "iuf":
            raise ValueError(
                f"a run is a one-dimensional array of at least one number, run {i} has shape {run.shape} and dtype "
                f"{run.dtype}; pass the latencies in ns, in the order of the queries"
            )
        if len(wrong := np.flatnonzero(~(np.isfinite(run) & (run >= 0)))):
            raise ValueError(
                f"a latency is finite and not negative, run {i} has {run[wrong[0]]} at query {wrong[0]} (and "
                f"{len(wrong) - 1} more such); leave out queries that were not completed"
            )
    return [run.astype(np.float64) for run in runs]


def check_target(target_ns: float, percentile: float, confidence: float) -> None:
    if not (math.isfinite(target_ns) and target_ns > 0):
        raise ValueError(f"a latency target is positive and finite, in ns, got {target_ns}")
    for name, share in (("percentile", percentile), ("confidence", confidence)):
        if not 0 < share < 1:
            raise ValueError(f"{name} lies between 0 and 1, for example 0.99, got {share}")
