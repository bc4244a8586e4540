"""The system calls of Linux that Python 3.11 does not offer, by ctypes: namespaces, mounts, capabilities and process
controls. Each raises OSError when the kernel refuses. Knows nothing of what is confined or why."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x00020000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
READ_ONLY = 0x01 | 0x02 | 0x04  # MOUNT_ATTR_RDONLY, NOSUID, NODEV
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
_PR_SET_KEEPCAPS, _CAP_DAC_READ_SEARCH = 8, 2
_MOUNT_SETATTR = 442
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CAPSET = {"x86_64": 126, "aarch64": 91}
_MNT_DETACH, _AT_RECURSIVE = 2, 0x8000

MACHINE = platform.machine()
_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def syscall(number: int, *args: object) -> int:
    """Return what the system call returns. Whole numbers travel as longs, bytes and None as pointers."""
    words = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    return _checked(_libc.syscall(ctypes.c_long(number), *words), "")


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones; a new NEWPID is for children only."""
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def enter_own_pid_namespace() -> None:
    """Undo `unshare(NEWPID)`: the next children stay in this process's own namespace."""
    own = os.pidfd_open(os.getpid())
    try:
        _checked(_libc.setns(ctypes.c_int(own), ctypes.c_int(NEWPID)), "setns")
    finally:
        os.close(own)


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount as mount(2) does; raises OSError naming the target."""
    words = [word.encode() or None for word in (source, target, kind)]
    _checked(_libc.mount(*words, ctypes.c_ulong(flags), options.encode() or None), target)


def make_read_only(target: str) -> None:
    """Make a mount and all below it read-only, without devices and without set-user-id programs."""
    attributes = struct.pack("QQQQ", READ_ONLY, 0, 0, 0)
    syscall(_MOUNT_SETATTR, -100, target.encode(), _AT_RECURSIVE, attributes, len(attributes))


def change_root(root: str) -> None:
    """Make the mount `root` the only thing that this mount namespace holds."""
    os.chdir(root)
    syscall(_PIVOT_ROOT[MACHINE], b".", b".")
    _checked(_libc.umount2(b".", ctypes.c_int(_MNT_DETACH)), root)
    os.chdir("/")


def control(option: int, value: int) -> None:
    """Set one property of this process as prctl(2) does."""
    rest = [ctypes.c_ulong(0)] * 3
    _checked(_libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), *rest), "prctl")


def drop_rights(uid: int | None, search: bool = False) -> None:
    """Become `uid` if one is given (for root), give every capability up and gain none again.

    With `search` the right to enter and read every folder stays: only for what Landlock restricts next.
    """
    if uid is not None:
        control(_PR_SET_KEEPCAPS, int(search))
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    kept = 1 << _CAP_DAC_READ_SEARCH if search else 0
    # Version 3 of the interface; effective, permitted and inheritable sets in two halves, of which the second is empty.
    syscall(_CAPSET[MACHINE], struct.pack("Ii", 0x20080522, 0), struct.pack("6I", kept, kept, 0, 0, 0, 0))
    control(PR_SET_NO_NEW_PRIVS, 1)
    control(PR_SET_DUMPABLE, 1)  # another user's /proc/self would belong to root


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), *([what] if what else []))
    return int(result)
