"""What the pitfall detectors find and what they flag in vain, on real warm windows of 2,000 queries.

A pitfall is put into a real window, or a real one is used (cold starts, busy cores, several processes). False alarms
are counted on windows of an idle machine, or at least of a core to itself, where there are enough of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from traces import COLD, WINDOW, FloatArray, Traces, Window

from tinytorch import pitfalls
from tinytorch.benchmarking import cold_start, drift
from tinytorch.pitfalls.survey import clearly_cold

FEWEST_QUIET = 20
SLACK = 0.03  # the bar is the first measurement's figure less 3 points

Detector = Callable[[Any], object]
Change = Callable[[FloatArray], Any]


@dataclass(frozen=True)
class Rate:
    """One detector: what was found of what was there, and what was flagged in vain where it was not there."""

    name: str
    put_in: str
    found: float
    in_vain: float
    of: tuple[int, int]  # how many had the pitfall, how many had not
    found_before: float  # the figures that the bars come from
    in_vain_before: float
    judged: bool = True  # False where the machine was too busy, or the windows too few, to hold it against a figure

    @property
    def met(self) -> bool | None:
        """Whether this run is within 3 points of both figures; None where it is not judged."""
        near = self.found >= self.found_before - SLACK and self.in_vain <= self.in_vain_before + SLACK
        return near if self.judged else None


def share(detector: Detector, series: Sequence[Any]) -> float:
    """Return the share of the series in which the detector sees its pitfall."""
    return float(np.mean([detector(each) is not None for each in series])) if series else float("nan")


def cold_start_seen(latency_ns: Any) -> object:
    """Return what the validator makes of the lesson's `cold_start`."""
    return clearly_cold(latency_ns, cold_start)


def clean_windows(traces: Traces) -> tuple[list[FloatArray], str]:
    """Return warm windows as floats, and in words which: those of an idle machine, of a core alone, or all.

    The first that are not too few; "" where all are returned.
    """
    quiet = [trace.window for trace in traces.everything if trace.window.quiet]
    idle = [window for window in quiet if window.idle_machine]
    for windows, which in ((idle, "an idle machine"), (quiet, "processes that had a core to themselves")):
        if len(windows) >= FEWEST_QUIET:
            return [window.latency_ns.astype(float) for window in windows], which
    return [trace.window.latency_ns.astype(float) for trace in traces.everything], ""


