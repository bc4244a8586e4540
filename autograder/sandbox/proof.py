"""A tier proves what it promises before it is used: a package that tries to read a file of this machine, to reach a
port that listens, to leave a file behind and to make processes, run exactly as a submission is."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from autograder.sandbox.process import EndedError, TimeUpError, Worker
from autograder.sandbox.wire import WireError, dumps, loads
from autograder.temporary import Folder

PROCESSES = 8
_START_S, _CALL_S = 60.0, 20.0
_PACKAGE = """
import os, socket, time

def tried(what, *args):
    try:
        return what(*args)
    except OSError:
        return None

def read(path):
    with open(path) as file:
        return file.read()

def write(path):
    with open(path, "w") as file:
        return file.write("left")

def fork():
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    return True

def connect(port):
    with socket.create_connection(("127.0.0.1", port), 1):
        return True

def look(canary, beside, port, processes):
    made = 0
    while made <= processes and tried(fork):
        made += 1
    return [tried(read, canary), tried(write, beside), tried(connect, port), made, os.getuid()]
"""


class Promise(Protocol):
    """What a tier says of itself: `alone`, that a submission stays one process; else `counts`, that there are no more
    than PROCESSES."""

    @property
    def alone(self) -> bool:
        """Whether no process can be made."""

    @property
    def counts(self) -> bool:
        """Whether the number of processes is limited."""


def disproved(start: Callable[[Mapping[str, str], Path], Worker], tier: Promise) -> str:
    """Return what a tier that starts a package by `start(files, support)` does not keep, "" if it keeps all."""
    with Folder("probe") as place, socket.create_server(("127.0.0.1", 0)) as server:
        support, canary = empty_support(place / "support"), place / "canary"
        canary.write_text(secrets.token_hex())
        for path in (place, canary):
            path.chmod(0o777)  # so that rights alone do not keep it
        try:
            with start({"__init__.py": _PACKAGE}, support) as worker:
                found = _asked(worker, [str(canary), str(place / "left"), server.getsockname()[1], PROCESSES])
        except (EndedError, TimeUpError, WireError) as error:
            return str(error)
        if (place / "left").exists():
            return "a submission can write outside"
    match found:
        case [None, None, None, int(made), int(uid)]:
            if uid == 0:
                return "a submission runs as root"
            if tier.alone:
                return "a submission can make processes" if made else ""
            return "the number of processes is not limited" if tier.counts and made >= PROCESSES else ""
    return f"a submission can {', '.join(_kept_from(found)) or 'lie about the sandbox'}"


def empty_support(folder: Path) -> Path:
    """Make the support of a package that needs none."""
    (folder / "tinytorch" / "benchmarking").mkdir(parents=True)
    (folder / "tinytorch" / "__init__.py").touch()
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def _kept_from(found: Any) -> list[str]:
    deeds = ("read outside", "write outside", "reach the network")
    answers = found if isinstance(found, list) else []
    return [deed for deed, answer in zip(deeds, answers, strict=False) if answer is not None]


def _asked(worker: Worker, args: list[Any]) -> Any:
    """The answer to the one call, by the protocol alone."""
    loads(worker.receive(time.monotonic() + _START_S))
    empty: dict[str, Any] = {"kwargs": {"d": []}}
    _reply(worker, {"request": 1, "do": "import", "on": None, "args": [], **empty})
    found = _reply(worker, {"request": 2, "do": "attribute", "on": None, "args": ["look"], **empty})
    return _reply(worker, {"request": 3, "do": "call", "on": found["h"][0], "args": args, **empty})


def _reply(worker: Worker, message: dict[str, Any]) -> Any:
    deadline = time.monotonic() + _CALL_S
    worker.send(dumps(message), deadline)
    answer = loads(worker.receive(deadline))
    if "value" not in answer:
        raise WireError(f"the probe did not run: {str(answer)[:300]}")
    return answer["value"]
