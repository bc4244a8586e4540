"""The sandbox from inside: a package that looks and reaches for everything, and what is left when it is over."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.examining.errors import StudentError
from autograder.sandbox import confinement, jail
from autograder.sandbox.confinement import Limits
from tests.confined import PROBES, QUICK, descendants, package, session, student_of, support, tier_of

SECRET = "A-WORD-THAT-NO-SUBMISSION-SHOULD-READ"


@pytest.fixture(scope="module", params=["namespaces", "bubblewrap"])
def inside(request, tmp_path_factory):
    """One confined process for all that only looks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_SECRET", SECRET)
        tier = tier_of(request.param)
        patch.setattr("autograder.sandbox.confinement.probe", lambda: tier)
        with session(tmp_path_factory.mktemp("inside") / "s", PROBES) as running:
            yield student_of(running)


def gone(processes, seconds=5.0):
    """Whether every one of these processes ends within the time."""
    end = time.monotonic() + seconds
    while any(map(_alive, processes)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(_alive, processes))


def _alive(process):
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_the_user_has_no_rights(inside):
    real, effective, groups = inside.user()
    expected = confinement.probe().uid or 65534
    assert (real, effective) == (expected, expected)
    assert 0 not in groups
    number, reason = inside.user_namespace()
    assert number == -1, "a nested user namespace opens more of the kernel"
    assert reason


def test_the_environment_is_ours_alone(inside):
    assert SECRET not in str(inside.environment())
    assert set(inside.environment()) <= {*jail.ENVIRONMENT, "PWD", "LC_CTYPE"}
    for process in ("self", "1"):
        assert SECRET.encode() not in inside.attempt(inside.read, f"/proc/{process}/environ")[1]


def test_nothing_of_the_machine_is_there(inside):
    checkout = Path(jail.__file__).resolve().parents[2]
    for path in (
        checkout / "autograder" / "suites",
        checkout / "modules",
        Path(__file__),
        "/etc/passwd",
        "/home",
        "/sys",
    ):
        assert not inside.exists(str(path)), path
    assert set(inside.listed("/")) <= {
        "dev",
        "etc",
        "grader",
        "lib",
        "lib64",
        "proc",
        "site",
        "support",
        "tmp",
        "usr",
        *_top(),
    }
    assert inside.listed("/grader/autograder") == ["sandbox"]
    assert inside.listed("/grader/autograder/sandbox") == sorted(jail.GRADER)


def _top():
    return {jail.interpreter().parts[1]}


def test_no_other_tinytorch_can_be_found(inside):
    found = inside.named(["tinytorch", "autograder"])
    visible = [path for path in found if not path.startswith(("/support/tinytorch", "/grader/autograder"))]
    for path in visible:
        kind, items = inside.attempt(inside.listed, path)
        assert items == [] if kind == "" else kind == "NotADirectoryError", path
        if kind:
            assert inside.attempt(inside.read, path) in (("PermissionError", b""), ("", b"")), path


def test_there_is_no_network(inside):
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(StudentError, match=r"OSError|Refused|unreachable|not permitted"),
    ):
        inside.connect(server.getsockname()[1])


@pytest.mark.parametrize(
    "path", ["/usr/lib/x", "/site/0/x.py", "/support/tinytorch/x.py", "/grader/autograder/sandbox/worker.py", "/x"]
)
def test_only_its_own_room_can_be_written_to(inside, path):
    with pytest.raises(StudentError, match=r"Read-only|Permission"):
        inside.write(path)
    assert inside.write("/tmp/x") == 1
    with pytest.raises(StudentError, match="OSError"):
        inside.write("/tmp/y", QUICK.file_bytes + 1)


def test_memory_is_limited(inside):
    with pytest.raises(StudentError, match="MemoryError"):
        inside.allocate(3 * 2**30)
    assert inside.allocate(2**20) == 2**20


def test_the_process_holds_no_file_of_the_grader(inside):
    assert [name for name in inside.descriptors() if not name.startswith("pipe:") and name != "/dev/null"] == []


def test_nothing_survives(tmp_path, monkeypatch):
    """Where there is no filter that keeps a submission to one process, its namespace ends every one that it made."""
    limits, tier = Limits(call_s=6.0, wall_s=30.0, file_bytes=2**20), replace(tier_of("bubblewrap"), alone=False)
    monkeypatch.setattr("autograder.sandbox.confinement.probe", lambda: tier)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with session(tmp_path / "s", PROBES, limits) as running:
        student = student_of(running)
        assert student.attempt(student.write, "/tmp/x", 2**20 + 1)[0] == "OSError"
        before = descendants(os.getpid())
        made = student.forks(100)
        forked = descendants(os.getpid()) - before
        assert len(forked) >= made > 10
        if tier.counts:
            assert made < limits.processes
    assert gone(forked)
    assert list(tmp_path.glob("autograder-*")) == []


@pytest.mark.parametrize("kind", confinement.KINDS)
def test_the_sandbox_dies_with_the_grader(tmp_path, kind):
    tier_of(kind)
    looping, below = package(tmp_path / "p", "while True: pass"), support(tmp_path / "s")
    code = f"""
import sys, time
from pathlib import Path
from autograder.sandbox.confinement import Limits, start
from autograder.sandbox.wire import dumps
limits = Limits(wall_s=30.0)
worker = start(Path({str(looping)!r}), Path({str(below)!r}), limits)
worker.receive(time.monotonic() + 20)
worker.send(dumps(dict(request=1, do="import", on=None, args=[], kwargs=dict(d=[]))), time.monotonic() + 20)
print("ready", flush=True)
time.sleep(60)
"""
    words = [sys.executable, "-c", code]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "AUTOGRADER_TIER": kind}
    place = {"cwd": Path(jail.__file__).parents[2], "env": environment}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, **place) as grader:
        assert grader.stdout.readline() == "ready\n"
        confined = descendants(grader.pid)
        assert confined
        os.kill(grader.pid, signal.SIGKILL)
        assert gone(confined)
    if kind != "bubblewrap":  # of which a folder in the temporary one is left, when its grader is killed
        assert list(tmp_path.glob("autograder-warm-*")) == []
