"""A hosted model as a plain callable, and the clock that goes with it. Knows what is asked, not why."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
import numpy.typing as npt

from tinytorch.machine.clock import RealClock

Array = npt.NDArray[Any]
START_S = 60.0
_END_S = 5.0


class HostError(RuntimeError):
    """A hosted model could not be started, asked or built; the message is one sentence."""


class HostedClock(RealClock):
    """The machine's clock without what the ways to hosted models and back took: `leave_out` of it is taken off."""

    elsewhere = True

    def __init__(self) -> None:
        super().__init__()
        self._left_out = 0

    def now_ns(self) -> int:
        """Return the time, ns."""
        return time.perf_counter_ns() - self._left_out

    def wait_until_ns(self, due_ns: int) -> None:
        """Return at `due_ns` or, if that is past, at once."""
        super().wait_until_ns(due_ns + self._left_out)

    def leave_out(self, ns: int) -> None:
        """Take so many ns off: they went by on the way."""
        self._left_out += max(0, ns)


class Host:
    """A process that builds and asks the model that `target` names. A context manager: its end is the process's.

    `folder` is where the process runs and looks for modules first, `python` its interpreter; `name` is for messages.
    """

    def __init__(
        self, target: str, clock: HostedClock, folder: Path | None = None, python: str = sys.executable, name: str = ""
    ) -> None:
        self.target, self.clock, self.name = target, clock, name or target
        self.about: Mapping[str, str] = {}
        self._count, self._dropped = 0, list[int]()
        self._folder, self._python = folder, python
        self._running: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def build(self) -> HostedModel:
        """Return a model built anew over there. Raises HostError."""
        self._count += 1
        number, pad = self._count, int(np.random.default_rng().integers(64, 1 << 16))
        told, _ = self.ask({"do": "build", "target": self.target, "number": number, "pad": pad})
        self.about = told["about"]
        return HostedModel(self, number)

    def ask(self, message: Mapping[str, Any], batch: Array | None = None) -> tuple[dict[str, Any], Array | None]:
        """Return what is answered, with the outputs. Raises HostError for what the model raised or how it ended."""
        process, dropped, self._dropped = self._process, self._dropped, []
        try:
            _send(_pipe(process.stdin), {**message, "drop": dropped}, batch)
            answer, outputs = _receive(_pipe(process.stdout))
        except (BrokenPipeError, EOFError) as error:
            raise HostError(self._ended()) from error
        except BaseException:
            process.kill()  # half a message is on its way: nothing that comes can be told apart
            raise
        if "error" in answer:
            raise HostError(f"{self.name}: {answer['error']}")
        return answer, outputs

    @property
    def _process(self) -> subprocess.Popen[bytes]:
        """The process, started when it is first needed."""
        if self._running is not None:
            return self._running
        source = Path(__file__).with_name("host.py").read_text(encoding="utf-8")
        environment = {
            name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "__PYVENV_LAUNCHER__")
        }
        try:
            self._running = subprocess.Popen(
                [self._python, "-c", source],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        except OSError as error:
            where = self._folder if self._folder is not None and not self._folder.is_dir() else self._python
            raise HostError(f"{self.name} cannot be started: {where}: {error.strerror}") from error
        return self._running

    def drop(self, number: int) -> None:
        """Have a model let go with the next message."""
        self._dropped.append(number)

    def close(self) -> None:
        """End the process and wait until it is gone. May be repeated."""
        if self._running is None:
            return
        for pipe in (self._running.stdin, self._running.stdout):
            if pipe is not None and not pipe.closed:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ended(self) -> str:
        try:
            code = self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            return f"the process of {self.name} closed its pipes"
        why = "is numpy installed there?" if code == 1 and not self.about else "what it said stands above"
        return f"the process of {self.name} ended with exit code {code}; {why}"


class HostedModel:
    """A model over there, called like one here. The clock leaves out what is not the model's own time."""

    def __init__(self, host: Host, number: int) -> None:
        self._host, self._number = host, number
        self.__name__ = host.name
        weakref.finalize(self, host.drop, number)

    def __call__(self, batch: Array) -> Array:
        """Return the outputs (n, ...) of a batch (n, ...). Raises HostError."""
        began = time.perf_counter_ns()
        told, outputs = self._host.ask({"do": "call", "number": self._number}, batch)
        self._host.clock.leave_out(time.perf_counter_ns() - began - int(told["took"]))
        assert outputs is not None
        return outputs


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _send(pipe: IO[bytes], message: Mapping[str, Any], array: Array | None) -> None:
    text, data = json.dumps(message).encode(), io.BytesIO()
    if array is not None:
        np.save(data, array, allow_pickle=False)
    pipe.write(struct.pack(">II", len(text), data.tell()) + text + data.getvalue())
    pipe.flush()


def _receive(pipe: IO[bytes]) -> tuple[dict[str, Any], Array | None]:
    size, tail = struct.unpack(">II", _exactly(pipe, 8))
    message: dict[str, Any] = json.loads(_exactly(pipe, size))
    return message, np.load(io.BytesIO(_exactly(pipe, tail)), allow_pickle=False) if tail else None


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data
