"""PyTorch modules as plain callables. Knows nothing of benchmarks; imports PyTorch when an adapter is made."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy.typing as npt

from tinytorch.adapters.framework import named, need

Array = npt.NDArray[Any]


def torch_model(module: Any, device: str = "cpu", *, output: str | int | None = None) -> TorchModel:
    """Return `module` as a callable: eval mode, no gradients, on `device`, numpy in and out.

    `module` is a torch.nn.Module or the text of a target that gives one, 'package.module:build()'; it is moved to
    `device` and put into eval mode, and stays so. `output` picks one part where the module returns several: an index, a
    key or an attribute. Raises ModuleNotFoundError without PyTorch, TypeError for something that is not a module.

    Timed: copying the batch into a tensor and to the device, the forward pass, and copying the outputs back, which
    waits for the device. The copy in keeps a module that works in place from changing the samples.

    Built anew: a deep copy copies the module with its parameters, so no factory is needed.
    """
    return TorchModel(named(module), device, output)


class TorchModel:
    """What `torch_model` returns."""

    def __init__(self, module: Any, device: str = "cpu", output: str | int | None = None) -> None:
        torch = need("torch")
        if not isinstance(module, torch.nn.Module):
            raise TypeError(f"torch_model takes a torch.nn.Module, got {type(module).__name__}")
        self.module, self.device, self.output = module.to(device), device, output
        self.__name__ = type(module).__name__
        with suppress(NotImplementedError):  # an exported program was exported in its mode
            module.eval()
        self._from_numpy, self._no_grad = torch.from_numpy, torch.no_grad
        self._tensor, self._without_numpy = torch.Tensor, torch.bfloat16

    def __call__(self, batch: Array) -> Array:
        """Return the outputs (n, ...) of a batch (n, ...). Raises what the module raises, and TypeError."""
        with self._no_grad():
            outputs = self.module(self._from_numpy(batch.copy()).to(self.device))
        if self.output is not None:
            by_key = isinstance(self.output, int) or isinstance(outputs, Mapping)
            outputs = outputs[self.output] if by_key else getattr(outputs, str(self.output))
        if not isinstance(outputs, self._tensor):
            raise TypeError(f"a module returns a tensor, this one a {type(outputs).__name__}; name its part: output=0")
        if outputs.dtype is self._without_numpy:
            outputs = outputs.float()
        array: Array = outputs.numpy(force=True)
        return array

    def __reduce__(self) -> tuple[Any, ...]:
        return TorchModel, (self.module, self.device, self.output)
