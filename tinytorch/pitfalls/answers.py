"""Whether a model answers worse than another one on the same samples: right or wrong, how right, or how far off.

Knows arrays with a row a sample. One rule for all, MLPerf's: 99 % of what the reference does is to be kept.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from tinytorch.pitfalls.arguments import check_numbers, check_share
from tinytorch.pitfalls.design import AccuracyDrop, accuracy_drop


def score_drop(model: Any, reference: Any, share: float = 0.99, confidence: float = 0.90) -> AccuracyDrop | None:
    """Return whether a model keeps `share` of the reference's mean score, from scores (n,) between 0 and 1.

    Where every answer is right or wrong this is `accuracy_drop`; else the interval is Student's t of the paired
    differences. None where the reference scores nothing, and of one sample. Raises ValueError for unequal lengths.
    """
    scores, others = _paired(model, reference)
    if not others.any():
        return None
    if np.isin(scores, (0, 1)).all() and np.isin(others, (0, 1)).all():
        return accuracy_drop(scores == 1, others == 1, share, confidence)
    limit = (1 - share) * float(others.mean())
    return None if len(scores) < 2 else _drop(others - scores, 1.0, limit, confidence)


def error_growth(model: Any, reference: Any, share: float = 0.99, confidence: float = 0.90) -> AccuracyDrop | None:
    """Return by how much a model's mean error is larger, as a share of the reference's, from errors (n,) of 0 and more.

    At most 1 / `share` - 1 is allowed. The interval is that of a ratio of means of pairs, by Student's t of its
    residuals (Cochran 1977). None where the reference errs nowhere, and of one sample. Raises ValueError as above.
    """
    errors, others = _paired(model, reference)
    if not others.any() or len(others) < 2:
        return None
    mean, ratio = float(others.mean()), float(errors.mean() / others.mean())
    residuals = errors - ratio * others + (ratio - 1) * mean  # their mean is the growth, in the unit of the errors
    return _drop(residuals, mean, 1 / share - 1, confidence)


def _drop(lost: npt.NDArray[np.float64], unit: float, limit: float, confidence: float) -> AccuracyDrop:
    from scipy import stats

    n, centre = len(lost), float(lost.mean()) / unit
    t = float(stats.t.ppf((1 + check_share(confidence, "confidence")) / 2, n - 1))
    half = t * float(lost.std(ddof=1)) / math.sqrt(n) / unit
    low, high = centre - half, centre + half
    verdict = "fail" if low > limit else "pass" if high < limit else "inconclusive"
    return AccuracyDrop(verdict, centre, low, high, limit)


def _paired(model: Any, reference: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    one, other = (check_numbers(rows, name) for rows, name in ((model, "model"), (reference, "reference")))
    if len(one) != len(other):
        raise ValueError(f"model and reference answer the same samples, got {len(one)} and {len(other)} answers")
    return one, other
