"""Matrix product and ReLU, each written several ways: Python loops, cache-sized blocks, one numpy call.

The versions agree up to rounding and differ only in speed, which is what makes them worth a benchmark. A kernel knows
arrays; it does not know which layer calls it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Matmul = Callable[[Array, Array], Array]
Elementwise = Callable[[Array], Array]


def _product_shape(a: Array, b: Array) -> tuple[int, int]:
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
        raise ValueError(f"a matrix product takes shapes (n, k) and (k, m), got {a.shape} and {b.shape}")
    return a.shape[0], b.shape[1]


def matmul_naive(a: Array, b: Array) -> Array:
    """Return the product of `a` (n, k) and `b` (k, m), shape (n, m), with three Python loops.

    Sums in Python floats (64 bits) and rounds once, to the dtype numpy would give. Raises ValueError if the shapes do
    not fit.
    """
    n, m = _product_shape(a, b)
    rows = a.tolist()
    columns = b.T.tolist()
    product = [[0] * m for _ in range(n)]
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            total = 0
            for x, y in zip(row, column, strict=True):
                total += x * y
            product[i][j] = total
    return np.array(product, dtype=np.result_type(a, b)).reshape(n, m)


def matmul_blocked(a: Array, b: Array, block: int = 64) -> Array:
    """Return the product of `a` (n, k) and `b` (k, m), shape (n, m), as a sum over square blocks.

    Three 64 x 64 blocks of float32 take 48 KiB, about what a core's first-level cache holds. Raises ValueError if the
    shapes do not fit or `block` is not positive.
    """
    if block < 1:
        raise ValueError(f"a block needs at least one row and column, got block={block}")
    n, m = _product_shape(a, b)
    product = np.zeros((n, m), dtype=np.result_type(a, b))
    for i in range(0, n, block):
        for j in range(0, m, block):
            for k in range(0, a.shape[1], block):
                product[i : i + block, j : j + block] += (
                    a[i : i + block, k : k + block] @ b[k : k + block, j : j + block]
                )
    return product


def matmul_vectorised(a: Array, b: Array) -> Array:
    """Return the product of `a` (n, k) and `b` (k, m), shape (n, m), with the BLAS that numpy was built with.

    Raises ValueError if the shapes do not fit.
    """
    _product_shape(a, b)
    product: Array = a @ b
    return product


def relu_naive(x: Array) -> Array:
    """Return max(x, 0) for every element, same shape and dtype, with a Python loop; NaN stays NaN."""
    return np.array([0 if value < 0 else value for value in x.ravel().tolist()], dtype=x.dtype).reshape(x.shape)


def relu_vectorised(x: Array) -> Array:
    """Return max(x, 0) for every element, same shape and dtype, with one numpy call; NaN stays NaN."""
    positive: Array = np.maximum(x, x.dtype.type(0))
    return positive