def series_rates(traces: Traces, rng: np.random.Generator) -> list[Rate]:
    """Return the rates of the detectors that look at one series of latencies."""
    windows, which = clean_windows(traces)
    quiet = bool(which)
    i = np.arange(WINDOW)

    def step(window: FloatArray) -> FloatArray:
        return window * (1 + 0.10 * (i >= rng.integers(WINDOW // 5, 4 * WINDOW // 5)))

    def level_step(window: FloatArray) -> object:
        return pitfalls.level_step(window, rng)

    def rate(name: str, detector: Detector, put_in: str, change: Change, before: tuple[float, float]) -> Rate:
        found, in_vain = share(detector, [change(window) for window in windows]), share(detector, windows)
        return Rate(name, put_in, found, in_vain, (len(windows), len(windows)), *before, judged=quiet)

    cold = [np.concatenate([t.cold_ns, t.window.latency_ns])[:WINDOW] for t in traces.everything]
    first_calls = share(cold_start_seen, cold), share(cold_start_seen, windows), (len(cold), len(windows))
    dependent, shuffled = [autoregressive(rng) for _ in windows], [rng.permutation(window) for window in windows]
    memory = share(pitfalls.autocorrelation, dependent), share(pitfalls.autocorrelation, shuffled)
    return [
        Rate("cold start", "the first calls of a process", *first_calls, 0.99, 0.024, judged=quiet),
        rate(
            "slow warm-up",
            pitfalls.slow_warm_up,
            "+25 %, decaying over 300 calls",
            lambda window: window * (1 + 0.25 * np.exp(-i / 300)),
            (0.99, 0.013),
        ),
        rate(
            "coarse timer",
            pitfalls.coarse_timer,
            "steps of 5 % of the median",
            lambda window: np.ceil(window / np.median(window) * 20) * np.round(np.median(window) / 20),
            (1.0, 0.0),
        ),
        rate("drift", drift, "10 % over the window", lambda w: w * (1 + 0.1 * i / WINDOW), (0.99, 0.008)),
        rate("level step", level_step, "10 % somewhere in the middle", step, (0.98, 0.033)),
        Rate("autocorrelation", "AR(0.5); in vain: shuffled", *memory, (len(windows), len(windows)), 0.92, 0.0),
        rate(
            "stalls",
            pitfalls.stalls,
            "every 400th call takes 40 times as long",
            lambda window: window * np.where(i % 400 == 200, 40, 1),
            (0.73, 0.03),
        ),
        rate(
            "multimodality",
            pitfalls.multimodality,
            "30 % of the calls take 20 % longer",
            lambda window: window * np.where(rng.random(WINDOW) < 0.3, 1.2, 1),
            (0.998, 0.055),
        ),
        rate(
            "multimodality, few",
            pitfalls.multimodality,
            "15 % of the calls take twice as long",
            lambda window: window * np.where(rng.random(WINDOW) < 0.15, 2.0, 1),
            (0.995, 0.055),
        ),
        contention(traces),
        between_runs(traces, rng),
    ]


def contention(traces: Traces) -> Rate:
    """Return how often busy processes on every core are seen, and how often an idle machine is called busy."""

    def switched(window: Window) -> object:
        return pitfalls.contention(window.switches, window.cpu_ns)

    shared = [window for window in traces.busy if not window.quiet]  # the others got a core in spite of all
    idle = [trace.window for trace in traces.everything if trace.window.idle_machine]
    counts, put_in = (len(shared), len(idle)), "as many busy processes as cores; in vain: idle"
    enough = min(counts) >= FEWEST_QUIET
    return Rate("contention", put_in, share(switched, shared), share(switched, idle), counts, 0.97, 0.03, enough)


def autoregressive(rng: np.random.Generator, phi: float = 0.5) -> FloatArray:
    """Return a window of log-AR noise."""
    from scipy.signal import lfilter

    return np.asarray(20e3 * np.exp(0.05 * lfilter([1], [1, -phi], rng.normal(size=WINDOW + COLD))[COLD:]))


def between_runs(traces: Traces, rng: np.random.Generator) -> Rate:
    """Return how often 10 processes with a spread of 2 % more are seen to differ, and 10 pieces of a shuffled one."""
    sets = [[window * np.exp(rng.normal(0, 0.02)) for window in windows] for windows in _sets(traces, rng)]
    pieces = [np.array_split(rng.permutation(trace.window.latency_ns), 10) for trace in traces.everything]
    found, in_vain = (share(pitfalls.between_run_variance, each) for each in (sets, pieces))
    put_in, counts = "2 % between 10 processes; in vain: one, shuffled", (len(sets), len(pieces))
    enough = all(len(processes) >= 10 for processes in traces.processes.values())
    return Rate("between-run variance", put_in, found, in_vain, counts, 0.81, 0.0, judged=enough)


def _sets(traces: Traces, rng: np.random.Generator) -> list[list[FloatArray]]:
    """Return 20 sets of up to 10 processes of each model."""
    sets = []
    for processes in traces.processes.values():
        windows = [trace.window.latency_ns.astype(float) for trace in processes]
        sets += [[windows[i] for i in rng.permutation(len(windows))[:10]] for _ in range(20)]
    return sets


def seen_in_real_windows(traces: Traces, rng: np.random.Generator) -> dict[str, float]:
    """Return how often detectors without a false-alarm figure fire on real windows: what they see there is true."""
    windows, _ = clean_windows(traces)
    ess = [pitfalls.effective_sample_size(window) / len(window) for window in windows]
    return {
        "autocorrelation": share(pitfalls.autocorrelation, windows),
        "between-run variance, 10 processes": share(pitfalls.between_run_variance, _sets(traces, rng)),
        "effective sample size / n, median": float(np.median(ess)),
        "shorter than its own memory": share(lambda window: pitfalls.too_short(1, 1, window), windows),
        "stalls, in windows beside busy processes": share(
            pitfalls.stalls, [window.latency_ns for window in traces.busy]
        ),
    }
