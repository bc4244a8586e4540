"""Grade classes that are hard on a grader: submissions just under every limit, attacks, and a class that is killed.

Three classes with the real lesson, each with honest students among the others. In the first, 50 submissions use nearly
all that they may and answer rightly. In the second, each of the payloads below runs once in `percentile`, which then
answers wrongly. The third is killed 20 times, by SIGKILL, at its writing process, its judges and its sandboxes; the
same command goes on each time. It prints the points that were given and the longest time of a submission, and ends
with 1 where somebody's points are not those that are due.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from class_of import below, processes
from side_by_side import number, publish, table

from autograder.collecting.collect import find_submissions
from autograder.grading import course_lock
from autograder.grading.results import Result, load_all
from autograder.grading.whole_class import grade_class, usable_cores
from autograder.judging.setup import Setup
from autograder.proving.demo_class import answers, filled
from autograder.proving.synthetic import synthetic_class
from autograder.reading.lesson import load_lesson
from autograder.reading.places import LESSON, RELEASE, SUITES
from autograder.sandbox import confinement
from autograder.temporary import Folder

EXERCISE = "percentile"
COMMAND = [sys.executable, "-m", "autograder", "grade"]
HONEST = 6
NEAR = {
    "memory, 1 GiB": "kept = b'x' * 2**30",
    "60 MiB of files": "for n in range(4):\n    open(f'/tmp/{n}', 'wb').write(bytes(15 * 2**20))",
    "15 MiB of shared memory": "open('/dev/shm/x', 'wb').write(bytes(15 * 2**20))",
    "200 open files": "kept = [open('/dev/null') for _ in range(200)]",
    "50 threads": "for t in [threading.Thread(target=time.sleep, args=(0.2,)) for _ in range(50)]: t.start()",
    "9 s of sleep": "time.sleep(9)",
    "9 s of work": "end = time.monotonic() + 9\nwhile time.monotonic() < end: pass",
    "10 MB of print": "print('x' * 10**7)",
    "900 calls deep": "deep = lambda n: n and deep(n - 1)\ndeep(900)",
}
# All that a process can reach: its frames, memory, descriptors, threads, the kernel, the codec, and what comes back.
PAYLOADS = {
    "frames": "frame = sys._getframe()\nwhile frame:\n    out.append(frame.f_locals)\n    frame = frame.f_back",
    "all objects": "out.append([o for o in gc.get_objects() if 'expect' in str(type(o))])",
    "its own memory": "out.append(open('/proc/self/mem', 'r+b').write(b'0'))",
    "a crash": "ctypes.string_at(0)",
    "abort": "os.abort()",
    "endless recursion": "sys.setrecursionlimit(10**9)\ndef deep(): deep()\ndeep()",
    "500 threads": "for _ in range(500): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "all descriptors": "while True: out.append(open('/dev/null'))",
    "a pipe without a reader": "os.mkfifo('/tmp/p')\nopen('/tmp/p')",
    "deep folders": "for _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')",
    "100,000 files": "for n in range(100000): open(f'/tmp/{n}', 'x').close()",
    "a link outside": "os.symlink('/etc/passwd', '/tmp/l')\nout.append(open('/tmp/l').read())",
    "a terabyte mapped": "out.append(mmap.mmap(-1, 2**40))",
    "shared memory filled": "open('/dev/shm/x', 'wb').write(bytes(2**28))",
    "limits raised": "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "an abstract socket": "socket.socket(socket.AF_UNIX).connect(chr(0) + 'x')",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "io_uring": "out.append(ctypes.CDLL(None).syscall(425, 1, 0))",
    "bpf": "out.append(ctypes.CDLL(None).syscall(321, 0, 0, 0))",
    "memory of another": "out.append(ctypes.CDLL(None).syscall(310, os.getppid(), 0, 0, 0, 0, 0))",
    "ptrace": "out.append(ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0))",
    "deep lists": "value = [0]\nfor _ in range(39): value = [value] * 9\nreturn value",
    "an endless iterator": "return iter(int, 1)",
    "an array that hangs": "return type('A', (), {'__array__': lambda *a: time.sleep(60)})()",
    "a long message": "raise ValueError('x' * 60 * 2**20)",
    "a message with escapes": "raise ValueError(chr(27) + '[2J<script>alert(1)</script>=1+1')",
    "a clock that stands": "time.monotonic = time.perf_counter = lambda: 0.0",
    "a trace": "sys.settrace(lambda *a: (_ for _ in ()).throw(SystemExit))",
    "an end that loops": "import atexit\natexit.register(lambda: [0 for _ in iter(int, 1)])\nsys.exit()",
    "a late reply": 'threading.Timer(0.1, lambda: os.write(4, b\'{"reply":9,"value":1.0}\\n\' * 99)).start()',
    "an alarm": "import signal\nsignal.alarm(1)\ntime.sleep(60)",
    "all descriptors closed": "os.closerange(0, 256)",
    "descriptors exchanged": "os.dup2(0, 1)\nos.dup2(4, 3)",
    "isinstance patched": "import builtins\nbuiltins.isinstance = lambda *a: True",
    "numpy replaced": "sys.modules['numpy'] = sys",
}
IMPORTS = "import ctypes, gc, mmap, os, resource, socket, sys, threading, time"


def with_work(source: str, work: str, end: str = "") -> str:
    """Return a solution cell whose function does `work` when it is first called, and then answers, or does `end`."""
    [function] = [
        node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == EXERCISE
    ]
    first = next(node for node in function.body if not isinstance(getattr(node, "value", None), ast.Constant))
    once = f"out = []\nif not hasattr({EXERCISE}, 'done'):\n    {EXERCISE}.done = True\n    {IMPORTS}\n"
    lines = textwrap.indent(f"{once}{textwrap.indent(work, '    ')}\n{end}\n", "    ").split("\n")
    text = source.split("\n")
    return "\n".join([*text[: first.lineno - 1], *lines, *text[first.lineno - 1 :]])


def class_of_kinds(folder: Path, kinds: Sequence[tuple[str, str]], end: str) -> None:
    """Write a class: honest students, and one for each (name, work)."""
    released, solved = load_lesson(RELEASE), answers(load_lesson(LESSON))
    written = {f"honest{n:02d}": f"{solved[EXERCISE]}\n# {n}" for n in range(HONEST)}
    for n, (name, work) in enumerate(kinds):
        text = with_work(solved[EXERCISE], work, end)
        written[f"{n:02d} {name}"] = f"{text}\n# {n}"
    for student, text in written.items():
        path = folder / "submitted" / student / released.assignment / released.notebook
        path.parent.mkdir(parents=True)
        path.write_bytes(filled(released, {**solved, EXERCISE: text}))


def graded(course: Path, setup: Setup, jobs: int) -> list[Result]:
    """Grade a class in this process and its judges."""
    return list(grade_class(find_submissions(course), setup, course, f"sqlite:///{course / 'gradebook.db'}", jobs=jobs))


def points(results: Sequence[Result]) -> dict[str, float | None]:
    """Return what each student has; None where it was not judged."""
    return {each.student: each.earned if each.judged else None for each in results}


def killed(course: Path, kills: int, jobs: int, seed: int) -> int:
    """Grade by the command, kill it `kills` times, let it end; return how many times it was started."""
    words = [*COMMAND, str(course / "submitted"), "--course", str(course)]
    words += ["--seed", str(seed), "--jobs", str(jobs)]
    rng, left, starts = random.Random(seed), kills, 0
    while starts < 5 * kills:
        command = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        starts += 1
        while not (course / course_lock.NAME).exists() and command.poll() is None:
            time.sleep(0.05)
        while left and command.poll() is None:
            time.sleep(rng.uniform(0.1, 1.0))
            under = sorted(below(processes(), {command.pid}) - {command.pid})
            target = command.pid if not under or rng.random() < 0.2 else rng.choice(under)
            try:
                os.kill(target, signal.SIGKILL)
                left -= 1
            except ProcessLookupError:  # it has just ended
                continue
        command.wait()
        if left:  # all was graded: what is left of the kills strikes it from the beginning
            shutil.rmtree(course / "judged", ignore_errors=True)
        elif command.returncode >= 0:
            break
    return starts


def run(options: argparse.Namespace, folder: Path) -> tuple[list[str], dict[str, Any], list[str]]:
    """Grade the three classes; return tables, numbers, and what is not as it is due."""
    rows: list[list[str]] = []
    wrong: list[str] = []
    with Folder("support") as support:
        setup = Setup(RELEASE, confinement.build_support(support), SUITES, options.seed)
        near = [list(NEAR.items())[n % len(NEAR)] for n in range(options.near)]
        hostile = list(PAYLOADS.items())[: options.payloads]
        for title, kinds, end in (("just under a limit", near, ""), ("payloads", hostile, "return 0.5")):
            course = folder / title
            class_of_kinds(course, kinds, end)
            began = time.perf_counter()
            results = graded(course, setup, options.jobs)
            wall, whole = time.perf_counter() - began, results[-1].points
            for each in results:
                right = each.judged and each.earned == whole
                if right == (title == "payloads" and not each.student.startswith("honest")):
                    wrong.append(f"{title}: {each.student} has {each.earned:g} of {whole:g} ({each.staff[:1]})")
            others = [each for each in results if not each.student.startswith("honest")]
            most = max(results, key=lambda each: each.seconds)
            rows += [
                [f"{title}: submissions, of them honest", f"{len(results)}, {HONEST}"],
                ["honest students with all points", str(sum(r.earned == whole for r in results if r not in others))],
                ["others with all points", str(sum(r.earned == whole for r in others))],
                ["others not judged", str(sum(not r.judged for r in others))],
                ["wall time of the class, s", number(wall)],
                ["longest submission, s", f"{number(most.seconds)} ({most.student})"],
            ]
        course, quiet = folder / "killed", folder / "quiet"
        for place in (course, quiet):
            synthetic_class(place / "submitted", options.students, options.seed)
        due = points(graded(quiet, setup, options.jobs))
        starts = killed(course, options.kills, options.jobs, options.seed)
        found = points(load_all(course / "results"))
        other = [name for name in due if found.get(name) != due[name]]
        wrong += [f"killed: {name} has {found.get(name)}, due {due[name]}" for name in other]
        rows += [
            ["killed: submissions, kills, starts of the command", f"{len(due)}, {options.kills}, {starts}"],
            ["of them with the points that are due", str(len(due) - len(other))],
        ]
    tier = confinement.probe().name
    return (
        [table(f"Hard classes in {options.jobs} processes, {tier}", ["what", "measured"], rows)],
        {"rows": rows},
        wrong,
    )


def main() -> int:
    """Grade and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--near", type=int, default=50, metavar="N", help="submissions just under a limit (default: 50)"
    )
    parser.add_argument("--payloads", type=int, default=len(PAYLOADS), metavar="N", help="how many (default: all)")
    parser.add_argument("--students", type=int, default=30, metavar="N", help="of the class that is killed")
    parser.add_argument("--kills", type=int, default=20, metavar="N", help="how often (default: 20)")
    parser.add_argument("--jobs", type=int, default=usable_cores(), metavar="N", help="grading processes")
    parser.add_argument("--seed", type=int, default=13, metavar="N", help="which inputs, and which class is killed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE too")
    parser.add_argument("--tiny", action="store_true", help="a few of each only, to see that it runs")
    options = parser.parse_args()
    if options.tiny:
        options.near, options.payloads, options.students, options.kills = 2, 2, 4, 2
    with tempfile.TemporaryDirectory(prefix="hard-") as folder:
        tables, data, wrong = run(options, Path(folder))
    publish([*tables, *wrong], json.loads(json.dumps(data)), options.json)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
