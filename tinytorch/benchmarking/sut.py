"""The system under test: a model behind one call. Knows nothing of time, schedules or statistics."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "1. System under test"; make it again with
# `tinytorch export`.

from __future__ import annotations

from typing import Any

import numpy as np

from tinytorch.runs import Array, IntArray, Model, Step, System, as_model, rebuild

__all__ = [
    "Array",
    "IntArray",
    "Model",
    "Step",
    "System",
    "accuracy",
    "as_model",
    "check_outputs",
    "predict",
    "rebuild",
]


def check_outputs(outputs: Any, n_samples: int) -> Array:
    """Return `outputs` as an array of shape (n_samples, ...).

    Raises ValueError, naming both counts, unless each sample has exactly one output.
    """
    rows = np.asarray(outputs)
    n_outputs = len(rows) if rows.ndim else 0
    if n_outputs != n_samples:
        counts = f"{n_samples} samples went in, {n_outputs} outputs came back"
        raise ValueError(f"{counts}; return an array of shape (n, ...)")
    return rows


def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    """Return the share of outputs whose class is the label's, or None without labels.

    `outputs` has shape (n, classes) or (n,), `labels` (n,). Raises ValueError if their
    lengths differ or n is 0.
    """
    if labels is None:
        return None
    if len(outputs) != len(labels) or len(labels) == 0:
        counts = f"{len(outputs)} outputs and {len(labels)} labels"
        raise ValueError(f"accuracy needs a label per output, 1 or more; got {counts}")
    classes = outputs.argmax(axis=1) if outputs.ndim == 2 else outputs
    return float(np.mean(classes == labels))


def predict(model: Model, inputs: Array, batch_size: int = 256) -> Array:
    """Return the model's outputs for all `inputs` (n, ...), in order."""
    batches = [inputs[i : i + batch_size] for i in range(0, len(inputs), batch_size)]
    return np.concatenate([check_outputs(model(b), len(b)) for b in batches])
