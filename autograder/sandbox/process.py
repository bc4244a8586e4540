"""One process on two pipes: lines out and in, each with a deadline, and an end that leaves nothing behind. Knows
nothing of how it is confined or of what the lines mean; whatever it writes may be hostile."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import IO, Any, Protocol, Self

from autograder.sandbox.wire import MAX_BYTES, WireError

_CHUNK = 2**16  # what a pipe holds; a buffer of a megabyte is made anew by the kernel for each read
_END_S = 10.0  # a killed process that is still there after this long is the kernel's matter


class TimeUpError(RuntimeError):
    """The process did not answer, or did not read, before the deadline."""


class EndedError(RuntimeError):
    """The process has ended; the text says how. `outside` says that somebody else ended it, such as the kernel when the
    machine has no memory left: a submission's own limits end it by other signals."""

    def __init__(self, how: str, outside: bool = False) -> None:
        super().__init__(how)
        self.outside = outside


class Process(Protocol):
    """What a worker's pipes lead to, however it was started."""

    def code(self, seconds: float) -> int | None:
        """Return how it ended, as `subprocess` counts, or None if it has not within so many seconds."""

    def end(self) -> None:
        """Kill it and all that it made, and wait until they are gone. Called once."""


class Worker:
    """A started process. A context manager: its end is the end of every process it made."""

    def __init__(self, process: Process, pipes: Sequence[IO[bytes]], forget: Callable[[], None]) -> None:
        """Talk to `process` by its input, output and error pipes; `forget` is called after its end."""
        self._process, self._forget = process, forget
        for pipe in pipes:
            os.set_blocking(pipe.fileno(), False)
        self._in, self._out, self._err = pipes
        self._writable, self._readable = select.poll(), select.poll()
        self._writable.register(self._in, select.POLLOUT)
        self._readable.register(self._out, select.POLLIN)
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
        return self._open and self._process.code(0) is None

    def send(self, line: bytes, deadline: float) -> None:
        """Write a line; raises TimeUpError at `deadline` (seconds, `time.monotonic`) and EndedError."""
        view = memoryview(line)
        if not self._open:
            raise EndedError("it was ended")
        while view:
            try:
                view = view[os.write(self._in.fileno(), view[:_CHUNK]) :]
            except BlockingIOError:
                self._wait(self._writable, deadline)
            except BrokenPipeError:
                raise self._ended() from None

    def receive(self, deadline: float) -> bytes:
        """Read a line without its end; raises TimeUpError, EndedError, and WireError for a line without end."""
        parts, size = [self._rest], len(self._rest)
        while b"\n" not in parts[-1]:
            if size > MAX_BYTES:
                raise WireError(f"a message may have {MAX_BYTES} bytes, this one has more")
            self._wait(self._readable, deadline)
            try:
                part = os.read(self._out.fileno(), _CHUNK)
            except BlockingIOError:
                continue
            if not part:
                raise self._ended()
            parts.append(part)
            size += len(part)
        line, _, self._rest = b"".join(parts).partition(b"\n")
        return line

    def close(self) -> None:
        """Kill the process and all that it made, wait until they are gone, and remove the folder. May be repeated."""
        if not self._open:
            return
        self._open = False
        self._process.end()
        for pipe in (self._in, self._out, self._err):
            pipe.close()
        self._forget()

    def _wait(self, poll: select.poll, deadline: float) -> None:
        if not self._open:
            raise EndedError("it was ended")
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeUpError("the deadline has passed")

    def _ended(self) -> EndedError:
        """How the process ended, and what its starter said if it did not get as far as a student's code."""
        code = self._process.code(_END_S)
        if code is None:
            return EndedError("it closed its pipes")
        said = b""
        if not self._err.closed:
            try:
                said = os.read(self._err.fileno(), 2000)
            except BlockingIOError:
                said = b""
        signal_number = -code if code < 0 else code - 128
        if signal_number in (signal.SIGXCPU, signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT):
            name = signal.Signals(signal_number).name
            return EndedError(f"it was ended by {name}", outside=signal_number == signal.SIGKILL)
        words = f" ({said.decode(errors='replace').strip()})" if said else ""
        return EndedError(f"it ended with exit code {code}{words}")


class Command:
    """A started command. One of bubblewrap must be started and ended by one thread: it dies with that."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it; where `command` holds "INFO_FD" bubblewrap is told to name its first process."""
        told, tell = os.pipe()
        confined = "INFO_FD" in command
        words = [str(tell) if word == "INFO_FD" else word for word in command]
        with open(told, "rb") as report:
            try:
                self._process = subprocess.Popen(
                    words,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=dict(environment),
                    pass_fds=[tell] if confined else [],
                    start_new_session=True,
                    bufsize=0,
                )
            finally:
                os.close(tell)
            self._first = _pidfd(report.read(_CHUNK)) if confined else None

    @property
    def pipes(self) -> list[IO[bytes]]:
        """Its input, output and error output."""
        found = [self._process.stdin, self._process.stdout, self._process.stderr]
        return [pipe for pipe in found if pipe is not None]

    def code(self, seconds: float) -> int | None:
        """Return how it ended, or None."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """Kill it and all that it made."""
        if self._first is not None:
            kill(self._first)
        with contextlib.suppress(ProcessLookupError):  # it ended by itself
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_END_S)
        if self._first is not None:
            # Process 1 goes last: the kernel ends every other process of the namespace first.
            select.select([self._first], [], [], _END_S)
            os.close(self._first)


def kill(held: int) -> None:
    """End the process behind a pidfd, if it has not ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(held, signal.SIGKILL)


def _pidfd(report: bytes) -> int | None:
    """The process that bubblewrap names, held so that its number cannot come to mean another one."""
    try:
        found: Any = json.loads(report)
        return os.pidfd_open(found["child-pid"])
    except (ValueError, KeyError, ProcessLookupError):
        return None  # bubblewrap ended before it had a child; its exit code will tell
