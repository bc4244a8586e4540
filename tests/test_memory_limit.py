"""The memory of a submission has one limit, however it asks for more: by processes, threads, files in memory, pipes."""

import os
import threading
import time
from pathlib import Path

import pytest

from autograder.sandbox import confinement
from autograder.sandbox.confinement import Limits
from tests.confined import descendants, session, student_of, tier_of

MB = 2**20
BUDGET = 1024 * MB  # of address space, of which an interpreter with numpy takes a good part
ROOMS = (64 + 16) * MB  # what may be written to the two places that lie in memory
GREEDY = """
    import ctypes, mmap, os, threading, time

    MB = 2**20
    held = []

    def fork():
        if os.fork() == 0:
            hog = bytearray(100 * MB)
            for i in range(0, len(hog), 4096): hog[i] = 1
            time.sleep(5)
            os._exit(0)
        return True

    def vfork():
        child = ctypes.CDLL(None, use_errno=True).syscall(58)
        if child == 0: os._exit(0)
        if child < 0: raise OSError(ctypes.get_errno(), "vfork")
        return True

    def fill(hog):
        for i in range(0, len(hog), 4096): hog[i] = 1
        held.append(hog)
        return True

    def allocate(): return fill(bytearray(100 * MB))
    def shared(): return fill(mmap.mmap(-1, 100 * MB))

    def in_a_thread():
        done = []
        thread = threading.Thread(target=lambda: done.append(allocate()))
        thread.start()
        thread.join()
        return bool(done)

    def memfd():
        file = os.memfd_create("hog")
        for _ in range(60): os.write(file, bytes(MB))
        held.append(file)
        return True

    def file(folder):
        path = f"{folder}/{len(held)}"
        with open(path, "wb") as out:
            for _ in range(60): out.write(bytes(MB))
        held.append(path)
        return True

    def room(): return file("/tmp")
    def shm(): return file("/dev/shm")

    def pipes():
        made = os.pipe()
        os.set_blocking(made[1], False)
        try:
            while os.write(made[1], bytes(MB)): pass
        except BlockingIOError: pass
        held.append(made)
        return True

    def times(name, n):
        got = 0
        for _ in range(n):
            try: got += bool(globals()[name]())
            except (OSError, MemoryError, RuntimeError, ValueError, AttributeError): pass
        return got
"""


def pss(processes: set[int]) -> int:
    """Bytes of memory of these processes, each page once."""
    total = 0
    for process in processes:
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue  # it has ended
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


class Watch(threading.Thread):
    """Looks again and again at the memory of all that is below this process, warm processes too; keeps the most."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most, self.over = 0, threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            self.most = max(self.most, pss(descendants(os.getpid())))
            time.sleep(0.02)


@pytest.fixture(scope="module", params=confinement.KINDS)
def tier(request):
    """Each means of confinement that this machine has."""
    return tier_of(request.param)


def test_a_submission_stays_one_process(tier, tmp_path, monkeypatch):
    monkeypatch.setattr(confinement, "probe", lambda: tier)
    with session(tmp_path / "s", GREEDY, Limits(call_s=20, wall_s=60)) as running:
        student = student_of(running)
        assert student.times("fork", 5) == 0
        assert os.uname().machine != "x86_64" or student.times("vfork", 2) == 0
        assert student.times("memfd", 2) == 0
        assert student.times("allocate", 1) == 1, "an honest submission has memory"


def test_no_way_of_asking_gets_more_than_the_budget(tier, tmp_path, monkeypatch):
    monkeypatch.setattr(confinement, "probe", lambda: tier)
    limits = Limits(memory_bytes=BUDGET, call_s=30, wall_s=90)
    with session(tmp_path / "s", GREEDY, limits) as running:
        student = student_of(running)
        watch = Watch()
        watch.start()
        try:
            taken = [student.times(name, 12) for name in ("in_a_thread", "allocate", "shared", "fork", "memfd")]
            assert sum(taken) * 100 * MB < BUDGET, taken
            assert 60 * MB * (student.times("room", 4) + student.times("shm", 4)) <= ROOMS
            student.times("pipes", 20)
        finally:
            watch.over.set()
            watch.join()
    assert 100 * MB < watch.most < BUDGET + ROOMS


def test_what_is_over_the_budget_is_the_students_own_error(tier, tmp_path, monkeypatch):
    monkeypatch.setattr(confinement, "probe", lambda: tier)
    with session(tmp_path / "s", GREEDY, Limits(memory_bytes=BUDGET, call_s=30, wall_s=60)) as running:
        student = student_of(running)
        assert student.times("allocate", 30) < BUDGET // (100 * MB)
        assert student.times("allocate", 1) == 0
