"""How right answers are, by the metric of a data set. What outputs mean is never guessed: what a metric does not take
is refused before anything is timed. Knows outputs and labels, not runs or models."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tinytorch.datasets import OWN, QuerySampleLibrary
from tinytorch.runs.outputs import class_numbers

Array = npt.NDArray[Any]
NUMBERED = ("top1", "binary")  # of these metrics the class of each answer is kept, of the others how right it is


def rated(outputs: Array, library: QuerySampleLibrary) -> Array:
    """Return what is kept of the answers (n, ...) to all samples: a row a sample, by the library's metric.

    top1 and binary: the class of each (n,), int64. multilabel: 1 where all k are right, else 0. regression: the mean
    absolute error of each. A function of the user's own: what it returns, from 0 to 1. Raises ValueError for outputs
    that the metric does not take.
    """
    labels = np.empty(0, np.int64) if library.labels is None else library.labels
    metric = library.metric
    if not isinstance(metric, str):
        return _own(metric(outputs, labels), len(labels))
    if metric == "binary":
        return _likelier(outputs, "binary", labels.shape).astype(np.int64)
    if metric == "multilabel":
        right = _likelier(outputs, "multilabel", labels.shape) == labels
        return np.asarray(right.all(axis=1), dtype=np.float64)
    if metric == "regression":
        return _errors(outputs, labels)
    return class_numbers(outputs, labels)


def _likelier(outputs: Array, metric: str, shape: tuple[int, ...]) -> Array:
    """Return for each probability whether it is above a half."""
    rows = outputs[:, 0] if outputs.ndim == 2 and outputs.shape[1] == 1 and len(shape) == 1 else outputs
    if rows.shape != shape or rows.dtype.kind not in "biuf":
        said = f"{metric} takes probabilities of shape {shape}, got {outputs.shape} of {outputs.dtype}"
        way_out = "for a score a class say metric='top1'" if outputs.ndim == 2 else "return one a label"
        raise ValueError(f"{said}; {way_out}")
    if rows.min() < 0 or rows.max() > 1:
        way_out = f"give scores through a sigmoid, or metric={OWN}"
        raise ValueError(f"{metric} takes probabilities from 0 to 1, got {rows.min():g} to {rows.max():g}; {way_out}")
    return rows > 0.5


def _errors(outputs: Array, targets: Array) -> Array:
    rows = outputs[:, 0] if outputs.ndim == 2 and outputs.shape[1] == 1 and targets.ndim == 1 else outputs
    if rows.shape != targets.shape or rows.dtype.kind not in "biuf":
        raise ValueError(f"regression takes outputs of shape {targets.shape}, got {outputs.shape} of {outputs.dtype}")
    found: Array = np.abs(rows - targets).reshape(len(targets), -1).mean(axis=1, dtype=np.float64)
    return found


def _own(rows: Any, n: int) -> Array:
    found = np.asarray(rows)
    if found.shape != (n,) or found.dtype.kind not in "biuf":
        raise ValueError(f"the metric returns a number a sample, shape ({n},), got {found.shape} of {found.dtype}")
    scores = found.astype(np.float64)
    if not ((scores >= 0) & (scores <= 1)).all():
        odd = scores[~((scores >= 0) & (scores <= 1))][0]
        raise ValueError(f"the metric says how right each answer is, from 0 to 1, got {odd:g}; scale it")
    return scores
