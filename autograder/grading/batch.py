"""What a cluster's worker does: judge a batch of answers in a grading process of its own. Bytes in, bytes out.

Dask runs tasks in threads, and pytest and the sandbox want the main thread of a process, so each thread keeps one
`judge_lines` process for the batches that follow. One that dies costs its own answers only, after a second
try, and one that takes too long without. Imports nothing of Dask: a worker loads this module by name from its checkout.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

from autograder.reading.places import ROOT

READY_S = 300  # to import, find the sandbox and try the lesson's package, on a busy node
DEADLINE_S = (
    180  # of one set of answers, which has 120 s; nothing but a call into C that does not come back takes so long
)
DIED = "The grading process died twice on this submission."
OVERRAN = f"The grader took more than {DEADLINE_S} s on this submission and was ended."


class Refused(RuntimeError):  # noqa: N818 - it is the machine that cannot
    """This worker cannot grade what the caller grades; the text is one sentence."""


def judge_batch(setup: bytes, batch: Sequence[bytes]) -> list[bytes]:
    """Judge each set of answers; `setup` is the first line of `judge_lines`, each result the line that it answers.

    A worker that cannot grade answers with one line, `{"refused": sentence}`.
    """
    try:
        return [_judge(setup, answers) for answers in batch]
    except Refused as error:
        return [json.dumps({"refused": str(error)}).encode()]


def _judge(setup: bytes, answers: bytes) -> bytes:
    for _ in range(2):
        process = _process(setup)
        line = process.ask(answers, DEADLINE_S)
        if line:
            return line
        process.close()
        if line is None:
            return json.dumps({"failed": OVERRAN}).encode()
    return json.dumps({"failed": DIED}).encode()


class _Process:
    """A `judge_lines` process that was told its setup."""

    def __init__(self, setup: bytes) -> None:
        self.setup = setup
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "autograder.grading.judge_lines"],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        said: dict[str, Any] = json.loads(
            self.ask(setup, READY_S) or b'{"refused": "its grading process did not start"}'
        )
        if "refused" in said:
            self.close()
            raise Refused(said["refused"])

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def ask(self, line: bytes, seconds: float) -> bytes | None:
        """Send a line and return the one that answers it, b"" where it has died, None where there is none in time."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return b""
        ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        return self._process.stdout.readline().strip() if ready else None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:  # what was not flushed is lost with the process
                continue


class _Own(threading.local):
    process: _Process | None = None


_own = _Own()


def _process(setup: bytes) -> _Process:
    """This thread's grading process; another one where the setup is another or it has ended."""
    process = _own.process
    if process is None or process.setup != setup or not process.running:
        if process is not None:
            process.close()
            _own.process = None
        _own.process = process = _Process(setup)
    return process
