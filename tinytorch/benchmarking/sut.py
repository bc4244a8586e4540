"""The system under test: a model behind one call. Knows nothing of time, schedules or statistics."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "1. System under test"; make it again with
# `tinytorch export`.

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "IntArray", "Model", "accuracy", "as_model", "check_outputs", "predict", "rebuild"]


Array = npt.NDArray[Any]
IntArray = npt.NDArray[np.int64]
Model = Callable[[Array], Any]


def check_outputs(outputs: Any, n_samples: int) -> Array:
    """Return `outputs` as an array of shape (n_samples, ...).

    Raises ValueError unless there is exactly one output for each sample.
    """
    rows = np.asarray(outputs)
    n_outputs = len(rows) if rows.ndim else 0
    if n_outputs != n_samples:
        raise ValueError(
            f"a model returns one output per sample: {n_samples} samples went in, {n_outputs} outputs came back; "
            "return an array of shape (n, ...)"
        )
    return rows


def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    """Return the fraction of outputs whose class is the label's, or None without labels.

    `outputs` has shape (n, classes) or (n,), `labels` (n,). Raises ValueError if their lengths differ or n is 0.
    """
    if labels is None:
        return None
    if len(outputs) != len(labels) or len(labels) == 0:
        raise ValueError(f"accuracy needs a label per output and at least one, got {len(outputs)} and {len(labels)}")
    classes = outputs.argmax(axis=1) if outputs.ndim == 2 else outputs
    return float(np.mean(classes == labels))


def as_model(system: Any) -> Model:
    """Return the call that answers a batch: the object itself, or its `issue` method.

    Raises TypeError for an object that has neither.
    """
    if callable(system):
        return system  # type: ignore[no-any-return]
    if callable(getattr(system, "issue", None)):
        return system.issue  # type: ignore[no-any-return]
    raise TypeError(f"a system under test is callable or has issue(queries), got {type(system).__name__}")


def predict(model: Model, inputs: Array, batch_size: int = 256) -> Array:
    """Return the model's outputs for all `inputs` (n, ...), in order: the accuracy pass, which is not timed."""
    batches = [inputs[i : i + batch_size] for i in range(0, len(inputs), batch_size)]
    return np.concatenate([check_outputs(model(batch), len(batch)) for batch in batches])


def rebuild(system: Any, build: Callable[[], Any] | None, rng: np.random.Generator) -> Any:
    """Return an equal system at another place in memory: from its factory, else a deep copy, else the system itself.

    The pad of random size moves whatever is allocated after it (Mytkowicz et al. 2009, layout bias).
    """
    pad = np.empty(int(rng.integers(64, 1 << 16)), dtype=np.uint8)
    try:
        return build() if build is not None else copy.deepcopy(system)
    except (TypeError, ValueError, RuntimeError, copy.Error):
        if build is not None:
            raise
        return system  # an open session or a lock cannot be copied: the caller reports that layout is not controlled
    finally:
        del pad
