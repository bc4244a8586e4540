"""Models of other frameworks as plain callables `batch (n, ...) -> outputs (n, ...)`, numpy in and numpy out.

Each says what of its work a benchmark times, and whether it can be built anew for every round. A framework is imported
when its adapter is made and not before; none is needed for this module. Knows nothing of benchmarks.
"""

from tinytorch.adapters.endpoint import EndpointError, HttpModel, http_model
from tinytorch.adapters.estimator import SklearnModel, sklearn_model
from tinytorch.adapters.onnx_session import OnnxModel, onnx_model
from tinytorch.adapters.tinytorch_module import TinyTorchModel, tinytorch_model
from tinytorch.adapters.torch_module import TorchModel, torch_model

__all__ = [
    "EndpointError",
    "HttpModel",
    "OnnxModel",
    "SklearnModel",
    "TinyTorchModel",
    "TorchModel",
    "http_model",
    "onnx_model",
    "sklearn_model",
    "tinytorch_model",
    "torch_model",
]
