"""Rounds in processes of their own: the same queries, and an end to each of them, whatever happens there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.scripted import INPUTS, MS
from tinytorch.benchmarking import RunFailed, Settings, StatisticalValidator, TinyTorchPerf, VirtualClock
from tinytorch.models import digits_mlp

ROOT = Path(__file__).parents[1]


SHORT = Settings(rounds=2, min_queries=20, min_duration_ns=2 * MS, target_qps=500.0)


def test_a_round_of_its_own_process_is_measured_as_one_here():
    perf = TinyTorchPerf(SHORT, progress=False, isolate=True)
    perf.set_model(build=digits_mlp)
    perf.set_dataset("digits")
    results = perf.run_all_scenarios()
    assert results.error is None
    assert results.layout_controlled
    assert [len(runs) for result in results.values() for runs in result.runs.values()] == [2, 2, 2, 2]
    assert results.accuracy["model"] > 0.9
    own = TinyTorchPerf(SHORT, progress=False)
    own.set_model(build=digits_mlp)
    own.set_dataset("digits")
    here = own.run_scenario("server").runs["model"]
    for one, other in zip(here, results["server"].runs["model"], strict=True):
        assert np.array_equal(one.sample_indices, other.sample_indices)
        assert np.array_equal(np.diff(one.scheduled_ns), np.diff(other.scheduled_ns))


def test_a_process_of_its_own_has_the_machines_clock():
    with pytest.raises(ValueError, match="isolate=True runs on the machine's clock; leave clock out"):
        TinyTorchPerf(clock=VirtualClock(), isolate=True)


def test_a_model_that_another_process_cannot_import_is_refused_by_name():
    perf = TinyTorchPerf(SHORT, progress=False, isolate=True)
    perf.set_model(build=lambda: digits_mlp())
    perf.set_dataset(INPUTS)
    with pytest.raises(RunFailed, match="importable by name"):
        perf.run_all_scenarios()
    assert not perf.results.complete


class Dies:
    """Ends its process at its first query."""

    def __call__(self, batch):
        os._exit(3)


class Fails:
    """Works for a round's warm-up, then raises."""

    calls = 0

    def __call__(self, batch):
        self.calls += 1
        if self.calls > 120:
            raise OSError("no weights")
        return np.zeros((len(batch), 1))


def test_a_process_that_dies_ends_the_run():
    perf = TinyTorchPerf(SHORT, progress=False, isolate=True)
    perf.set_model(Dies())
    perf.set_dataset(INPUTS)
    with pytest.raises(RunFailed, match="round 0: its process ended with exit code 3"):
        perf.run_all_scenarios()
    assert not StatisticalValidator().validate_results(perf.results).valid


def test_what_was_measured_in_another_process_is_kept():
    perf = TinyTorchPerf(SHORT, progress=False, isolate=True)
    perf.set_model(Fails())
    perf.set_dataset(INPUTS)
    with pytest.raises(RunFailed, match=r"the model failed at query \d+ with OSError: no weights") as info:
        perf.run_all_scenarios()
    assert perf.results.error == str(info.value)
    [run] = [run for result in perf.results.values() for run in result.runs["model"] if run.error]
    assert run.error == "OSError: no weights"
    assert run.n > 0


UNGUARDED = """
from tinytorch.benchmarking import RunFailed, TinyTorchPerf
from tinytorch.models import digits_mlp
perf = TinyTorchPerf(progress=False, isolate=True)
perf.set_model(build=digits_mlp)
perf.set_dataset("digits")
try:
    perf.run_all_scenarios()
except RunFailed as failure:
    print(failure)
"""


def test_a_script_without_a_guard_is_told_so(tmp_path):
    """The new process runs the script again, which may not start processes, and dies before it has read its task."""
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    command = [sys.executable, str(script)]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, timeout=20, capture_output=True, text=True)
    assert "must be importable by name, from a module that starts nothing by itself" in done.stdout
