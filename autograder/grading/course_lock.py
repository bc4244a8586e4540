"""One grader on a course at a time: a lock that ends with its process and says who holds it. Knows no results."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from autograder.judging.judge import CannotGradeError

NAME = "grading.lock"
WAIT_S = 10.0  # for a grader that is about to end
_AGAIN_S = 0.2


class CourseBusyError(CannotGradeError):
    """Another grader is at work on the course; the message says which."""


@contextmanager
def only_grader(course: Path, wait_s: float | None = None) -> Iterator[None]:
    """Hold the course; raises CourseBusyError where another one has it for `wait_s` seconds, by default WAIT_S."""
    course.mkdir(parents=True, exist_ok=True)
    with open(course / NAME, "a+", encoding="utf-8") as file:
        _wait(file, course, time.monotonic() + (WAIT_S if wait_s is None else wait_s))
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        _note(file, json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}))
        try:
            yield
        finally:
            _note(file, "")


def _wait(file: IO[str], course: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise CourseBusyError(
                    f"{course} is being graded by {_holder(file)}; wait until that has ended, then run the same command"
                ) from None
        time.sleep(_AGAIN_S)


def _holder(file: IO[str]) -> str:
    file.seek(0)
    try:
        found = json.loads(file.read(1000))
        return f"process {found['pid']} on {found['host']} since {found['since']}"
    except (ValueError, KeyError, TypeError):
        return "another process"


def _note(file: IO[str], text: str) -> None:
    file.truncate(0)
    file.write(text)
    file.flush()
