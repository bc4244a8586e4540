"""Models in processes of their own: another checkout, another interpreter, and every way in which one can end."""

import subprocess
import sys
import time
import venv
from pathlib import Path

import numpy as np
import pytest

from tinytorch.benchmarking import Settings, StatisticalValidator, TinyTorchPerf, load_results
from tinytorch.cli import main
from tinytorch.hosted import Host, HostedClock, HostError, Revision, RevisionError

MINE = """
import os, sys, time
import numpy as np

class Scaled:
    def __init__(self, by=2.0):
        self.by = by
    def issue(self, batch):
        return batch.reshape(len(batch), -1)[:, :3] * self.by

model = Scaled()

def build(by=2.0):
    return Scaled(by)

def sleeping(ms):
    def answer(batch):
        time.sleep(ms / 1000)
        return np.zeros(len(batch), int)
    return answer

def printing(batch):
    print("to nobody's harm")
    os.write(1, b"straight to the pipe")
    return np.zeros(len(batch))

def dying(batch):
    os._exit(7)

def failing(batch):
    raise RuntimeError("out of paper")

def texts(batch):
    return ["a"] * len(batch)

def hanging(batch):
    time.sleep(600)

def namesake(batch):
    import tinytorch
    return np.full(len(batch), tinytorch.answer)
"""
BATCH = np.arange(8.0).reshape(2, 4)


@pytest.fixture
def folder(tmp_path):
    """A checkout that holds another package by our name."""
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "tinytorch").mkdir()
    (tmp_path / "tinytorch" / "__init__.py").write_text("answer = 42\n")
    return tmp_path


def hosted(folder, target, clock=None, python=sys.executable):
    return Host(f"mine:{target}", clock or HostedClock(), folder, python)


def test_a_model_over_there_answers_as_here(folder):
    for target, by in (("model", 2), ("build(by=3.0)", 3), ("build(4)", 4)):
        with hosted(folder, target) as host:
            assert np.array_equal(host.build()(BATCH), BATCH[:, :3] * by)
            assert host.about["numpy"] == np.__version__
            assert Path(host.about["folder"]) == folder.resolve()


def test_the_other_side_may_hold_another_package_by_our_name(folder):
    with hosted(folder, "namesake") as host:
        assert host.build()(BATCH).tolist() == [42, 42]


def test_what_a_model_prints_is_no_answer(folder, capfd):
    with hosted(folder, "printing") as host:
        assert host.build()(BATCH).tolist() == [0, 0]
    assert "to nobody's harm" in capfd.readouterr().err


def test_models_that_are_let_go_are_let_go_over_there(folder):
    with hosted(folder, "build()") as host:
        for _ in range(3):
            model = host.build()
        model(BATCH)
        assert host._dropped == []
        del model
        assert host._dropped == [3]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("mine:dying", "ended with exit code 7; what it said stands above"),
        ("mine:failing", "RuntimeError: out of paper"),
        ("mine:texts", "returns an array of numbers"),
        ("mine:modle", "AttributeError"),
        ("mine:build(by=x)", "ValueError"),
        ("mine:MINE", "AttributeError"),
        ("absent:model", "ModuleNotFoundError: No module named 'absent'"),
    ],
)
def test_each_failure_is_one_sentence(folder, target, said):
    with Host(target, HostedClock(), folder) as host, pytest.raises(HostError, match=said) as raised:
        host.build()(BATCH)
    assert "\n" not in str(raised.value)


def test_what_cannot_be_started_says_which(folder):
    with pytest.raises(HostError, match="no-python: No such file"):
        hosted(folder, "model", python="/absent/no-python").build()
    with pytest.raises(HostError, match="absent: No such file"):
        hosted(folder / "absent", "model").build()


def test_an_interpreter_without_numpy_is_told(folder, tmp_path):
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    bare = str(tmp_path / "bare" / "bin" / "python")
    with hosted(folder, "model", python=bare) as host, pytest.raises(HostError, match="is numpy installed there"):
        host.build()


def test_the_clock_leaves_out_the_way_there_and_back(folder):
    """A call of nothing takes next to nothing, however long the way is; a sleep takes what it takes."""
    clock = HostedClock()
    with hosted(folder, "sleeping(5)", clock) as host:
        model = host.build()
        ask, before = host.ask, clock.now_ns()

        def far(*words):
            time.sleep(0.05)
            return ask(*words)

        host.ask = far
        began = time.perf_counter_ns()
        model(BATCH)
        took, real = clock.now_ns() - before, time.perf_counter_ns() - began
    assert took >= 5_000_000
    assert real - took >= 49_000_000, "the way alone takes so long"


def test_waiting_is_in_the_clocks_own_time():
    clock = HostedClock()
    clock.leave_out(10**12)
    due = clock.now_ns() + 1_000
    clock.wait_until_ns(due)
    assert clock.now_ns() >= due
    clock.leave_out(-5)
    assert clock.now_ns() >= due, "time never goes forward by leaving out"


