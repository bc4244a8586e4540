"""The watching process: starts the others, starts one again that has died, and ends them all when it is told to.

Knows nothing of what they do.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.mailbox.serving.child import LIFELINE

logger = logging.getLogger("autograder.mailbox")

# What forty threads have freed stays in pieces in as many heaps: 134 MB after 10,000 uploads, 119 MB with two.
ARENAS = {"MALLOC_ARENA_MAX": "2"}

_ROOT = Path(__file__).resolve().parents[3]
_LONGEST_S = 30.0  # between two starts of a process that dies at once
_LOOK_S = 0.2
_PATIENCE_S = 30.0  # for a process that was told to end


@dataclass
class Kept:
    """A process that is kept running: a module, its words, and the file descriptors and variables that it gets."""

    module: str
    words: Sequence[str]
    fds: Mapping[str, int] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    wait_s: float = 0.0

    def start(self, lifeline: int) -> None:
        """Start it, again where it has ended."""
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
        fds = {**self.fds, LIFELINE: lifeline}
        environ = {**ARENAS, **os.environ, "PYTHONPATH": path, **{name: str(fd) for name, fd in fds.items()}}
        command = [sys.executable, "-m", self.module, *self.words]
        self.process = subprocess.Popen(command, env=environ, pass_fds=tuple(fds.values()), stdin=subprocess.DEVNULL)
        self.began = time.monotonic()

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None


def watch(kept: Sequence[Kept]) -> int:
    """Keep the processes running until SIGTERM or SIGINT; return 0."""
    reading, writing = os.pipe()  # `writing` stays open in this process alone, and ends with it
    ending = _Ending()
    for each in kept:
        each.start(reading)
    while not ending.told:
        for each in kept:
            if not each.is_running:
                _again(each, reading)
        time.sleep(_LOOK_S)
    for each in kept:
        _end(each)
    os.close(writing)
    os.close(reading)
    return 0


class _Ending:
    def __init__(self) -> None:
        self.told = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._tell)

    def _tell(self, *_: object) -> None:
        self.told = True


def _again(each: Kept, lifeline: int) -> None:
    """Start a process again: at once the first time, later when it dies soon after its start."""
    ran_s = time.monotonic() - each.began
    if ran_s < each.wait_s:
        return
    code = each.process.returncode if each.process else 0
    logger.warning("%s ended with %s and is started again", each.module.rpartition(".")[2], code)
    each.wait_s = min(_LONGEST_S, max(0.5, 2 * each.wait_s)) if ran_s < 2 * _LONGEST_S else 0.0
    each.start(lifeline)


def _end(each: Kept) -> None:
    if each.process is None:
        return
    each.process.terminate()
    try:
        each.process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        each.process.kill()
        each.process.wait()
