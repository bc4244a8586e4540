"""The two shipped networks, built from the weights beside this file, in four variants each.

`digits_mlp("naive")` and `digits_mlp("vectorised")` hold the same weights and differ in their kernels; "pruned" and
"int8" change the weights and keep the fast kernels. The weights and the measured accuracies were written by
`python -m tinytorch.models.train_digits`. Nothing here times anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from tinytorch.core.activations import ReLU, Softmax
from tinytorch.core.compression import magnitude_prune, quantise_int8
from tinytorch.core.kernels import (
    Array,
    Elementwise,
    Matmul,
    matmul_naive,
    matmul_vectorised,
    relu_naive,
    relu_vectorised,
)
from tinytorch.core.layers import Conv2D, Dense, Flatten, Layer, MaxPool2D
from tinytorch.core.networks import Sequential

WEIGHTS = Path(__file__).parent
VARIANTS = ("naive", "vectorised", "pruned", "int8")
PRUNED_FRACTION = 0.4
# The most test accuracy that a variant may lose against the trained network; a test measures it.
VARIANT_MARGIN = 0.02

SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "digits_mlp": {"dense1": (64, 128), "dense2": (128, 64), "dense3": (64, 10)},
    "digits_cnn": {"conv1": (8, 1, 3, 3), "conv2": (16, 8, 3, 3), "dense": (256, 10)},
}


@dataclass(frozen=True)
class ModelCard:
    """How a network was trained and what it scored: read from models.json, never typed in.

    `variant_accuracy` is measured on the test split, like `test_accuracy`, which is that of "vectorised".
    """

    name: str
    seed: int
    epochs: int
    train_samples: int
    test_samples: int
    parameters: int
    train_accuracy: float
    test_accuracy: float
    variant_accuracy: dict[str, float]


def digits_mlp(variant: str = "vectorised") -> Sequential:
    """Return the multilayer perceptron 64 -> 128 -> 64 -> 10: digits (n, 1, 8, 8) to probabilities (n, 10).

    Every call builds a new network. Raises ValueError for an unknown variant.
    """
    return _trained("digits_mlp", variant)


def digits_cnn(variant: str = "vectorised") -> Sequential:
    """Return the convolutional network (8 and 16 filters of 3 x 3): digits (n, 1, 8, 8) to probabilities (n, 10).

    Every call builds a new network. Raises ValueError for an unknown variant.
    """
    return _trained("digits_cnn", variant)


def model_card(name: str) -> ModelCard:
    """Return the card of "digits_mlp" or "digits_cnn". Raises ValueError for another name."""
    cards = json.loads((WEIGHTS / "models.json").read_text(encoding="utf-8"))
    if name not in cards:
        raise ValueError(f"there is no model {name!r}; there are {', '.join(cards)}")
    return ModelCard(name=name, **cards[name])


def assemble(
    name: str, weights: Mapping[str, Array], matmul: Matmul = matmul_vectorised, relu: Elementwise = relu_vectorised
) -> Sequential:
    """Return the network `name` with the given weights: for each key of SHAPES[name], that and `<key>_bias`."""

    def conv(key: str) -> Conv2D:
        return Conv2D(weights[key], weights[f"{key}_bias"], padding=1, matmul=matmul)

    def dense(key: str) -> Dense:
        return Dense(weights[key], weights[f"{key}_bias"], matmul=matmul)

    if name == "digits_mlp":
        hidden: list[Layer] = [dense("dense1"), ReLU(relu), dense("dense2"), ReLU(relu)]
        return Sequential([Flatten(), *hidden, dense("dense3"), Softmax()])
    if name == "digits_cnn":
        features: list[Layer] = [conv("conv1"), ReLU(relu), MaxPool2D(2), conv("conv2"), ReLU(relu)]
        return Sequential([*features, Flatten(), dense("dense"), Softmax()])
    raise ValueError(f"there is no model {name!r}; there are {', '.join(SHAPES)}")


def variant_of(name: str, weights: Mapping[str, Array], variant: str) -> Sequential:
    """Return the network `name` with the given trained weights as one of VARIANTS. Raises ValueError for another."""
    if variant not in VARIANTS:
        raise ValueError(f"there is no variant {variant!r}; there are {', '.join(VARIANTS)}")
    if variant == "naive":
        return assemble(name, weights, matmul_naive, relu_naive)
    network = assemble(name, weights)
    if variant == "pruned":
        return network.map_weights(partial(magnitude_prune, fraction=PRUNED_FRACTION))
    return network.map_weights(quantise_int8) if variant == "int8" else network


def _trained(name: str, variant: str) -> Sequential:
    with np.load(WEIGHTS / f"{name}.npz", allow_pickle=False) as arrays:
        return variant_of(name, dict(arrays), variant)
