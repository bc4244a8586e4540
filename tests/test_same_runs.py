"""On virtual time the same settings give the same runs, to the last moment and output: digests of what they are.

They were written down before the lesson was rebuilt, from the package of that day. A change that is meant to change no
run leaves them alone; one that is meant to (another seed, another warm-up) writes them anew and says so in CHANGELOG.
They depend on numpy's generators, which keep their streams.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.scripted import MS
from tinytorch.benchmarking import Results, Settings, TinyTorchPerf, VirtualClock

DATA = np.arange(40).reshape(20, 2) * 1.0, np.arange(20) % 3
MOMENTS = ("scheduled_ns", "issued_ns", "completed_ns", "sample_indices", "kept", "outputs")


class Case(NamedTuple):
    """A benchmark, and the digest of what it measures; `model_ns` is what a query of its model takes at the least."""

    digest: str
    asked: dict[str, Any]
    scenario: str = ""  # all three
    baseline: bool = True
    model_ns: int = 2 * MS


CASES = {
    "alone": Case("9aa992aecfe93bf0", {}, baseline=False),
    "a pair, automatic load": Case("de6cda1ddd3e208f", {"rounds": 10}),
    "fixed load": Case("18b006d9cf9d1ce9", {"rounds": 10, "target_qps": 200.0}),
    "few rounds, another seed": Case("b4b72c0a5a46daf0", {"rounds": 3, "min_queries": 200, "seed": 5}),
    "no control": Case("99c316480c0aab21", {"control": False, "rounds": 2}),
    "drawn as LoadGen draws": Case("ca362a936ec8bfb8", {"mlperf_trace": True, "rounds": 2, "target_qps": 300.0}),
    "batches": Case("b0bf55ed9418bcd0", {"max_batch": 4, "rounds": 2, "batch_timeout_ns": MS}, baseline=False),
    "slow": Case("08b3aab43d9c472a", {"rounds": 2, "min_queries": 40}, baseline=False, model_ns=30 * MS),
    "fast": Case("ff629b8187efa1a9", {"rounds": 2, "min_duration_ns": 20 * MS}, baseline=False, model_ns=20_000),
    "Multi-Stream": Case("3aa89b04889a1edb", {"rounds": 2}, "multi_stream"),
    "Server alone": Case("5165267768642a87", {"rounds": 3}, "server"),
}


class Varied:
    """Takes up to 0.3 times longer than `least_ns` by numbers of its own, which every copy draws again."""

    def __init__(self, clock: VirtualClock, least_ns: int, per_sample_ns: int, seed: int) -> None:
        self.clock, self.least_ns, self.per_sample_ns, self.seed = clock, least_ns, per_sample_ns, seed
        self.rng = np.random.default_rng(seed)

    def __call__(self, batch):
        longer = self.least_ns * (1 + 0.3 * self.rng.random()) + self.per_sample_ns * len(batch)
        self.clock.advance_ns(int(longer))
        return np.zeros((len(batch), 3)) + np.arange(3)

    def __deepcopy__(self, memo):
        return Varied(self.clock, self.least_ns, self.per_sample_ns, self.seed)


def measured(case: Case) -> Results:
    clock = VirtualClock()
    perf = TinyTorchPerf(Settings(**case.asked), clock, progress=False)
    per_sample_ns = case.model_ns // 10
    perf.set_model(Varied(clock, case.model_ns, per_sample_ns, 1), name="m")
    if case.baseline:
        perf.set_baseline(Varied(clock, int(1.1 * case.model_ns), per_sample_ns, 2), name="b")
    perf.set_dataset(DATA)
    if case.scenario:
        perf.run_scenario(case.scenario)
    else:
        perf.run_all_scenarios()
    return perf.results


def digest(results: Results) -> str:
    """Return a digest of every run's arrays, and of what else the benchmark found out or decided."""
    made = hashlib.sha256()
    for scenario, arm, run in [
        (scenario, arm, run)
        for scenario, result in results.items()
        for arm, runs in result.runs.items()
        for run in runs
    ]:
        for array in (getattr(run, name) for name in MOMENTS):
            made.update(f"{scenario}{arm}{array.dtype}{array.shape}".encode())
            made.update(np.ascontiguousarray(array).tobytes())
    decided = [results.accuracy, results.settings.target_qps, results.rounds_measured, results.layout_controlled]
    made.update(json.dumps([*decided, results.notes]).encode())
    return made.hexdigest()[:16]


@pytest.mark.parametrize("name", CASES)
def test_the_same_settings_give_the_same_runs(name):
    assert digest(measured(CASES[name])) == CASES[name].digest
