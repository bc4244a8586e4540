"""What a confined process can see: the words of a bubblewrap command. Knows nothing of the protocol or of grading.

Inside are the interpreter with its standard library, the installed packages at /site, the support modules at /support
and the files that answer the grader at /grader; all of them read-only. The checkout, and any copy of the lesson's
solution that is installed beside the packages, is not there. There is no shell, no network and no /home."""

from __future__ import annotations

import functools
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOM = 64 * 2**20  # bytes that a submission may keep in /tmp
HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
GRADER = ("kernel.py", "lasting.py", "operations.py", "seccomp.py", "wire.py", "worker.py")  # the grader's half inside
DEVICES = ("null", "zero", "full", "random", "urandom")
_SYSTEM = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/alternatives")
TMP = "/tmp"  # noqa: S108 - the sandbox's own, a tmpfs
ENVIRONMENT = {
    "PATH": "/usr/bin",
    "HOME": TMP,
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    # One thread each: a pool of threads would count against the limit on processes.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Mount:
    """`source` on this machine, read-only at `target` inside."""

    source: Path
    target: str


def interpreter() -> Path:
    """The Python behind this virtual environment, as a file that needs no pyvenv.cfg."""
    named = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    return (named if named.exists() else Path(sys.executable)).resolve()


@functools.cache
def site_folders() -> tuple[Path, ...]:
    """Where this process finds installed packages."""
    folders = (Path(entry).resolve() for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages"))
    return tuple(dict.fromkeys(folder for folder in folders if folder.is_dir()))


def search_path() -> list[str]:
    """The import path inside, apart from the standard library."""
    return ["/grader", "/support", *(f"/site/{i}" for i in range(len(site_folders())))]


def command(bwrap: Path, uid: int | None, mounts: Sequence[Mount], words: Sequence[str]) -> list[str]:
    """Return the command that runs `words` confined, with `mounts` beside the interpreter.

    With `uid` (for root) the process has that real user id and sits in a chroot, from where no user namespace can be
    made; without it bubblewrap maps the caller to 65534 in a user namespace of its own. Bubblewrap itself must be
    started with an empty environment: it is process 1 inside, and /proc/1/environ would show it.
    """
    args = [str(bwrap), "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    args += ["--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv", "--cap-drop", "ALL"]
    for name, value in ENVIRONMENT.items():
        args += ["--setenv", name, value]
    if uid is None:
        args += ["--unshare-user", "--disable-userns", "--uid", "65534", "--gid", "65534"]
        return [*args, *_filesystem("", mounts), "--remount-ro", "/", "--", *words]
    for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SYS_CHROOT"):
        args += ["--cap-add", capability]
    args += [*_bind("", system_mounts()), *_bind("", [Mount(_chroot_tool(), "/chroot")])]
    args += [*_filesystem("/jail", mounts), "--remount-ro", "/"]
    return [*args, "--", "/chroot", f"--userspec=+{uid}:+{uid}", "--groups=", "/jail", *words]


def _filesystem(root: str, mounts: Sequence[Mount]) -> Iterator[str]:
    """Everything that is seen inside, below `root`; what a submission may write to comes first, so nothing is lost."""
    yield from ("--dir", root or "/")
    yield from ("--proc", f"{root}/proc", "--dev", f"{root}/dev")
    yield from ("--perms", "1777", "--size", str(2**24), "--tmpfs", f"{root}/dev/shm")  # noqa: S108 - the sandbox's own
    yield from ("--perms", "1777", "--size", str(ROOM), "--tmpfs", root + TMP)
    seen = view(mounts)
    yield from _bind(root, seen)
    for folder_or_file, target in hidden(seen):
        yield from ("--tmpfs", root + target) if folder_or_file.is_dir() else ("--ro-bind", "/dev/null", root + target)


def _bind(root: str, mounts: Sequence[Mount]) -> Iterator[str]:
    """Bubblewrap makes missing parents readable by their owner only, hence the `--dir`."""
    parents = {str(parent) for mount in mounts for parent in Path(root + mount.target).parents}
    for parent in sorted(parents - {"/"}):
        yield from ("--dir", parent)
    for mount in mounts:
        if mount.source.is_symlink() and mount.source.is_dir():
            yield from ("--symlink", str(mount.source.readlink()), root + mount.target)
        else:
            yield from ("--ro-bind", str(mount.source), root + mount.target)


def view(mounts: Sequence[Mount]) -> list[Mount]:
    """All that is seen inside, with `mounts` beside the interpreter."""
    return [*system_mounts(), *_python_mounts(), *mounts]


def system_mounts() -> list[Mount]:
    """The C library, its loader and the libraries that an interpreter links against."""
    return [Mount(Path(name), name) for name in _SYSTEM if Path(name).exists()]


def _python_mounts() -> list[Mount]:
    """The interpreter, its own libraries, the installed packages and the grader's half inside."""
    python = interpreter()
    mounts = [Mount(python, str(python))]
    for name in ("lib", "lib64"):
        library = python.parent.parent / name
        if library.is_dir() and str(library) not in _SYSTEM:
            mounts.append(Mount(library, str(library)))
    mounts += [Mount(folder, f"/site/{i}") for i, folder in enumerate(site_folders())]
    return mounts + [Mount(HERE / name, f"/grader/autograder/sandbox/{name}") for name in GRADER]


def hidden(seen: Sequence[Mount]) -> list[tuple[Path, str]]:
    """What lies in a mounted folder and must not be seen: (on this machine, inside), parents first.

    It is the checkout, every package folder that is mounted at /site anyway, and there all that names the project.
    """
    found: dict[str, Path] = {}
    for mount in seen:
        if not mount.source.is_dir() or mount.target.startswith("/support"):
            continue
        if mount.target.startswith("/site/"):
            secrets = [*mount.source.glob("*tinytorch*"), *mount.source.glob("autograder*")]
        else:
            secrets = [*mount.source.glob("python3*/site-packages"), *mount.source.glob("python3*/dist-packages")]
        if CHECKOUT.is_relative_to(mount.source.resolve()):
            secrets.append(mount.source / CHECKOUT.relative_to(mount.source.resolve()))
        found |= {f"{mount.target}/{secret.relative_to(mount.source)}": secret for secret in secrets}
    return [(found[target], target) for target in sorted(found)]


def _chroot_tool() -> Path:
    """The program of the core utilities that enters a folder as another user."""
    found = shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        raise FileNotFoundError("dropping root needs chroot from the GNU core utilities")
    return Path(found)
