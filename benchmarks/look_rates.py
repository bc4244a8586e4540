"""What rounds that end at planned looks resolve, how often they are wrong and how many they take, beside fixed designs.

A trial draws rounds of real processes, each from another one; the model is the baseline's own copy with every latency
multiplied by 1 + d. The looks are the package's own `standing`, the verdicts those of its intervals. Measures nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from traces import FloatArray, Traces

from tinytorch.benchmarking import Interval, Pair, compare, verdict
from tinytorch.looks import LOOKS, level_of

SHIFTS = (0.0, 0.01, 0.02, 0.03, 0.05)
MARGIN, ALPHA = 0.01, 0.05
HEADER = ["", "trials", *(f"+{shift:.0%}" for shift in SHIFTS), "wrong at 1 %", "A/A, p < 0.05"]
CHECKED = 5  # trials of each call that are held against the package


@dataclass
class Answers:
    """One design, by shift: the shares that were resolved and wrong, and the mean number of rounds; p < 0.05 at 0."""

    design: str
    trials: int = 0
    resolved: dict[float, list[float]] = field(default_factory=lambda: {shift: [] for shift in SHIFTS})
    wrong: dict[float, list[float]] = field(default_factory=lambda: {shift: [] for shift in SHIFTS})
    rounds: dict[float, list[float]] = field(default_factory=lambda: {shift: [] for shift in SHIFTS})
    significant: list[float] = field(default_factory=list)

    def mean(self, what: str, shift: float) -> float:
        """Return the mean over the models."""
        values: dict[float, list[float]] = getattr(self, what)
        return float(np.mean(values[shift]))


def round_ratios(pairs_ns: FloatArray, queries: int) -> FloatArray:
    """Return the log ratio of each round, (processes, rounds), from its first queries: the median of theirs.

    `pairs_ns` has the shape (processes, rounds, 2, pairs).
    """
    logs = np.log(pairs_ns[..., :queries])
    return np.asarray(np.median(logs[:, :, 0] - logs[:, :, 1], axis=2))


def drawn(logs: FloatArray, trials: int, rounds: int, rng: np.random.Generator) -> FloatArray:
    """Return trials of rounds (trials, rounds), each of another process; a coin says which of the two is the model."""
    processes, length = logs.shape
    chosen = logs[rng.integers(0, processes, (trials, rounds)), rng.integers(0, length, (trials, rounds))]
    return np.asarray(chosen * rng.choice([-1.0, 1.0], (trials, rounds)))


def judged(logs: FloatArray, looks: tuple[int, ...]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return of each trial (n,) its verdict, its rounds, and whether p < 0.05 at the end.

    Verdicts are numbers: 0 is not resolved, 1 equivalent, 2 faster or slower. One look is a fixed design.
    """
    from scipy.special import stdtr, stdtrit

    level = ALPHA if len(looks) == 1 else level_of(ALPHA)
    words, rounds = np.zeros(len(logs)), np.full(len(logs), float(looks[-1]))
    significant, done = np.zeros(len(logs)), np.zeros(len(logs), dtype=bool)
    for n in looks:
        mean, error = logs[:, :n].mean(axis=1), np.maximum(logs[:, :n].std(axis=1, ddof=1) / np.sqrt(n), 1e-300)
        half = stdtrit(n - 1, 1 - level / 2) * error
        edge = np.log1p(MARGIN)
        word = np.where(np.abs(mean) + half < edge, 1, np.where(np.abs(mean) - half > edge, 2, 0))
        now = ~done & ((word > 0) | (n == looks[-1]))
        words[now], rounds[now] = word[now], n
        significant[now] = (2 * stdtr(n - 1, -np.abs(mean / error)) < level)[now]
        done |= now
    return words, rounds, significant


