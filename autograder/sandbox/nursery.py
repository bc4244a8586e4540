"""The grader's end of a warm process (`zygote.py`): its start, a child of it for each session, and their ends. One
process is kept for each setup that was used last. Knows nothing of messages between a package and the grader."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Hashable, Mapping
from multiprocessing.util import Finalize
from pathlib import Path
from typing import IO, Any

from autograder.sandbox import jail
from autograder.sandbox.process import EndedError, TimeUpError, Worker, kill
from autograder.sandbox.wire import dumps
from autograder.temporary import Folder

_START_S, _END_S = 60.0, 10.0
_MOST = 3  # warm processes at a time, of some 100 MB each
_BOOT = """
import json, sys, types
package = types.ModuleType("autograder")
package.__path__ = [sys.argv[1]]
sys.modules["autograder"] = package
from autograder.sandbox.zygote import main
main(json.loads(sys.argv[2]))
"""


class NurseryError(RuntimeError):
    """The warm process does not start, or has ended; the text says why."""


class Nursery:
    """A warm process and the folder that it needs."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        """Start it. In `setup`, see `zygote.py`, "{folder}" stands for a folder of its own, and `ours` are the modules.

        Raises NurseryError.
        """
        self._made = Folder("warm")
        self.folder = self._made.path
        self.folder.chmod(0o755)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        (self.folder / "ours.json").write_text(json.dumps(setup["ours"]), encoding="utf-8")
        text = json.dumps({**setup, "ours": "{folder}/ours.json"}).replace("{folder}", str(self.folder))
        for name in ("root", "home", "rooms", "packages"):
            (self.folder / name).mkdir()
            (self.folder / name).chmod(0o755)  # whatever the umask: a child is another user
        with theirs:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                [str(jail.interpreter()), "-I", "-S", "-B", "-c", _BOOT, str(Path(__file__).parents[1]), text],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=dict(jail.ENVIRONMENT),
                cwd="/",
                start_new_session=True,
            )
        self._setup = json.loads(text)
        self._control.settimeout(_START_S)
        if self._told() != b"ready":
            raise NurseryError(self._end())
        self._control.settimeout(_END_S)
        if self._setup["mounts"]:  # it has left for a file system of its own, and nobody may be there to remove this
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The process that was started here."""
        return int(self._process.pid)

    @property
    def alive(self) -> bool:
        """Whether it can be asked for another child."""
        return self._process.poll() is None

    def start(self, files: Mapping[str, str], limits: Mapping[str, Any]) -> Worker:
        """Return a child that answers for the package of these files. Raises NurseryError."""
        inward, outward, errors = os.pipe(), os.pipe(), os.pipe()
        theirs = (inward[0], outward[1], errors[1])
        ours = ((inward[1], "wb"), (outward[0], "rb"), (errors[0], "rb"))
        pipes: list[IO[bytes]] = [os.fdopen(descriptor, mode, 0) for descriptor, mode in ours]
        try:
            socket.send_fds(self._control, [b"fork"], theirs)
            number, held, _, _ = socket.recv_fds(self._control, 100, 1)
        except OSError as error:
            number, held = str(error).encode(), []
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        if not held:
            for pipe in pipes:
                pipe.close()
            raise NurseryError(self._end())
        worker = Worker(Child(self, int(number), held[0], limits["cpu_s"]), pipes, lambda: None)
        try:
            worker.send(dumps({"files": dict(files), "limits": dict(limits)}), time.monotonic() + _START_S)
        except (EndedError, TimeUpError) as error:
            worker.close()
            raise NurseryError(str(error)) from error
        return worker

    def ended(self, number: int) -> tuple[int, float]:
        """Return the exit code of a child that has ended, and how many seconds of a processor it took."""
        try:
            self._control.send(b"%d" % number)
            code, cpu_s = self._told().split()
            return int(code), float(cpu_s)
        except (OSError, ValueError):
            return -signal.SIGKILL, 0.0  # it went with the warm process

    def close(self) -> None:
        """End the warm process and every child of it."""
        self._end()

    def _told(self) -> bytes:
        try:
            return self._control.recv(100)
        except OSError:
            return b""

    def _end(self) -> str:
        self._control.close()  # which it takes for the end
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_END_S)
        said = b""
        if self._process.stderr is not None:
            with self._process.stderr as errors:
                os.set_blocking(errors.fileno(), False)
                said = errors.read(4000) or b""
        self._made.remove()
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        return "".join(last) or f"the warm process ended with code {self._process.returncode}"


class Child:
    """One session's process, made by a warm one."""

    def __init__(self, nursery: Nursery, number: int, held: int, cpu_limit_s: float) -> None:
        self._nursery, self._number, self._held, self._cpu_limit_s = nursery, number, held, cpu_limit_s
        self._code: int | None = None

    def code(self, seconds: float) -> int | None:
        """Return how it ended, or None."""
        if self._code is None and select.select([self._held], [], [], seconds)[0]:
            self._code, cpu_s = self._nursery.ended(self._number)
            # Process 1 of a namespace does not hear the signal of the limit, only the one after it.
            if self._code == -signal.SIGKILL and cpu_s >= self._cpu_limit_s:
                self._code = -signal.SIGXCPU
        return self._code

    def end(self) -> None:
        """Kill it and all that it made, and remove what it wrote."""
        kill(self._held)
        self.code(_END_S)  # process 1 of a namespace goes last
        os.close(self._held)
        with contextlib.suppress(FileNotFoundError):  # with namespaces both were the child's alone, and went with it
            shutil.rmtree(self._nursery.folder / "packages" / str(self._number))
            _remove(self._nursery.folder / "rooms" / str(self._number))


_kept: dict[Hashable, Nursery] = {}


def warm(name: Hashable, setup: Callable[[], Mapping[str, Any]]) -> Nursery:
    """Return the warm process called `name`, started with `setup()` where there is none. Raises NurseryError."""
    found = _kept.pop(name, None)
    if found is None or not found.alive:
        while len(_kept) >= _MOST:
            _kept.pop(next(iter(_kept))).close()
        found = Nursery(setup())
    _kept[name] = found
    return found


def close_all() -> None:
    """End every warm process; the next session starts another one."""
    while _kept:
        _kept.popitem()[1].close()


# The processes of a pool end without `atexit`, but not without this.
Finalize(None, close_all, exitpriority=1)


def _remove(folder: Path) -> None:
    """Remove what a submission wrote, however deep and whatever its rights; most write nothing.

    Raises FileNotFoundError.
    """
    try:
        folder.rmdir()
    except FileNotFoundError:
        raise
    except OSError:
        subprocess.run(["chmod", "-R", "u+rwX", str(folder)], check=False, capture_output=True)
        subprocess.run(["rm", "-rf", str(folder)], check=False, capture_output=True)
