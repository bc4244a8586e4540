"""A sample library from a file: .npy (inputs), .npz (`inputs`, perhaps `labels`), .csv (a line of names, then numbers).

Nothing is guessed and nothing in a file is run: what is not an array of numbers is refused with the way out.
"""

from __future__ import annotations

import csv
import math
import zipfile
import zlib
from pathlib import Path

import numpy as np

from tinytorch.datasets.labels import Metric
from tinytorch.datasets.library import Array, QuerySampleLibrary

SUFFIXES = (".npy", ".npz", ".csv")


def is_file_name(text: str) -> bool:
    """Return whether the text names a file of a kind that `from_file` reads."""
    return Path(text).suffix.lower() in SUFFIXES


def from_file(path: Path | str, label: str | None = None, metric: Metric = "top1") -> QuerySampleLibrary:
    """Return the library that a file holds, under its name; `label` is the column of a .csv that holds the label.

    Raises OSError where the file cannot be read, and ValueError, which names it, for what it should not hold.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if label is not None and suffix != ".csv":
        raise ValueError(f"a label column is of a .csv file, got {path.name}; leave the label out")
    try:
        if suffix == ".csv":
            inputs, labels = _csv(path, label, metric)
        elif suffix in SUFFIXES:
            inputs, labels = _arrays(path)
        else:
            raise ValueError(f"data is read from {', '.join(SUFFIXES)}; write it as one of them")
        return QuerySampleLibrary(path.name, inputs, labels, f"read from {path.name}", metric)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error


def _arrays(path: Path) -> tuple[Array, Array | None]:
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                return loaded, None
            names = list(loaded.files)
            if "inputs" not in names or set(names) - {"inputs", "labels"}:
                form = "an .npz holds the arrays inputs and, for accuracy, labels"
                raise KeyError(f"{form}, got {', '.join(names) or 'none'}; np.savez(FILE, inputs=..., labels=...)")
            return loaded["inputs"], loaded["labels"] if "labels" in names else None
    except KeyError as error:
        raise ValueError(error.args[0]) from error
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        way_out = "write it with np.save or np.savez from numeric arrays"
        raise ValueError(f"numpy reads no arrays of numbers from it ({error}); {way_out}") from error


def _csv(path: Path, label: str | None, metric: Metric) -> tuple[Array, Array | None]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.reader(file)
            names = [name.strip() for name in next(lines, [])]
            _check_names(names, label)
            table = np.array([_numbers(line, names, lines.line_num) for line in lines if line], dtype=np.float64)
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(f"a .csv is text in UTF-8, got {error}; save it again as such") from error
    if len(table) == 0:
        raise ValueError("a .csv holds a line of numbers a sample, got none below the names; add the samples")
    if label is None:
        return table, None
    at = names.index(label)
    inputs, classes = np.delete(table, at, axis=1), table[:, at]
    if metric not in ("top1", "binary"):
        return inputs, classes
    odd = classes[classes != np.floor(classes)]
    if odd.size:
        way_out = "for a regression say --metric regression"
        raise ValueError(f"labels are classes, whole numbers, got {odd[0]:g} in column {label!r}; {way_out}")
    return inputs, classes.astype(np.int64)


def _check_names(names: list[str], label: str | None) -> None:
    if not names or any(_is_number(name) for name in names):
        raise ValueError(f"the first line holds the columns' names, got {', '.join(names)[:80] or 'none'}; add one")
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        raise ValueError(f"columns are set apart by commas, got {names[0][:80]!r}; save it with commas")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"each column has a name of its own, got {twice!r} twice; rename one")
    if label is not None and label not in names:
        raise ValueError(f"there is no column {label!r} for the labels; there are {', '.join(names)[:200]}")
    if names == [label]:
        raise ValueError(f"inputs are the columns beside {label!r}, got none; add them")


def _numbers(line: list[str], names: list[str], number: int) -> list[float]:
    if len(line) != len(names):
        raise ValueError(f"each line has {len(names)} values, got {len(line)} in line {number}; mend the line")
    wrong = next((i for i, text in enumerate(line) if not _is_number(text)), None)
    if wrong is not None:
        way_out = "turn texts into numbers, classes into 0, 1, 2, and fill or drop what is missing"
        raise ValueError(
            f"every column holds numbers, got {line[wrong][:40]!r} in column {names[wrong]!r}, line {number}; {way_out}"
        )
    return [float(text) for text in line]


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
