"""Whether answers are answers: there, one row a sample, of one kind, and not NaN. Knows outputs, not runs or models.

A load generator checks every answer, a thousand at a time, so that numpy checks many at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

BATCH = 1 << 10  # so many outputs are copied into one array at a time,
BATCH_BYTES = 1 << 24  # or fewer large ones
NUMBERS = "biufc"  # numpy's kinds of numbers


def first_bad(outputs: Sequence[Any], sizes: Sequence[int], kind: str = "") -> tuple[int, str] | None:
    """Return (position, what is wrong) of the first output that is none, has not its size, or holds NaN; else None.

    `sizes` says how many samples each output answers. An output is an array (n, ...) or whatever numpy makes one of.
    `kind` is what the model answers with, as `kind_of` names it; '' takes any.
    """
    if len(outputs) == 1:
        text = what_is_wrong(outputs[0], sizes[0], kind)
        return (0, text) if text else None
    large = max(1, getattr(outputs[0], "nbytes", 0)) if outputs else 1
    step = min(BATCH, max(1, BATCH_BYTES // large))
    starts = range(0, len(outputs), step)
    found = (_first_bad(outputs[i : i + step], sizes[i : i + step], kind) for i in starts)
    return next(((i + bad[0], bad[1]) for i, bad in zip(starts, found, strict=True) if bad is not None), None)


def _first_bad(outputs: Sequence[Any], sizes: Sequence[int], kind: str) -> tuple[int, str] | None:
    try:
        rows = np.concatenate(outputs)
        alike = rows.dtype.kind in NUMBERS and kind in ("", "numbers")  # with a text among them numbers become texts
        sound = alike and rows.size > 0 and list(map(len, outputs)) == list(sizes) and not holds_nan(rows)
    except (TypeError, ValueError):  # None and numbers have no length; rows of several shapes make no array
        sound = False
    if sound:
        return None
    wrong = ((i, what_is_wrong(one, size, kind)) for i, (one, size) in enumerate(zip(outputs, sizes, strict=True)))
    return next(((i, text) for i, text in wrong if text), None)


def what_is_wrong(output: Any, size: int, kind: str = "") -> str:
    """Return what is wrong with one output for `size` samples, or ''; `kind` as in `first_bad`."""
    if output is None:
        return "the model returned None"
    try:
        count = len(output)
    except TypeError:  # a bare number has no rows
        count = 0
    if count != size:
        return f"{size} samples went in, {count} outputs came back; return an array of shape (n, ...)"
    rows = rows_of(output)
    if rows.size == 0 or (rows.dtype.kind == "O" and any(one is None for one in rows.ravel())):
        return "an output is empty or None; an answer holds something for each sample"
    if holds_nan(rows):
        return "the outputs hold NaN"
    if kind and kind_of(rows) != kind:
        return f"the model answered with {kind} before and with {kind_of(rows)} now"
    return ""


def kind_of(output: Any) -> str:
    """Return what an output holds, in a word: numbers, texts, or objects."""
    code = rows_of(output).dtype.kind
    return "numbers" if code in NUMBERS else "texts" if code in "USa" else "objects"


def class_numbers(outputs: npt.NDArray[Any], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the class of each output (n,): the place of the highest of its scores (n, 2 or more), or its own number.

    What outputs mean is never guessed: raises ValueError for anything else, and for labels that no score stands for.
    """
    way_out = "give the dataset without labels, set_dataset(inputs), and no accuracy is measured"
    if outputs.ndim == 2 and outputs.shape[1] >= 2 and outputs.dtype.kind in "biuf":
        if labels.min() < 0 or labels.max() >= outputs.shape[1]:
            seen = f"{outputs.shape[1]} scores a sample, labels from {labels.min()} to {labels.max()}"
            raise ValueError(
                f"label c stands for score number c, counted from 0; got {seen}; renumber them, or {way_out}"
            )
        found: npt.NDArray[np.int64] = outputs.argmax(axis=1).astype(np.int64)
        return found
    if outputs.ndim == 1 and outputs.dtype.kind in "biuf" and bool((outputs == np.floor(outputs)).all()):
        return outputs.astype(np.int64)
    shape = f"shape {outputs.shape}, {outputs.dtype}"
    raise ValueError(f"accuracy takes class scores (n, 2 or more) or whole class numbers (n,), got {shape}; {way_out}")


def rows_of(output: Any) -> npt.NDArray[Any]:
    """Return an output as an array with a row a sample; rows of different lengths, as of texts, are objects."""
    try:
        return np.asarray(output)
    except ValueError:
        return np.array(output, dtype=object)


def holds_nan(output: Any) -> bool:
    """Return whether an array, or what numpy makes one of, holds NaN, also as one of several objects."""
    rows = rows_of(output)
    if rows.dtype.kind == "O":
        return any(isinstance(one, float) and one != one for one in rows.ravel())
    return rows.dtype.kind in "fc" and bool(np.isnan(rows).any())


def one_and_the_same(outputs: Sequence[Any]) -> bool:
    """Return whether a model answered with one object again and again, so that one check is enough for all.

    Takes 2 ns an output: a list's `==` compares by identity first, so it opens no object that is the first one again.
    """
    one = outputs[0]
    if one is not outputs[-1]:
        return False
    try:
        return bool(outputs == [one] * len(outputs))
    except (TypeError, ValueError, RuntimeError):  # arrays and tensors that are not the same refuse to be compared
        return False
