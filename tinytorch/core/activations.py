"""Activations: what sits between two layers. They work on any shape, keep it, and have no weights."""

from __future__ import annotations

import numpy as np

from tinytorch.core.kernels import Array, Elementwise, relu_vectorised


class ReLU:
    """max(x, 0), computed by `kernel` (array -> array of the same shape)."""

    def __init__(self, kernel: Elementwise = relu_vectorised) -> None:
        self.kernel = kernel

    def __call__(self, inputs: Array) -> Array:
        """Return the activation of every element; any shape, kept."""
        return self.kernel(inputs)

    def __repr__(self) -> str:
        return "ReLU()"


class Sigmoid:
    """1 / (1 + exp(-x)), between 0 and 1."""

    def __call__(self, inputs: Array) -> Array:
        """Return the activation of every element; any shape, kept; integers become float64."""
        # exp of a non-positive number cannot overflow: the two halves of the curve are computed apart.
        decay = np.exp(-np.abs(inputs))
        outputs: Array = np.where(inputs >= 0, 1 / (1 + decay), decay / (1 + decay))
        return outputs

    def __repr__(self) -> str:
        return "Sigmoid()"


class Softmax:
    """exp(x) divided by its sum over the last axis: scores become probabilities."""

    def __call__(self, inputs: Array) -> Array:
        """Return probabilities along the last axis, shape (..., classes) as given; each row sums to 1."""
        # Subtracting the largest score changes nothing but keeps exp from overflowing.
        exponentials = np.exp(inputs - inputs.max(axis=-1, keepdims=True))
        probabilities: Array = exponentials / exponentials.sum(axis=-1, keepdims=True)
        return probabilities

    def __repr__(self) -> str:
        return "Softmax()"
