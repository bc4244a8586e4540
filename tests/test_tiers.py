"""The means of confinement: all that this user may have work, none is one sentence, and what goes in is copied."""

import os
from pathlib import Path

import pytest

from autograder import jail, sandbox
from autograder.sandbox import SandboxUnavailable, Tier
from tests.confined import PROBES, package, session, student_of

SECRET = "A-WORD-THAT-NO-SUBMISSION-SHOULD-READ"


def test_a_package_is_copied_without_its_links(tmp_path):
    made = package(tmp_path / "p", "value = 1")
    (made / "stolen.py").symlink_to("/etc/passwd")
    sandbox._copy(made, tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["__init__.py"]


def test_support_is_the_package_without_the_solution(tmp_path):
    target = sandbox.build_support(tmp_path / "support")
    assert list((target / "tinytorch" / "benchmarking").iterdir()) == []
    assert (target / "tinytorch" / "__init__.py").exists()
    assert {path.stat().st_mode & 0o777 for path in target.rglob("*")} == {0o755, 0o644}
    with pytest.raises(FileExistsError):
        sandbox.build_support(tmp_path / "support")


def test_no_bubblewrap_is_one_sentence(monkeypatch):
    monkeypatch.setattr(sandbox, "_programs", list)
    with pytest.raises(SandboxUnavailable, match="install the package bubblewrap"):
        sandbox.probe.__wrapped__()
    monkeypatch.setattr(sandbox, "_programs", lambda: [Path("/bin/false"), Path("/no/such/bwrap")])
    with pytest.raises(SandboxUnavailable, match="allow unprivileged user namespaces"):
        sandbox.probe.__wrapped__()


def test_every_tier_that_this_user_may_have_works(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADER_SECRET", SECRET)
    for tier in sandbox._tiers(sandbox.probe().bwrap):
        monkeypatch.setattr(sandbox, "probe", lambda tier=tier: tier)
        with session(tmp_path / "s", PROBES) as running:
            student = student_of(running)
            assert student.user()[0] == (tier.uid or 65534)
            assert not student.exists(str(Path(__file__)))
            assert SECRET.encode() not in student.attempt(student.read, "/proc/1/environ")[1]
            assert student.user_namespace()[0] == -1
            assert student.attempt(student.write, "/x")[0] in ("OSError", "PermissionError")


def test_a_trusted_submission_needs_no_sandbox(monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox, "probe", lambda: Tier("none", True))
    with session(tmp_path / "s", PROBES, trust=True) as running:
        student = student_of(running)
        assert student.user()[0] == os.getuid()
        assert SECRET not in str(student.environment())


def test_a_checkout_inside_a_mounted_folder_is_hidden(tmp_path, monkeypatch):
    library = tmp_path / "lib"
    for folder in ("python3.11/site-packages", "course/checkout/autograder", "python3/dist-packages"):
        (library / folder).mkdir(parents=True)
    monkeypatch.setattr(jail, "_HERE", library / "course/checkout/autograder")
    found = [inside for _, inside in jail.hidden([jail.Mount(library, "/lib")])]
    assert found == ["/lib/course/checkout", "/lib/python3.11/site-packages", "/lib/python3/dist-packages"]
