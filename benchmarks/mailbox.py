"""Hand in to the mailbox and to a bare FastAPI upload, by turns, with the same load: uploads a second, time to receipt.

Two bare ones: one writes the file and answers, one also forces it to the disk. The mailbox does that, looks up the
token, writes four rows in a transaction that is on the disk too, and signs. Each serves from a uvicorn process of its
own; the load comes from this one, over kept connections. Then the mailbox takes --uploads files, and the memory of its
process is read at each tenth.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import uvicorn
from fastapi import FastAPI, Request, Response
from side_by_side import number, publish, spread, table
from starlette.concurrency import run_in_threadpool

from autograder.collecting.roster import Student
from autograder.mailbox import access, people, settings
from autograder.mailbox.mailbox import make_mailbox, open_mailbox
from autograder.mailbox.serving.watch import ARENAS
from autograder.mailbox.serving.web import listen, serve
from autograder.reading.places import RELEASE

FloatArray = npt.NDArray[np.float64]
KINDS = ("bare", "bare, on the disk", "mailbox")
STUDENTS = 200
ASSIGNMENT = "13_benchmarking"


def main() -> None:
    """Measure and print the tables, or be one of the servers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds of 200 uploads to each")
    parser.add_argument("--at-once", type=int, default=50, metavar="N", help="uploads under way at a time")
    parser.add_argument("--uploads", type=int, default=10_000, metavar="N", help="for the memory; 0 for none")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE too")
    parser.add_argument("--tiny", action="store_true", help="one round and no memory, to see that it runs")
    parser.add_argument("--serve", nargs=3, metavar=("KIND", "DIR", "PORT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        kind, folder, port = options.serve
        _serve(kind, Path(folder), int(port))
        return
    if options.tiny:
        options.rounds, options.uploads = 1, 0
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), options)


def _measure(folder: Path, options: argparse.Namespace) -> None:
    tokens = make_course(folder / "course")
    servers = {kind: Server(kind, folder, 18100 + n) for n, kind in enumerate(KINDS)}
    try:
        rounds: dict[str, list[FloatArray]] = {kind: [] for kind in KINDS}
        rates: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for _ in range(options.rounds + 1):  # the first one warms up
            for kind, server in servers.items():
                seconds, took = asyncio.run(load(server.port, tokens, STUDENTS, options.at_once))
                rounds[kind].append(took)
                rates[kind].append(STUDENTS / seconds)
        memory = {kind: _memory(servers[kind], tokens, options) for kind in (KINDS[0], KINDS[2]) if options.uploads}
    finally:
        for server in servers.values():
            server.close()
    _print(rounds, rates, memory, options)


def _print(
    rounds: dict[str, list[FloatArray]],
    rates: dict[str, list[float]],
    memory: Mapping[str, Sequence[float]],
    options: argparse.Namespace,
) -> None:
    rows, data = [], {}
    for kind in KINDS:
        p50, p99 = ([float(np.percentile(took, q)) * 1000 for took in rounds[kind][1:]] for q in (50, 99))
        against = [np.median(a) / np.median(b) for a, b in zip(rounds[kind][1:], rounds["bare"][1:], strict=True)]
        durable = [np.median(a) / np.median(b) for a, b in zip(rounds[kind][1:], rounds[KINDS[1]][1:], strict=True)]
        rows.append([kind, spread(rates[kind][1:]), spread(p50), spread(p99), spread(against), spread(durable)])
        data[kind] = {"uploads_per_s": rates[kind][1:], "p50_ms": p50, "p99_ms": p99, "p50_to_bare": against}
    size = RELEASE.stat().st_size
    title = f"{STUDENTS} uploads of {size:,} bytes, {options.at_once} at once: {options.rounds} rounds by turns"
    head = ["", "uploads/s", "p50, ms", "p99, ms", "p50 to bare", "p50 to bare, on the disk"]
    tables = [table(f"{title}, median [smallest-largest]", head, rows)]
    if memory:
        steps = enumerate(zip(*memory.values(), strict=True))
        grown = [[f"{options.uploads * n // 10:,}", *map(number, row)] for n, row in steps]
        tables.append(table("Resident memory of each process, MB", ["uploads", *memory], grown))
    publish(tables, {"rounds": data, "memory_mb": memory}, options.json)


def _memory(server: Server, tokens: list[str], options: argparse.Namespace) -> list[float]:
    found = [server.resident_mb]
    for _ in range(10):
        asyncio.run(load(server.port, tokens, options.uploads // 10, options.at_once))
        found.append(server.resident_mb)
    return found


def make_course(course: Path) -> list[str]:
    """Make a mailbox whose limits are far away, and return its students' tokens."""
    first = settings.first_settings("Benchmark", ASSIGNMENT, "benchmarking_dev")
    words = {"uploads_a_minute": "1000000", "tries_a_day": "1000000"}
    mailbox = make_mailbox(course, None, settings.changed(first, words))
    students = [Student(f"s{n}", f"Student {n}") for n in range(STUDENTS)]
    with mailbox.database.writing() as connection:
        people.enter(connection, students)
        codes = [access.new_code(connection, mailbox.secret, one.id) for one in students]
        tokens = [access.exchange(connection, mailbox.secret, code)[0] for code in codes]
    mailbox.close()
    return tokens


async def load(port: int, tokens: list[str], n: int, at_once: int) -> tuple[float, FloatArray]:
    """Upload n files that all differ over kept connections; return the wall time and each time to an answer, in s."""
    notebook, todo, took = RELEASE.read_bytes(), iter(range(n)), np.full(n, np.nan)

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for k in todo:
            body = notebook + secrets.token_hex(16).encode()
            head = (
                f"POST /submissions?assignment={ASSIGNMENT}&name=benchmarking_dev.ipynb HTTP/1.1\r\nHost: x\r\n"
                f"Authorization: Bearer {tokens[k % len(tokens)]}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            began = time.perf_counter()
            writer.write(head.encode() + body)
            await writer.drain()
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.split()[1] == b"201", answer
            length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.split()[1]))
            took[k] = time.perf_counter() - began
        writer.close()
        await writer.wait_closed()

    began = time.perf_counter()
    await asyncio.gather(*(one_connection() for _ in range(at_once)))
    return time.perf_counter() - began, took


class Server:
    """One of the servers in a process of its own."""

    def __init__(self, kind: str, folder: Path, port: int) -> None:
        """Start it and wait until it listens."""
        self.port = port
        command = [sys.executable, __file__, "--serve", kind, str(folder), str(port)]
        self._process = subprocess.Popen(command, env={**ARENAS, **os.environ}, stderr=subprocess.DEVNULL)
        asyncio.run(self._wait())

    async def _wait(self) -> None:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.1)
                continue
            writer.close()
            return

    @property
    def resident_mb(self) -> float:
        """The memory that it holds."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def close(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()


def _serve(kind: str, folder: Path, port: int) -> None:
    if kind == "mailbox":
        open_mailbox(folder / "course").close()
        serve(folder / "course", listen("127.0.0.1", port))
        return
    app, target = FastAPI(), folder / kind
    target.mkdir()

    def keep(data: bytes) -> None:
        with open(target / secrets.token_hex(16), "wb") as file:
            file.write(data)
            if kind != "bare":
                file.flush()
                os.fsync(file.fileno())

    @app.post("/submissions")
    async def upload(request: Request) -> Response:
        data = await request.body()
        await run_in_threadpool(keep, data)
        return Response(hashlib.sha256(data).hexdigest(), 201)

    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
