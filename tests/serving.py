"""`autograder serve` as a process, for tests that go from handing in to feedback: one student, a code, an address."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.hosting.lab import free_port

ROOT = Path(__file__).parents[1]
STARTS_IN_S = 120


@dataclass(frozen=True)
class Served:
    """A course with its mailbox, and a code of its one student, Ada."""

    folder: Path
    address: str
    code: str

    def autograder(self, *words: str) -> str:
        """Run a command of the grader in the course's folder and return what it printed."""
        return _autograder(self.folder, *words)


@contextmanager
def served(folder: Path, *words: str) -> Iterator[Served]:
    """Run a mailbox on a new course in `folder`; students see points at once. `words` are more of the command's."""
    folder.mkdir()
    (folder / "roster.csv").write_text("id,name,email,section\nada,Ada Lovelace,ada@example.org,A\n")
    port = free_port(None, 8100)
    command = [sys.executable, "-m", "autograder", "serve", str(folder), "--port", str(port), "--show", "at once"]
    command += ["--name", "ML Systems", "--roster", str(folder / "roster.csv"), *words]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=_environ(), stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process, folder / "log.txt")
        [_, row] = csv.reader(_autograder(folder, "mailbox", "codes", "--course", str(folder)).splitlines())
        yield Served(folder, address, row[-1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def points(said: str) -> float | None:
    """Return the points in what `tinytorch.feedback()` says, None while there are none."""
    found = re.search(r"([\d.]+) of 85 points", said)
    return float(found[1]) if found else None


def _environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "*"}


def _autograder(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *words],
        cwd=folder,
        env=_environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"autograder {' '.join(words)}: {done.stderr}"
    return done.stdout


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + STARTS_IN_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/course", timeout=10):
                return
        except urllib.error.URLError:
            time.sleep(0.2)
    raise AssertionError(f"the mailbox did not start: {log.read_text()}")
