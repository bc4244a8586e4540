"""What must hold before any statistic is taken: each check names the argument, the count, the index and the way out.

numpy and scipy answer most of these inputs without complaint, with NaN, p = 0 or p = 1. A check returns the numbers it
passed, so it stands where the array would. Knows nothing of runs, models or pitfalls.
"""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SORTED_FROM = 20  # more values than this are in order by chance once in 21! times
SORTED_KINDS = 4  # so many different values: a coarse timer with one slow call at the end is no sorted list


def check_latencies(
    values: Any, name: str = "latency_ns", *, least: int = 2, virtual: bool = False, zeros: bool = False
) -> FloatArray:
    """Return latencies (n,) in time order as floats.

    Raises ValueError, with the name, the count and the index, for fewer than `least` values, for anything that is not
    a row of numbers, for NaN, infinity, negative or (unless `zeros`) zero latencies, and for sorted latencies: more
    than 20 that never fall or never rise, where the time order is lost. Constant latencies pass, and with `virtual`
    sorted ones do too, because on virtual time a queue that only grows is no accident.
    """
    latencies = check_numbers(values, name, least=least)
    for kind, wrong in (("negative", latencies < 0), ("zero", latencies == 0)):
        if wrong.any() and not (zeros and kind == "zero"):
            remedy = "look at the clock" if kind == "negative" else "the timer is too coarse: time batches of calls"
            raise ValueError(f"{name} needs positive latencies, {_where(wrong, kind)}; {remedy}")
    steps = np.diff(latencies)
    in_order = len(latencies) > SORTED_FROM and (bool((steps >= 0).all()) or bool((steps <= 0).all()))
    if in_order and not virtual and len(np.unique(latencies)) >= SORTED_KINDS:
        raise ValueError(
            f"{name} needs its time order, and all {len(latencies)} values from index 0 on are sorted; "
            "pass the latencies as they were measured"
        )
    return latencies


def check_numbers(values: Any, name: str, *, least: int = 1) -> FloatArray:
    """Return a row of at least `least` finite numbers as floats. Raises ValueError for anything else."""
    row = _row(values, name)
    if len(row) < least:
        raise ValueError(f"{name} needs at least {least} values, got {len(row)}; measure more")
    if row.dtype.kind not in "iuf":
        each = row.tolist() if isinstance(values, np.ndarray) else list(values)  # numpy makes text of [3, "7"]
        index = next((i for i, value in enumerate(each) if not _is_number(value)), 0)
        raise ValueError(f"{name} needs numbers, {name}[{index}] of {len(row)} is a {type(each[index]).__name__}")
    numbers_ = row.astype(np.float64)
    for kind, wrong in (("NaN", np.isnan(numbers_)), ("infinite", np.isinf(numbers_))):
        if wrong.any():
            raise ValueError(f"{name} needs finite numbers, {_where(wrong, kind)}; find out where it came from")
    return numbers_


def check_integers(values: Any, name: str, *, least: int = 1) -> IntArray:
    """Return a row of at least `least` numbers as int64. Raises ValueError for anything else."""
    row = _row(values, name)
    if row.dtype.kind in "iu" and len(row) >= least:
        return row.astype(np.int64)  # not by way of floats, which hold an epoch only to 256 ns
    return check_numbers(values, name, least=least).astype(np.int64)


def check_timestamps(values: Any, name: str, *, distinct: bool = False, least: int = 2) -> IntArray:
    """Return moments (n,) in ns, int64. Raises ValueError where one lies before the last, or with `distinct` on it."""
    moments = check_integers(values, name, least=least)
    steps = np.diff(moments)
    for kind, wrong in (("before", steps < 0), ("the same as", steps == 0)):
        if wrong.any() and (distinct or kind == "before"):
            index = int(np.argmax(wrong)) + 1
            raise ValueError(
                f"{name} needs {'in' if distinct else 'non-de'}creasing moments, {name}[{index}] of {len(moments)} is "
                f"{kind} the one before it ({np.count_nonzero(wrong)} are); use a monotonic clock"
            )
    return moments


def check_rounds(
    first: Any,
    second: Any,
    names: tuple[str, str] = ("model_values", "baseline_values"),
    *,
    ids: tuple[Sequence[Any], Sequence[Any]] | None = None,
    least: int = 6,
) -> tuple[FloatArray, FloatArray]:
    """Return two paired rows of positive values, one a round.

    Raises ValueError for unequal numbers of rounds, round `ids` that do not pair up, fewer than `least` rounds (6 is
    the least with a 95 % interval of the median), a value that is not positive, and rounds without any spread.
    """
    rows = check_numbers(first, names[0]), check_numbers(second, names[1])
    if len(rows[0]) != len(rows[1]):
        raise ValueError(f"{names[0]} has {len(rows[0])} rounds and {names[1]} has {len(rows[1])}; run them in pairs")
    if ids is not None:
        unpaired = [i for i, (one, other) in enumerate(zip(*ids, strict=True)) if one != other]
        if unpaired:
            at = unpaired[0]
            raise ValueError(f"round ids must pair up, at index {at} they are {ids[0][at]!r} and {ids[1][at]!r}")
    for name, row in zip(names, rows, strict=True):
        if len(row) < least:
            raise ValueError(f"{name} needs at least {least} rounds, got {len(row)}; run more rounds")
        if (row <= 0).any():
            raise ValueError(f"{name} needs positive values, {_where(row <= 0, 'not positive')}")
    if len(rows[0]) > 1 and np.ptp(np.log(rows[0]) - np.log(rows[1])) == 0:
        raise ValueError(
            f"{names[0]} / {names[1]} is the same in all {len(rows[0])} rounds: without spread there is no interval; "
            "on virtual time compare the numbers themselves"
        )
    return rows


def check_comparable(first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
    """Raise ValueError naming what two results do not share of, say, scenario, unit, input hash, accuracy target."""
    for key in dict.fromkeys([*first, *second]):
        one, other = first.get(key), second.get(key)
        if one != other:
            raise ValueError(f"two results to compare must share their {key}, got {one!r} and {other!r}")


def check_share(value: float, name: str) -> float:
    """Return a confidence or percentile. Raises ValueError unless it lies between 0 and 1."""
    if not (_is_number(value) and 0 < value < 1):
        raise ValueError(f"{name} lies between 0 and 1, for example 0.95, got {value!r}")
    return float(value)


def _row(values: Any, name: str) -> npt.NDArray[Any]:
    try:
        row = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} needs one row of numbers, got rows of different lengths") from None
    if row.ndim != 1:
        raise ValueError(f"{name} needs one row of numbers, got {row.ndim} dimensions, shape {row.shape}")
    return row


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)


def _where(wrong: npt.NDArray[np.bool_], kind: str) -> str:
    """Return, say, 'index 3 of 40 is NaN (2 are)'."""
    return f"index {int(np.argmax(wrong))} of {len(wrong)} is {kind} ({np.count_nonzero(wrong)} are)"
