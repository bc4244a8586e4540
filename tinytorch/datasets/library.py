"""A query sample library: inputs in memory to draw queries from, and their labels. Knows no data set and no file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from tinytorch.datasets.given import as_inputs
from tinytorch.datasets.labels import Metric, checked_labels, checked_metric, name_of

Array = npt.NDArray[Any]


class DatasetUnavailable(RuntimeError):  # noqa: N818  the name says what is wrong; part of the public face
    """A data set is neither on this machine nor to be had from the network."""


@dataclass(frozen=True, eq=False)
class QuerySampleLibrary:
    """Samples for queries: `inputs` (n, ...), numeric, and `labels` that answers are held against by `metric`, or None.

    The metrics, and the labels that each takes, are those of `labels.checked_labels`; with 'none' labels are let go.
    Inputs are handed out read-only. Lists and the like are taken as numpy takes them. Raises ValueError if there is no
    sample, if inputs are not numbers, if labels are not what the metric takes, or if the lengths differ.
    """

    name: str
    inputs: Array
    labels: Array | None = None
    source: str = ""
    metric: Metric = "top1"

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", _read_only(_checked_inputs(self.inputs)))
        metric = checked_metric(self.metric)
        if self.labels is None and metric not in ("top1", "none"):
            raise ValueError(f"metric {name_of(metric)} needs labels; give (inputs, labels), or metric='none'")
        kept = None if metric == "none" or self.labels is None else self.labels
        object.__setattr__(self, "labels", kept if kept is None else checked_labels(kept, len(self.inputs), metric))

    @classmethod
    def from_arrays(
        cls,
        inputs: Array,
        labels: Array | None = None,
        *,
        name: str = "arrays",
        source: str = "given as arrays",
        metric: Metric = "top1",
    ) -> Self:
        """Return a library of your own `inputs` (n, ...) and, for accuracy, `labels`, a row a sample."""
        return cls(name, inputs, labels, source, metric)

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def fingerprint(self) -> str:
        """The first 16 hex digits of a SHA-256 over dtype, shape and bytes of inputs and labels.

        Two libraries with the same fingerprint hold the same data, whatever their names.
        """
        digest = hashlib.sha256()
        for array in (self.inputs, self.labels):
            if array is not None:
                digest.update(f"{array.dtype.str}{array.shape}".encode())
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()[:16]


def _read_only(inputs: Array) -> Array:
    """Return the inputs so that no model can change what it is asked, nor what the next one is."""
    seen = inputs.view()
    seen.flags.writeable = False
    return seen


def _checked_inputs(given: Any) -> Array:
    inputs = as_inputs(given)
    if inputs.ndim == 0 or len(inputs) == 0:
        raise ValueError(f"a sample library needs at least one sample, got inputs of shape {inputs.shape}")
    return inputs
