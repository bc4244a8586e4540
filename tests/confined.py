"""Small packages for the tests of the grading core: written in a temporary folder, run in the real sandbox."""

import atexit
import functools
import shutil
import tempfile
import textwrap
from pathlib import Path

import pytest

from autograder.examining.session import Session
from autograder.examining.student import Student
from autograder.sandbox import confinement, tiers
from autograder.sandbox.confinement import Limits, Tier

# For packages that keep to them: long enough for a busy machine.
QUICK = Limits(call_s=6.0, wall_s=60.0)


# A package that looks and reaches for what it should not have.
PROBES = """
    import ctypes, os, pathlib, resource, socket, sys

    def user(): return os.getuid(), os.geteuid(), os.getgroups()
    def environment(): return dict(os.environ)
    def read(path): return pathlib.Path(path).read_bytes()
    def listed(path): return sorted(os.listdir(path))
    def exists(path): return os.path.exists(path)
    def write(path, size=1): return pathlib.Path(path).write_bytes(b"x" * size)
    def connect(port): return socket.create_connection(("127.0.0.1", port), 0.5)
    def allocate(size): return len(bytearray(size))
    def arguments(): return read("/proc/self/cmdline").decode()
    def descriptors():
        found = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")]
        return [os.readlink(path) for path in found if os.path.lexists(path)]

    def attempt(function, *args):
        try:
            return "", function(*args)
        except OSError as error:
            return type(error).__name__, b""

    def named(words):
        return [str(path) for top in sys.path + ["/support", "/grader"] for word in words
                for path in pathlib.Path(top).glob(f"*{word}*")]

    def user_namespace():
        libc = ctypes.CDLL(None, use_errno=True)
        return libc.unshare(0x10000000), os.strerror(ctypes.get_errno())

    def forks(n):
        made = 0
        try:
            while made < n:
                if os.fork() == 0:
                    os.setsid()
                    import time
                    time.sleep(60)
                    os._exit(0)
                made += 1
        except OSError:
            pass
        return made
"""
# A package with a bit of everything that a student's may do.
LESSON = """
    import array, copy, os, sys, time
    from dataclasses import dataclass
    from typing import NamedTuple
    import numpy as np

    NS_PER_S = 1_000_000_000
    calls = []

    class Interval(NamedTuple):
        low: float
        high: float

    @dataclass
    class Run:
        latency_ns: np.ndarray
        error: object = None
        def __len__(self): return len(self.latency_ns)
        def __getitem__(self, i): return self.latency_ns[i]
        def __contains__(self, x): return x in self.latency_ns

    class RunFailed(RuntimeError):
        def __init__(self, query, run):
            super().__init__(f"query {query} failed")
            self.query, self.run = query, run

    class QueryLog:
        def __init__(self, n): self.completed = array.array("q", [-1]) * n

    class AlwaysEqual(float):
        def __eq__(self, other): return True
        __hash__ = float.__hash__

    def echo(value): return value
    def kind(value): return type(value).__name__
    def interval(low, high): return Interval(low, high)
    def run(values): return Run(np.asarray(values))
    def always(): return AlwaysEqual(1.0)
    def draw(n, rng): return rng.random(n)
    def plain_seed(seed): return seed
    def not_written(): raise NotImplementedError()
    def needs_it(): return not_written()
    def refuse(value): raise ValueError(f"got {value}")
    def fail_with_run(): raise RunFailed(3, Run(np.arange(2)))
    def endless():
        while True: pass
    def use(clock, until):
        now = clock.now_ns
        before = now()
        clock.wait_until_ns(until)
        return before, clock.now_ns(), hasattr(clock, "history"), hasattr(clock, "__dict__")
    def steal(thing, name): return getattr(thing, name)
    def drive(model, n): return [model(np.full((1, 2), i)) for i in range(n)]
    def call(function, *args): return function(*args)
    def swallow(function):
        try: function()
        except BaseException as error: return type(error).__name__
    def for_ever(function):
        while True: function()
    def same(a, b): return a is b
    def copied(model): return copy.deepcopy(model) is model
    def count():
        calls.append(1)
        return len(calls)
    def leave(code): os._exit(code)
    def loud(n):
        sys.stdout.write("x" * n); sys.stderr.write("x" * n); os.write(1, b"x" * n)
        return n
    def huge(n): return np.zeros(n, dtype=np.int8)
    def numbers(): return iter(range(10**9))
    def forge(line):
        for fd in range(3, 20):
            try: os.write(fd, line)
            except OSError: pass
        return "honest"
    def stop_reading(): time.sleep(60)
"""


def package(folder: Path, source: str) -> Path:
    """A package of one module that becomes tinytorch.benchmarking."""
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(textwrap.dedent(source))
    return folder


def support(folder: Path) -> Path:
    """Support modules that are nothing but a package to live in."""
    (folder / "tinytorch" / "benchmarking").mkdir(parents=True)
    (folder / "tinytorch" / "__init__.py").write_text("")
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def session(folder: Path, source: str, limits: Limits = QUICK, trust: bool = False) -> Session:
    """The session of a package of one module; close it by `with`."""
    shutil.rmtree(folder, ignore_errors=True)
    return Session(package(folder / "package", source), _nothing(), limits, trust)


@functools.cache
def _nothing() -> Path:
    """One support for all, so that one warm process does."""
    folder = Path(tempfile.mkdtemp(prefix="support-"))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return support(folder / "support")


def tier_of(kind: str) -> Tier:
    """The first tier of a kind that proves itself here; the test is skipped where there is none."""
    found = [tier for tier in tiers.candidates() if tier.kind == kind]
    for tier in found:
        if not confinement.refusal(tier):
            return tier
    refusal = confinement.refusal(found[0]) if found else "not on this machine"
    assert "Traceback" not in refusal, refusal  # the machine refuses in words of its own
    pytest.skip(f"{kind}: {refusal}")


def descendants(pid: int) -> set[int]:
    """Every process below one, as the kernel's table has it now."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found, grew = {pid}, True
    while grew:
        more = {child for child, parent in parents.items() if parent in found and child not in found}
        found, grew = found | more, bool(more)
    return found - {pid}


def student_of(running: Session) -> Student:
    """The proxy of a session, for one test."""
    running.begin()
    return Student(running)
