"""Which system calls a confined process may not make: a filter of our own for the kernel, in its classic BPF.

A submission stays one process, of as many threads as its limits allow: the kernel limits memory by process, and a
thousand processes of two gigabytes are no limit. Memory that counts for no process, such as that of memfd, is refused
for the same reason. Calls that are refused fail with EPERM, those that the filter has never heard of with ENOSYS, so
that a newer kernel adds nothing. Knows nothing of files: those are Landlock's and the mounts' matter."""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from autograder.sandbox.kernel import MACHINE, PR_SET_PDEATHSIG, syscall

# AUDIT_ARCH, the column below, and the number of seccomp(2).
_MACHINES = {"x86_64": (0xC000003E, 0, 317), "aarch64": (0xC00000B7, 1, 277)}
_LAST_KNOWN = 462
_ALLOW, _REFUSE, _UNKNOWN, _KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS, 0x80000000
# Every namespace; a thread; the owner of a descriptor's signals, by fcntl.
_NEW, _THREAD, _SETOWN = 0x7E020080, 0x00010000, (8, 10, 15)

# Always: other processes, other programs, the network, namespaces, mounts, the kernel's own settings, IPC by name,
# memory without an owner.
_NEVER = """
fork 57 -  vfork 58 -  memfd_create 319 279
socket 41 198  socketpair 53 199  connect 42 203  bind 49 200  listen 50 201  execve 59 221  execveat 322 281
ptrace 101 117  process_vm_readv 310 270  process_vm_writev 311 271  kcmp 312 272  pidfd_getfd 438 438
process_madvise 440 440  perf_event_open 298 241  bpf 321 280  userfaultfd 323 282  memfd_secret 447 447
io_uring_setup 425 425  io_uring_enter 426 426  io_uring_register 427 427
mount 165 40  umount2 166 39  pivot_root 155 41  chroot 161 51  unshare 272 97  setns 308 268  open_tree 428 428
move_mount 429 429  fsopen 430 430  fsconfig 431 431  fsmount 432 432  fspick 433 433  mount_setattr 442 442
mknod 133 -  mknodat 259 33  open_by_handle_at 304 265  name_to_handle_at 303 264  fanotify_init 300 262
add_key 248 217  request_key 249 218  keyctl 250 219  shmget 29 194  semget 64 190  msgget 68 186  mq_open 240 180
init_module 175 105  finit_module 313 273  delete_module 176 106  kexec_load 246 104  kexec_file_load 320 294
reboot 169 142  swapon 167 224  swapoff 168 225  acct 163 89  quotactl 179 60  quotactl_fd 443 443  syslog 103 116
settimeofday 164 170  clock_settime 227 112  adjtimex 159 171  clock_adjtime 305 266  sethostname 170 161
setdomainname 171 162  vhangup 153 58  iopl 172 -  ioperm 173 -  modify_ldt 154 -  personality 135 92  capset 126 91
setpriority 141 140  sched_setaffinity 203 122  sched_setscheduler 144 119  sched_setparam 142 118
sched_setattr 314 274  ioprio_set 251 30  migrate_pages 256 238  move_pages 279 239
"""
# Where no namespace keeps it to itself: signals to any other process, and what a file's owner may do to it.
_NOT_IN_A_CROWD = """
kill 62 129  tkill 200 130  rt_sigqueueinfo 129 138  rt_tgsigqueueinfo 297 240  pidfd_send_signal 424 424
pidfd_open 434 434  process_mrelease 448 448  inotify_init 253 -  inotify_init1 294 26
chmod 90 -  fchmod 91 52  fchmodat 268 53  fchmodat2 452 452  chown 92 -  fchown 93 55  fchownat 260 54  lchown 94 -
utime 132 -  utimes 235 -  utimensat 280 88  futimesat 261 -  setxattr 188 5  lsetxattr 189 6  fsetxattr 190 7
removexattr 197 14  lremovexattr 198 15  fremovexattr 199 16
"""
_CLONE, _PRLIMIT, _PRCTL, _TGKILL, _FCNTL, _CLONE3 = (56, 220), (302, 261), (157, 167), (234, 131), (72, 25), 435

_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NUMBER, _ARCH, _FIRST, _SECOND = 0, 4, 16, 24  # where the kernel puts them; arguments by their lower halves
Step = tuple[int, int, int, int]


def available() -> bool:
    """Whether there is a filter for this machine's processor."""
    return MACHINE in _MACHINES


def restrict(crowd: bool) -> None:
    """Put the filter over this thread and all that it makes, for good; raises OSError.

    With `crowd` other processes are within reach: then none of them can be signalled. Needs `no_new_privs`.
    """
    steps = program(crowd, os.getpid())
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    header = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code))
    syscall(_MACHINES[MACHINE][2], 1, 0, header)


def program(crowd: bool, own: int) -> list[Step]:
    """Return the filter as (code, jump if true, jump if false, constant) for the process `own`."""
    arch, column, _ = _MACHINES[MACHINE]
    steps: list[Step] = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, arch), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER)]
    steps += _when(_GREATER, _LAST_KNOWN, _UNKNOWN) + _when(_EQUAL, _CLONE3, _UNKNOWN)
    for number in _numbers(_NEVER, column) + (_numbers(_NOT_IN_A_CROWD, column) if crowd else []):
        steps += _when(_EQUAL, number, _REFUSE)
    steps += _look(_CLONE[column], _FIRST, _when(_ANY_BIT, _NEW, _REFUSE) + _unless(_ANY_BIT, _THREAD))
    steps += _look(_PRLIMIT[column], _FIRST, _unless(_EQUAL, 0))
    steps += _look(_PRCTL[column], _FIRST, _when(_EQUAL, PR_SET_PDEATHSIG, _REFUSE))
    if crowd:
        steps += _look(_TGKILL[column], _FIRST, _unless(_EQUAL, own))
        steps += _look(_FCNTL[column], _SECOND, [step for word in _SETOWN for step in _when(_EQUAL, word, _REFUSE)])
    return [*steps, (_RETURN, 0, 0, _ALLOW)]


def _numbers(table: str, column: int) -> list[int]:
    words = table.split()
    found = [words[i + 1 + column] for i in range(0, len(words), 3)]
    return [int(number) for number in found if number != "-"]


def _when(test: int, constant: int, answer: int) -> list[Step]:
    return [(test, 0, 1, constant), (_RETURN, 0, 0, answer)]


def _unless(test: int, constant: int) -> list[Step]:
    return [(test, 1, 0, constant), (_RETURN, 0, 0, _REFUSE)]


def _look(number: int, argument: int, tests: list[Step]) -> list[Step]:
    """Steps for one call alone: look at an argument, and allow what no test refuses."""
    return [(_EQUAL, 0, len(tests) + 2, number), (_LOAD, 0, 0, argument), *tests, (_RETURN, 0, 0, _ALLOW)]
