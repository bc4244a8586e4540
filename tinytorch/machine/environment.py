"""Facts about this machine and process that a report states beside its numbers. Measures no model.

A fact that cannot be had on this platform is left out rather than guessed, and nothing that names a person, a machine
or a folder is read.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
CLOCK_READINGS = 10_000


def describe(with_clock: bool = True) -> dict[str, str]:
    """Return facts by name, in the order a report shows them; takes a few milliseconds, half of them for the clock.

    On virtual time the machine's clock says nothing of a run: `with_clock=False` leaves it out.
    """
    facts = {
        "CPU": cpu_model(),
        "CPU cores usable": usable_cores(),
        "CPU frequency governor": _read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "memory": memory(),
        "load average at start": load_average(),
        "operating system": " ".join(part for part in (platform.system(), platform.release()) if part),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "numpy": np.__version__,
        "BLAS": blas(),
        "BLAS threads": blas_threads(),
        "clock": clock() if with_clock else None,
    }
    return {name: value for name, value in facts.items() if value}


def cpu_model() -> str | None:
    """Return the processor's name, or at least its architecture."""
    for line in (_read("/proc/cpuinfo") or "").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return " ".join(value.split())
    if sys.platform == "darwin":
        return _output("sysctl", "-n", "machdep.cpu.brand_string") or platform.machine()
    return platform.processor() or platform.machine() or None


def usable_cores() -> str | None:
    """Return how many cores this process may use: its affinity, and its container's quota if there is one."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count()
    quota = (_read("/sys/fs/cgroup/cpu.max") or "").split()
    if cores and len(quota) == 2 and all(part.isdigit() for part in quota):
        return f"{cores} (container quota {int(quota[0]) / int(quota[1]):.3g})"
    return str(cores) if cores else None


def memory() -> str | None:
    """Return the machine's memory in GiB."""
    if sys.platform == "emscripten":
        return None  # sysconf names the most that WebAssembly can address, on every machine
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # Windows has no sysconf; elsewhere a name may be unknown
        return None
    return f"{total / 2**30:.1f} GiB" if total > 0 else None


def load_average() -> str | None:
    """Return the mean number of runnable processes over the last minute."""
    if sys.platform == "emscripten":
        return None  # getloadavg answers 0.1 whatever the machine does
    try:
        return f"{os.getloadavg()[0]:.2f}"
    except (AttributeError, OSError):
        return None


def blas() -> str | None:
    """Return name and version of the library that numpy multiplies matrices with."""
    built = np.show_config(mode="dicts")
    found = built.get("Build Dependencies", {}).get("blas", {}) if isinstance(built, dict) else {}
    words: Iterable[object] = (found.get("name"), found.get("version"))
    return " ".join(str(word) for word in words if word and word != "unknown") or None


def blas_threads() -> str | None:
    """Return the environment variables that limit BLAS threads, or that none is set."""
    chosen = [f"{name}={os.environ[name]}" for name in THREAD_VARIABLES if os.environ.get(name, "").isdigit()]
    return ", ".join(chosen) or "no limit set"


def clock(now_ns: Callable[[], int] = time.perf_counter_ns) -> str | None:
    """Return what `time.perf_counter` reads and how far two different readings typically lie apart, in ns."""
    step = typical_step_ns(now_ns)
    steps = f"steps of {step:,.0f} ns" if step else f"no step seen in {CLOCK_READINGS:,} readings"
    return f"{time.get_clock_info('perf_counter').implementation}, {steps}"


def typical_step_ns(now_ns: Callable[[], int], readings: int = CLOCK_READINGS) -> float | None:
    """Return the mean, in ns, of the middle half of the distances between readings that differ; None if none did.

    The long distances are those in which something else had the processor: they say nothing of the clock.
    """
    distances = np.sort(np.diff(np.unique(np.fromiter((now_ns() for _ in range(readings)), np.int64, readings))))
    quarter = len(distances) // 4
    return float(distances[quarter : len(distances) - quarter].mean()) if len(distances) else None


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None


def _output(*command: str) -> str | None:
    import subprocess

    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None
