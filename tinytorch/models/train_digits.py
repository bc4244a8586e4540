"""Train the shipped networks on the shipped digits: `OMP_NUM_THREADS=1 python -m tinytorch.models.train_digits`.

Stochastic gradient descent with momentum and a cosine learning rate, images moved by up to a pixel, gradients written
out by hand for the layers of `tinytorch.core`; only numpy. The same seed on the same machine gives the same weights;
the number of BLAS threads changes the rounding, hence the one thread. It writes digits_mlp.npz, digits_cnn.npz and
models.json beside itself, the accuracies in it measured on the test split, which training never sees and which picks
no epoch.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tinytorch.core import Conv2D, Dense, Flatten, MaxPool2D, ReLU, Sequential, Softmax
from tinytorch.core.kernels import Array
from tinytorch.core.layers import Layer, im2col
from tinytorch.datasets import QuerySampleLibrary, digits
from tinytorch.models.trained import SHAPES, VARIANTS, WEIGHTS, assemble, variant_of

IntArray = npt.NDArray[np.int64]
SEED = 13
EPOCHS = {"digits_mlp": 120, "digits_cnn": 60}
BATCH = 32
PEAK_RATE = 0.1
MOMENTUM = 0.9
WEIGHT_DECAY = 1e-3


def initial_weights(name: str, rng: np.random.Generator) -> dict[str, Array]:
    """Return random float32 weights (He: variance 2 / inputs of a unit) and zero biases for SHAPES[name]."""
    weights: dict[str, Array] = {}
    for key, shape in SHAPES[name].items():
        fan_in = shape[0] if len(shape) == 2 else math.prod(shape[1:])
        weights[key] = (rng.standard_normal(shape) * math.sqrt(2 / fan_in)).astype(np.float32)
        weights[f"{key}_bias"] = np.zeros(shape[1] if len(shape) == 2 else shape[0], dtype=np.float32)
    return weights


def moved(images: Array, rng: np.random.Generator) -> Array:
    """Return the images (n, 1, 8, 8), each moved by -1, 0 or 1 pixel in both directions, paper moving in."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, images.shape[2:], axis=(2, 3))
    down, right = rng.integers(0, 3, size=(2, len(images)))
    return windows[np.arange(len(images)), :, down, right]


def backward(layer: Layer, inputs: Array, gradient: Array) -> tuple[Array, list[tuple[Array, Array]]]:
    """Return the gradient with respect to `inputs`, and (array, its gradient) for every array of weights."""
    if isinstance(layer, Dense) and isinstance(layer.weights, np.ndarray):
        steps = [(layer.weights, inputs.T @ gradient), (layer.bias, gradient.sum(axis=0))]
        return gradient @ layer.weights.T, steps
    if isinstance(layer, Conv2D) and isinstance(layer.weights, np.ndarray):
        return _conv_backward(layer, layer.weights, inputs, gradient)
    if isinstance(layer, ReLU):
        return gradient * (inputs > 0), []
    if isinstance(layer, MaxPool2D):
        enlarge = np.ones((layer.size, layer.size), dtype=gradient.dtype)
        # On blank paper all four of a tile are equal and share the gradient.
        winners = (inputs == np.kron(layer(inputs), enlarge)).astype(gradient.dtype)
        n, channels, height, width = gradient.shape
        tied = winners.reshape(n, channels, height, layer.size, width, layer.size).sum(axis=(3, 5))
        return np.kron(gradient / tied, enlarge) * winners, []
    if isinstance(layer, Flatten):
        return gradient.reshape(inputs.shape), []
    raise TypeError(f"no gradient is written for {layer!r}")


def _conv_backward(
    layer: Conv2D, weights: Array, inputs: Array, gradient: Array
) -> tuple[Array, list[tuple[Array, Array]]]:
    out, _, height, width = weights.shape
    rows = gradient.transpose(0, 2, 3, 1).reshape(-1, out)
    columns = im2col(inputs, (height, width), layer.padding)
    for_weights = (rows.T @ columns.reshape(len(rows), -1)).reshape(weights.shape)
    # The gradient of a cross-correlation is one with the filters turned by 180 degrees and in and out exchanged.
    turned = weights[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    back = Conv2D(turned, np.zeros(len(turned), dtype=weights.dtype), padding=height - 1 - layer.padding)
    return back(gradient), [(weights, for_weights), (layer.bias, rows.sum(axis=0))]


def train(name: str, samples: QuerySampleLibrary, epochs: int, seed: int) -> dict[str, Array]:
    """Return the weights of network `name` after `epochs` passes over the labelled samples."""
    rng = np.random.default_rng(seed)
    weights = initial_weights(name, rng)
    network = assemble(name, weights)
    momenta: dict[int, Array] = {}
    labels = np.asarray(samples.labels)
    for epoch in range(epochs):
        rate = PEAK_RATE * (1 + math.cos(math.pi * epoch / epochs)) / 2
        order = rng.permutation(len(samples))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            for array, gradient in gradients(network, moved(samples.inputs[chosen], rng), labels[chosen]):
                decay = WEIGHT_DECAY * array if array.ndim > 1 else 0
                momentum = MOMENTUM * momenta.get(id(array), np.zeros_like(array)) + gradient + decay
                momenta[id(array)] = momentum
                array -= rate * momentum
    return weights


def gradients(network: Sequential, images: Array, labels: IntArray) -> list[tuple[Array, Array]]:
    """Return (array, gradient of the mean cross-entropy) for all arrays of weights; the last layer is a Softmax."""
    *layers, last = network
    if not isinstance(last, Softmax):
        raise TypeError(f"the gradient is written for a network that ends in Softmax, got {last!r}")
    inputs = [images]
    for layer in layers:
        inputs.append(layer(inputs[-1]))
    gradient = last(inputs.pop())
    gradient[np.arange(len(labels)), labels] -= 1
    gradient /= len(labels)
    found: list[tuple[Array, Array]] = []
    for layer, given in zip(reversed(layers), reversed(inputs), strict=True):
        gradient, steps = backward(layer, given, gradient)
        found += steps
    return found


def accuracy(network: Sequential, samples: QuerySampleLibrary) -> float:
    """Return the share of samples whose most probable class is the label."""
    return float((network(samples.inputs).argmax(axis=1) == samples.labels).mean())


def card(
    name: str, weights: Mapping[str, Array], train_set: QuerySampleLibrary, test_set: QuerySampleLibrary
) -> dict[str, object]:
    """Return what models.json says of one network, every accuracy measured now."""
    network = assemble(name, weights)
    return {
        "seed": SEED,
        "epochs": EPOCHS[name],
        "train_samples": len(train_set),
        "test_samples": len(test_set),
        "parameters": network.parameters,
        "train_accuracy": accuracy(network, train_set),
        "test_accuracy": accuracy(network, test_set),
        "variant_accuracy": {variant: accuracy(variant_of(name, weights, variant), test_set) for variant in VARIANTS},
    }


def main(folder: Path = WEIGHTS) -> None:
    """Train every network of SHAPES and write weights and cards to `folder`."""
    train_set, test_set = digits("train"), digits("test")
    cards = {}
    for name in SHAPES:
        weights = train(name, train_set, EPOCHS[name], SEED)
        np.savez(folder / f"{name}.npz", allow_pickle=False, **weights)
        cards[name] = card(name, weights, train_set, test_set)
        sys.stderr.write(f"{name}: {json.dumps(cards[name])}\n")
    (folder / "models.json").write_text(json.dumps(cards, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
