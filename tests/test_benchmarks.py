"""The benchmarks run in a tiny form and print their tables. Nothing here depends on how fast the machine is."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
FIRST_COLUMN = {
    "overhead": ["bare loop", "ours, single_stream", "LoadGen, SingleStream"],
    "server_lag": ["ours, 1,000 QPS", "LoadGen, 1,000 QPS"],
    "memory": ["ours, Single-Stream", "ours, Server", "LoadGen, Single-Stream", "LoadGen, Server"],
    "queueing": ["ours, Server", "Lindley's recursion", "closed loop", "0.5", "0.8", "0.9"],
    "loadgen_identity": [],
    "planned_looks": ["0.0115", "Peeking after each of 5 to 30 rounds"],
    "grading": ["ours, ", "Bar: at most 0.2 CPU s"],
    "class_of": ["submissions", "processor time a submission, s"],
}


Load = Callable[[str], Any]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    """Return what imports a benchmark the way its folder's scripts import one another."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module


@pytest.mark.parametrize("name", FIRST_COLUMN)
def test_it_prints_its_table_and_writes_its_numbers(name: str, tmp_path: Path) -> None:
    """As a reader starts it, from any folder; the exit code says nothing about how well we did."""
    numbers = tmp_path / "numbers.json"
    command = [sys.executable, str(BENCHMARKS / f"{name}.py"), "--tiny", "--json", str(numbers)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    for first in FIRST_COLUMN[name]:
        assert any(line.startswith(first) for line in lines), f"no row {first!r} in\n{done.stdout}"
    assert lines[-1].startswith("This machine: ")
    assert "CPU cores usable" in json.loads(numbers.read_text())["environment"]
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.json"], "a log was left in the working folder"


def test_the_stall_experiment_is_lindleys_to_the_nanosecond(load: Load) -> None:
    """On virtual time the open loop is a queue exactly, and the closed loop hides the stalls from its p90."""
    stall = load("queueing").stall_experiment(20, 13)
    assert stall["largest difference of a query, ns"] == 0
    assert stall["closed loop"][1] == 4.0 < stall["ours, Server"][1]


def test_lindley_by_hand(load: Load) -> None:
    """Four queries, 10 ns of service each, due at 0, 4, 9 and 40: they wait 0, 6, 11 and 0 ns."""
    waits = load("queueing").lindley(np.array([0, 4, 9, 40]), np.array([10, 10, 10, 10]))
    assert waits.tolist() == [0, 6, 11, 0]


def test_the_designs_are_judged_as_the_package_judges(load: Load) -> None:
    """Rounds without a difference: planned looks tell it sooner than fixed rounds do, and both never say more."""
    look_rates, traces = load("look_rates"), load("traces")
    rng = np.random.default_rng(3)
    made = traces.Traces()
    for name in traces.MODELS:
        levels = rng.lognormal(0, 0.01, (8, 40, 2, 1))  # that of an object, in each round
        made.rounds[name] = list(1e5 * levels * rng.lognormal(0, 0.02, (8, 40, 2, 100)))
    planned, ten, *_ = look_rates.designs(made, rng, 300)
    assert planned.mean("resolved", 0.0) > 1.2 * ten.mean("resolved", 0.0)
    assert planned.mean("resolved", 0.02) > ten.mean("resolved", 0.02)
    assert planned.mean("wrong", 0.0) == planned.mean("wrong", 0.02) == 0
    assert planned.mean("wrong", 0.01) < 0.09
    assert planned.mean("rounds", 0.05) < 8 < planned.mean("rounds", 0.0) < 40
    met = {what: word for what, _, word in look_rates.bars(planned, True)}
    assert [word for what, word in met.items() if "mean rounds" in what] == [False, False]
    assert len(look_rates.rows([planned])[0]) == len(look_rates.HEADER)


def test_a_peer_that_is_not_installed_says_so(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row stands there; ours and those that are installed have theirs."""
    peers = load("peer_answers")
    monkeypatch.setattr(peers, "ours", lambda times: peers.Answer("ours", "a verdict", 0, times, 1.25, 7.0))
    monkeypatch.setattr(peers, "PEERS", {"nothing": ("no_such_module", "a rule", None), "json": ("json", "b", bool)})
    rows = peers.rows(peers.answers(2))
    assert rows[0] == ["ours", "a verdict", "0 of 2", "1.2", "7.0"]
    assert rows[1][:2] == ["nothing", "not installed"]
    assert rows[2][:3] == ["json", "b", "2 of 2"]
    assert {len(row) for row in rows} == {len(peers.HEADER)}


@pytest.mark.parametrize("name", ["overhead", "server_lag", "memory", "loadgen_identity"])
def test_without_loadgen_the_rest_runs(
    name: str, load: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its row says that it is not installed."""
    benchmark = load(name)
    monkeypatch.setattr(benchmark, "installed", lambda: False)
    benchmark.main(["--tiny"])
    printed = capsys.readouterr().out
    assert "not installed" in printed
    assert name == "loadgen_identity" or "ours" in printed


def test_a_peer_that_aborts_or_hangs_ends_no_benchmark(load: Load) -> None:
    """LoadGen does the one if a model raises, the other if an answer is lost."""
    side_by_side = load("side_by_side")
    with pytest.raises(side_by_side.ChildFailedError, match=r"its process ended with exit code -\d+"):
        side_by_side.fresh(os.abort, timeout_s=60)
    with pytest.raises(side_by_side.ChildFailedError, match=r"no result in 0\.2 s"):
        side_by_side.fresh(time.sleep, 60, timeout_s=0.2)


def test_numbers_are_written_for_people(load: Load) -> None:
    """Significant digits, thousands separated, no exponent."""
    number, spread = load("side_by_side").number, load("side_by_side").spread
    assert [number(x) for x in (0, 0.01234, 1.0, 205.4, 1_234_567.0)] == ["0", "0.0123", "1.00", "205", "1,230,000"]
    assert (spread([3.0, 1.0, 2.0]), spread([])) == ("2.00 [1.00-3.00]", "-")


def test_lag_counts_only_queries_that_found_the_server_free(load: Load) -> None:
    """The second of three queries waits for the first; the others are 1 us and 3 us late."""
    scheduled, issued, completed = np.array([[0, 5_000, 50_000], [1_000, 9_000, 53_000], [9_000, 12_000, 60_000]])
    assert load("server_lag").lag_us(scheduled, issued, completed) == (3.0, 3.0)
    assert load("server_lag").lag_us(scheduled[:2], issued[:2], completed[:2]) == (1.0, 1.0)


def test_the_highest_rate_held_is_the_rung_below_the_first_miss(load: Load) -> None:
    """A rung counts as held if one try holds it, and rungs above a miss do not count."""
    highest_held = load("server_lag").highest_held
    shares = {100.0: [0.5, 0.99], 200.0: [0.995], 300.0: [0.9, 0.9], 400.0: [1.0]}
    tried = {qps: iter(values) for qps, values in shares.items()}
    assert highest_held(lambda qps, n_queries, seed: next(tried[qps]), list(shares), 2) == 200.0


def test_only_the_time_it_took_may_differ(load: Load, tmp_path: Path) -> None:
    """What the determinism run compares of a result is all of it but the seconds."""
    timeless = load("determinism")._timeless
    for number, (earned, seconds) in enumerate([(1.5, 0.1), (1.5, 9.0), (1.5000000000000002, 0.1)]):
        (tmp_path / f"{number}.json").write_text(json.dumps({"earned": earned, "seconds": seconds}))
    first, slower, other = (timeless(tmp_path / f"{number}.json") for number in range(3))
    assert first == slower != other


def test_a_way_that_differs_is_seen(
    load: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The determinism run fails where one mark of one student is another one."""
    determinism = load("determinism")
    given = iter([{"results/s1.json": "a", "gradebook": "b"}, {"results/s1.json": "c", "gradebook": "b"}])
    monkeypatch.setattr(determinism, "graded", lambda *args: next(given))
    assert determinism.main(["--tiny"]) == 1
    assert "Identical to the last bit: no" in capsys.readouterr().out
