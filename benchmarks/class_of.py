"""Grade a synthetic class of N: wall and processor time and memory at each tenth of it, and what 10,000 would take.

The class is made of the wrong answers and variants on file (`autograder/proving/synthetic.py`), graded with the real
lesson and its hidden suites. With --course the folder is kept, and the same command after a death goes on where it was;
the times are then those of this run. Processor time counts this process, those below it, and those that they waited
for: of a sandbox that was killed, what its starter did not get to count is missing, so on an otherwise idle machine
wall time x cores is an upper bound.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from side_by_side import number, publish, table

from autograder.collecting.collect import find_submissions
from autograder.grading.cluster import on_cluster
from autograder.grading.grade import Graded
from autograder.grading.progress import duration, live
from autograder.grading.results import Result
from autograder.grading.whole_class import grade_class, usable_cores
from autograder.judging.setup import Setup
from autograder.proving.synthetic import synthetic_class
from autograder.reading.places import RELEASE, SUITES
from autograder.sandbox import confinement
from autograder.temporary import Folder

MIB = 1 << 20
LARGE = 10_000


class Mark(NamedTuple):
    """What was used when `graded` submissions had been written: s since the first process was started, bytes resident.

    `judge` is the largest of the processes that judge, `all` counts the pages that processes share each time.
    """

    graded: int
    wall_s: float
    cpu_s: float
    writer_cpu_s: float
    writer: int
    judge: int
    all: int


class Process(NamedTuple):
    """A running process: its parent, bytes resident, processor s of it and of the children that it waited for."""

    parent: int
    resident: int
    cpu_s: float


@dataclass
class Watch:
    """Counts the submissions as they pass, and looks at time and memory after each tenth of them."""

    marks: list[Mark] = field(default_factory=list)
    fresh: int = 0
    first_s: float = 0.0  # until the first result: starting processes, opening the gradebook, the check of the sandbox
    began: float = field(default_factory=time.perf_counter)
    used: float = field(default_factory=lambda: cpu_s())
    writer_used: float = field(default_factory=time.process_time)

    def over(self, graded: Iterable[Graded], total: int) -> Iterator[Graded]:
        """Pass the submissions on."""
        for count, each in enumerate(live(graded, total), start=1):
            yield each  # the next one is asked for when this one has been written
            self.fresh += each.fresh
            self.first_s = self.first_s or time.perf_counter() - self.began
            if count * 10 // total > (count - 1) * 10 // total:
                self.marks.append(self.mark(count))

    def mark(self, count: int) -> Mark:
        """Look at this process and all below it."""
        found, own = processes(), os.getpid()
        judges = [found[child.pid].resident for child in multiprocessing.active_children() if child.pid in found]
        return Mark(
            graded=count,
            wall_s=time.perf_counter() - self.began,
            cpu_s=cpu_s(found) - self.used,
            writer_cpu_s=time.process_time() - self.writer_used,
            writer=found[own].resident,
            judge=max(judges, default=0),
            all=sum(found[pid].resident for pid in below(found, {own})),
        )


def processes() -> dict[int, Process]:
    """Return every process of the machine, by number."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        ticks = sum(map(int, words[11:15]))
        resident = int(words[21]) * resource.getpagesize()
        found[int(path.name)] = Process(int(words[1]), resident, ticks / os.sysconf("SC_CLK_TCK"))
    return found


def below(found: Mapping[int, Process], roots: Collection[int]) -> set[int]:
    """Return these processes and those that they started, as far as they run."""
    pids = set(roots)
    for _ in range(8):  # deeper than any sandbox
        pids |= {pid for pid, process in found.items() if process.parent in pids}
    return pids


def cpu_s(found: Mapping[int, Process] | None = None) -> float:
    """Return the processor seconds of this process, of all below it, and of those that they waited for."""
    found = found or processes()
    return sum(found[pid].cpu_s for pid in below(found, {os.getpid()}))


