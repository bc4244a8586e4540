"""How a command is ended and what it prints meanwhile: signals become exceptions, prints of others go to stderr.

So what a command holds can be saved when it is told to end, and what it prints is its own. Knows nothing of both.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

ENDING = ("SIGTERM", "SIGHUP")  # and SIGINT, of which Python itself makes a KeyboardInterrupt


class Terminated(SystemExit):
    """The process was told to end by a signal."""

    def __init__(self, signum: int) -> None:
        super().__init__(128 + signum)
        self.signum = signum

    def __str__(self) -> str:
        return signal.Signals(self.signum).name


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raise Terminated in the block where the process is told to end; a signal that is ignored stays ignored."""

    def ring(signum: int, frame: FrameType | None) -> None:
        raise Terminated(signum)

    before = {}
    if threading.current_thread() is threading.main_thread():
        known = [getattr(signal, name) for name in ENDING if hasattr(signal, name)]
        before = {each: signal.getsignal(each) for each in known if signal.getsignal(each) == signal.SIG_DFL}
    try:
        for each in before:
            signal.signal(each, ring)
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def status_of(error: BaseException | None, otherwise: int) -> int:
    """Return the exit status that a shell expects: 128 + the signal that caused the error, else `otherwise`."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return 130
        if isinstance(error, Terminated):
            return 128 + error.signum
        error = error.__cause__
    return otherwise


@contextlib.contextmanager
def prints_to_stderr() -> Iterator[None]:
    """Send what is printed in the block to standard error: by Python, by libraries below it and by processes of it."""
    with contextlib.ExitStack() as stack:
        if os.name == "posix":
            sys.stdout.flush()
            stack.enter_context(_second_for_first())
        stack.enter_context(contextlib.redirect_stdout(sys.stderr))
        yield


@contextlib.contextmanager
def _second_for_first() -> Iterator[None]:
    """Let the file descriptor of standard output be that of standard error."""
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        ctypes.CDLL(None).fflush(None)  # what C code still holds would come out later, into our own output
        os.dup2(kept, 1)
        os.close(kept)
