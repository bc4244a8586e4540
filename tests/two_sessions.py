"""Results made on virtual time, for the tests that compare two of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tinytorch.benchmarking import (
    Array,
    Model,
    PerformanceReporter,
    Results,
    ScriptedModel,
    Settings,
    TinyTorchPerf,
    VirtualClock,
)

MS = 1_000_000
LABELS = np.arange(1_000) % 2
INPUTS = np.stack([LABELS, np.arange(1_000)], axis=1).astype(np.float32)
CPU_B = {"CPU": "B"}


def measured(
    model: float = 1.0,
    baseline: float | None = None,
    seed: int = 13,
    wrong: int = 0,
    base_wrong: int = 0,
    machine: float = 1.0,
    spread: float = 0.01,
    **settings: Any,
) -> Results:
    """Return results: a model of `model` times 4 ms, on a machine `machine` times as slow, `spread` between rounds."""
    clock, rng = VirtualClock(), np.random.default_rng(seed)

    def built(share: float, wrong: int) -> Model:
        scripted = ScriptedModel(clock, int(4 * MS * share * machine * rng.normal(1, spread)), per_sample_ns=1_000)

        def answer(batch: Array) -> Array:
            scripted(batch)
            return np.where(batch[:, 1] < wrong, 1 - batch[:, 0], batch[:, 0]).astype(np.int64)

        return answer

    asked: dict[str, Any] = {
        "rounds": 8,
        "min_queries": 480,
        "min_duration_ns": 100 * MS,
        "target_qps": 50.0,
        "control": False,
    }
    perf = TinyTorchPerf(Settings(**asked | {"latency_target_ns": 100 * MS} | settings), clock=clock, progress=False)
    perf.set_model(build=lambda: built(model, wrong), name="M")
    if baseline is not None:
        perf.set_baseline(build=lambda: built(baseline, base_wrong), name="B")
    perf.set_dataset((INPUTS, LABELS))
    results = perf.run_all_scenarios()
    results.environment = {"CPU": "A"}
    return results


def saved(results: Results, path: Path) -> str:
    """Return the path, as text, of the results in a file of their own."""
    PerformanceReporter().generate_report(results).save_as_json(path)
    return str(path)
