"""A task in a process of its own, ended if it takes too long: for code that may abort the process or wait for ever.

Knows nothing of what the task does. `give_up` is for code that must not raise, such as a callback from C++.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, NoReturn

_to_parent: Connection | None = None  # in the process that runs a task


class ChildFailedError(RuntimeError):
    """A process ended without a result."""


class _Failure(NamedTuple):
    message: str
    trace: str


def run_in_own_process(task: Callable[..., Any], *arguments: Any, timeout_s: float) -> Any:
    """Return `task(*arguments)` from a fresh process; the task, its arguments and its result are pickled.

    Raises ChildFailedError if the task raises, if its process dies or takes longer than `timeout_s`, or if something
    cannot be pickled.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(there, task, arguments), daemon=True)
    try:
        process.start()
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ChildFailedError(
            f"what goes to another process is importable by name or plain data, got {error}"
        ) from error
    try:
        there.close()
        if not here.poll(timeout_s):
            raise ChildFailedError(f"no result in {timeout_s:g} s")
        result = here.recv()
    except EOFError:
        process.join(5)
        raise ChildFailedError(f"the process ended with code {process.exitcode}") from None
    finally:
        process.kill()
        process.join()
        here.close()
    if isinstance(result, _Failure):
        failure = ChildFailedError(result.message)
        failure.add_note(result.trace)
        raise failure
    return result


def give_up(error: BaseException) -> NoReturn:
    """End this process, started by `run_in_own_process`, at once; there `error` is the message of the ChildFailedError."""
    if _to_parent is None:
        raise RuntimeError("give_up ends a process that run_in_own_process started, and this is none") from error
    message = f"{type(error).__name__}: {error}".removesuffix(": ")
    _to_parent.send(_Failure(message, "".join(traceback.format_exception(error))))
    os._exit(1)


def _serve(there: Connection, task: Callable[..., Any], arguments: Sequence[Any]) -> None:
    global _to_parent
    _to_parent = there
    try:
        result = task(*arguments)
    except BaseException as error:
        give_up(error)
        raise
    there.send(result)
