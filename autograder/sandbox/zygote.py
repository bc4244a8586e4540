"""The process that is warm: it has imported what students' packages import, holds nothing else, and forks a child for
each of them. It runs no student's code itself. The child shuts itself in before it reads a line of the package.

Setup, from the grader: `path` and `warm` (import path and modules); `root`, `mounts` and `hidden` (with namespaces:
what is seen); `readable` and `listable` (without: what Landlock lets be read); `package` and `room` (the two folders of
a child, with its number for {}); `folder` and `home` (of the warm process); `uid` and `search` (for root: the user to
become, and whether the interpreter lies where that user could not go); `ours` (a file: the released modules, compiled
here once). Descriptor 0 is a socket of packets to the grader."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from autograder.sandbox import kernel, landlock, parts, seccomp

_CHUNK = 2**16
_PLAIN = kernel.MS_NOSUID | kernel.MS_NODEV
_SHARED = "/dev/shm"  # noqa: S108 - a child's own, a tmpfs
CANNOT = 70  # the exit code of a child that could not be shut in


def main(setup: dict[str, Any]) -> None:
    """Make the view, get warm, say b"ready" and serve until the grader is gone."""
    os.umask(0o022)  # whatever the caller's: a child becomes another user, who has to read what is made here
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.close(nothing)
    spaces = bool(setup["mounts"])
    ours = json.loads(Path(setup["ours"]).read_bytes())
    if spaces:
        _leave(setup["uid"] is None, control)
        _see(setup["root"], setup["mounts"], setup["hidden"])
        sys.modules["autograder.sandbox"].__path__ = ["/grader/autograder/sandbox"]
    else:
        # Nothing may be written: without a mount of its own no limit holds for all the files of a submission together.
        setup["rules"] = landlock.rules(setup["readable"], setup["listable"], [os.devnull])
    os.environ["HOME"] = setup["home"]  # some packages write there when they are imported
    sys.path[:0], sys.path[len(sys.path) :] = setup["path"][:1], setup["path"][1:]
    for name in ("autograder.sandbox.worker", "tinytorch", *setup["warm"]):
        with contextlib.suppress(ModuleNotFoundError):  # what is not installed is no student's either
            importlib.import_module(name)
    parts.install("tinytorch.benchmarking", ours, setup["package"].format(0))
    gc.collect()
    gc.freeze()  # what is there now is nobody's garbage, and looking at it would copy its pages in each child
    control.send(b"ready")
    _serve(control, setup, spaces)


def _serve(control: socket.socket, setup: dict[str, Any], spaces: bool) -> None:
    """Answer b"fork" (with three descriptors) by a number and a pidfd, and b"<number>" by how that child ended
    and how many seconds of a processor it took."""
    children: dict[int, int] = {}
    count = 0
    while True:
        message, pipes, _, _ = socket.recv_fds(control, 100, 3)
        if not message:
            for child in children.values():
                os.kill(child, signal.SIGKILL)
            if not spaces:  # the grader may have been killed, and nobody else knows of the folder
                with contextlib.suppress(RecursionError):
                    shutil.rmtree(setup["folder"], ignore_errors=True)
            os._exit(0)
        if message == b"fork":
            count += 1
            child = _fork(spaces)
            if child == 0:
                _child(setup, spaces, count, pipes)
            children[count] = child
            held = os.pidfd_open(child)
            socket.send_fds(control, [b"%d" % count], [held])
            for descriptor in (held, *pipes):
                os.close(descriptor)
        else:
            _, status, usage = os.wait4(children.pop(int(message)), 0)
            control.send(b"%d %f" % (os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime))


def _fork(spaces: bool) -> int:
    """Where there are namespaces a child is process 1 of its own one: with it ends every process that it made."""
    if not spaces:
        return os.fork()
    kernel.unshare(kernel.NEWPID)
    child = os.fork()
    if child:
        kernel.enter_own_pid_namespace()
    return child


def _child(setup: dict[str, Any], spaces: bool, number: int, pipes: Sequence[int]) -> NoReturn:
    """Shut this process in, then answer for the package; the first line on its input holds the package and limits."""
    code = CANNOT
    try:
        os.setsid()
        for target, descriptor in enumerate(pipes):
            os.dup2(descriptor, target)
        rules = setup.get("rules", 2)  # the one other descriptor that is needed, or none
        os.closerange(3, rules)
        os.closerange(rules + 1, 1024)
        given = json.loads(_line())
        package, room = setup["package"].format(number), setup["room"].format(number)
        if spaces:
            _own_room(package, given["files"], room)
            rules = landlock.rules(["/"], [], [room, _SHARED, os.devnull])
        else:
            _shared_room(package, given["files"], room)
            os.environ |= {"HOME": room, "TMPDIR": room}
            importlib.import_module("tinytorch").__path__.insert(0, str(Path(package).parent))
        kernel.drop_rights(setup["uid"], setup["search"])
        kernel.control(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        landlock.restrict(rules)
        seccomp.restrict(crowd=not spaces)
        code = 1
        importlib.import_module("autograder.sandbox.worker").main(given["limits"])
        code = 0
    except BaseException as error:  # noqa: BLE001 - whatever it is, this process must not go on as the zygote
        with contextlib.suppress(OSError):
            os.write(2, f"{type(error).__name__}: {error}"[:500].encode())
    os._exit(code)


def _line() -> bytes:
    """The first line; the grader sends nothing after it before it has had an answer."""
    parts = [os.read(0, _CHUNK)]
    while parts[-1] and not parts[-1].endswith(b"\n"):
        parts.append(os.read(0, _CHUNK))
    return b"".join(parts)


def _leave(as_user: bool, control: socket.socket) -> None:
    """Leave the machine's namespaces; what goes on is process 1 of a new one, and the process before waits for it."""
    uid, gid = os.geteuid(), os.getegid()
    spaces = kernel.NEWNS | kernel.NEWPID | kernel.NEWNET | kernel.NEWIPC | kernel.NEWUTS
    kernel.unshare(spaces | (kernel.NEWUSER if as_user else 0))
    if as_user:
        for name, text in (("setgroups", "deny"), ("uid_map", f"65534 {uid} 1"), ("gid_map", f"65534 {gid} 1")):
            Path("/proc/self", name).write_text(text)
    socket.sethostname("sandbox")
    child = os.fork()
    if child:
        control.close()
        os._exit(abs(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
    kernel.control(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def _see(root: str, mounts: Sequence[tuple[str, str]], hidden: Sequence[tuple[bool, str]]) -> None:
    """Make a file system of these mounts, read-only, and leave the machine's own behind."""
    kernel.mount("", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("tmpfs", root, "tmpfs", _PLAIN, "mode=755")
    for name in ("null", "zero", "full", "random", "urandom"):
        _bind(f"/dev/{name}", f"{root}/dev/{name}")
    for source, target in mounts:
        place = Path(root + target)
        if Path(source).is_symlink() and Path(source).is_dir():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(Path(source).readlink())
        else:
            _bind(source, str(place))
            kernel.make_read_only(str(place))
    for folder, target in hidden:
        if folder:
            kernel.mount("tmpfs", root + target, "tmpfs", kernel.MS_RDONLY, "mode=755,size=4k")
        else:
            _bind("/dev/null", root + target)
    for name in ("proc", "tmp", "dev/shm"):
        Path(root, name).mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # a user may mount a /proc only where there is one already
        kernel.mount("proc", f"{root}/proc", "proc", _PLAIN | kernel.MS_NOEXEC)
    kernel.change_root(root)
    kernel.mount("tmpfs", "/tmp", "tmpfs", _PLAIN, "size=16m")  # noqa: S108 - its own
    kernel.mount("", "/", "", kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | kernel.MS_NOSUID)


def _bind(source: str, target: str) -> None:
    place = Path(target)
    if Path(source).is_dir():
        place.mkdir(parents=True, exist_ok=True)
    elif not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    kernel.mount(source, target, "", kernel.MS_BIND | kernel.MS_REC)


def _own_room(package: str, files: dict[str, str], room: str) -> None:
    """Mount what this child alone sees: the package, read-only, its room, shared memory, and its processes."""
    kernel.unshare(kernel.NEWNS | kernel.NEWIPC)
    kernel.mount("tmpfs", package, "tmpfs", _PLAIN, "mode=755,size=64m")
    for name, text in files.items():
        Path(package, name).write_text(text, encoding="utf-8", errors="surrogateescape")
    kernel.make_read_only(package)
    kernel.mount("tmpfs", room, "tmpfs", _PLAIN, "mode=1777,size=64m")
    kernel.mount("tmpfs", _SHARED, "tmpfs", _PLAIN, "mode=1777,size=16m")
    try:
        kernel.mount("proc", "/proc", "proc", _PLAIN | kernel.MS_NOEXEC)
    except OSError:  # where the machine's own /proc is covered in part; no package needs one
        kernel.mount("tmpfs", "/proc", "tmpfs", _PLAIN | kernel.MS_RDONLY, "size=4k")
    os.chdir(room)


def _shared_room(package: str, files: dict[str, str], room: str) -> None:
    """Make the folders of a child where nothing can be mounted; the grader removes them."""
    for folder in (package, room):
        Path(folder).mkdir(parents=True)
    for name, text in files.items():
        Path(package, name).write_text(text, encoding="utf-8", errors="surrogateescape")
    os.chdir(room)
