"""`tinytorch verify` on what the settings ask for: forged as a careful forger would, all conclusions made anew."""

import json

import numpy as np
import pytest

from tests.scripted import MS, Jittery, benchmark
from tinytorch.benchmarking import PerformanceReporter, Results, VirtualClock
from tinytorch.cli import main
from tinytorch.runs.packed import pack

CLOSED = ["single_stream", "offline", "multi_stream"]


def measured(scenarios, ratio=1.5, **settings):
    """Return what a file holds of results on virtual time, whose model and baseline differ by `ratio`."""
    clock, rng = VirtualClock(), np.random.default_rng(5)
    slower = Jittery(clock, round(2 * MS * ratio), rng, 0.5)
    perf = benchmark(Jittery(clock, 2 * MS, rng, 0.5), baseline=slower, clock=clock, **settings)
    return perf.run(scenarios).to_dict()


@pytest.fixture
def verify(tmp_path, capsys):
    """Return what concludes anew from a file's results and verifies them: exit status, what was printed."""

    def run(plain, judge=True):
        path, held = tmp_path / "result.json", {"schema_version": 1, "results": plain}
        if judge:
            held = PerformanceReporter().generate_report(Results.from_dict(plain)).to_dict()
        path.write_text(json.dumps(held | {"results": plain}), encoding="utf-8")
        status = main(["verify", str(path)])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


def first_rounds(plain, n):
    scenarios = {name: {arm: runs[:n] for arm, runs in arms.items()} for name, arms in plain["scenarios"].items()}
    return plain | {"scenarios": scenarios, "rounds_measured": n, "ended": True}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"min_queries": 100_000}, "these settings ask for 16,667 queries or more, the model has"),
        ({"control": False}, "ask for runs of model, baseline, it has"),
    ],
)
def test_other_settings_are_refused(verify, changed, reason):
    plain = measured(CLOSED)
    assert verify(plain)[0] == 0
    plain["settings"] |= changed
    status, said = verify(plain)
    assert (status, reason in said) == (1, True), said


def test_larger_batches_than_the_settings_allow_are_refused(verify):
    plain = measured(["server"], max_batch=4, batch_timeout_ns=MS, target_qps=900.0)
    assert verify(plain)[0] == 0
    plain["settings"]["max_batch"] = 2
    assert "allow batches of 2, the model has one of 4" in verify(plain)[1]


@pytest.mark.parametrize("most", [10, 40])
@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_rounds_that_planned_looks_ended_pass(verify, most, ratio):
    asked = {"rounds": None, "most_rounds": most, "min_queries": 1_001, "min_duration_ns": 33_333_333}
    plain = measured([*CLOSED, "server"], ratio, **asked)
    assert plain["ended"]
    assert verify(plain)[0] == 0


def test_rounds_that_went_past_the_look_that_told_are_refused(verify):
    plain = measured(["offline", "single_stream"], rounds=10, min_queries=600, min_duration_ns=0)
    plain["settings"] |= {"rounds": None, "min_queries": 150}
    assert verify(first_rounds(plain, 6))[0] == 0
    assert "nothing was open after 6 rounds" in verify(first_rounds(plain, 10))[1]


def test_rounds_that_ended_while_something_was_open_are_refused(verify):
    asked = {"rounds": None, "min_queries": 600, "min_duration_ns": 0, "margin": 0.003}
    plain = measured(["offline", "single_stream"], 1.004, **asked)
    assert plain["rounds_measured"] > 6
    plain["settings"]["min_queries"] = 90
    assert "after 6 rounds something was" in verify(first_rounds(plain, 6))[1]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"n_samples": "60"}, "1 sample or more, this one '60'"),
        ({"classes": {"model": pack(np.arange(3))}}, "there are 3 answers of the model"),
        ({"labels": pack(np.arange(5))}, "there are 5 labels"),
        ({"baseline_name": None}, "ask for runs of model, control"),
    ],
)
def test_parts_that_do_not_fit_are_named(verify, changed, reason):
    status, said = verify(measured(["single_stream"]) | changed, judge=False)
    assert (status, reason in said) == (1, True), said