def grade(course: Path, options: argparse.Namespace) -> tuple[Sequence[Result], Watch, float, float]:
    """Make the class and grade it; return results, what was seen on the way, and wall and processor seconds."""
    synthetic_class(course / "submitted", options.students, options.seed)
    found, watch = find_submissions(course), Watch()
    jobs = options.jobs or usable_cores()
    engine = on_cluster(options.scheduler, jobs) if options.scheduler else None
    with Folder("support") as support:
        setup = Setup(RELEASE, confinement.build_support(support), SUITES, options.seed)
        url = f"sqlite:///{course / 'gradebook.db'}"
        results = grade_class(found, setup, course, url, jobs=jobs, engine=engine, progress=watch.over)
    return results, watch, time.perf_counter() - watch.began, cpu_s() - watch.used


def shown(
    results: Sequence[Result], watch: Watch, wall: float, cpu: float, jobs: int
) -> tuple[list[str], dict[str, Any]]:
    """Return the tables and the numbers in them."""
    n = len(results)
    rate = (wall - watch.first_s) / n
    earned, points, attention = zip(*((each.earned, each.points, each.attention) for each in results), strict=True)
    rows = [
        ["submissions", f"{n:,}"],
        ["judged now (the others had the same answers, or were kept, or cannot be read)", f"{watch.fresh:,}"],
        ["wall time, s", number(wall)],
        ["of it until the first result, s", number(watch.first_s)],
        ["processor time, s", number(cpu)],
        ["wall time a submission after the first, s", number(rate)],
        ["processor time a submission, s", number(cpu / n)],
        ["of it the process that writes, s", number(watch.marks[-1].writer_cpu_s / n)],
        [f"mean points of {points[0]:g}", number(sum(earned) / n)],
        ["need attention", f"{sum(attention):,}"],
    ]
    tables = [table(f"A class of {n:,} in {jobs} processes", ["what", "measured"], rows), on_the_way(watch.marks)]
    if n < LARGE and watch.fresh:
        more = watch.first_s + rate * LARGE
        tables.append(f"Extrapolated, not measured: {LARGE:,} submissions at this rate take {duration(more)}.\n")
    data = {"students": n, "fresh": watch.fresh, "wall_s": wall, "first_s": watch.first_s, "cpu_s": cpu, "jobs": jobs}
    return tables, data | {"marks": [mark._asdict() for mark in watch.marks]}


def on_the_way(marks: Sequence[Mark]) -> str:
    """Return the table of what was used at each tenth of the class."""
    header = ["graded", "wall, s", "processor, s", "of it the writer", "writer, MiB", "judge, MiB", "all, MiB"]
    rows = []
    for each in marks:
        times = [number(seconds) for seconds in (each.wall_s, each.cpu_s, each.writer_cpu_s)]
        sizes = [f"{size / MIB:.1f}" for size in (each.writer, each.judge, each.all)]
        rows.append([f"{each.graded:,}", *times, *sizes])
    title = """Time since the start, and resident memory: of the process that writes, of the largest that judges, and of
all with their sandboxes, where pages that they share are counted in each"""
    return table(title, header, rows)


def main() -> None:
    """Grade and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--students", type=int, default=200, metavar="N", help="how many submissions (default: 200)")
    parser.add_argument("--jobs", type=int, metavar="N", help="grading processes (default: the usable cores)")
    parser.add_argument("--seed", type=int, default=13, metavar="N", help="which class (default: 13)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="judge on this Dask cluster")
    parser.add_argument("--course", type=Path, metavar="DIR", help="keep the course here, and go on where it ended")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE too")
    parser.add_argument("--tiny", action="store_true", help="three submissions only, to see that it runs")
    options = parser.parse_args()
    options.students = 3 if options.tiny else options.students
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        course = (options.course or Path(folder)).resolve()
        course.mkdir(parents=True, exist_ok=True)
        tables, data = shown(*grade(course, options), options.jobs or usable_cores())
        publish(tables, json.loads(json.dumps(data)), options.json)


if __name__ == "__main__":
    main()
