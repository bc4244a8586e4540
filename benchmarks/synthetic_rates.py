"""False alarms on made-up noise whose truth is known: dependence, regimes, drift, and spread between processes.

The same noise runs under two designs: ours, 10 rounds of interleaved queries, and one trace after the other, as the
usual tests take them. Needs no clock.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from procedures import RIVALS, paired_rounds
from traces import FloatArray

ROUNDS, PAIRS, N = 10, 100, 1_000
CALLS = 2 * N  # as many as ROUNDS * PAIRS pairs
SHOWN = ("Welch t", "Mann-Whitney", "bootstrap of the median")
LEVEL, WITHIN = 20_000.0, 0.05

Noise = Callable[[int, np.random.Generator], FloatArray]


def ar(trials: int, rng: np.random.Generator) -> FloatArray:
    """Return log noise (trials, CALLS) that remembers 0.9 of the last value."""
    from scipy.signal import lfilter

    return np.asarray(lfilter([1], [1, -0.9], rng.normal(0, 1, (trials, CALLS + 200)), axis=1)[:, 200:] * WITHIN)


def regime(trials: int, rng: np.random.Generator) -> FloatArray:
    """Return noise with two levels 10 % apart that each last 500 calls in the mean."""
    changes = rng.random((trials, CALLS)) < 1 / 500
    level = (np.cumsum(changes, axis=1) + rng.integers(0, 2, (trials, 1))) % 2
    return np.asarray(rng.normal(0, WITHIN, (trials, CALLS)) + 0.1 * level)


def drift(trials: int, rng: np.random.Generator) -> FloatArray:
    """Return noise that drifts by 5 % from the first to the last call."""
    return np.asarray(rng.normal(0, WITHIN, (trials, CALLS)) + np.linspace(0, 0.05, CALLS))


def spread(trials: int, rng: np.random.Generator) -> FloatArray:
    """Return noise where every stretch of calls in one process has a level of its own, standard deviation 2 %."""
    return rng.normal(0, WITHIN, (trials, CALLS))


NOISES: dict[str, Noise] = {
    "AR(0.9)": ar,
    "regimes of 10 %": regime,
    "drift of 5 %": drift,
    "2 % between processes": spread,
}


def interleaved(noise: FloatArray, between: float, rng: np.random.Generator) -> float:
    """Return the share of trials with p < 0.05 in our design: rounds of pairs in coin-flip order, A = B.

    Each round is a process with a level of its own, standard deviation `between`, and each of its two objects has a
    place in memory worth a quarter of that.
    """
    trials = len(noise)
    pairs = noise.reshape(trials, ROUNDS, PAIRS, 2) + rng.normal(0, between, (trials, ROUNDS, 1, 1))
    flips = rng.integers(0, 2, (trials, ROUNDS, PAIRS, 1))
    arms = np.take_along_axis(pairs, np.concatenate([flips, 1 - flips], axis=3), axis=3)
    arms = arms + rng.normal(0, between / 4, (trials, ROUNDS, 1, 2))
    medians = np.median(LEVEL * np.exp(arms), axis=2)
    return paired_rounds(medians[:, :, 0], medians[:, :, 1]).significant


def sequential(noise: FloatArray, between: float, rng: np.random.Generator) -> dict[str, float]:
    """Return the share of trials that each rival calls different: all of A, then all of B, each its own process."""
    levels = rng.normal(0, between, (2, len(noise), 1))
    a, b = LEVEL * np.exp(noise[:, :N] + levels[0]), LEVEL * np.exp(noise[:, N:] + levels[1])
    return {name: float(RIVALS[name](a, b, rng).mean()) for name in SHOWN}


def false_alarms(trials: int, rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """Return by noise the share of false alarms of ours, interleaved, and of the rivals, sequential."""
    found: dict[str, dict[str, float]] = {}
    for name, make in NOISES.items():
        between = 0.02 if make is spread else 0.0
        ours, rivals = 0.0, dict.fromkeys(SHOWN, 0.0)
        blocks = max(1, trials // 250)
        for block in range(blocks):
            noise = make(250, rng)
            ours += interleaved(noise, between, rng) / blocks
            if block < max(1, blocks // 4):
                shares = sequential(noise, between, rng)
                rivals = {rival: rivals[rival] + shares[rival] / max(1, blocks // 4) for rival in SHOWN}
        found[name] = {"ours, interleaved": ours} | rivals
    return found
