"""The means of confinement: all that this user may have work, none is one sentence, and what goes in is copied."""

import importlib.util
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox import confinement, jail, tiers
from autograder.sandbox.confinement import Limits, Package, SandboxLostError, SandboxUnavailable, Tier
from autograder.sandbox.proof import disproved
from tests.confined import PROBES, package, session, student_of, tier_of

SECRET = "A-WORD-THAT-NO-SUBMISSION-SHOULD-READ"
TRIES = """
import sys
from tests.confined import tier_of
print("works" if tier_of(sys.argv[1]) else "")
"""
CROWD = """
    import fcntl, threading

    def signal_parent(): os.kill(os.getppid(), 0)
    def limit_parent(): resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (3, 3))
    def change_rights(): os.chmod(".", 0o777)
    def own_signals(): fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid())
    def new_socket(): socket.socket()
    def room(): return os.getcwd()

    def threads(n):
        done = []
        made = [threading.Thread(target=done.append, args=(i,)) for i in range(n)]
        for thread in made: thread.start()
        for thread in made: thread.join()
        return len(done)

    def keep_a_file(text):
        os.makedirs("a/b")
        pathlib.Path("a/b/kept").write_bytes(text)
        return pathlib.Path("a/b/kept").read_bytes()
"""


def test_a_warm_process_has_the_support_that_the_lesson_imports():
    code = "import sys, tinytorch.benchmarking; print(*(name for name in sys.modules if name.startswith('tinytorch.')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=jail.CHECKOUT, capture_output=True, text=True, check=True)
    imported = {name for name in done.stdout.split() if not name.startswith("tinytorch.benchmarking")}
    warm = tiers._support(jail.CHECKOUT / "tinytorch")
    assert imported <= set(warm)
    assert not [name for name in warm if name.startswith(("tinytorch.benchmarking", "tinytorch.commands"))]


def test_a_room_above_the_students_package_is_not_warm(tmp_path):
    """A new room that imported it ended every grading: the package is not there when a process gets warm."""
    for name, text in {
        "below": "import math",
        "above": "def f():\n    from tinytorch.benchmarking import Results",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "part.py").write_text(text)
        (tmp_path / name / "__init__.py").write_text("")
    assert tiers._support(tmp_path) == ["tinytorch.below", "tinytorch.below.part"]


@pytest.mark.parametrize("name", tiers._ACTING)
def test_what_is_kept_out_is_there(name):
    assert importlib.util.find_spec(f"tinytorch.{name}"), f"{name} moved: a warm process would import it"


def test_a_package_is_copied_without_its_links(tmp_path):
    made = package(tmp_path / "p", "value = 1")
    (made / "stolen.py").symlink_to("/etc/passwd")
    assert confinement.read_package(made) == {"__init__.py": "value = 1"}


def test_support_is_the_package_without_the_solution(tmp_path):
    target = confinement.build_support(tmp_path / "support")
    assert list((target / "tinytorch" / "benchmarking").iterdir()) == []
    assert (target / "tinytorch" / "__init__.py").exists()
    assert {path.stat().st_mode & 0o777 for path in target.rglob("*")} == {0o755, 0o644}
    with pytest.raises(FileExistsError):
        confinement.build_support(tmp_path / "support")


def test_no_sandbox_is_one_sentence(monkeypatch):
    monkeypatch.setattr("autograder.sandbox.tiers.candidates", list)
    with pytest.raises(SandboxUnavailable, match="install the package bubblewrap"):
        confinement.probe.__wrapped__()
    broken = [Tier("b", True, "bubblewrap", Path(name)) for name in ("/bin/false", "/no/such/bwrap")]
    monkeypatch.setattr("autograder.sandbox.tiers.candidates", lambda: broken)
    with pytest.raises(SandboxUnavailable, match="allow unprivileged user namespaces"):
        confinement.probe.__wrapped__()


def test_a_tier_that_is_asked_for_is_used_or_refused(monkeypatch):
    monkeypatch.setenv("AUTOGRADER_TIER", "none at all")
    with pytest.raises(SandboxUnavailable, match="there are namespaces, bubblewrap, container"):
        confinement.probe.__wrapped__()
    for kind in confinement.KINDS:
        expected = tier_of(kind)
        monkeypatch.setenv("AUTOGRADER_TIER", kind)
        assert confinement.probe.__wrapped__() == expected


def test_what_does_not_confine_is_refused():
    start = lambda files, support: confinement._start(confinement.TRUSTED, Package(files), support, Limits())  # noqa: E731
    why = disproved(start, confinement.TRUSTED)
    assert why == "a submission can write outside"


