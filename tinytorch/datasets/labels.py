"""What answers are held against: the metrics by name, and the labels that each takes. Knows outputs by no shape.

Nothing is guessed: labels that fit another metric better are refused with its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Metric = str | Callable[[Any, Any], Any]
METRICS = ("top1", "binary", "multilabel", "regression", "none")
OWN = "a function (outputs, labels) -> how right each answer is, from 0 to 1"


def checked_metric(metric: Any) -> Metric:
    """Return the metric: one of METRICS, or a function. Raises ValueError for anything else."""
    if callable(metric) or metric in METRICS:
        found: Metric = metric
        return found
    raise ValueError(f"metric is {', '.join(METRICS)}, or {OWN}; got {metric!r}")


def name_of(metric: Metric) -> str:
    """Return the word for a metric: its name, or that of the function."""
    return metric if isinstance(metric, str) else str(getattr(metric, "__name__", type(metric).__name__))


def checked_labels(labels: Any, samples: int, metric: Metric) -> Array:
    """Return the labels as the metric takes them, a row a sample.

    top1: class ids (n,), int64. binary: 0 and 1 (n,), int64. multilabel: 0 and 1 (n, k), int64. regression: targets
    (n,) or (n, k), float64. A function of your own takes numbers or texts of any shape. Raises ValueError otherwise.
    """
    try:
        rows = np.asarray(labels)
    except ValueError as error:
        raise ValueError(
            "labels are numbers or texts, one array with a row a sample, got rows of several lengths"
        ) from error
    if metric == "top1":
        _check_classes(rows, samples)
    if rows.ndim == 0 or len(rows) != samples:
        got = len(rows) if rows.ndim else "a single value"
        raise ValueError(f"every sample needs one label: got {samples} samples and {got} labels")
    if not isinstance(metric, str):
        if rows.dtype.kind not in "biufUS":
            raise ValueError(f"labels are numbers or texts, one array with a row a sample, got dtype {rows.dtype}")
        return rows
    if metric == "regression":
        return _targets(rows)
    if metric in ("binary", "multilabel"):
        _check_zeros_and_ones(rows, metric)
    return rows.astype(np.int64)


def _targets(rows: Array) -> Array:
    if rows.dtype.kind not in "iuf" or rows.ndim > 2:
        raise ValueError(f"regression takes targets (n,) or (n, k), got shape {rows.shape} of {rows.dtype}")
    if not np.isfinite(rows).all():
        raise ValueError("regression takes targets that are finite, got NaN or infinity; drop these samples")
    return rows.astype(np.float64)


def _check_zeros_and_ones(rows: Array, metric: str) -> None:
    shape, dimensions = ("(n,)", 1) if metric == "binary" else ("(n, k)", 2)
    if rows.ndim != dimensions or rows.dtype.kind not in "biu":
        raise ValueError(f"{metric} takes labels {shape} of 0 and 1, got shape {rows.shape} of {rows.dtype}")
    odd = rows[(rows != 0) & (rows != 1)]
    if odd.size:
        raise ValueError(f"{metric} takes labels of 0 and 1, got {odd[0]}; renumber them, or use metric='top1'")


def _check_classes(labels: Array, samples: int) -> None:
    if labels.ndim != 1:
        raise ValueError(
            f"labels must have one class id per sample, shape ({samples},), got {labels.shape}; "
            "turn one-hot rows into ids with labels.argmax(axis=1), or say metric='multilabel'"
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be whole numbers (class ids), got dtype {labels.dtype}; {_way_out(labels)}")


def _way_out(labels: Array) -> str:
    """Return what to do with labels that are no class ids; targets of a regression are never to be cut to integers."""
    if labels.dtype.kind == "f":
        return "for a regression say metric='regression', or leave the labels out and no accuracy is measured"
    if labels.dtype.kind == "b":
        return "say metric='binary', or use labels.astype(int)"
    return "number the classes from 0 on in the order of the model's scores"
