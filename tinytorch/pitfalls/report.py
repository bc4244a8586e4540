"""Pitfalls of what was reported: runs left out, stopping when it suits, and averages that are not averages of time.

All are deterministic. Source: Heiser, "Systems Benchmarking Crimes"; Fleming and Wallace 1986; Hoefler and Belli 2015.
Knows counts and numbers, not runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .arguments import FloatArray, check_numbers
from .pitfall import Pitfall


def best_of_k(recorded: int, reported: int) -> Pitfall | None:
    """Return a pitfall if fewer runs were reported than recorded.

    The best of 5 runs of one and the same model looks 2-3 % faster than it is, of 20 runs 3-4 %. Raises ValueError for
    a negative count or more reported than recorded.
    """
    if not 0 <= reported <= recorded:
        raise ValueError(f"of the runs recorded some are reported, got {reported} reported of {recorded} recorded")
    if reported == recorded:
        return None
    evidence = f"{recorded} runs were recorded, {reported} reported"
    return Pitfall("best of k", "runs were left out", evidence, "report every run", "invalid")


def optional_stopping(planned_rounds: int | Sequence[int], rounds: int) -> Pitfall | None:
    """Return a pitfall if the rounds ended where nothing was planned: neither at a fixed number nor at a planned look.

    Looking after each of 5 to 30 rounds and stopping at p < 0.05 gives 23 % false alarms. Looks that are planned, and
    spend the error among them, give none: `planned_rounds` then says after which rounds they are. Raises ValueError
    for a negative count.
    """
    planned = [planned_rounds] if isinstance(planned_rounds, int) else list(planned_rounds)
    if min([*planned, rounds]) < 0:
        raise ValueError(f"rounds are 0 or more, got {planned_rounds} planned and {rounds} run")
    if rounds in planned:
        return None
    evidence = f"{planned[0]} rounds were planned, {rounds} run"
    if len(planned) > 1:
        evidence = f"looks were planned after {', '.join(map(str, planned))} rounds, {rounds} were run"
    remedy = "fix the number of rounds or plan the looks, then keep to it"
    return Pitfall("optional stopping", "the number of rounds was not fixed beforehand", evidence, remedy, "invalid")


def mean_of_ratios(ratios: Any) -> Pitfall | None:
    """Return a pitfall if the arithmetic mean of the ratios is over 1 % off the geometric mean.

    A model against itself gives an arithmetic mean of 1.04 on a quiet machine and 2.15 on a busy one. Raises
    ValueError for a ratio that is not positive.
    """
    values = _positive(ratios, "ratios")
    inflation = float(values.mean() / np.exp(np.log(values).mean()))
    if abs(inflation - 1) <= 0.01:
        return None
    evidence = f"the arithmetic mean of {len(values)} ratios is {inflation:.3f} times the geometric mean"
    remedy = "report the geometric mean, or the ratio of totals"
    return Pitfall("mean of ratios", "an arithmetic mean of ratios favours one side", evidence, remedy)


def averaged_throughput(reported: float, samples: Any, duration_ns: Any) -> Pitfall | None:
    """Return a pitfall if the reported samples per second are over 1 % off all samples over all the time.

    `samples` and `duration_ns` have shape (runs,). Averaging the runs' throughputs counts the short runs too much.
    Raises ValueError for unequal lengths or a duration that is not positive.
    """
    counts, durations = check_numbers(samples, "samples"), _positive(duration_ns, "duration_ns")
    if len(counts) != len(durations):
        raise ValueError(f"samples has {len(counts)} runs and duration_ns has {len(durations)}; pass one of each a run")
    true = float(counts.sum() / durations.sum() * 1e9)
    if abs(reported - true) <= 0.01 * true:
        return None
    evidence = f"{reported:,.4g} samples/s were reported, all samples over all the time make {true:,.4g}"
    remedy = "divide all samples by all the time"
    return Pitfall("averaged throughput", "the throughput is an average of rates", evidence, remedy)


def _positive(values: Any, name: str) -> FloatArray:
    row = check_numbers(values, name)
    if (row <= 0).any():
        index = int(np.argmax(row <= 0))
        raise ValueError(f"{name} needs positive numbers, {name}[{index}] of {len(row)} is {row[index]:g}")
    return row
