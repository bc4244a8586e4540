"""Two ways to shrink weights: drop the small ones, or store them in 8 bits. Both work on one array of weights.

`Sequential.map_weights` applies them to a whole network. Neither makes numpy compute faster: a matrix of zeros is
multiplied like any other, and int8 weights are widened to float32 before the product. What they save is memory, and
whether that shows in latency is for a benchmark to say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinytorch.core.kernels import Array

INT8_LIMIT = 127  # -128 is left unused, so that the range is symmetric and zero is exact.


@dataclass(frozen=True, eq=False)
class Int8Weights:
    """Weights as int8 `values` times one float `scale`; computed with in float32 (weight-only quantisation)."""

    values: npt.NDArray[np.int8]
    scale: float

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the weights."""
        return self.values.shape

    @property
    def size(self) -> int:
        """Number of weights."""
        return self.values.size

    @property
    def nbytes(self) -> int:
        """Bytes held: one a weight, and four for the scale."""
        return self.values.nbytes + 4

    def dequantise(self) -> npt.NDArray[np.float32]:
        """Return the weights as float32, same shape; off by at most half a `scale` from what was quantised."""
        return self.values.astype(np.float32) * np.float32(self.scale)


def quantise_int8(weights: Array) -> Int8Weights:
    """Return `weights` (any shape) rounded to 255 even steps between minus and plus their largest magnitude.

    Per tensor and symmetric: one scale, no zero point. Raises ValueError if a weight is not finite or there is none.
    """
    if weights.size == 0 or not np.isfinite(weights).all():
        raise ValueError(f"int8 quantisation needs finite weights and at least one, got shape {weights.shape}")
    # The scale is a float32 that is not zero, so that weights which are all zero, or nearly, have one too.
    scale = max(float(np.float32(np.abs(weights).max() / INT8_LIMIT)), float(np.finfo(np.float32).tiny))
    steps = np.rint(weights.astype(np.float64) / scale)
    return Int8Weights(steps.astype(np.int8), scale)


def magnitude_prune(weights: Array, fraction: float) -> Array:
    """Return a copy of `weights` (any shape) with the `fraction` smallest in magnitude set to zero.

    Exactly floor(fraction * size) weights are dropped; of equals, the earlier ones. The copy is as large as before and
    as slow: the zeros are stored and multiplied. Raises ValueError if `fraction` is not in [0, 1].
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"the fraction to prune lies between 0 and 1, got {fraction}")
    pruned = weights.copy()
    smallest = np.argsort(np.abs(weights), axis=None, kind="stable")[: int(fraction * weights.size)]
    pruned.flat[smallest] = 0
    return pruned
