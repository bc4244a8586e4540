"""What looking several times costs: an interval at each planned look that is wide enough to hold at all of them.

Every look has the same level, constant over the looks, found by simulation of Gaussian t (20 million sequences;
`benchmarks/planned_looks.py` makes the table again). Such intervals hold at every look together, whatever ends the
rounds: Jennison and Turnbull, "Repeated confidence intervals", 1989. Knows no data.
"""

from __future__ import annotations

import numpy as np

# The two-sided level of each look, and how often one of the seven looks is beyond it though there is nothing to see.
NOMINAL: tuple[float, ...] = (
    1e-5,
    3e-5,
    1e-4,
    2e-4,
    5e-4,
    0.001,
    0.002,
    0.003,
    0.005,
    0.0075,
    0.01,
    0.0115,
    0.015,
    0.02,
    0.03,
    0.05,
)
NOMINAL += (0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
SPENT: tuple[float, ...] = (
    6.42e-5,
    1.864e-4,
    5.94e-4,
    0.001161,
    0.002786,
    0.005354,
    0.010246,
    0.014884,
    0.023711,
    0.034267,
    0.044371,
)
SPENT += (0.050250, 0.063594, 0.081927, 0.116345, 0.179451, 0.250887, 0.316477, 0.434174, 0.537671, 0.709086, 0.837250)
SPENT += (0.924324, 0.973792, 0.994430, 0.999525, 0.999995, 1.0)
BELOW = 7.0  # seven looks spend seven times a level at the most: so it is where the table does not reach


def spent(p_value: float) -> float:
    """Return how likely one of the looks is to have a p-value as small: the p-value of all of them together."""
    if p_value < NOMINAL[0]:
        return min(BELOW * p_value, SPENT[0])
    return float(np.exp(np.interp(np.log(p_value), np.log(NOMINAL), np.log(SPENT))))


def level_of(error: float) -> float:
    """Return the level of each look, two-sided, at which all of them together err with probability `error`."""
    if error < SPENT[0]:
        return error / BELOW
    return float(np.exp(np.interp(np.log(error), np.log(SPENT), np.log(NOMINAL))))
