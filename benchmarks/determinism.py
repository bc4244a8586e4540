"""Does the same class get the same points, whatever the machine is doing? A synthetic class is graded again and again,
from nothing each time: by one process and by four, with the cores left alone and with every core kept busy, here and on
a Dask cluster. All that grading writes of a student is compared byte by byte, but for how long it took, and the scores
in nbgrader's gradebook to the last bit.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from side_by_side import command_line, number, publish, table

from autograder.collecting.collect import find_submissions
from autograder.grading.cluster import on_cluster
from autograder.grading.whole_class import grade_class, usable_cores
from autograder.judging.setup import Setup
from autograder.proving.synthetic import synthetic_class
from autograder.reading.places import RELEASE, SUITES
from autograder.sandbox import confinement
from autograder.temporary import Folder

ROOT = Path(__file__).resolve().parents[1]
SEED = 13
STUDENTS, TINY = 40, 2


@dataclass(frozen=True)
class Way:
    """One way of grading the class."""

    name: str
    jobs: int
    busy: bool
    dask: bool = False


WAYS = (
    Way("1 process, cores left alone", 1, busy=False),
    Way("4 processes, cores left alone", 4, busy=False),
    Way("1 process, cores busy", 1, busy=True),
    Way("4 processes, cores busy", 4, busy=True),
    Way("Dask, 2 workers, cores busy", 1, busy=True, dask=True),
)


@contextmanager
def busy_cores() -> Iterator[None]:
    """Keep every usable core, and one more, busy with nothing."""
    words = [sys.executable, "-c", "while True: pass"]
    spinning = [subprocess.Popen(words) for _ in range(usable_cores() + 1)]
    try:
        yield
    finally:
        _end(spinning)


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[str]:
    """Start a Dask scheduler and workers, each a process of its own, and give the address."""
    where = folder / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def dask(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words, "--scheduler-file", str(where), "--no-dashboard"]
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    started = [dask("scheduler", "--host", "tcp://127.0.0.1", "--port", "0")]
    try:
        limit = time.monotonic() + 120
        while not (where.exists() and where.read_text()):
            if time.monotonic() > limit or started[0].poll() is not None:
                raise RuntimeError("the Dask scheduler did not start; install the extra `cluster`")
            time.sleep(0.1)
        options = ["--nthreads", "1", "--no-nanny", "--local-directory", str(folder)]
        started += [dask("worker", *options) for _ in range(workers)]
        yield json.loads(where.read_text())["address"]
    finally:
        _end(started)


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.kill()
    for process in processes:
        process.wait()


def graded(way: Way, folder: Path, students: int, support: Path) -> dict[str, str]:
    """Grade the class in an empty course and return what was written, {what: digest}, without times."""
    synthetic_class(folder / "submitted", students, SEED)
    url = f"sqlite:///{folder / 'gradebook.db'}"
    with ExitStack() as stack:
        if way.busy:
            stack.enter_context(busy_cores())
        engine = on_cluster(stack.enter_context(cluster(folder, 2)), way.jobs) if way.dask else None
        setup = Setup(RELEASE, support, SUITES, SEED)
        grade_class(find_submissions(folder), setup, folder, url, jobs=way.jobs, engine=engine)
    found = {f"results/{path.name}": _timeless(path) for path in sorted((folder / "results").glob("*.json"))}
    for path in sorted((folder / "autograded").rglob("*.ipynb")):
        found[path.relative_to(folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found | {"gradebook": hashlib.sha256(repr(_scores(url)).encode()).hexdigest()}


def _timeless(path: Path) -> str:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    del data["seconds"]
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _scores(url: str) -> list[Any]:
    """Every score in the gradebook as (student, cell, points in hexadecimal): the last bit counts."""
    from nbgrader.api import Gradebook
    from sqlalchemy import text

    words = """select student.id, base_cell.name, auto_score, needs_manual_grade, auto_comment from grade
        join base_cell on base_cell.id = grade.cell_id
        join submitted_notebook on submitted_notebook.id = grade.notebook_id
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
        join student on student.id = submitted_assignment.student_id
        left join comment on comment.notebook_id = grade.notebook_id and comment.cell_id = grade.cell_id"""
    with Gradebook(url) as gradebook:
        rows = gradebook.db.execute(text(words)).all()
    return sorted((*row[:2], None if row[2] is None else float(row[2]).hex(), *map(repr, row[3:])) for row in rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 1 if any two ways differ."""
    options = command_line(__doc__, arguments)
    students = TINY if options.tiny else STUDENTS
    ways = WAYS[:2] if options.tiny else WAYS
    with tempfile.TemporaryDirectory(prefix="determinism-") as folder, Folder("support") as support:
        confinement.build_support(support)
        found, rows = [], []
        for count, way in enumerate(ways):
            began = time.perf_counter()
            found.append(graded(way, Path(folder, str(count)), students, support))
            differ = sum(found[0].get(name) != found[-1].get(name) for name in {*found[0], *found[-1]})
            seconds = time.perf_counter() - began
            rows.append([way.name, f"{len(found[-1]):,}", f"{differ:,}", number(seconds), f"{os.getloadavg()[0]:.1f}"])
    header = ["graded by", "things written", "other than by the first way", "s", "load"]
    same = all(each == found[0] for each in found)
    tables = [table(f"The same class of {students}, graded {len(ways)} times", header, rows)]
    tables.append(f"Identical to the last bit: {'yes' if same else 'no'}\n")
    publish(tables, {"students": students, "same": same, "rows": rows}, options.json)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
