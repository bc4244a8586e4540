"""How often each way to compare is wrong on real traces, and how often it sees a true difference.

A against A gives false alarms. For power, B is A's own copy with every latency multiplied by 1 + delta. Coverage: how
often an interval holds what it is an interval of. Knows traces and procedures; measures nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from procedures import RIVALS, Comparisons, paired_rounds
from traces import FloatArray, Traces

from tinytorch.benchmarking import median_interval

SHIFTS = (0.0, 0.01, 0.02, 0.05)
ROUNDS = (10, 20)
TRIALS = 1_000  # drawn where trials are drawn, per model
N = 1_000  # queries of each trace that a rival gets
APART, TOGETHER = "two processes, one after the other", "one process, AAAA BBBB"
IN_PROCESS, FRESH = "rounds in one process, rebuilt", "rounds in fresh processes"


@dataclass
class Rates:
    """One way to compare: by shift, the share of trials with p < 0.05 and with a verdict, one value a model."""

    procedure: str
    design: str
    trials: int = 0
    rounds: int = 0  # measured, of which trials are made
    different: dict[float, list[float]] = field(default_factory=lambda: {shift: [] for shift in SHIFTS})
    verdict: dict[float, list[float]] = field(default_factory=lambda: {shift: [] for shift in SHIFTS})

    def of(self, shift: float, verdict: bool = False) -> float:
        """Return the share over all models."""
        return float(np.mean((self.verdict if verdict else self.different)[shift]))


def rival_rates(traces: Traces, rng: np.random.Generator, pairs: int) -> list[Rates]:
    """Return the rates of the procedures that take one trace of each system, from so many pairs of processes."""
    table = {(name, design): Rates(name, design) for design in (APART, TOGETHER) for name in RIVALS}
    for processes in traces.processes.values():
        windows = np.array([trace.window.latency_ns[-N:] for trace in processes], dtype=float)
        seconds = np.array([trace.second_ns[-N:] for trace in processes], dtype=float)
        count = len(windows)
        first = rng.integers(0, count, pairs)
        other = (first + rng.integers(1, count, pairs)) % count
        for design, a, b in ((APART, windows[first], windows[other]), (TOGETHER, windows, seconds)):
            for name, rival in RIVALS.items():
                rates = table[name, design]
                rates.trials += len(a)
                for shift in SHIFTS:
                    rates.different[shift].append(float(rival(a, b * (1 + shift), rng).mean()))
    return list(table.values())


def pools(traces: Traces, design: str) -> Iterator[FloatArray]:
    """Yield per model the medians of all rounds, shape (processes, rounds in each, 2), the object built first first."""
    for name, processes in traces.processes.items():
        if design == FRESH:
            yield np.array([np.median(trace.pairs_ns, axis=1) for trace in processes])[:, None, :]
        else:
            yield np.array([np.median(latencies, axis=2) for latencies in traces.rounds[name]])


def draw(medians: FloatArray, rounds: int, rng: np.random.Generator) -> FloatArray:
    """Return TRIALS comparisons (2, TRIALS, rounds): which object counts as the model is a coin flipped anew.

    Rounds in one process are consecutive; of fresh processes any are drawn. The coin is the design's own: all that was
    measured hangs on which object was built first, not on what it is called.
    """
    processes, length, _ = medians.shape
    if length == 1:
        chosen = medians[rng.integers(0, processes, (TRIALS, rounds)), 0]
    else:
        starts = rng.integers(0, length - rounds + 1, TRIALS)
        chosen = medians[rng.integers(0, processes, TRIALS)[:, None], starts[:, None] + np.arange(rounds)]
    return np.moveaxis(rng.permuted(chosen, axis=2), 2, 0)


def our_rates(traces: Traces, rng: np.random.Generator) -> list[Rates]:
    """Return the rates of the package's comparison, by design and number of rounds."""
    results = []
    for design in (IN_PROCESS, FRESH):
        for rounds in ROUNDS:
            rates = Rates(f"ours, R = {rounds}", design)
            for medians in pools(traces, design):
                model, baseline = draw(medians, rounds, rng)
                rates.trials += TRIALS
                rates.rounds += medians[..., 0].size
                for shift in SHIFTS:
                    found: Comparisons = paired_rounds(model * (1 + shift), baseline)
                    rates.different[shift].append(found.significant)
                    rates.verdict[shift].append(found.share("slower") if shift else found.share("slower", "faster"))
            results.append(rates)
    return results


def built_second(traces: Traces) -> dict[str, list[float]]:
    """Return by design, per model, how much longer the object that was built second takes: why coins are flipped."""
    return {
        design: [float(np.exp(np.diff(np.log(medians)).mean()) - 1) for medians in pools(traces, design)]
        for design in (IN_PROCESS, FRESH)
    }


def coverages(traces: Traces, rng: np.random.Generator, rounds: int = 10) -> dict[str, list[float]]:
    """Return, by interval, how often it held the truth, one value a model. Truth is the median over the processes."""
    held: dict[str, list[float]] = {}
    for processes in traces.processes.values():
        windows = np.array([trace.window.latency_ns for trace in processes], dtype=float)
        for name, p in (("median", 0.5), ("p90", 0.9)):
            values = np.quantile(windows, p, axis=1, method="inverted_cdf")
            truth = float(np.median(values))
            draws = values[rng.integers(0, len(values), (TRIALS // 4, rounds))]
            inside = [_holds(median_interval(draw)[:2], truth) for draw in draws]
            held.setdefault(f"{name} over {rounds} rounds (processes), order statistics", []).append(_share(inside))
        truth = float(np.median(np.median(windows, axis=1)))
        one = [_holds(median_interval(window)[:2], truth) for window in windows]
        held.setdefault("median of one trace, order statistics", []).append(_share(one))
        truth = float(np.median(windows.mean(axis=1)))
        half = 1.96 * windows.std(axis=1, ddof=1) / np.sqrt(windows.shape[1])
        held.setdefault("mean of one trace, 1.96 standard errors (TinyTorch)", []).append(
            float((np.abs(windows.mean(axis=1) - truth) <= half).mean())
        )
    for design in (FRESH, IN_PROCESS):
        for medians in pools(traces, design):
            found = paired_rounds(*draw(medians, rounds, rng))
            held.setdefault(f"ratio over {rounds} {design}, t", []).append(
                float(((found.low <= 1) & (found.high >= 1)).mean())
            )
    iid = rng.lognormal(0, 0.3, (TRIALS, 100))
    held["median of 100 independent values, order statistics"] = [
        _share([_holds(median_interval(row)[:2], 1.0) for row in iid])
    ]
    return held


def _holds(interval: tuple[float, ...], truth: float) -> bool:
    return interval[0] <= truth <= interval[1]


def _share(flags: list[bool]) -> float:
    return float(np.mean(flags))