@pytest.mark.parametrize("tier", tiers.candidates(), ids=lambda tier: tier.name)
def test_every_tier_that_this_user_may_have_works(monkeypatch, tmp_path, tier):
    if confinement.refusal(tier):
        pytest.skip(confinement.refusal(tier))
    monkeypatch.setenv("GRADER_SECRET", SECRET)
    monkeypatch.setattr(confinement, "probe", lambda: tier)
    with session(tmp_path / "s", PROBES) as running:
        student = student_of(running)
        assert student.user()[0] == (tier.uid or 65534 if tier.kind != "container" else tier.uid or os.getuid())
        for path in ("/etc/passwd", str(Path(__file__)), "/proc/1/environ", str(tmp_path)):
            kind, found = student.attempt(student.read, path)
            assert SECRET.encode() not in found
            assert kind or path.startswith("/proc"), path
        assert student.user_namespace()[0] == -1
        assert student.attempt(student.write, "/x")[0] in ("OSError", "PermissionError")


def test_in_a_crowd_no_process_is_signalled(monkeypatch, tmp_path):
    tier = tier_of("container")
    monkeypatch.setattr(confinement, "probe", lambda: tier)
    with session(tmp_path / "s", PROBES + CROWD) as running:
        student = student_of(running)
        for name in ("signal_parent", "limit_parent", "change_rights", "own_signals", "new_socket"):
            assert student.attempt(getattr(student, name))[0] == "PermissionError", name
        assert student.threads(3) == 3
        assert student.attempt(student.keep_a_file, b"kept")[0] == "PermissionError"
        room = Path(student.room())
        assert room.exists()
    assert not room.exists(), "its folder is removed"


@pytest.mark.parametrize("kind", confinement.KINDS)
def test_a_callers_umask_costs_no_tier(kind):
    """With 077 a child could not read what was made for it, and the fast tier was gone without a word."""
    tier, before = tier_of(kind), os.umask(0o077)
    try:
        assert confinement.refusal.__wrapped__(tier) == ""
    finally:
        os.umask(before)


@pytest.mark.parametrize("kind", confinement.KINDS)
def test_a_callers_lower_limit_stays(kind, monkeypatch, tmp_path):
    """Raising it is refused: with `ulimit -n 200` no tier worked, and the advice was to trust submissions."""
    tier = tier_of(kind)
    monkeypatch.setattr(confinement, "probe", lambda: tier)
    with session(
        tmp_path / "s", PROBES + "\n    def files(): return resource.getrlimit(resource.RLIMIT_NOFILE)"
    ) as made:
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert tuple(student_of(made).files()) == (256, 256)
    code = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))\n{TRIES}"
    done = subprocess.run([sys.executable, "-c", code, kind], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), before) == ("works", resource.getrlimit(resource.RLIMIT_NOFILE)), done.stderr


def test_a_machine_without_open_files_is_said(tmp_path, monkeypatch):
    with session(tmp_path / "s", PROBES) as made:
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
        try:
            with pytest.raises(SandboxLostError) as lost:
                student_of(made).user()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert "ulimit -n 1024" in str(lost.value)
    assert "trust" not in str(lost.value)


def test_what_is_passed_over_is_said(monkeypatch):
    worse, better = Tier("b", True, "bubblewrap"), Tier("n", True, "namespaces")
    monkeypatch.setattr("autograder.sandbox.tiers.candidates", lambda: [better, worse])
    monkeypatch.setattr(confinement, "refusal", lambda tier: "no namespaces" if tier is better else "")
    assert confinement.passed_over(worse) == ["namespaces: no namespaces"]
    assert confinement.passed_over(better) == confinement.passed_over(confinement.TRUSTED) == []


@pytest.mark.parametrize("kind", ["namespaces", "container"])
def test_a_submission_that_wrote_nothing_ends_without_a_command(monkeypatch, tmp_path, kind):
    """Commands that found nothing to remove took a thirtieth of a submission's time."""
    tier, commands = tier_of(kind), []
    monkeypatch.setattr(confinement, "probe", lambda: tier)
    with session(tmp_path / "s", PROBES) as running:
        assert student_of(running).exists("/") is True
        monkeypatch.setattr("autograder.sandbox.nursery.subprocess.run", lambda *words, **_: commands.append(words))
    assert commands == []


def test_a_trusted_submission_needs_no_sandbox(monkeypatch, tmp_path):
    monkeypatch.setattr(confinement, "probe", lambda: Tier("none", True, "bubblewrap"))
    with session(tmp_path / "s", PROBES, trust=True) as running:
        student = student_of(running)
        assert student.user()[0] == os.getuid()
        assert SECRET not in str(student.environment())


def test_a_checkout_inside_a_mounted_folder_is_hidden(tmp_path, monkeypatch):
    library = tmp_path / "lib"
    for folder in ("python3.11/site-packages", "course/checkout/autograder", "python3/dist-packages"):
        (library / folder).mkdir(parents=True)
    monkeypatch.setattr(jail, "CHECKOUT", library / "course/checkout")
    found = [inside for _, inside in jail.hidden([jail.Mount(library, "/lib")])]
    assert found == ["/lib/course/checkout", "/lib/python3.11/site-packages", "/lib/python3/dist-packages"]
