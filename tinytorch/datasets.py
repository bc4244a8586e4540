"""Query sample libraries: labelled inputs in memory, from the shipped digits, CIFAR-10 or your own arrays.

A library is what MLPerf calls a QSL: samples to draw queries from, the labels aside. It knows no model and no clock.
Importing this module costs little more than numpy; CIFAR-10's reader and its download load when first asked for.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
IntArray = npt.NDArray[np.int64]

DATASETS = ("digits", "cifar10")
# Writers follow one another in the file; row 1287 is the first by a writer that training does not see (data/digits.md).
DIGITS_SPLITS = {"train": slice(0, 1287), "test": slice(1287, 1797), "all": slice(0, 1797)}


class DatasetUnavailable(RuntimeError):  # noqa: N818  the name says what is wrong; part of the public face
    """A data set is neither on this machine nor to be had from the network."""


@dataclass(frozen=True, eq=False)
class QuerySampleLibrary:
    """Samples for queries: `inputs` (n, ...), numeric, and `labels` (n,), int64 class ids, or None.

    Lists and the like are taken as numpy takes them. Raises ValueError if there is no sample, if inputs are not numbers
    or labels not whole numbers, or if the lengths differ.
    """

    name: str
    inputs: Array
    labels: IntArray | None = None
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", _checked_inputs(np.asarray(self.inputs)))
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


def _checked_inputs(inputs: Array) -> Array:
    if inputs.dtype.kind not in "biuf":
        raise ValueError(f"inputs must be numbers, got dtype {inputs.dtype}; convert them to a numeric array first")
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
        raise ValueError(f"labels must be whole numbers (class ids), got dtype {labels.dtype}; use labels.astype(int)")
    if len(labels) != samples:
        raise ValueError(f"every sample needs one label: got {samples} samples and {len(labels)} labels")
    return labels.astype(np.int64)


def load_dataset(
    dataset: str | QuerySampleLibrary | Array | tuple[Array, Array], *, split: str = "test"
) -> QuerySampleLibrary:
    """Return a library for a name ("digits", "cifar10"), a library (as it is), inputs, or a pair (inputs, labels).

    `split` is "train", "test" or "all" and matters for names only. Raises ValueError for an unknown name or split, and
    DatasetUnavailable if CIFAR-10 is neither here nor to be had.
    """
    if isinstance(dataset, QuerySampleLibrary):
        return dataset
    if isinstance(dataset, tuple):
        if len(dataset) != 2:
            raise ValueError(f"a tuple must be (inputs, labels), got {len(dataset)} items")
        return QuerySampleLibrary.from_arrays(*dataset)
    if not isinstance(dataset, str):
        return QuerySampleLibrary.from_arrays(dataset)
    if dataset == "digits":
        return digits(split)
    if dataset == "cifar10":
        return cifar10(split)
    raise ValueError(f"there is no data set {dataset!r}; there are {', '.join(DATASETS)}, or give your own arrays")


def digits(split: str = "test") -> QuerySampleLibrary:
    """Return the UCI handwritten digits: inputs float32 (n, 1, 8, 8) in [0, 1], 1 is ink; labels 0 to 9.

    `split` is "train" (1,287), "test" (510, by writers that "train" does not hold) or "all" (1,797).
    """
    rows = DIGITS_SPLITS.get(split)
    if rows is None:
        raise ValueError(f"digits has no split {split!r}; there are {', '.join(DIGITS_SPLITS)}")
    with np.load(Path(__file__).parent / "data" / "digits.npz", allow_pickle=False) as arrays:
        pixels, labels = arrays["pixels"][rows], arrays["labels"][rows]
    inputs = pixels[:, np.newaxis].astype(np.float32) / np.float32(16)
    source = "UCI Optical Recognition of Handwritten Digits, test part (Alpaydin & Kaynak 1998, CC BY 4.0)"
    return QuerySampleLibrary(f"digits/{split}", inputs, labels, source)


def cifar10(split: str = "test", folder: Path | str | None = None) -> QuerySampleLibrary:
    """Return CIFAR-10: inputs float32 (n, 3, 32, 32) in [0, 1], labels 0 (airplane) to 9 (truck).

    `split` is "train" (50,000), "test" (10,000) or "all". Either published archive is read from `folder`, by default
    the cache folder, and downloaded there if neither is in it (162 MB). Raises DatasetUnavailable if that fails too.
    """
    from tinytorch.cifar import load

    pixels, labels, source = load(split, folder)
    return QuerySampleLibrary(f"cifar10/{split}", pixels.astype(np.float32) / np.float32(255), labels, source)
