"""What grading a submission costs: CPU seconds by sandbox, and stock nbgrader's on the same notebooks in the same run.

Each row is the CPU time, children included, of a process that grades N + 1 submissions less that of one that grades
the first alone, over N: what starting costs is its own column. nbgrader executes the notebook with its visible checks;
ours reads it, lays it into the release, exports the package and runs the hidden suites in the sandbox."""

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
from dataclasses import dataclass
from pathlib import Path

from side_by_side import number, publish, table

ROOT = Path(__file__).resolve().parents[1]
TIERS = ("namespaces", "bubblewrap", "container")
SEED = 13
BAR_S, BAR_RATIO = 0.2, 0.1


@dataclass(frozen=True)
class Cost:
    """CPU and wall seconds of one process with all its children."""

    cpu_s: float
    wall_s: float


def main() -> int:
    """Print the table; return 1 where the bar is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=10, metavar="N", help="how many (default: 10)")
    parser.add_argument("--no-nbgrader", action="store_true", help="leave nbgrader out, which takes longest")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE too")
    parser.add_argument("--tiny", action="store_true", help="one submission by one sandbox only, to see that it runs")
    parser.add_argument("--grade", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    from autograder.sandbox import confinement

    if options.grade:
        return grade(options.grade[0], [Path(name) for name in options.grade[1:]])
    submissions, tiers = (1, [confinement.probe().kind]) if options.tiny else (options.submissions, TIERS)
    with tempfile.TemporaryDirectory(prefix="grading-cost-") as folder:
        rows = measure(Path(folder), submissions, tiers, not (options.no_nbgrader or options.tiny))
    met = report(rows, submissions, options.json)
    return 0 if met or options.tiny else 1


def measure(folder: Path, submissions: int, tiers: Sequence[str], with_nbgrader: bool) -> dict[str, dict[str, float]]:
    """Return {way: {"cpu_s", "wall_s" (a submission), "start_cpu_s"}}; a sandbox that cannot be had has no row."""
    files = make_class(folder, submissions + 1)
    rows = {}
    for tier in tiers:
        found = [ours(tier, chosen) for chosen in (files[:1], files)]
        if all(found):
            rows[tier] = _per_submission(found[0], found[1], submissions)
    if with_nbgrader:
        rows["nbgrader"] = _per_submission(*nbgrader(folder, files), submissions)
    return rows


def make_class(folder: Path, students: int) -> list[Path]:
    """Write complete submissions, each with another wrong answer or variant in it, and return their paths."""
    from autograder.proving.cases import read_answers
    from autograder.proving.demo_class import answers, filled
    from autograder.reading.lesson import ASSIGNMENT, load_lesson
    from autograder.reading.places import LESSON, RELEASE

    released, solved = load_lesson(RELEASE), answers(load_lesson(LESSON))
    on_file = [
        a for kind in ("variants", "wrong_answers") for a in read_answers(ROOT / "autograder" / kind / ASSIGNMENT)
    ]
    paths = []
    for student in range(students):
        answer = on_file[(student * 37) % len(on_file)]
        path = folder / "submitted" / f"s{student:05d}" / ASSIGNMENT / released.notebook
        path.parent.mkdir(parents=True)
        path.write_bytes(filled(released, {**solved, answer.exercise: answer.source}))
        paths.append(path)
    return paths


def ours(tier: str, files: Sequence[Path]) -> Cost | None:
    """Grade the files in a process of its own, or return None where the sandbox is not to be had."""
    words = [sys.executable, str(Path(__file__).resolve()), "--grade", tier, *map(str, files)]
    try:
        cost, said = timed(words, ROOT, {"AUTOGRADER_TIER": tier})
        return Cost(cost.cpu_s + float(said), cost.wall_s)
    except subprocess.CalledProcessError as error:
        if error.returncode == 3:
            return None
        raise


def grade(tier: str, files: Sequence[Path]) -> int:
    """Grade the files one after another in this process, as each process of a class does.

    Prints the CPU time that the kernel adds to nobody's: that of processes below a bubblewrap that is killed.
    """
    from autograder.grading.grade import Grader, Setup
    from autograder.reading.collect import Found
    from autograder.reading.lesson import ASSIGNMENT
    from autograder.reading.places import RELEASE
    from autograder.sandbox import confinement, process
    from autograder.temporary import Folder

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
        suites = ROOT / "autograder" / "suites" / ASSIGNMENT
        grader = Grader(Setup(RELEASE, confinement.build_support(support), suites, seed=SEED))
        for path in files:
            result = grader.grade(Found(path.parent.parent.name, path)).result
            if not result.readable or sum(mark.earned for mark in result.marks) < 60:
                raise AssertionError(f"{path} got {result}")
    print(sum(lost))
    return 0


def below(pid: int) -> float:
    """Return the CPU seconds so far of every process below one."""
    parents, used = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            parents[int(entry.name)], used[int(entry.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in found | {pid}} - found:
        found |= more
    return sum(used[each] for each in found) / os.sysconf("SC_CLK_TCK")


def nbgrader(folder: Path, files: Sequence[Path]) -> tuple[Cost, Cost]:
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
        costs.append(timed(words, course, {})[0])
    done = len(list(course.glob(f"autograded/*/{ASSIGNMENT}/*.ipynb")))
    if done != len(files):
        raise RuntimeError(f"nbgrader graded {done} of {len(files)}")
    return costs[0], costs[1]


def timed(words: Sequence[str], folder: Path, environment: dict[str, str]) -> tuple[Cost, str]:
    """Run a command and return its cost and what it printed; raises CalledProcessError."""
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
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall), done.stdout


def _per_submission(one: Cost | None, all_: Cost | None, submissions: int) -> dict[str, float]:
    assert one is not None
    assert all_ is not None
    cpu, wall = (all_.cpu_s - one.cpu_s) / submissions, (all_.wall_s - one.wall_s) / submissions
    return {"cpu_s": cpu, "wall_s": wall, "start_cpu_s": one.cpu_s - cpu}


def report(rows: dict[str, dict[str, float]], submissions: int, json_path: Path | None) -> bool:
    """Print the rows and whether the bar is met, and return that."""
    peer = rows.get("nbgrader")
    shown = []
    for name, row in rows.items():
        ratio = number(peer["cpu_s"] / row["cpu_s"]) if peer else "not run"
        title = "nbgrader, stock" if name == "nbgrader" else f"ours, {name}"
        shown.append([title, *(number(row[key]) for key in ("cpu_s", "wall_s", "start_cpu_s")), ratio])
    best = min((row["cpu_s"] for name, row in rows.items() if name != "nbgrader"), default=float("inf"))
    met = best <= BAR_S and (peer is None or best <= BAR_RATIO * peer["cpu_s"])
    header = ["a submission", "CPU s", "wall s", "CPU s to start", "nbgrader's CPU s / it"]
    bar = f"Bar: at most {BAR_S} CPU s, and at most a tenth of nbgrader's: {'met' if met else 'not met'}\n"
    publish([table(f"{submissions} submissions in one process", header, shown), bar], {"rows": rows}, json_path)
    return met


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
