"""Sequential: layers one after the other, as one callable. It knows layers only by what they do to a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tinytorch.core.compression import Int8Weights
from tinytorch.core.kernels import Array
from tinytorch.core.layers import Conv2D, Dense, Layer, ShapeError, Weights


class Sequential:
    """A network: batch (n, ...) -> outputs (n, ...), each layer fed with the last one's outputs.

    Iterable, indexable and deep-copyable. A network is not changed by calling it.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)

    def __call__(self, inputs: Array) -> Array:
        """Return one output per sample. Raises ShapeError naming the layer and both shapes if an input does not fit."""
        for position, layer in enumerate(self.layers, start=1):
            try:
                inputs = layer(inputs)
            except ShapeError as error:
                raise ShapeError(f"layer {position} of {len(self.layers)}, {layer!r}, {error}") from error
        return inputs

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, position: int) -> Layer:
        return self.layers[position]

    def __repr__(self) -> str:
        return f"Sequential({', '.join(repr(layer) for layer in self.layers)})"

    def map_weights(self, change: Callable[[Array], Weights]) -> Sequential:
        """Return a new network whose Dense and Conv2D weights are `change(weights)`; biases and the rest stay.

        For instance `network.map_weights(quantise_int8)`. Raises ValueError if the weights are already quantised.
        """
        return Sequential([_changed(layer, change) for layer in self.layers])

    @property
    def parameters(self) -> int:
        """How many weights and biases there are, zeros included."""
        return sum(layer.weights.size + layer.bias.size for layer in self._weighted())

    @property
    def nbytes(self) -> int:
        """Bytes that weights and biases take in memory."""
        return sum(layer.weights.nbytes + layer.bias.nbytes for layer in self._weighted())

    def _weighted(self) -> list[Dense | Conv2D]:
        return [layer for layer in self.layers if isinstance(layer, Dense | Conv2D)]


def _changed(layer: Layer, change: Callable[[Array], Weights]) -> Layer:
    if not isinstance(layer, Dense | Conv2D):
        return layer
    if isinstance(layer.weights, Int8Weights):
        raise ValueError(f"{layer!r} is already quantised; change the float32 network it was made from")
    return layer.with_weights(change(layer.weights))
