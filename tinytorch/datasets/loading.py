"""Data sets by name: the digits that are shipped, CIFAR-10 from its archive; and whatever else may stand for one.

CIFAR-10's reader and its download are imported when they are first asked for.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tinytorch.datasets.labels import Metric
from tinytorch.datasets.library import Array, QuerySampleLibrary

DATA = Path(__file__).parent
DATASETS = ("digits", "cifar10")
# Writers follow one another in the file; row 1287 is the first by a writer that training does not see (digits.md).
DIGITS_SPLITS = {"train": slice(0, 1287), "test": slice(1287, 1797), "all": slice(0, 1797)}


def load_dataset(
    dataset: str | QuerySampleLibrary | Array | tuple[Array, Array],
    *,
    split: str = "test",
    metric: Metric | None = None,
) -> QuerySampleLibrary:
    """Return a library for a name ("digits", "cifar10"), a library (as it is), inputs, or a pair (inputs, labels).

    `split` is "train", "test" or "all" and matters for names only; `metric` says what makes an answer right, by default
    top1, or what the library says. Raises ValueError for an unknown name, split or metric, and DatasetUnavailable if
    CIFAR-10 is neither here nor to be had.
    """
    if isinstance(dataset, QuerySampleLibrary):
        return dataset if metric is None else replace(dataset, metric=metric)
    if isinstance(dataset, tuple):
        if len(dataset) != 2:
            raise ValueError(f"a tuple must be (inputs, labels), got {len(dataset)} items")
        return QuerySampleLibrary.from_arrays(*dataset, metric=metric or "top1")
    if not isinstance(dataset, str):
        return QuerySampleLibrary.from_arrays(dataset, metric=metric or "top1")
    if dataset in DATASETS:
        library = digits(split) if dataset == "digits" else cifar10(split)
        return library if metric is None else replace(library, metric=metric)
    raise ValueError(f"there is no data set {dataset!r}; there are {', '.join(DATASETS)}, or give your own arrays")


def digits(split: str = "test") -> QuerySampleLibrary:
    """Return the UCI handwritten digits: inputs float32 (n, 1, 8, 8) in [0, 1], 1 is ink; labels 0 to 9.

    `split` is "train" (1,287), "test" (510, by writers that "train" does not hold) or "all" (1,797).
    """
    rows = DIGITS_SPLITS.get(split)
    if rows is None:
        raise ValueError(f"digits has no split {split!r}; there are {', '.join(DIGITS_SPLITS)}")
    with np.load(DATA / "digits.npz", allow_pickle=False) as arrays:
        pixels, labels = arrays["pixels"][rows], arrays["labels"][rows]
    inputs = pixels[:, np.newaxis].astype(np.float32) / np.float32(16)
    source = "UCI Optical Recognition of Handwritten Digits, test part (Alpaydin & Kaynak 1998, CC BY 4.0)"
    return QuerySampleLibrary(f"digits/{split}", inputs, labels, source)


def cifar10(split: str = "test", folder: Path | str | None = None) -> QuerySampleLibrary:
    """Return CIFAR-10: inputs float32 (n, 3, 32, 32) in [0, 1], labels 0 (airplane) to 9 (truck).

    `split` is "train" (50,000), "test" (10,000) or "all". Either published archive is read from `folder`, by default
    the cache folder, and downloaded there if neither is in it (162 MB). Raises DatasetUnavailable if that fails too.
    """
    from tinytorch.datasets.cifar import load

    pixels, labels, source = load(split, folder)
    return QuerySampleLibrary(f"cifar10/{split}", pixels.astype(np.float32) / np.float32(255), labels, source)
