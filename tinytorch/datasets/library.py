"""A query sample library: inputs in memory to draw queries from, and their labels. Knows no data set and no file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from tinytorch.datasets.given import as_inputs

Array = npt.NDArray[Any]
IntArray = npt.NDArray[np.int64]


class DatasetUnavailable(RuntimeError):  # noqa: N818  the name says what is wrong; part of the public face
    """A data set is neither on this machine nor to be had from the network."""


@dataclass(frozen=True, eq=False)
class QuerySampleLibrary:
    """Samples for queries: `inputs` (n, ...), numeric, and `labels` (n,), int64 class ids, or None.

    Inputs are handed out read-only. Lists and the like are taken as numpy takes them. Raises ValueError if there is no
    sample, if inputs are not numbers or labels not whole numbers, or if the lengths differ.
    """

    name: str
    inputs: Array
    labels: IntArray | None = None
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", _read_only(_checked_inputs(self.inputs)))
        if self.labels is not None:
            object.__setattr__(self, "labels", _checked_labels(np.asarray(self.labels), len(self.inputs)))

    @classmethod
    def from_arrays(
        cls, inputs: Array, labels: Array | None = None, *, name: str = "arrays", source: str = "given as arrays"
    ) -> Self:
        """Return a library of your own `inputs` (n, ...) and, for accuracy, `labels` (n,)."""
        return cls(name, inputs, labels, source)

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


def _checked_labels(labels: Array, samples: int) -> IntArray:
    if labels.ndim != 1:
        raise ValueError(
            f"labels must have one class id per sample, shape ({samples},), got {labels.shape}; "
            "turn one-hot rows into ids with labels.argmax(axis=1)"
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be whole numbers (class ids), got dtype {labels.dtype}; {_way_out(labels)}")
    if len(labels) != samples:
        raise ValueError(f"every sample needs one label: got {samples} samples and {len(labels)} labels")
    return labels.astype(np.int64)


def _way_out(labels: Array) -> str:
    """Return what to do with labels that are no class ids; targets of a regression are never to be cut to integers."""
    if labels.dtype.kind == "f":
        return "the accuracy check takes classes: leave the labels out for a regression, and no accuracy is measured"
    if labels.dtype.kind == "b":
        return "use labels.astype(int)"
    return "number the classes from 0 on in the order of the model's scores"
