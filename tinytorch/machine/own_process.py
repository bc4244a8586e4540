"""A task in a process of its own, ended if it takes too long: for code that may abort the process or wait for ever.

The task is handed over in a file, so a process that dies while it starts never blocks the one that started it. Knows
nothing of what the task does. `give_up` is for code that must not raise, such as a callback from C++.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

IMPORTABLE = (
    "what goes to a process of its own must be importable by name, from a module that starts nothing by itself "
    '(a script does so below `if __name__ == "__main__":`), or be plain data'
)
UNPICKLABLE = (pickle.PicklingError, AttributeError, TypeError, ValueError, RecursionError)  # pickle raises any of them

_to_parent: Connection | None = None  # in the process that runs a task


class ChildFailedError(RuntimeError):
    """A process ended without a result."""


class _Failure(NamedTuple):
    message: str
    trace: str


def run_in_own_process(task: Callable[..., Any], *arguments: Any, timeout_s: float | None) -> Any:
    """Return `task(*arguments)` from a fresh process; the task, its arguments and its result are pickled.

    `timeout_s` counts from the start of the process; None waits without limit. Raises ChildFailedError if the task
    raises (with its traceback as a note), if its process ends without a result (with its exit code) or takes longer
    than `timeout_s`, and if something cannot be pickled or imported there.
    """
    try:
        work = pickle.dumps((task, arguments))
    except UNPICKLABLE as error:
        raise ChildFailedError(f"{_named(error)}; {IMPORTABLE}") from error
    with tempfile.TemporaryDirectory(prefix="own-process-") as folder:
        path = Path(folder, "task")
        path.write_bytes(work)
        result = _answer(path, timeout_s)
    if isinstance(result, _Failure):
        failure = ChildFailedError(result.message)
        failure.add_note(result.trace)
        raise failure
    return pickle.loads(result)  # noqa: S301  pickled by _serve


def _answer(path: Path, timeout_s: float | None) -> bytes | _Failure:
    """Start a process for the task in `path`; return what it sends. Raises ChildFailedError if it sends nothing."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    # Only the path goes through the pipe that starts it: more than a pipe holds would wait for a process that has died.
    process = context.Process(target=_serve, args=(there, path), daemon=True)
    try:
        process.start()
        there.close()
        if not here.poll(timeout_s):
            raise ChildFailedError(f"no result in {timeout_s:g} s")
        sent: bytes | _Failure = here.recv()
        return sent
    except EOFError:
        process.join()
        ended = f"its process ended with exit code {process.exitcode}"
        hint = f" before it began; {IMPORTABLE}" if path.exists() else ""
        raise ChildFailedError(ended + hint) from None
    finally:
        if process.pid is not None:
            process.kill()
            process.join()
        here.close()


def give_up(error: BaseException) -> NoReturn:
    """End this process, which `run_in_own_process` started; there `error` is the message of the ChildFailedError."""
    if _to_parent is None:
        raise RuntimeError("give_up ends a process that run_in_own_process started, and this is none") from error
    _send_failure(_to_parent, error, _named(error))
    os._exit(1)


def _serve(there: Connection, path: Path) -> None:
    """Do the task in `path` and send its result; the file goes when the task begins."""
    global _to_parent
    _to_parent = there
    try:
        task, arguments = pickle.loads(path.read_bytes())  # noqa: S301  pickled by run_in_own_process
    except (*UNPICKLABLE, ImportError) as error:
        return _send_failure(there, error, f"{_named(error)}; {IMPORTABLE}")
    path.unlink()
    try:
        result = task(*arguments)
    except SystemExit:
        raise  # the parent tells its exit code
    except BaseException as error:
        give_up(error)
        raise
    try:
        there.send(pickle.dumps(result))
    except UNPICKLABLE as error:
        _send_failure(there, error, f"the result: {_named(error)}; {IMPORTABLE}")


def _send_failure(there: Connection, error: BaseException, message: str) -> None:
    there.send(_Failure(message, "".join(traceback.format_exception(error))))


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".removesuffix(": ")
