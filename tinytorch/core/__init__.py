"""Layers, activations and kernels on plain numpy arrays: the systems under test. Nothing here knows of benchmarks.

The earlier lessons build these with a `Tensor`; measuring a model needs only its forward pass, so arrays are enough.
"""

from tinytorch.core.activations import ReLU, Sigmoid, Softmax
from tinytorch.core.compression import Int8Weights, magnitude_prune, quantise_int8
from tinytorch.core.kernels import matmul_blocked, matmul_naive, matmul_vectorised, relu_naive, relu_vectorised
from tinytorch.core.layers import Conv2D, Dense, Flatten, MaxPool2D, ShapeError
from tinytorch.core.networks import Sequential

__all__ = [
    "Conv2D",
    "Dense",
    "Flatten",
    "Int8Weights",
    "MaxPool2D",
    "ReLU",
    "Sequential",
    "ShapeError",
    "Sigmoid",
    "Softmax",
    "magnitude_prune",
    "matmul_blocked",
    "matmul_naive",
    "matmul_vectorised",
    "quantise_int8",
    "relu_naive",
    "relu_vectorised",
]
