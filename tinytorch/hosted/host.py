"""What runs beside a hosted model: it builds models and asks them, one request after another, and times each call.

It is handed to an interpreter as text, so it imports nothing of this package: the other side may hold another one by
its name, another numpy, another Python. A message is its length, a line of JSON and perhaps an array as numpy saves it.
What a model prints goes to standard error.
"""

from __future__ import annotations

import ast
import importlib
import io
import json
import os
import struct
import sys
import time
from typing import Any, BinaryIO

import numpy as np

FRAMEWORKS = ("torch", "onnxruntime", "sklearn", "jax", "tensorflow")


def main() -> None:
    """Answer until the other side closes the pipe."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.path.insert(0, "")
    models: dict[int, Any] = {}
    while True:
        message, batch = receive(requests)
        if message is None:
            return
        for number in message.get("drop", ()):
            models.pop(number, None)
        try:
            answer, outputs = answer_to(message, batch, models)
        except Exception as error:
            answer, outputs = {"error": "{}: {}".format(type(error).__name__, error)[:2000]}, None
        send(replies, answer, outputs)


def answer_to(message: dict[str, Any], batch: Any, models: dict[int, Any]) -> tuple[dict[str, Any], Any]:
    """Build a model, or ask one: (what is told, its outputs)."""
    if message["do"] == "build":
        pad = np.empty(message["pad"], dtype=np.uint8)  # moves whatever is allocated after it
        models[message["number"]] = called(build(message["target"]))
        del pad
        return {"about": about()}, None
    model = models[message["number"]]
    began = time.perf_counter_ns()
    outputs = np.asarray(model(batch))
    took = time.perf_counter_ns() - began
    if outputs.dtype.kind not in "biuf":
        raise TypeError("a hosted model returns an array of numbers (n, ...), got {}".format(outputs.dtype))
    return {"took": took}, outputs


def build(target: str) -> Any:
    """Return what 'package.module:name' or 'package.module:factory(literals)' names."""
    module, _, expression = target.partition(":")
    node = ast.parse(expression.strip(), mode="eval").body
    found: Any = importlib.import_module(module.strip())
    for name in ast.unparse(node.func if isinstance(node, ast.Call) else node).split("."):
        found = getattr(found, name)
    if not isinstance(node, ast.Call):
        return found
    arguments = [ast.literal_eval(one) for one in node.args]
    return found(*arguments, **{str(one.arg): ast.literal_eval(one.value) for one in node.keywords})


def called(model: Any) -> Any:
    """Return the call that answers a batch."""
    if callable(model):
        return model
    if callable(getattr(model, "issue", None)):
        return model.issue
    raise TypeError("a system under test is callable or has issue(queries), got {}".format(type(model).__name__))


def about() -> dict[str, str]:
    """What there is in this process."""
    found = {"python": sys.version.split()[0], "numpy": np.__version__, "folder": os.getcwd()}
    for name in FRAMEWORKS:
        if name in sys.modules:
            found[name] = str(getattr(sys.modules[name], "__version__", "?"))
    return found


def receive(pipe: BinaryIO) -> tuple[Any, Any]:
    """Return the next message and its array; None at the end."""
    head = pipe.read(8)
    if len(head) < 8:
        return None, None
    size, tail = struct.unpack(">II", head)
    message = json.loads(pipe.read(size))
    return message, np.load(io.BytesIO(pipe.read(tail)), allow_pickle=False) if tail else None


def send(pipe: BinaryIO, message: dict[str, Any], array: Any) -> None:
    """Write a message and its array."""
    text, data = json.dumps(message).encode(), io.BytesIO()
    if array is not None:
        np.save(data, array, allow_pickle=False)
    pipe.write(struct.pack(">II", len(text), data.tell()) + text + data.getvalue())
    pipe.flush()


if __name__ == "__main__":
    main()
