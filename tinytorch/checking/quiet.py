"""What surrounds a check: nothing is shown, no name of the student's changes, and it ends in time.

Works in IPython, in plain Python and in Pyodide, where no thread can be started. Knows nothing of exercises.
"""

from __future__ import annotations

import io
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from types import FrameType
from typing import Any

from tinytorch.machine.deadline import DeadlineExceeded, deadline


class Nowhere(io.TextIOBase):
    """Takes any text and keeps none of it, however much is printed."""

    def write(self, text: str, /) -> int:
        """Drop `text`."""
        return len(text)

    def writable(self) -> bool:
        """Say yes: it can be written to."""
        return True


@contextmanager
def quiet() -> Iterator[None]:
    """Show nothing that the block prints, displays or warns of."""
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(Nowhere()))
        stack.enter_context(redirect_stderr(Nowhere()))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        if shell() is not None:
            from IPython.utils.capture import capture_output

            stack.enter_context(capture_output(stdout=False, stderr=False, display=True))
        yield


@contextmanager
def unchanged(namespace: dict[str, Any]) -> Iterator[None]:
    """Bind every name of `namespace` after the block as it was bound before."""
    before = dict(namespace)
    try:
        yield
    finally:
        for name in [name for name in namespace if name not in before]:
            del namespace[name]
        for name, value in before.items():
            if name not in namespace or namespace[name] is not value:
                namespace[name] = value


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """End the block with DeadlineExceeded after `seconds`, in a browser too, where there are no threads or signals."""
    if sys.platform != "emscripten":
        with deadline(seconds):
            yield
        return
    end, before = time.monotonic() + seconds, sys.gettrace()

    def look(frame: FrameType, event: str, argument: object) -> Any:
        if time.monotonic() > end:
            raise DeadlineExceeded(f"no answer within {seconds:g} s")
        return look

    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)


def shell() -> Any:
    """Return the running IPython shell, or None. Never imports IPython."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()
