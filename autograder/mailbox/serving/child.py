"""What a process that was started by the watching one shares: its log, and that it ends when that one is gone."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

LIFELINE = "AUTOGRADER_MAILBOX_LIFELINE"  # a pipe's end that is closed when the watching process is gone


def begin() -> None:
    """Write the log to standard error, and end with the process that started this one."""
    kind = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=kind, datefmt="%Y-%m-%dT%H:%M:%S%z")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    if fd := os.environ.pop(LIFELINE, ""):
        os.set_inheritable(int(fd), False)
        threading.Thread(target=_end_with, args=(int(fd),), daemon=True).start()


def _end_with(fd: int) -> None:
    os.read(fd, 1)  # nobody writes: it returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)
