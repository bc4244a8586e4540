"""Facts for the report: true here, absent where they cannot be had, and silent about people and machines."""

from __future__ import annotations

import getpass
import os
import platform
import socket
import sys
import time
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest

from tinytorch.machine import environment


def test_the_facts_are_ordered_text_and_match_this_process():
    facts = environment.describe()
    assert all(isinstance(value, str) and value and "\n" not in value for value in facts.values())
    names = list(facts)
    assert names.index("CPU cores usable") < names.index("operating system") < names.index("clock")
    assert facts["Python"].endswith(platform.python_version())
    assert facts["numpy"] == np.__version__
    assert 1 <= int(facts["CPU cores usable"].split()[0]) <= os.cpu_count()
    assert facts["operating system"].startswith(platform.system())


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_what_the_kernel_says():
    kib = int(Path("/proc/meminfo").read_text(encoding="ascii").split()[1])
    assert environment.memory() == f"{kib / 2**20:.1f} GiB"


def test_nothing_names_the_user_the_host_or_a_folder():
    text = "\n".join(environment.describe().values())
    assert "/" not in text
    words = set(text.replace(",", " ").split())
    assert socket.gethostname() not in words
    assert getpass.getuser() not in words


def clock_of(*steps):
    """A clock whose readings lie `steps` apart, one after the other."""
    readings = accumulate(steps, initial=1_000)
    return lambda: next(readings)


def test_the_clock_step_is_that_of_the_middle_half():
    assert environment.typical_step_ns(clock_of(0, 30, 0, 50, 40, 10, 0, 90), readings=9) == 40  # of 10 30 40 50 90
    assert environment.typical_step_ns(clock_of(15_600_000), readings=2) == 15_600_000
    assert environment.typical_step_ns(lambda: 7, readings=4) is None
    assert "no step seen" in environment.clock(lambda: 7)
    assert 0 < environment.typical_step_ns(time.perf_counter_ns) < 1_000_000


def test_what_else_ran_meanwhile_is_not_the_clocks_step():
    """One reading in 50 is followed by 4 ms in which another process had the core: the mean step would be 80,040 ns."""
    steps = [4_000_000 if i % 50 == 0 else 40 for i in range(environment.CLOCK_READINGS - 1)]
    assert environment.typical_step_ns(clock_of(*steps)) == 40
    assert environment.clock(clock_of(*steps)).endswith("steps of 40 ns")


def test_what_cannot_be_had_is_left_out(monkeypatch):
    """As on Windows and in a browser: no sysconf, no load average, no /proc, no affinity."""
    for name in ("sysconf", "getloadavg", "sched_getaffinity"):
        monkeypatch.delattr(os, name, raising=False)
    monkeypatch.setattr(environment, "_read", lambda path: None)
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(platform, "machine", lambda: "")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    facts = environment.describe()
    for name in ("CPU", "CPU cores usable", "CPU frequency governor", "memory", "load average at start"):
        assert name not in facts
    assert {"Python", "numpy", "clock"} <= set(facts)


def test_a_containers_quota_is_told(monkeypatch):
    monkeypatch.setattr(environment, "_read", lambda path: "150000 100000" if path.endswith("cpu.max") else None)
    assert environment.usable_cores().endswith("(container quota 1.5)")
    monkeypatch.setattr(environment, "_read", lambda path: "max 100000" if path.endswith("cpu.max") else None)
    assert environment.usable_cores().isdigit()


def test_blas_thread_limits_are_told_and_odd_values_are_not(monkeypatch):
    for name in environment.THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert environment.blas_threads() == "no limit set"
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("MKL_NUM_THREADS", "/home/someone")
    assert environment.blas_threads() == "OMP_NUM_THREADS=1"
