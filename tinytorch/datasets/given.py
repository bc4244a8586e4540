"""What is given as inputs, made into one array of numbers with a row a sample, or refused by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

RULE = "inputs must be numbers, one array with a row a sample"
JOIN = "join them into one array and let the model take it apart"


def as_inputs(given: Any) -> npt.NDArray[Any]:
    """Return the inputs as an array of numbers. Raises ValueError for what is none, with its name and the way out."""
    first = next(iter(given), None) if isinstance(given, list | tuple) else None
    if isinstance(given, Mapping):
        raise ValueError(f"{RULE}, got a {type(given).__name__} of {_some(given)}; {JOIN}")
    if _is_tuple_of_arrays(given):
        raise ValueError(f"{RULE}, got a tuple of {len(given)} arrays of shapes {_some(map(np.shape, given))}; {JOIN}")
    if isinstance(first, tuple) and _is_tuple_of_arrays(first):
        raise ValueError(f"{RULE}, got samples that are tuples of {len(first)} arrays; {JOIN}")
    try:
        inputs = np.asarray(given)
    except ValueError as error:  # rows of several shapes
        raise ValueError(_of_several_sizes(given)) from error
    if inputs.dtype.kind in "biuf":
        return inputs
    if inputs.dtype.kind in "USa":
        raise ValueError(f"{RULE}, got texts ({inputs.dtype}); turn them into numbers first, for example token ids")
    if inputs.dtype.kind == "O":
        raise ValueError(_of_objects(inputs))
    raise ValueError(f"{RULE}, got dtype {inputs.dtype}; convert them to a numeric array first")


def _is_tuple_of_arrays(given: Any) -> bool:
    return isinstance(given, tuple) and len(given) > 0 and all(getattr(one, "ndim", 0) > 0 for one in given)


def _of_objects(inputs: npt.NDArray[Any]) -> str:
    """Return the sentence for an array of objects: of several sizes, or of something that is no number."""
    objects = list(inputs.ravel())
    if objects and all(getattr(one, "ndim", 0) > 0 or isinstance(one, list) for one in objects):
        return _of_several_sizes(objects)
    odd = next((one for one in objects if not isinstance(one, int | float | np.number)), None)
    what = f"{'an object' if inputs.ndim == 0 else 'objects'} of type {type(odd).__name__}"
    return f"{RULE}, got {what}; convert them to a numeric array first"


def _of_several_sizes(samples: Any) -> str:
    sizes = dict.fromkeys(
        getattr(one, "shape", None) or f"length {len(one)}" for one in samples if hasattr(one, "__len__")
    )
    return f"all samples must be of one shape, got {_some(sizes) or 'several'}; resize, cut or pad them to one shape"


def _some(things: Any) -> str:
    """Return the first three, in words."""
    words = [str(thing) for thing in things]
    return ", ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")