def benchmark(clock, **settings):
    asked = {"rounds": 6, "min_queries": 60, "min_duration_ns": 0} | settings
    bench = TinyTorchPerf(Settings(**asked), clock, progress=False)
    bench.set_dataset((np.zeros((20, 4)), np.zeros(20, int)))
    return bench


def test_two_hosted_models_are_told_apart_and_counted_by_their_own_time(folder):
    clock = HostedClock()
    with hosted(folder, "sleeping(2)", clock) as slow, hosted(folder, "sleeping(1)", clock) as fast:
        bench = benchmark(clock)
        bench.set_model(build=fast.build, name="fast")
        bench.set_baseline(build=slow.build, name="slow")
        results = bench.run(["single_stream"])
    runs = results["single_stream"].runs
    least = {arm: min(run.latency_ns.min() for run in runs[arm]) for arm in ("model", "baseline")}
    assert least["model"] >= 1_000_000
    assert least["baseline"] >= 2_000_000
    assert len(StatisticalValidator().validate_results(results).comparisons) > 0
    assert not results.virtual_time
    assert results.layout_controlled
    assert {run.cpu_ns for arm in runs.values() for run in arm} == {0}


def test_a_model_that_hangs_is_ended_with_what_was_measured(folder):
    clock = HostedClock()
    with hosted(folder, "hanging", clock) as host:
        bench = benchmark(clock, deadline_s=0.2)
        bench.set_model(build=host.build, name="hanging")
        with pytest.raises(RuntimeError, match="no answer within"):
            bench.run(["offline"])
        assert bench.results.error
    assert host._process.poll() is not None


# -- revisions --------------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with a model in a folder, whose answer has changed since the tag `before`."""
    top = tmp_path / "mine repo"
    (top / "lib").mkdir(parents=True)
    (top / "lib" / "mine.py").write_text(MINE)
    git(top, "init", "-q")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "one")
    git(top, "tag", "before")
    (top / "lib" / "mine.py").write_text(MINE.replace("by=2.0", "by=5.0"))
    monkeypatch.chdir(top / "lib")
    return top


def git(folder, *words):
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    return subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def worktrees(top):
    return git(top, "worktree", "list").count("\n")


def test_a_revision_is_there_for_a_while(repository):
    with Revision("before", Path.cwd()) as revision:
        assert (revision.folder / "mine.py").read_text() == MINE
        assert revision.changed == 1
        assert worktrees(repository) == 2
    assert worktrees(repository) == 1
    assert not revision.path.exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [("nowhere", "no revision 'nowhere' here"), ("--all", "is no revision"), ("before:lib", "no revision")],
)
def test_what_is_no_revision_is_refused(repository, name, said):
    with pytest.raises(RevisionError, match=said):
        Revision(name, Path.cwd())
    assert worktrees(repository) == 1


def test_a_folder_without_a_repository_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(RevisionError, match="not a git repository"):
        Revision("main", tmp_path)


def test_a_revision_that_had_no_such_folder_says_so(repository, monkeypatch):
    (repository / "new").mkdir()
    with pytest.raises(RevisionError, match="before has no folder new"):
        Revision("before", repository / "new")
    assert worktrees(repository) == 1


SHORT = ["--rounds", "6", "--min-queries", "60", "--min-duration", "0.001", "--scenario", "offline", "--quiet"]


def test_a_branch_is_compared_with_an_earlier_revision(repository, capsys):
    main(["perf", "mine:build()", "--against", "before", *SHORT, "--metric", "none", "--json", "r.json"])
    results = load_results("r.json")
    assert (results.model_name, results.baseline_name) == ("mine:build()", "mine:build() at before")
    assert "numpy" in results.environment["process of mine:build() at before"]
    assert worktrees(repository) == 1
    assert "1 files are changed and not committed" in capsys.readouterr().err
    assert main(["verify", "r.json"]) == 0


def test_another_checkout_and_interpreter(folder, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.py").write_text(MINE)
    monkeypatch.chdir(folder)
    words = ["--baseline-path", str(other), "--baseline-python", sys.executable, "--metric", "none"]
    main(["perf", "mine:build()", *words, *SHORT, "--json", "r.json"])
    assert load_results("r.json").baseline_name == f"mine:build() in {other}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--against", "nowhere"], "no revision 'nowhere'"),
        (["--against", "before", "--workers", "2"], "asked by one thread"),
        (["--against", "before", "--isolate"], "asked by one thread"),
        (["--against", "before", "--baseline", "mine:model"], "--against names the baseline"),
        (["--baseline-python", "/absent/python"], "No such file"),
        (["--baseline-path", "absent"], "No such file"),
    ],
)
def test_what_cannot_start_is_2_and_leaves_nothing_behind(repository, capsys, words, said):
    assert main(["perf", "mine:build()", *words, *SHORT]) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert "Traceback" not in errors
    assert worktrees(repository) == 1


def test_a_model_that_fails_over_there_is_told_and_nothing_stays(repository, capsys):
    assert main(["perf", "mine:failing", "--against", "before", *SHORT, "--metric", "none", "--json", "r.json"]) == 1
    assert "out of paper" in capsys.readouterr().err
    assert load_results("r.json").error
    assert worktrees(repository) == 1
