"""A limit on how long a piece of code may run, for models that hang. Knows nothing of models.

On the main thread a timer signal ends even a sleep; on another thread an exception is sent to it, which it meets at its
next Python instruction. Code that hangs inside a C function cannot be ended from within the process. Where there is
neither timer nor second thread, as in a browser, the time is checked when the block has ended of its own accord.
"""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class DeadlineExceeded(Exception):  # noqa: N818  named like asyncio's and grpc's
    """The code under `deadline` ran longer than its limit."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """End the block with DeadlineExceeded once it has run for `seconds`; 0 means no limit.

    Where no thread can be started either (Pyodide), DeadlineExceeded is raised after a block that took longer.
    """
    if seconds <= 0:
        yield
    elif threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        yield from _by_signal(seconds)
    else:
        yield from _by_exception(seconds)


def _by_signal(seconds: float) -> Iterator[None]:
    def ring(signum: int, frame: FrameType | None) -> None:
        raise DeadlineExceeded(f"no answer within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    left, interval = signal.getitimer(signal.ITIMER_REAL)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, interval)
        signal.signal(signal.SIGALRM, before)


def _by_exception(seconds: float) -> Iterator[None]:
    thread = ctypes.c_ulong(threading.get_ident())
    lock, over = threading.Lock(), False

    def ring() -> None:
        with lock:
            if not over:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(DeadlineExceeded))

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    try:
        timer.start()
    except RuntimeError:  # can't start new thread
        yield from _afterwards(seconds)
        return
    try:
        yield
    except DeadlineExceeded as error:
        raise DeadlineExceeded(f"no answer within {seconds:g} s") from error
    finally:
        with lock:
            over = True
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, None)  # one that was sent but not yet met
        timer.cancel()


def _afterwards(seconds: float) -> Iterator[None]:
    start = time.perf_counter()
    yield
    taken = time.perf_counter() - start
    if taken > seconds:
        raise DeadlineExceeded(f"{taken:.3g} s where {seconds:g} s are the limit; nothing here could end it earlier")
