"""Grade a synthetic class of N: wall and processor time, memory at its start and end, and what 10,000 would take.

The class is made of the wrong answers and variants on file (`autograder/proving/synthetic.py`), graded with the real
lesson and its hidden suites. With --course the folder is kept, and the same command after a death goes on where it was;
the times are then those of this run. Processor time counts this process and those it waited for: of a sandbox that was
killed, what its starter did not get to count is missing, so on an otherwise idle machine wall time x cores is an upper
bound.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from side_by_side import number, publish, table

from autograder.grading.classroom import grade_class, usable_cores
from autograder.grading.cluster import on_cluster
from autograder.grading.grade import Graded, Setup
from autograder.grading.progress import duration, live
from autograder.grading.results import Result
from autograder.proving.synthetic import synthetic_class
from autograder.reading.collect import find_submissions
from autograder.reading.places import RELEASE, SUITES
from autograder.sandbox import confinement
from autograder.temporary import Folder

MIB = 1 << 20
LARGE = 10_000


@dataclass
class Watch:
    """Peaks of memory in bytes, of this process and of all its processes, in the first and the last tenth."""

    own: dict[str, int] = field(default_factory=dict)
    all: dict[str, int] = field(default_factory=dict)
    fresh: int = 0
    first_s: float = 0.0  # until the first result: starting processes, opening the gradebook, the check of the sandbox

    def over(self, graded: Iterable[Graded], total: int) -> Iterator[Graded]:
        """Pass the submissions on and look at memory after each."""
        began = time.perf_counter()
        for count, each in enumerate(live(graded, total), start=1):
            yield each
            self.fresh += each.fresh
            self.first_s = self.first_s or time.perf_counter() - began
            part = "start" if count <= max(1, total // 10) else "end" if count > total - max(1, total // 10) else ""
            if part:
                own, together = memory_bytes()
                self.own[part] = max(own, self.own.get(part, 0))
                self.all[part] = max(together, self.all.get(part, 0))


def memory_bytes() -> tuple[int, int]:
    """Return the resident bytes of this process, and of it and all below it; pages that they share count each time."""
    parents: dict[int, int] = {}
    sizes: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        parents[int(path.name)], sizes[int(path.name)] = int(words[1]), int(words[21]) * resource.getpagesize()
    own = os.getpid()
    below = {own}
    for _ in range(8):  # deeper than any sandbox
        below |= {pid for pid, parent in parents.items() if parent in below}
    return sizes.get(own, 0), sum(sizes.get(pid, 0) for pid in below)


def cpu_s() -> float:
    """Return the processor seconds of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def grade(course: Path, options: argparse.Namespace) -> tuple[list[Result], Watch, float, float]:
    """Make the class and grade it; return results, memory, and wall and processor seconds."""
    synthetic_class(course / "submitted", options.students, options.seed)
    found, watch = find_submissions(course), Watch()
    jobs = options.jobs or usable_cores()
    engine = on_cluster(options.scheduler, jobs) if options.scheduler else None
    wall, cpu = time.perf_counter(), cpu_s()
    with Folder("support") as support:
        setup = Setup(RELEASE, confinement.build_support(support), SUITES, options.seed)
        url = f"sqlite:///{course / 'gradebook.db'}"
        results = grade_class(found, setup, course, url, jobs=jobs, engine=engine, progress=watch.over)
    return results, watch, time.perf_counter() - wall, cpu_s() - cpu


def shown(results: list[Result], watch: Watch, wall: float, cpu: float, jobs: int) -> tuple[list[str], dict[str, Any]]:
    """Return the tables and the numbers in them."""
    n = len(results)
    rate = (wall - watch.first_s) / n
    rows = [
        ["submissions", f"{n:,}"],
        ["judged now (the others had the same answers, or were kept, or cannot be read)", f"{watch.fresh:,}"],
        ["wall time, s", number(wall)],
        ["of it until the first result, s", number(watch.first_s)],
        ["processor time, s", number(cpu)],
        ["wall time a submission after the first, s", number(rate)],
        ["processor time a submission, s", number(cpu / n)],
    ]
    for name, peaks in (("this process", watch.own), ("all processes, shared pages counted each time", watch.all)):
        rows += [[f"peak memory in the {part}'s tenth, {name}, MiB", number(peaks[part] / MIB)] for part in peaks]
    rows.append([f"mean points of {results[0].points:g}", number(sum(result.earned for result in results) / n)])
    rows.append(["need attention", f"{sum(result.attention for result in results):,}"])
    tables = [table(f"A class of {n:,} in {jobs} processes", ["what", "measured"], rows)]
    if n < LARGE and watch.fresh:
        more = watch.first_s + rate * LARGE
        tables.append(f"Extrapolated, not measured: {LARGE:,} submissions at this rate take {duration(more)}.\n")
    data = {"students": n, "fresh": watch.fresh, "wall_s": wall, "first_s": watch.first_s, "cpu_s": cpu, "jobs": jobs}
    return tables, data | {"own_bytes": watch.own, "all_bytes": watch.all}


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
