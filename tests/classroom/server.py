"""`autograder classroom` as a process, and its server's own interface for what needs no browser."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
STARTS_IN_S = 180  # about 15 on two free cores


class Classroom:
    """A classroom that runs in `folder`; its output is kept in a file beside it. `address` is the one it printed."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder
        self.log = folder.with_suffix(f".{'-'.join(words) or 'log'}.txt")
        command = [sys.executable, "-m", "autograder", "classroom", str(folder), "--no-browser", *words]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.url, self.token, self.address = self._wait()

    def _wait(self) -> tuple[str, str, str]:
        """Return where it answers, the token, from a file that the server writes, and the address, from its output."""
        ready = self.folder / ".jupyter" / "runtime" / f"jpserver-{self.process.pid}.json"
        end = time.monotonic() + STARTS_IN_S
        while time.monotonic() < end and self.process.poll() is None:
            if ready.is_file() and (text := ready.read_text()).strip().endswith("}"):
                found = json.loads(text)
                for word in self.log.read_text().split():
                    if word.startswith(found["url"]):
                        return found["url"], found["token"], word
            time.sleep(0.2)
        self.stop(signal.SIGKILL)
        raise AssertionError(f"the classroom did not start:\n{self.log.read_text()}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End it as Ctrl-C does and return its exit code."""
        self.process.send_signal(how)
        return self.process.wait(timeout=60)

    def ask(self, path: str, **data: str) -> Any:
        """Return the server's answer to a GET, or with `data` to a POST."""
        body = json.dumps(data).encode() if data else None
        request = urllib.request.Request(f"{self.url}{path}", data=body)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)


def autograder(*words: str, cwd: Path = ROOT) -> str:
    """Run a command of the grader and return what it printed; one that fails is a failure of the test."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"autograder {' '.join(words)}: {done.stderr}"
    return done.stdout
