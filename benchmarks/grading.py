"""What grading a submission costs: CPU seconds by sandbox, and stock nbgrader's on the same notebooks in the same run.

Ours: one process grades one submission, which is its start, then blocks of them; a row is the median block, over its
submissions, with the smallest and largest. All processes that it made count. No two answers of the class are the same
text. nbgrader: the CPU time of a process that grades N + 1 submissions less that of one that grades the first alone,
over N. It executes the notebook with its visible checks; ours reads it, lays it into the release, exports the package
and runs the hidden suites in the sandbox. A loop that only adds, timed before each block, says how fast the machine
was meanwhile."""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from side_by_side import number, publish, spread, table

ROOT = Path(__file__).resolve().parents[1]
TIERS = ("namespaces", "bubblewrap", "container")
SEED = 13
BLOCK = 10  # submissions: their sandboxes' CPU time is counted in hundredths of a second
BAR_S, BAR_RATIO = 0.2, 0.1


@dataclass(frozen=True)
class Cost:
    """CPU and wall seconds of a submission: of each block, or of all. nbgrader's start is not told apart."""

    cpu_s: list[float]
    wall_s: list[float]
    start_cpu_s: float | None = None
    pace_s: list[float] = field(default_factory=list)


def main() -> int:
    """Print the table; return 1 where the bar is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=60, metavar="N", help="how many of ours (default: 60)")
    parser.add_argument("--nbgrader", type=int, default=4, metavar="N", help="how many of nbgrader's (default: 4)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE too")
    parser.add_argument("--tiny", action="store_true", help="one submission by one sandbox only, to see that it runs")
    parser.add_argument("--grade", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    from autograder.sandbox import confinement

    if options.grade:
        return grade(options.grade[0], [Path(name) for name in options.grade[1:]])
    submissions, tiers = (1, [confinement.probe().kind]) if options.tiny else (options.submissions, TIERS)
    with tempfile.TemporaryDirectory(prefix="grading-cost-") as folder:
        rows = measure(Path(folder), submissions, tiers, 0 if options.tiny else options.nbgrader)
    met = report(rows, submissions, options.json)
    return 0 if met or options.tiny else 1


def measure(folder: Path, submissions: int, tiers: Sequence[str], nbgraders: int) -> dict[str, Cost]:
    """Return the cost by way; a sandbox that cannot be had has no row."""
    files = make_class(folder, max(submissions, nbgraders) + 1)
    rows = {tier: cost for tier in tiers if (cost := ours(tier, files[: submissions + 1]))}
    if nbgraders:
        rows["nbgrader"] = nbgrader(folder, files[: nbgraders + 1])
    return rows


def make_class(folder: Path, students: int) -> list[Path]:
    """Write complete submissions, each with another wrong answer or variant in it, and return their paths."""
    from autograder.proving.demo_class import answers, filled
    from autograder.proving.on_file import read_answers
    from autograder.reading.lesson import ASSIGNMENT, load_lesson
    from autograder.reading.places import ANSWERS, LESSON, RELEASE

    released, solved = load_lesson(RELEASE), answers(load_lesson(LESSON))
    answered = read_answers(ANSWERS)
    on_file = [*answered.right, *answered.wrong]
    paths = []
    for student in range(students):
        answer = on_file[(student * 37) % len(on_file)]
        path = folder / "submitted" / f"s{student:05d}" / ASSIGNMENT / released.notebook
        path.parent.mkdir(parents=True)
        given = {**solved, answer.exercise: answer.source}
        path.write_bytes(filled(released, {name: f"{text}\n# {student}" for name, text in given.items()}))
        paths.append(path)
    return paths


def ours(tier: str, files: Sequence[Path]) -> Cost | None:
    """Grade the files in a process of its own, or return None where the sandbox is not to be had."""
    words = [sys.executable, str(Path(__file__).resolve()), "--grade", tier, *map(str, files)]
    try:
        _, _, said = timed(words, ROOT, {"AUTOGRADER_TIER": tier})
        return Cost(**json.loads(said))
    except subprocess.CalledProcessError as error:
        if error.returncode == 3:
            return None
        raise


def grade(tier: str, files: Sequence[Path]) -> int:
    """Grade the files one after another in this process, as each process of a class does, and print the cost."""
    from autograder.collecting.choose import Found
    from autograder.grading.grade import Grader
    from autograder.judging.own_process import collect_seldom
    from autograder.judging.setup import Setup
    from autograder.reading.places import RELEASE, SUITES
    from autograder.sandbox import confinement, process
    from autograder.temporary import Folder

    collect_seldom()
    lost: list[float] = []
    end = process.Command.end

    def counted(command: process.Command) -> None:
        lost.append(below(command._process.pid))
        end(command)

    process.Command.end = counted  # type: ignore[method-assign, assignment]
    try:
        assert confinement.probe().kind == tier
    except confinement.SandboxUnavailable as error:
        print(f"{tier}: {error}", file=sys.stderr)
        return 3
    with Folder("support") as support:
        grader = Grader(Setup(RELEASE, confinement.build_support(support), SUITES, seed=SEED))

        def graded(chosen: Sequence[Path]) -> tuple[float, float]:
            cpu, wall = used(lost), time.perf_counter()
            for path in chosen:
                result = grader.grade(Found(path.parent.parent.name, path)).result
                if not result.readable or sum(mark.earned for mark in result.marks) < 60:
                    raise AssertionError(f"{path} got {result}")
            return (used(lost) - cpu) / len(chosen), (time.perf_counter() - wall) / len(chosen)

        graded(files[:1])
        cost = Cost([], [], used(lost))
        for block in (files[at : at + BLOCK] for at in range(1, len(files), BLOCK)):
            cost.pace_s.append(pace())
            cpu, wall = graded(block)
            cost.cpu_s.append(cpu)
            cost.wall_s.append(wall)
    print(json.dumps(asdict(cost)))
    return 0


def used(lost: Sequence[float]) -> float:
    """Return the CPU seconds so far of this process and of all that it made.

    `lost` are those that the kernel adds to nobody's: of processes below a bubblewrap that is killed.
    """
    ended, own = resource.getrusage(resource.RUSAGE_CHILDREN), resource.getrusage(resource.RUSAGE_SELF)
    mine = own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime
    return mine + below(os.getpid()) + sum(lost)


def pace() -> float:
    """Return the CPU seconds of a million additions."""
    began, total = time.process_time(), 0
    for each in range(1_000_000):
        total += each
    return time.process_time() - began


def below(pid: int) -> float:
    """Return the CPU seconds so far of every process below one."""
    parents, cpu = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            parents[int(entry.name)], cpu[int(entry.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in found | {pid}} - found:
        found |= more
    return sum(cpu[each] for each in found) / os.sysconf("SC_CLK_TCK")


def nbgrader(folder: Path, files: Sequence[Path]) -> Cost:
    """Grade the first file, then all, by `nbgrader autograde`; the lesson is generated first, which is not counted."""
    from autograder.reading.lesson import ASSIGNMENT, load_lesson, to_notebook
    from autograder.reading.places import LESSON

    lesson = load_lesson(LESSON)
    course = folder / "course"
    source = course / "source" / ASSIGNMENT / lesson.notebook
    source.parent.mkdir(parents=True)
    source.write_text(json.dumps(to_notebook(lesson.cells)), encoding="utf-8")
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.ExecutePreprocessor.timeout = 120\n")
    words = [sys.executable, "-m", "nbgrader", "generate_assignment", ASSIGNMENT]
    timed(words, course, {})
    costs = []
    for chosen in (files[:1], files):
        for path in chosen:
            target = course / "submitted" / path.parent.parent.name / ASSIGNMENT
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        words = [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT, "--force"]
        costs.append(timed(words, course, {})[:2])
    done = len(list(course.glob(f"autograded/*/{ASSIGNMENT}/*.ipynb")))
    if done != len(files):
        raise RuntimeError(f"nbgrader graded {done} of {len(files)}")
    cpu, wall = ((costs[1][each] - costs[0][each]) / (len(files) - 1) for each in (0, 1))
    return Cost([cpu], [wall])


def timed(words: Sequence[str], folder: Path, environment: dict[str, str]) -> tuple[float, float, str]:
    """Run a command and return its CPU and wall seconds and what it printed; raises CalledProcessError."""
    scripts = str(Path(sys.executable).parent)  # nbgrader starts alembic by name
    path = {"PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}", "PYTHONPATH": str(ROOT)}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        words, cwd=folder, env={**os.environ, **path, **environment}, capture_output=True, text=True, check=False
    )
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        raise subprocess.CalledProcessError(done.returncode, words[:6])
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall, done.stdout


def report(rows: dict[str, Cost], submissions: int, json_path: Path | None) -> bool:
    """Print the rows and whether the bar is met, and return that."""
    peer = median(rows["nbgrader"].cpu_s) if "nbgrader" in rows else None
    shown = []
    for name, row in rows.items():
        ratio = number(peer / median(row.cpu_s)) if peer else "not run"
        title = "nbgrader, stock" if name == "nbgrader" else f"ours, {name}"
        pace_ms = spread([1000 * pace for pace in row.pace_s])
        start = "-" if row.start_cpu_s is None else number(row.start_cpu_s)
        shown.append([title, spread(row.cpu_s), spread(row.wall_s), start, ratio, pace_ms])
    best = min((median(row.cpu_s) for name, row in rows.items() if name != "nbgrader"), default=float("inf"))
    met = best <= BAR_S and (peer is None or best <= BAR_RATIO * peer)
    header = ["a submission", "CPU s", "wall s", "CPU s to start", "nbgrader's CPU s / it", "pace, ms"]
    note = "Pace: the CPU time of a million additions before each block, which is the machine's and not ours.\n"
    said = f"{number(best)} s by our quickest way, {'met' if met else 'not met'}"
    bar = f"Bar: at most {BAR_S} CPU s, and at most a tenth of nbgrader's: {said}\n"
    title = f"{submissions} submissions in one process"
    data = {"rows": {name: asdict(row) for name, row in rows.items()}}
    publish([table(title, header, shown), note, bar], data, json_path)
    return met


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
