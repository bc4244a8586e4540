"""`tinytorch perf` told to end at any moment: what was measured is on disk, readable, and says what is missing.

The moments come from a fixed seed, counted in calls of the model; the model itself sends the signal, so no test waits.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tinytorch.benchmarking import PerformanceReporter, load_results

ROOT = Path(__file__).parents[1]
MODELS = """
import os, signal, sys
import numpy as np

calls = 0

class Model:
    def __init__(self, at, signum, child):
        self.at, self.signum, self.child = at, signum, child

    def __call__(self, batch):
        global calls
        calls += 1
        print("called")
        if calls == self.at:
            os.kill(os.getpid(), self.signum)
        return np.zeros((len(batch), 10))

def model(at=0, signum=0, child=False):
    return Model(at, signum, child)

def exits(at):
    def answer(batch):
        global calls
        calls += 1
        if calls == at:
            sys.exit("enough")
        return np.zeros((len(batch), 10))
    return answer
"""
ROUNDS = 4
SHORT = ["--rounds", str(ROUNDS), "--min-queries", "40", "--min-duration", "0.0001", "--qps", "5000", "--quiet"]
CALLS = 640  # a little more than a whole run has


@pytest.fixture
def perf(tmp_path):
    """Return what runs the command in a process of its own: its status, what it printed, what it said."""
    (tmp_path / "stopped_models.py").write_text(MODELS)

    def run(model, *options):
        command = [sys.executable, "-m", "tinytorch.cli", "perf", model, *SHORT, *options]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
        return done.returncode, done.stdout, done.stderr

    return run


MOMENTS = np.random.default_rng(13).integers(1, CALLS, (3, 7)).tolist()
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
KILLS = [(signum, at) for signum, moments in zip(SIGNALS, MOMENTS, strict=True) for at in moments]


@pytest.mark.parametrize(("signum", "at"), KILLS)
def test_a_kill_loses_nothing_that_was_measured(perf, tmp_path, signum, at):
    (tmp_path / "new.json").write_text("of another day")
    status, _, said = perf(f"stopped_models:model({at}, {int(signum)})", "--json", "new.json", "--html", "new.html")
    held = load_results(tmp_path / "new.json")
    ended = held.complete
    assert status == {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}[signum] or ended, said
    assert "Traceback" not in said
    lengths = {len(runs) for result in held.values() for runs in result.runs.values()}
    assert lengths <= {held.rounds_measured, held.rounds_measured + 1}
    if not ended:
        assert held.rounds_measured < ROUNDS
        assert held.error
        assert not (tmp_path / "new.html").exists() or signum != signal.SIGKILL
    report = PerformanceReporter().generate_report(held)
    assert (f"{held.rounds_measured} of {ROUNDS} rounds" in report.to_markdown()) == (not ended)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".new")], "no half of a file stays"


def test_the_moments_lie_before_the_end_of_a_run(perf, tmp_path):
    """Else the kills above show nothing; and some lie in the first round, some in a later one."""
    _, _, said = perf("stopped_models:model()", "--json", "new.json")
    calls = said.count("called")
    assert sum(at < calls for _, at in KILLS) >= 18
    assert sum(at < calls / ROUNDS for _, at in KILLS) >= 3


def test_a_page_alone_has_its_data_beside_it_until_it_is_there(perf, tmp_path):
    perf(f"stopped_models:model(450, {int(signal.SIGKILL)})", "--html", "new.html")
    held = load_results(tmp_path / "new.html.unfinished.json")
    assert 0 < held.rounds_measured < ROUNDS
    perf("stopped_models:model()", "--html", "new.html")
    assert sorted(path.name for path in tmp_path.glob("new.*")) == ["new.html"]


def test_a_model_that_exits_is_a_failure_with_what_was_measured(perf, tmp_path):
    status, printed, said = perf("stopped_models:exits(400)", "--json", "new.json")
    held = load_results(tmp_path / "new.json")
    assert (status, held.complete) == (1, False)
    assert "SystemExit: enough" in held.error
    assert 0 < held.rounds_measured < ROUNDS
    assert "INVALID, INCOMPLETE: " in printed, said
    assert said.startswith("tinytorch perf: ")


def test_json_on_standard_output_is_json_beside_a_model_that_prints(perf):
    _, printed, said = perf("stopped_models:model()", "--json", "-")
    assert json.loads(printed)["results"]["model_name"] == "model()"
    assert "called" in said


def test_a_file_that_cannot_be_begun_is_refused_before_anything_is_measured(perf):
    status, printed, said = perf("stopped_models:model()", "--json", "/dev/full", "--html", "new.html")
    assert (status, printed) == (2, "")
    assert said.splitlines()[-1] == "tinytorch perf: /dev/full: No space left on device"
    assert said.count("called") < 60


def test_a_page_that_finds_no_room_loses_no_data(perf, tmp_path):
    status, printed, said = perf("stopped_models:model()", "--json", "new.json", "--html", "/dev/full")
    assert status == 2
    assert load_results(tmp_path / "new.json").complete
    assert said.splitlines()[-1] == "tinytorch perf: /dev/full: No space left on device"
    assert "wrote new.json" in printed
