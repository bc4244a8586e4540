"""Answers that are not there yet: found out from one of them, and waited for where the model is asked.

A call that only begins the work returns at once; timed like that, it seems to take nothing. So such a model is wrapped,
and no other. Knows no clock and no run.
"""

from __future__ import annotations

import asyncio
import inspect
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from tinytorch.runs.drivers import Model
from tinytorch.runs.run import Array

Wait = Callable[[Any], Any]  # what a model returned -> the answer, once it is there
AT_ONCE = (np.ndarray, np.generic, int, float, complex, bool, str, bytes, type(None))
IN_MEMORY = (
    "numpy",
    "pandas",
    "scipy",
    "polars",
    "pyarrow",
)  # libraries whose objects are there when they are returned


def way_to_wait(output: Any) -> Wait | None:
    """Return what waits for an output like this one, None where it is there at once.

    Raises TypeError, with the way out, for what nothing here can wait for.
    """
    if isinstance(output, AT_ONCE) or type(output).__module__.partition(".")[0] in IN_MEMORY:
        return None
    if isinstance(output, list | tuple):
        each = way_to_wait(output[0]) if output else None
        return None if each is None else lambda outputs: [each(one) for one in outputs]
    if inspect.isasyncgen(output) or inspect.isgenerator(output):
        raise TypeError(f"the model returned a {type(output).__name__}; return the whole answer, an array (n, ...)")
    return way_of_object(output)


def way_of_object(output: Any) -> Wait | None:
    """Return what waits for one object that is neither an array nor a number nor a row of them.

    Awaitables get an event loop of their own; what has `block_until_ready` (JAX), `result` (a future) or `get` (a task
    of a pool) is asked by it; tensors on a device come to the host, where an answer is handed over; anything else that
    numpy can read is read.
    """
    if inspect.isawaitable(output):
        return awaiting()
    if callable(getattr(output, "block_until_ready", None)):
        return lambda one: one.block_until_ready()
    if callable(getattr(output, "result", None)) and callable(getattr(output, "done", None)):
        return lambda one: one.result()
    if callable(getattr(output, "get", None)) and callable(getattr(output, "ready", None)):
        return lambda one: one.get()
    if callable(getattr(output, "cpu", None)):
        there = getattr(getattr(output, "device", None), "type", "cpu") == "cpu"
        return None if there else lambda one: one.detach().cpu()
    if hasattr(output, "__cuda_array_interface__") and callable(getattr(output, "get", None)):
        return lambda one: one.get()
    return np.asarray if hasattr(output, "__array__") else None


def awaiting() -> Wait:
    """Return what runs an awaitable to its end, in an event loop that lives as long as the model is asked.

    Raises TypeError where a loop is running already, as in a notebook: one cannot wait inside of another.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return Loop(asyncio.new_event_loop())
    message = "the model returns an awaitable, and an event loop is running here (a notebook has one)"
    raise TypeError(f"{message}; hand in a call that waits itself, or measure from a script")


class Loop:
    """An event loop that runs one awaitable at a time, and is closed when nobody needs it any more."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        weakref.finalize(self, loop.close)

    def __call__(self, output: Any) -> Any:
        """Return what the awaitable comes to."""
        return self.loop.run_until_complete(output)


class Waiting:
    """A model whose answers are there when it returns."""

    def __init__(self, model: Model, wait: Wait) -> None:
        self.model, self.wait = model, wait

    def __call__(self, batch: Array) -> Any:
        """Return the model's answer once it is there."""
        return self.wait(self.model(batch))


class Patient:
    """A model of which nobody knows yet whether it answers at once: each answer is looked at, so do not time it."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.wait: Wait | None = None

    def __call__(self, batch: Array) -> Any:
        """Return the model's answer once it is there."""
        output = self.model(batch)
        self.wait = self.wait or way_to_wait(output)
        return output if self.wait is None else self.wait(output)


def waiting(model: Model, batch: Array) -> Model:
    """Return the model, as it is where it answers this batch at once."""
    wait = way_to_wait(model(batch))
    return model if wait is None else Waiting(model, wait)
