"""How the rows of a comparison stand at a planned look: told, still open, or not to be told within the limit.

A row that is not to be told no longer holds the rounds up. That costs no error: whoever stops without a verdict errs in
none. Knows ratios of rounds, not what they are of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tinytorch.looks.doubt import doubt
from tinytorch.looks.plan import MOST
from tinytorch.looks.spending import level_of, spent

FloatArray = npt.NDArray[np.float64]
TOLD, OPEN, HOPELESS = "told", "open", "hopeless"
LEAST_CHANCE = 0.05  # of a verdict by the last look: a row with less is not waited for


def standing(rows: Sequence[FloatArray], margin: float, confidence: float = 0.95, most: int = MOST) -> list[str]:
    """Return how each row of ratios (rounds,) stands: by Holm's procedure over all of them, at this and every look."""
    allowed = 1 - confidence
    doubts = [spent(doubt(row, margin)) for row in rows]
    words, left = [OPEN] * len(rows), len(rows)
    for i in sorted(range(len(rows)), key=doubts.__getitem__):
        if left * doubts[i] >= allowed:
            break
        words[i], left = TOLD, left - 1
    for i, word in enumerate(words):
        if word == OPEN and chance(rows[i], margin, level_of(allowed / left), most) < LEAST_CHANCE:
            words[i] = HOPELESS
    return words


def chance(ratios: FloatArray, margin: float, level: float, most: int = MOST) -> float:
    """Return how likely a verdict is after `most` rounds, going by the rounds so far: their mean and their spread.

    `level` is that of the interval at the last look. The mean by then is predicted from the mean so far.
    """
    from scipy.special import ndtr, stdtrit

    logs, n = np.log(ratios), len(ratios)
    mean, spread = float(logs.mean()), float(logs.std(ddof=1))
    if n >= most or spread == 0:
        return 0.0
    half = float(stdtrit(most - 1, 1 - level / 2)) * spread / math.sqrt(most)
    wanders = spread * math.sqrt(1 / n - 1 / most)
    edge, within = math.log1p(margin), math.log1p(margin) - half
    beyond = ndtr((mean - edge - half) / wanders) + ndtr((-mean - edge - half) / wanders)
    inside = ndtr((within - mean) / wanders) - ndtr((-within - mean) / wanders) if within > 0 else 0.0
    return float(beyond + inside)
