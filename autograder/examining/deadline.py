"""The time of a submission: one for all that it causes, the grader's own work on its answers included. Knows nothing of
tests or processes."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

_LATER_S = 0.5  # a wait for the sandbox ends by itself, and says better what it waited for
_AGAIN_S = 0.2

Ended = TypeVar("Ended")


class OverrunError(BaseException):
    """The time was used up while the grader itself worked. No Exception: who handles a student's must not hold it."""


class Deadline:
    """So many seconds of wall time from now on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.end = time.monotonic() + seconds  # s, as `time.monotonic` counts

    @property
    def over(self) -> bool:
        """Whether they are used up."""
        return time.monotonic() >= self.end

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Have OverrunError raised in what runs within when the time is used up. Only in a process's main thread."""
        if not _can_be_interrupted():
            yield
            return
        before = signal.signal(signal.SIGALRM, _raise)
        try:
            left = max(0.0, self.end - time.monotonic()) + _LATER_S
            signal.setitimer(signal.ITIMER_REAL, left, _AGAIN_S)  # again: the first may have had to wait
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Let the end of the time wait: a process that is half started would be nobody's to end."""
    with _set(True):
        yield


def in_time(deadline: Deadline, call: Callable[[], Ended]) -> Ended | OverrunError:
    """Return what a call returns, or the OverrunError that ended it, also where all around it is `uninterrupted`."""
    if deadline.over:
        return OverrunError()
    held = _held[0]
    try:
        with _set(False):
            return call()
    except OverrunError as error:  # it may have come before the end of the block above
        _held[0] = held
        return error


@contextlib.contextmanager
def _set(held: bool) -> Iterator[None]:
    before = _held[0]
    _held[0] = held if _can_be_interrupted() else before
    try:
        yield
    finally:
        _held[0] = before


# A signal mask would not do: with a library's threads the kernel gives the signal to another one, and Python to this.
_held = [False]


def _can_be_interrupted() -> bool:
    return threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")


def _raise(number: int, frame: object) -> None:
    if not _held[0]:
        raise OverrunError
