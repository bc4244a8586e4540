"""What the adapters share: importing a framework when it is needed, and models named by text. Knows no framework."""

from __future__ import annotations

import importlib
from typing import Any

from tinytorch.adapters.targets import load_target

DISTRIBUTIONS = {"torch": "torch", "sklearn": "scikit-learn", "onnxruntime": "onnxruntime"}
EXTRAS = {"torch": "torch", "sklearn": "sklearn", "onnxruntime": "onnx"}


def need(module: str) -> Any:
    """Return the framework's module. Raises ModuleNotFoundError that names its package where it is not installed."""
    root = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name not in (root, module):  # it is there, but something that it needs is not
            raise
        message = f"this adapter needs the package {DISTRIBUTIONS[root]}; install it, or this project's extra"
        raise ModuleNotFoundError(f"{message} {EXTRAS[root]!r}", name=root) from error


def named(model: Any) -> Any:
    """Return `model`, or what it names if it is text such as 'package.module:build()'. Raises ValueError."""
    if not isinstance(model, str):
        return model
    target = load_target(model)
    return target.model if target.build is None else target.build()