def held_against_the_package(logs: FloatArray, looks: tuple[int, ...]) -> None:
    """Raise RuntimeError where the package says something else of the first trials."""
    words, rounds, _ = judged(logs[:CHECKED], looks)
    names = ("not resolved", "equivalent", "faster or slower")
    for trial, word, n in zip(logs, words, rounds, strict=False):
        ratios = np.exp(trial[: int(n)])
        pair = Pair(
            "single_stream", "median latency", ratios.tolist(), [1.0] * len(ratios), True, planned=len(looks) > 1
        )
        [found] = compare(None, 1 - ALPHA, MARGIN, lambda _, pair=pair: [pair])  # type: ignore[arg-type]
        interval = Interval(*found.interval)
        if found.verdict not in names[int(word)] or verdict(interval, interval, MARGIN) != found.verdict:
            raise RuntimeError(f"{names[int(word)]} here, {found.verdict} by compare")


def designs(traces: Traces, rng: np.random.Generator, trials: int) -> list[Answers]:
    """Return the rates of planned looks and of fixed designs with as many queries, single-row: the median latency."""
    found = []
    for name, looks, queries in (
        ("planned looks, 25 queries a round", LOOKS, 25),
        ("fixed, 10 rounds of 100", (10,), 100),
        ("fixed, 20 rounds of 50", (20,), 50),
        ("fixed, 40 rounds of 25", (40,), 25),
    ):
        answers = Answers(name)
        for rounds in traces.rounds.values():
            logs = round_ratios(np.array(rounds, dtype=float), queries)
            for shift in SHIFTS:
                sample = drawn(logs, trials, looks[-1], rng) + np.log1p(shift)
                held_against_the_package(sample, looks)
                words, taken, significant = judged(sample, looks)
                truth = 1 if shift < MARGIN else 2
                wrong = (words > 0) & ((words != truth) | (shift == MARGIN))
                answers.resolved[shift].append(float((words > 0).mean()))
                answers.wrong[shift].append(float(wrong.mean()))
                answers.rounds[shift].append(float(taken.mean()))
                if shift == 0:
                    answers.significant.append(float(significant.mean()))
        answers.trials = trials * len(traces.rounds)
        found.append(answers)
    return found


def rows(found: list[Answers]) -> list[list[str]]:
    """Return a row a design: resolved, and the mean rounds, at each shift; wrong at the margin."""
    table = []
    for each in found:
        cells = [each.design, f"{each.trials:,}"]
        for shift in SHIFTS:
            cells.append(f"{100 * each.mean('resolved', shift):.1f} in {each.mean('rounds', shift):.1f}")
        table.append([*cells, f"{100 * each.mean('wrong', MARGIN):.1f}", f"{100 * np.mean(each.significant):.1f}"])
    return table


def bars(planned: Answers, long_enough: bool) -> list[tuple[str, str, bool | None]]:
    """Return what is asked of planned looks, beside what this run gave."""
    false = planned.mean("wrong", 0.0)
    equal = float(np.mean(planned.significant))
    stated = [
        ("A/A, p < 0.05: <= 6 %", f"{100 * equal:.1f} %", equal <= 0.06),
        ("A/A, a false verdict: <= 1 %", f"{100 * false:.2f} %", false <= 0.01),
        (
            "wrong at the margin: <= 7 %",
            f"{100 * planned.mean('wrong', MARGIN):.1f} %",
            planned.mean("wrong", MARGIN) <= 0.07,
        ),
        *(
            (
                f"resolved at {shift:+.0%}: >= 95 %",
                f"{100 * planned.mean('resolved', shift):.1f} %",
                planned.mean("resolved", shift) >= 0.95,
            )
            for shift in (0.0, 0.02)
        ),
        *(
            (
                f"mean rounds at {shift:+.0%}: <= 15",
                f"{planned.mean('rounds', shift):.1f}",
                planned.mean("rounds", shift) <= 15,
            )
            for shift in (0.0, 0.02)
        ),
    ]
    return [(f"{what} ({planned.design})", got, met if long_enough else None) for what, got, met in stated]
