"""Dense, Conv2D, MaxPool2D and Flatten: forward pass only, weights given, no training.

Every layer takes a batch with the samples along the first axis. Layers that multiply take the kernel as an argument, so
the same network runs on any of them. A layer knows its own shapes and nothing of the network around it.
"""

from __future__ import annotations

from typing import Protocol, Self

import numpy as np

from tinytorch.core.compression import Int8Weights
from tinytorch.core.kernels import Array, Matmul, matmul_vectorised

Weights = Array | Int8Weights


class ShapeError(ValueError):
    """An input does not fit a layer, or weights do not fit together."""


class Layer(Protocol):
    """Anything that maps a batch (n, ...) to a batch (n, ...)."""

    def __call__(self, inputs: Array) -> Array:
        """Return one output per sample."""
        ...


def _computable(weights: Weights) -> Array:
    return weights.dequantise() if isinstance(weights, Int8Weights) else weights


class Dense:
    """inputs @ weights + bias, for `weights` (in, out) and `bias` (out,)."""

    def __init__(self, weights: Weights, bias: Array, matmul: Matmul = matmul_vectorised) -> None:
        if len(weights.shape) != 2 or bias.shape != weights.shape[1:]:
            raise ShapeError(f"Dense takes weights (in, out) and bias (out,), got {weights.shape} and {bias.shape}")
        self.weights = weights
        self.bias = bias
        self.matmul = matmul

    def __call__(self, inputs: Array) -> Array:
        """Return (n, out) for inputs (n, in). Raises ShapeError for any other shape."""
        if inputs.ndim != 2 or inputs.shape[1] != self.weights.shape[0]:
            raise ShapeError(f"takes inputs of shape (n, {self.weights.shape[0]}), got {inputs.shape}")
        outputs: Array = self.matmul(inputs, _computable(self.weights)) + self.bias
        return outputs

    def with_weights(self, weights: Weights) -> Self:
        """Return the same layer with other weights."""
        return type(self)(weights, self.bias, self.matmul)

    def __repr__(self) -> str:
        return f"Dense({self.weights.shape[0]} -> {self.weights.shape[1]})"


def im2col(images: Array, size: tuple[int, int], padding: int = 0) -> Array:
    """Lay every window of `images` (n, channels, height, width) out as a row.

    Returns (n, out_height, out_width, channels * size[0] * size[1]); the borders are padded with `padding` zeros.
    """
    if padding:
        n, channels, height, width = images.shape
        # np.pad does the same in thirty times as long, which at one image a query is most of the layer.
        padded = np.zeros((n, channels, height + 2 * padding, width + 2 * padding), dtype=images.dtype)
        padded[:, :, padding:-padding, padding:-padding] = images
        images = padded
    windows = np.lib.stride_tricks.sliding_window_view(images, size, axis=(2, 3))
    n, channels, height, width = windows.shape[:4]
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n, height, width, channels * size[0] * size[1])


class Conv2D:
    """Cross-correlation with `weights` (out, in, height, width) plus `bias` (out,); stride 1, zero padding.

    It becomes one matrix product through `im2col`, so `matmul` decides how fast it is.
    """

    def __init__(self, weights: Weights, bias: Array, padding: int = 0, matmul: Matmul = matmul_vectorised) -> None:
        if len(weights.shape) != 4 or bias.shape != weights.shape[:1]:
            raise ShapeError(
                f"Conv2D takes weights (out, in, height, width) and bias (out,), got {weights.shape} and {bias.shape}"
            )
        if padding < 0:
            raise ValueError(f"Conv2D takes a padding of 0 or more, got {padding}")
        self.weights = weights
        self.bias = bias
        self.padding = padding
        self.matmul = matmul

    def __call__(self, inputs: Array) -> Array:
        """Return (n, out, height, width) for images (n, in, height, width). Raises ShapeError for any other shape."""
        out, channels, height, width = self.weights.shape
        room = 2 * self.padding
        if (
            inputs.ndim != 4
            or inputs.shape[1] != channels
            or inputs.shape[2] + room < height
            or inputs.shape[3] + room < width
        ):
            smallest = f"at least {max(height - room, 1)} high and {max(width - room, 1)} wide"
            raise ShapeError(f"takes images of shape (n, {channels}, h, w), {smallest}, got {inputs.shape}")
        columns = im2col(inputs, (height, width), self.padding)
        filters = _computable(self.weights).reshape(out, -1).T
        maps = self.matmul(columns.reshape(-1, columns.shape[3]), filters) + self.bias
        return maps.reshape(*columns.shape[:3], out).transpose(0, 3, 1, 2)

    def with_weights(self, weights: Weights) -> Self:
        """Return the same layer with other weights."""
        return type(self)(weights, self.bias, self.padding, self.matmul)

    def __repr__(self) -> str:
        out, channels, height, width = self.weights.shape
        return f"Conv2D({channels} -> {out}, {height} x {width}, padding {self.padding})"


class MaxPool2D:
    """The largest value of each `size` x `size` tile; what is left over at the right and bottom is dropped."""

    def __init__(self, size: int = 2) -> None:
        if size < 1:
            raise ValueError(f"MaxPool2D takes a size of 1 or more, got {size}")
        self.size = size

    def __call__(self, inputs: Array) -> Array:
        """Return (n, channels, h // size, w // size) for (n, channels, h, w). Raises ShapeError for any other shape."""
        if inputs.ndim != 4 or min(inputs.shape[2:]) < self.size:
            raise ShapeError(f"takes images (n, c, h, w), at least {self.size} high and wide, got {inputs.shape}")
        n, channels, height, width = inputs.shape
        rows, columns = height // self.size, width // self.size
        tiles = inputs[:, :, : rows * self.size, : columns * self.size]
        largest: Array = tiles.reshape(n, channels, rows, self.size, columns, self.size).max(axis=(3, 5))
        return largest

    def __repr__(self) -> str:
        return f"MaxPool2D({self.size})"


class Flatten:
    """Each sample as one row."""

    def __call__(self, inputs: Array) -> Array:
        """Return (n, features) for inputs (n, ...). Raises ShapeError for a single number."""
        if inputs.ndim < 1:
            raise ShapeError("takes a batch of shape (n, ...), got a single number")
        return inputs.reshape(inputs.shape[0], int(np.prod(inputs.shape[1:])))

    def __repr__(self) -> str:
        return "Flatten()"
