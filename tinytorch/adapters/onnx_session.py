"""ONNX models as plain callables, run by ONNX Runtime. Knows nothing of benchmarks; imports it when one is made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tinytorch.adapters.framework import need

Array = npt.NDArray[Any]
CPU = ("CPUExecutionProvider",)


def onnx_model(
    source: str | Path | bytes | Any, *, providers: Sequence[str] = CPU, threads: int = 0, output: str | None = None
) -> OnnxModel:
    """Return an ONNX model of one input as a callable.

    `source` is a file, the bytes of one, or an `onnxruntime.InferenceSession`. `threads` is how many an operator may
    use, 0: as many as there are cores; `providers` and `threads` are the session's own where one is given. `output`
    names one of several outputs. Raises FileNotFoundError, ModuleNotFoundError without ONNX Runtime, ValueError for a
    model of several inputs, or of several outputs where none is named; for a damaged file what ONNX Runtime raises.

    Timed: the session's run. It reads the batch where it lies (one that is not contiguous is copied) and gives out new
    arrays; nothing is converted, so the batch has the type that the model asks for.

    Built anew: from a file or bytes a deep copy is a new session. A given session cannot be copied, and a benchmark
    then says that memory layout is not controlled.
    """
    return OnnxModel(source, providers, threads, output)


class OnnxModel:
    """What `onnx_model` returns."""

    def __init__(
        self, source: Any, providers: Sequence[str] = CPU, threads: int = 0, output: str | None = None
    ) -> None:
        runtime = need("onnxruntime")
        self.rebuildable = isinstance(source, str | Path | bytes)
        self._arguments = source, tuple(providers), threads, output
        if isinstance(source, str | Path) and not Path(source).is_file():
            raise FileNotFoundError(f"there is no ONNX file {source}")
        if self.rebuildable:
            options = runtime.SessionOptions()
            options.intra_op_num_threads = threads
            opened = source if isinstance(source, bytes) else str(source)
            source = runtime.InferenceSession(opened, options, providers=list(providers))
        self.session: Any = source
        inputs, outputs = ([part.name for part in parts] for parts in (source.get_inputs(), source.get_outputs()))
        if len(inputs) != 1:
            raise ValueError(f"a model takes one batch, this one has the inputs {', '.join(inputs)}")
        if output is None and len(outputs) > 1:
            raise ValueError(f"the model has the outputs {', '.join(outputs)}; name one: output={outputs[-1]!r}")
        if output is not None and output not in outputs:
            raise ValueError(f"the model has no output {output!r}; it has {', '.join(outputs)}")
        self._input, self._outputs = inputs[0], [output or outputs[0]]
        self.__name__ = Path(self._arguments[0]).stem if isinstance(self._arguments[0], str | Path) else "OnnxModel"

    def __call__(self, batch: Array) -> Array:
        """Return the outputs (n, ...) of a batch (n, ...). Raises what ONNX Runtime raises, and TypeError."""
        outputs = self.session.run(self._outputs, {self._input: batch})[0]
        if not isinstance(outputs, np.ndarray):
            raise TypeError(f"output {self._outputs[0]!r} is a {type(outputs).__name__}, not a tensor; name another")
        return outputs

    def __reduce__(self) -> tuple[Any, ...]:
        if not self.rebuildable:
            raise TypeError("an open ONNX Runtime session cannot be copied; pass onnx_model the file instead")
        return OnnxModel, self._arguments
