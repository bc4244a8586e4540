"""Models of TinyTorch, and of packages built like it, as plain callables: a Tensor goes in, and its `data` comes out.

Knows nothing of benchmarks. TinyTorch's own package bears the name of ours, so it is never imported from here: the
model brings its Tensor along.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from tinytorch.adapters.framework import named

Array = npt.NDArray[Any]


def tinytorch_model(model: Any, tensor: Callable[[Array], Any] | str | None = None) -> TinyTorchModel:
    """Return a model whose layers take and return Tensors as a callable, numpy in and numpy out.

    `model` has `forward`, or is callable; it is an object or the text of a target that gives one, 'mine:build()'. It is
    put into evaluation where it has `eval()`. `tensor` makes a Tensor of an array (n, ...): a class, or text that names
    one, 'mine:Tensor'; without it the one is taken that the modules of the model and of its parts know by the name
    Tensor. What comes back holds its numbers in `numpy()` or `data`, or is an array. Raises TypeError for what is no
    model, and ValueError where no Tensor is found.

    Timed: making the Tensor, which copies the batch, the forward pass, and handing the numbers back.

    Built anew: a deep copy copies the model with its parameters, so no factory is needed.
    """
    made = named(model)
    return TinyTorchModel(made, _tensor_of(made) if tensor is None else named(tensor))


class TinyTorchModel:
    """What `tinytorch_model` returns."""

    def __init__(self, model: Any, tensor: Callable[[Array], Any]) -> None:
        forward = getattr(model, "forward", None)
        if not callable(forward) and not callable(model):
            raise TypeError(f"tinytorch_model takes a model with forward(x), got {type(model).__name__}")
        if not callable(tensor):
            raise TypeError(f"tensor makes a Tensor of an array, got {type(tensor).__name__}; name the class")
        if callable(getattr(model, "eval", None)):
            model.eval()
        self.model, self.tensor = model, tensor
        self.__name__ = type(model).__name__

    def __call__(self, batch: Array) -> Array:
        """Return the outputs (n, ...) of a batch (n, ...). Raises what the model raises, and TypeError."""
        forward = getattr(self.model, "forward", self.model)
        return _numbers(forward(self.tensor(np.array(batch))))

    def __reduce__(self) -> tuple[Any, ...]:
        return TinyTorchModel, (self.model, self.tensor)


def _numbers(output: Any) -> Array:
    """Return the numbers of what a model returned."""
    if isinstance(output, np.ndarray):
        return output
    read = getattr(output, "numpy", None)
    found = read() if callable(read) else getattr(output, "data", None)
    if not isinstance(found, np.ndarray):
        said = f"a model returns a Tensor with numpy() or data, or an array, this one a {type(output).__name__}"
        raise TypeError(f"{said}; let it return one of them")
    return found


def _tensor_of(model: Any) -> Callable[[Array], Any]:
    """Return what the modules of the model's class, and of its parts, know as Tensor."""
    parts = [model, *vars(model).values()] if hasattr(model, "__dict__") else [model]
    parts += [one for part in parts if isinstance(part, list | tuple) for one in part]
    for part in parts:
        for kind in type(part).__mro__:
            module = importlib.import_module(kind.__module__)
            found = getattr(module, "Tensor", None)
            if callable(found):
                return found  # type: ignore[no-any-return]
    raise ValueError(
        f"the module of {type(model).__name__} knows no Tensor; name the class: tinytorch_model(model, tensor=Tensor)"
    )
