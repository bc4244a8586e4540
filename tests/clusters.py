"""A real Dask cluster for tests: a scheduler and workers, each a process of its own on 127.0.0.1."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import mini


@dataclass
class Cluster:
    """The scheduler's address and the processes; `workers` can be killed."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def cluster(folder: Path, workers: int, options: Sequence[str] = (), scheme: str = "tcp") -> Iterator[Cluster]:
    """Start a cluster and end it; `options` are for every process of it, such as Dask's --tls-ca-file."""
    where = folder / "scheduler.json"
    common = ["--no-dashboard", *options]
    started = [
        _dask("scheduler", "--host", f"{scheme}://127.0.0.1", "--port", "0", "--scheduler-file", str(where), *common)
    ]
    try:
        limit = time.monotonic() + 60
        while not where.exists() or not where.read_text():
            assert time.monotonic() < limit, "the scheduler did not start"
            assert started[0].poll() is None, "the scheduler ended"
            time.sleep(0.1)
        for number in range(workers):
            words = ["--scheduler-file", str(where), "--nthreads", "1", "--no-nanny", "--name", f"w{number}"]
            started.append(_dask("worker", *words, "--local-directory", str(folder), *common))
        yield Cluster(json.loads(where.read_text())["address"], started[1:])
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait()


def _dask(*words: str) -> subprocess.Popen[bytes]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, "PYTHONPATH": str(mini.ROOT), "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "0"}
    return subprocess.Popen([sys.executable, "-m", "dask", *words], env=environment, **quiet)
