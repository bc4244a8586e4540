"""Whether answers are answers: there, one row a sample, and not NaN. Knows outputs and counts, not runs or models.

A load generator checks every answer, a thousand at a time, so that numpy checks many at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

BATCH = 1024  # so many outputs are copied into one array at a time,
BATCH_BYTES = 1 << 24  # or fewer large ones


def first_bad(outputs: Sequence[Any], sizes: Sequence[int]) -> tuple[int, str] | None:
    """Return (position, what is wrong) of the first output that is None, has not its size, or holds NaN; else None.

    `sizes` says how many samples each output answers. An output is an array (n, ...) or whatever numpy makes one of.
    """
    if len(outputs) == 1:
        text = what_is_wrong(outputs[0], sizes[0])
        return (0, text) if text else None
    large = max(1, getattr(outputs[0], "nbytes", 0)) if outputs else 1
    step = min(BATCH, max(1, BATCH_BYTES // large))
    starts = range(0, len(outputs), step)
    found = (_first_bad(outputs[i : i + step], sizes[i : i + step]) for i in starts)
    return next(((i + bad[0], bad[1]) for i, bad in zip(starts, found, strict=True) if bad is not None), None)


def _first_bad(outputs: Sequence[Any], sizes: Sequence[int]) -> tuple[int, str] | None:
    try:
        rows = np.concatenate(outputs)
        alike = rows.dtype.kind in "biufc"  # with a text among them numbers become texts
        sound = alike and list(map(len, outputs)) == list(sizes) and not holds_nan(rows)
    except (TypeError, ValueError):  # None and numbers have no length; rows of several shapes make no array
        sound = False
    if sound:
        return None
    wrong = ((i, what_is_wrong(one, size)) for i, (one, size) in enumerate(zip(outputs, sizes, strict=True)))
    return next(((i, text) for i, text in wrong if text), None)


def what_is_wrong(output: Any, size: int) -> str:
    """Return what is wrong with one output for `size` samples, or ''."""
    if output is None:
        return "the model returned None"
    try:
        count = len(output)
    except TypeError:  # a bare number has no rows
        count = 0
    if count != size:
        return f"{size} samples went in, {count} outputs came back; return an array of shape (n, ...)"
    return "the outputs hold NaN" if holds_nan(output) else ""


def rows_of(output: Any) -> npt.NDArray[Any]:
    """Return an output as an array with a row a sample; rows of different lengths, as of texts, are objects."""
    try:
        return np.asarray(output)
    except ValueError:
        return np.array(output, dtype=object)


def holds_nan(output: Any) -> bool:
    """Return whether a float or complex array, or what numpy makes one of, holds NaN."""
    rows = rows_of(output)
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
