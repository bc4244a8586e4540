"""How sure a verdict is: how surprising the rounds would be if the truth lay at the nearer edge of the margin.

One number decides: the interval at level 1 - p ends exactly at that edge. Knows ratios, not what they are of.
"""

from __future__ import annotations

import math
import sys

import numpy as np
import numpy.typing as npt

LEAST = sys.float_info.min  # where all rounds have one ratio: never 0, so that it can be multiplied and compared


def doubt(ratios: npt.ArrayLike, margin: float) -> float:
    """Return the two-sided p-value of the nearer of 1 / (1 + margin) and 1 + margin, by Student's t on the logarithms.

    `ratios` (rounds,), two or more, positive. Below alpha exactly where the interval of the mean at 1 - alpha lies on
    one side of that edge: wholly beyond the margin, or wholly within.
    """
    from scipy.special import stdtr

    logs = np.log(np.asarray(ratios, dtype=float))
    away = abs(abs(float(logs.mean())) - math.log1p(margin))
    error = float(logs.std(ddof=1)) / math.sqrt(len(logs))
    if error <= 1e-12:  # known without statistics, up to rounding
        return LEAST if away > 1e-12 else 1.0
    return max(LEAST, 2 * float(stdtr(len(logs) - 1, -away / error)))
