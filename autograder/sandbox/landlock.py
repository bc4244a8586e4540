"""Which files a confined process may read and write, by Landlock: the kernel checks every path against a few folders,
whoever owns the files and without namespaces. Knows nothing of what lies in them."""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterable

from autograder.sandbox.kernel import syscall

_CREATE, _ADD, _RESTRICT = 444, 445, 446
NEEDED = 3  # the first version that stops truncate(2) as well
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_READ = _READ_FILE | _READ_FOLDER
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
_MAKE = 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13  # and remove; no device nodes
_FILE_RIGHTS = _READ_FILE | _WRITE_FILE | _TRUNCATE
_TCP, _SIGNALS_AND_SOCKETS = 0b11, 0b11


def version() -> int:
    """Return the kernel's version of Landlock, 0 where there is none."""
    try:
        return syscall(_CREATE, None, 0, 1)
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM):
            return 0
        raise


def rules(readable: Iterable[str], listable: Iterable[str], writable: Iterable[str]) -> int:
    """Return a descriptor of rules: read, list, or (read and) write below these paths and nothing else.

    TCP, signals and abstract sockets to the outside go too where the kernel can. Paths that are not there are left out.
    Raises OSError.
    """
    known = version()
    if known < NEEDED:
        raise OSError(errno.ENOSYS, f"Landlock of version {NEEDED} is needed, this kernel has {known}")
    files = (1 << 15) - 1 if known < 5 else (1 << 16) - 1  # from version 5 on device controls are a right too
    handled = struct.pack("QQQ", files, _TCP, _SIGNALS_AND_SOCKETS)[: 8 if known < 4 else 16 if known < 6 else 24]
    ruleset = syscall(_CREATE, handled, len(handled), 0)
    kinds = ((readable, _READ), (listable, _READ_FOLDER), (writable, _READ | _WRITE_FILE | _TRUNCATE | _MAKE))
    for path, rights in ((path, rights) for paths, rights in kinds for path in paths):
        try:
            _allow(ruleset, path, rights)
        except FileNotFoundError:
            continue
    return ruleset


def restrict(ruleset: int) -> None:
    """Put this thread and all that it makes under `rules`, for good; needs `no_new_privs`, raises OSError."""
    syscall(_RESTRICT, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _FILE_RIGHTS
        syscall(_ADD, ruleset, 1, struct.pack("<Qi", rights, place), 0)
    finally:
        os.close(place)
