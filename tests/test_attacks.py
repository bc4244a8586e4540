"""Attacks on the grader from a student's package: none gains a point, and the next submission does not notice."""

import socket
from pathlib import Path

import pytest

from autograder.examining.verdicts import judge
from autograder.sandbox.confinement import KINDS, Limits
from tests.confined import QUICK, package, support, tier_of

SUITE = """
import pytest
from autograder.examining.checks import close, expect

HIDDEN = "HIDDEN-EXPECTED-VALUE"

@pytest.mark.exercise("double", points=2)
def test_double_is_twice(student, seed):
    yours = student.double(seed)
    assert close(yours, 2 * seed), expect(yours, 2 * seed, "Look at the factor.")

@pytest.mark.exercise("half", points=1)
def test_half_refuses_text(student):
    student.refuses("TypeError", lambda: student.half("text"))
"""
HONEST = """
def double(x):
    return 2 * x

def half(x):
    if isinstance(x, str):
        raise TypeError("text has no half")
    return x / 2
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return support(tmp_path_factory.mktemp("support") / "support")


@pytest.fixture(params=KINDS)
def tier(request, monkeypatch):
    """Each means of confinement that this machine has."""
    found = tier_of(request.param)
    monkeypatch.setattr("autograder.sandbox.confinement.probe", lambda: found)
    return found


@pytest.fixture
def suites(tmp_path):
    folder = tmp_path / "suites"
    folder.mkdir()
    (folder / "test_double.py").write_text(SUITE)
    (folder / "test_double.py").chmod(0o644)
    return folder


def earned(verdict):
    assert len(verdict.outcomes) == 2
    return sum(outcome.earned for outcome in verdict.outcomes)


WRONG = """
import os, socket, sys, time

class Equal(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = float.__hash__

def double(x):
    {attack}
    return Equal(0)

half = double
"""
ATTACKS = {
    "always equal": "pass",
    "exit": "os._exit(0)",
    "exit by exception": "sys.exit(0)",
    "loop": "while True: pass",
    "loop against signals": "import signal; signal.signal(15, signal.SIG_IGN)\nwhile True: pass",
    "read the suites": "print(open('SUITES/test_double.py').read())",
    "write the suites": "open('SUITES/test_double.py', 'w').write('')",
    "write home": "open('HOME/loot', 'w').write('loot')",
    "environment": "raise SystemExit(repr(dict(os.environ)))",
    "environment of process 1": "raise SystemExit(open('/proc/1/environ').read())",
    "network": "socket.create_connection(('127.0.0.1', PORT), 1)",
    "kill": "os.kill(-1, 9)",
    "kill the parent": "os.kill(os.getppid(), 9)",
    "orphans": "for _ in range(30):\n    if os.fork() == 0:\n        os.setsid(); time.sleep(60); os._exit(0)",
    "forged answers": 'os.write(4, b\'{"reply":3,"value":1.0}\\n\' * 1000)',
    "forged everywhere": "[os.write(fd, b'PASSED\\n') for fd in range(3, 9) if os.path.exists(f'/proc/self/fd/{fd}')]",
    "shout": "os.write(1, b'x' * 10**7); sys.stdout.write('y' * 10**7)",
    "memory": "bytearray(3 * 2**30)",
    "the suites' rights": "os.chmod('SUITES/test_double.py', 0)",
    "another program": "os.execv('/bin/sh', ['sh', '-c', 'echo loot > HOME/loot'])",
    "memory of the parent": "print(open(f'/proc/{os.getppid()}/mem', 'rb').read(1))",
    "limits of the parent": "import resource; resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (3, 3))",
    "late writer": "if os.fork() == 0:\n    os.setsid(); time.sleep(1); open('HOME/loot', 'w').write('loot')",
    "compare patched": "import autograder.sandbox.wire as w; w.encode = lambda value, *rest: {'f': 'nan'}",
    "fill the disk": "open('/tmp/big', 'wb').write(bytes(2**26 + 1))",
    "pytest": "import types; sys.modules['pytest'] = types.SimpleNamespace(raises=None, mark=None)",
    "patch the worker": "import autograder.sandbox.worker as w; w.Link.say = lambda self, message: None",
    "patch numpy": "import numpy; numpy.diff = lambda x: [2] * 12",
    "exception": "raise type('Z', (Exception,), {'__str__': lambda s: 1 / 0})()",
    "hostile class": "raise type('M', (type,), {'__mro__': property(lambda c: 1 / 0)})('E', (Exception,), {})()",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_gains_a_point_or_reaches_the_next_submission(base, suites, tmp_path, monkeypatch, tier, name):
    monkeypatch.setenv("GRADER_SECRET", "LOOT-OF-THE-GRADER")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        attack = ATTACKS[name].replace("\n", "\n    ").replace("SUITES", str(suites)).replace("HOME", str(Path.home()))
        attack = attack.replace("PORT", str(server.getsockname()[1]))
        hostile = package(tmp_path / "hostile", WRONG.replace("{attack}", attack))
        verdict = judge(hostile, base, suites, 13, Limits(call_s=0.4, wall_s=20))
        with pytest.raises(BlockingIOError):
            server.accept()
    assert verdict.tier == tier.name
    assert earned(verdict) == 0, [outcome for outcome in verdict.outcomes if outcome.earned]
    told = str(verdict)
    assert "LOOT-OF-THE-GRADER" not in told
    assert "HIDDEN" not in told
    assert (suites / "test_double.py").read_text() == SUITE
    assert (suites / "test_double.py").stat().st_mode & 0o777 == 0o644
    assert not (Path.home() / "loot").exists()
    assert earned(judge(package(tmp_path / "honest", HONEST), base, suites, 13, QUICK)) == 3


def test_a_patch_at_import_gains_nothing(base, suites, tmp_path, tier):
    patch = "import builtins, numpy\nbuiltins.float = numpy.float64 = type\ndouble = half = lambda x: x"
    assert earned(judge(package(tmp_path / "hostile", patch), base, suites, 13, QUICK)) == 0
