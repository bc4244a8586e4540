"""CIFAR-10 from its published archives, the binary or the Python one, read without unpacking or unpickling.

Wanted members are read by their exact names and nothing is written to disk, so an archive cannot reach out of its
folder; the Python batches go through `pickled`, which runs no code. Pixels leave here as stored, uint8.
Reference: A. Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tinytorch.datasets.download import CACHE_VARIABLE, FetchError, PublishedFile, cache_folder, check, fetch
from tinytorch.datasets.library import DatasetUnavailable
from tinytorch.datasets.pickled import PickledArray, read_pickle

Batch = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]

PAGE = "https://www.cs.toronto.edu/~kriz/cifar.html"
# The page gives MD5 (c32a1d4ab5d03f1284b67883e8d87530 and c58f30108f718f92721af3b95e74349a). The SHA-256 are those that
# red-datasets and GoMLX check for the binary archive, and Keras for the Python one.
BINARY = PublishedFile(
    "cifar-10-binary.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    170_052_171,
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
)
PYTHON = PublishedFile(
    "cifar-10-python.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    170_498_071,
    "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
)
TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
SPLITS = {"train": TRAIN, "test": ("test_batch",), "all": (*TRAIN, "test_batch")}
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
PIXELS = 3 * 32 * 32
# A batch has about 31 MB; what is much larger is not one.
LARGEST_MEMBER = 64 << 20


def load(split: str, folder: Path | str | None = None) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], str]:
    """Return pixels (n, 3, 32, 32), labels (n,) and a line on the source, for "train", "test" or "all".

    Raises ValueError for another split, and DatasetUnavailable if there is neither file nor network.
    """
    if split not in SPLITS:
        raise ValueError(f"cifar10 has no split {split!r}; there are {', '.join(SPLITS)}")
    path, published = _locate(Path(folder) if folder is not None else cache_folder())
    if published == BINARY:
        batches = read_batches(path, [f"cifar-10-batches-bin/{name}.bin" for name in SPLITS[split]], decode_binary)
    else:
        batches = read_batches(path, [f"cifar-10-batches-py/{name}" for name in SPLITS[split]], decode_python)
    pixels = np.concatenate([pixels for pixels, _ in batches])
    labels = np.concatenate([labels for _, labels in batches])
    return pixels, labels, f"CIFAR-10 (Krizhevsky 2009), {published.name}, SHA-256 {published.sha256[:16]}"


def _locate(folder: Path) -> tuple[Path, PublishedFile]:
    try:
        for published in (BINARY, PYTHON):
            path = folder / published.name
            if path.is_file():
                check(path, published)
                return path, published
        return fetch(BINARY, folder), BINARY
    except FetchError as error:
        raise DatasetUnavailable(
            f"CIFAR-10 is not available: {error}. Looked for {BINARY.name} and {PYTHON.name} in {folder}. "
            f"Put either file there (from {PAGE}), point {CACHE_VARIABLE} to the folder that has it, or use 'digits', "
            "which is shipped."
        ) from error


def read_batches(path: Path, names: list[str], decode: Callable[[bytes], Batch]) -> list[Batch]:
    """Return the named members of a .tar.gz, decoded, in the order of `names`; other members are passed over.

    Raises ValueError if one is missing, is not a regular file, or is not a batch.
    """
    found: dict[str, Batch] = {}
    with tarfile.open(path, "r|gz") as archive:
        for member in archive:
            if member.name not in names or not member.isreg() or member.size > LARGEST_MEMBER:
                continue
            file = archive.extractfile(member)
            if file is not None:
                found[member.name] = decode(file.read())
            if len(found) == len(names):
                return [found[name] for name in names]
    raise ValueError(f"{path.name} holds no regular file {', '.join(name for name in names if name not in found)}")


def decode_binary(raw: bytes) -> Batch:
    """Return pixels and labels of a binary batch: records of one label byte and 3,072 pixel bytes, red plane first."""
    if not raw or len(raw) % (PIXELS + 1):
        raise ValueError(f"a binary batch is made of records of {PIXELS + 1} bytes, got {len(raw)} bytes")
    records = np.frombuffer(raw, dtype=np.uint8).reshape(-1, PIXELS + 1)
    return _batch(records[:, 1:], records[:, 0])


def decode_python(raw: bytes) -> Batch:
    """Return pixels and labels of a Python batch: a pickled dict with `data` (n, 3072) uint8 and `labels`."""
    content = read_pickle(raw)
    data = content.get(b"data") if isinstance(content, dict) else None
    labels = content.get(b"labels") if isinstance(content, dict) else None
    if not isinstance(data, PickledArray) or not isinstance(labels, list):
        raise ValueError("a Python batch is a dict with an array 'data' and a list 'labels'; this is something else")
    if not all(isinstance(label, int) for label in labels):
        raise ValueError("the labels of a Python batch are whole numbers; these are not")
    return _batch(data.values, np.array(labels, dtype=np.int64))


def _batch(pixels: npt.NDArray[np.uint8], labels: npt.NDArray[Any]) -> Batch:
    if pixels.shape != (len(labels), PIXELS) or len(labels) == 0:
        raise ValueError(f"a batch has {PIXELS} pixels per label, got shape {pixels.shape} and {len(labels)} labels")
    if labels.min() < 0 or labels.max() >= len(CLASSES):
        raise ValueError(f"labels run from 0 to {len(CLASSES) - 1}, got {labels.min()} to {labels.max()}")
    return pixels.reshape(-1, 3, 32, 32), labels.astype(np.int64)
