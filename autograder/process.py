"""One process on two pipes: lines out and in, each with a deadline, and an end that leaves nothing behind. Knows
nothing of how it is confined or of what the lines mean; whatever it writes may be hostile."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from types import TracebackType
from typing import IO, Any, Self

from autograder.wire import MAX_BYTES, WireError

_CHUNK = 2**20
_END_S = 10.0  # a killed process that is still there after this long is the kernel's matter


class TimeUpError(RuntimeError):
    """The process did not answer, or did not read, before the deadline."""


class EndedError(RuntimeError):
    """The process has ended; the text says how."""


class Worker:
    """A started process. A context manager: its end is the end of every process it made.

    It must be started and ended by one thread: bubblewrap dies with the thread that started it.
    """

    def __init__(
        self, command: list[str], environment: dict[str, str], folder: tempfile.TemporaryDirectory[str]
    ) -> None:
        """Start `command`, where "INFO_FD" is bubblewrap's; `folder` is removed at the end."""
        self._folder = folder
        told, tell = os.pipe()
        confined = "--info-fd" in command
        words = [str(tell) if word == "INFO_FD" else word for word in command]
        with open(told, "rb") as report:
            try:
                self._process = subprocess.Popen(
                    words,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=environment,
                    pass_fds=[tell] if confined else [],
                    start_new_session=True,
                    bufsize=0,
                )
            finally:
                os.close(tell)
            self._first = _pidfd(report.read(_CHUNK)) if confined else None
        self._in, self._out, self._err = (
            _pipe(self._process.stdin),
            _pipe(self._process.stdout),
            _pipe(self._process.stderr),
        )
        self._rest = b""
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def running(self) -> bool:
        """Whether the process can still be talked to."""
        return self._open and self._process.poll() is None

    def send(self, line: bytes, deadline: float) -> None:
        """Write a line; raises TimeUpError at `deadline` (seconds, `time.monotonic`) and EndedError."""
        view = memoryview(line)
        while view:
            self._wait(self._in, select.POLLOUT, deadline)
            try:
                view = view[os.write(self._in.fileno(), view[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise EndedError(self._last_words()) from None

    def receive(self, deadline: float) -> bytes:
        """Read a line without its end; raises TimeUpError, EndedError, and WireError for a line without end."""
        parts, size = [self._rest], len(self._rest)
        while b"\n" not in parts[-1]:
            if size > MAX_BYTES:
                raise WireError(f"a message may have {MAX_BYTES} bytes, this one has more")
            self._wait(self._out, select.POLLIN, deadline)
            try:
                part = os.read(self._out.fileno(), _CHUNK)
            except BlockingIOError:
                continue
            if not part:
                raise EndedError(self._last_words())
            parts.append(part)
            size += len(part)
        line, _, self._rest = b"".join(parts).partition(b"\n")
        return line

    def close(self) -> None:
        """Kill the process and all that it made, wait until they are gone, and remove the folder. May be repeated."""
        if not self._open:
            return
        self._open = False
        if self._first is not None:
            _kill(self._first)
        with contextlib.suppress(ProcessLookupError):  # it ended by itself
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_END_S)
        if self._first is not None:
            # Process 1 goes last: the kernel ends every other process of the namespace first.
            select.select([self._first], [], [], _END_S)
            os.close(self._first)
        for pipe in (self._in, self._out, self._err):
            pipe.close()
        self._folder.cleanup()

    def _wait(self, pipe: IO[bytes], event: int, deadline: float) -> None:
        if not self._open:
            raise EndedError("it was ended")
        poll = select.poll()
        poll.register(pipe, event)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeUpError("the deadline has passed")

    def _last_words(self) -> str:
        """How the process ended, and what its starter said if it did not get as far as a student's code."""
        try:
            code = self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            return "it closed its pipes"
        said = b""
        if not self._err.closed:
            try:
                said = os.read(self._err.fileno(), 2000)
            except BlockingIOError:
                said = b""
        signal_number = -code if code < 0 else code - 128
        if signal_number in (signal.SIGXCPU, signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT):
            return f"it was ended by {signal.Signals(signal_number).name}"
        return f"it ended with exit code {code}" + (f" ({said.decode(errors='replace').strip()})" if said else "")


def _pidfd(report: bytes) -> int | None:
    """The process that bubblewrap names, held so that its number cannot come to mean another one."""
    try:
        found: Any = json.loads(report)
        return os.pidfd_open(found["child-pid"])
    except (ValueError, KeyError, ProcessLookupError):
        return None  # bubblewrap ended before it had a child; its exit code will tell


def _kill(first: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it ended by itself
        signal.pidfd_send_signal(first, signal.SIGKILL)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    os.set_blocking(pipe.fileno(), False)
    return pipe
