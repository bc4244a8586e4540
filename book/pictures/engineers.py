"""What the engineers' pages show: the search for the peak rate, and the gate for continuous integration saying no."""

from __future__ import annotations

import io
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np

from book.pictures.paper import write_picture, write_text
from book.pictures.scripted import MS, S, serve
from tinytorch.benchmarking import (
    Array,
    IntArray,
    PerformanceReporter,
    ScriptedModel,
    Settings,
    TinyTorchPerf,
    VirtualClock,
    percentile,
    poisson_arrivals,
)
from tinytorch.charts import load_latency
from tinytorch.cli import main
from tinytorch.peak import PeakRate, find_peak_qps

QUERIES = 4_000
TARGET_NS, PERCENTILE = 20 * MS, 0.9


def make(folder: Path) -> None:
    """Write the pictures and outputs into `folder`."""
    peak, points = search()
    write_picture(folder, "peak", load_latency(points, TARGET_NS, PERCENTILE))
    write_text(folder, "peak", f"from {peak.low:.1f} to {peak.high:.1f} queries/s, {peak.runs} runs\n{peak.why}")
    write_text(folder, "gate", gate())


def search() -> tuple[PeakRate, list[tuple[float, float, str]]]:
    """Return the peak of a model that takes 4 ms a query, and (rate, percentile in ns, verdict) of each rate tried."""
    measured: dict[float, list[IntArray]] = {}

    def measure(qps: float, seed: int) -> IntArray:
        arrivals = poisson_arrivals(qps, round(1.2 * QUERIES / qps * S), np.random.default_rng(seed))[:QUERIES]
        log = serve(lambda clock: ScriptedModel(clock, 4 * MS), arrivals)
        measured.setdefault(qps, []).append(log.completed - log.scheduled)
        return measured[qps][-1]

    peak = find_peak_qps(measure, TARGET_NS, PERCENTILE, start_qps=60, seeds=range(8))
    tails = {qps: percentile(np.concatenate(runs), PERCENTILE) for qps, runs in measured.items()}
    return peak, [(qps, tails[qps], decision.verdict) for qps, decision in peak.decisions]


class Version:
    """A model that takes `ms` a sample, more or less, on a virtual clock."""

    def __init__(self, clock: VirtualClock, ms: float, rng: np.random.Generator) -> None:
        self.clock, self.ms, self.rng = clock, ms, rng

    def __call__(self, batch: Array) -> Array:
        """Return zeros (n, 10)."""
        self.clock.advance_ns(round(len(batch) * self.ms * MS * self.rng.lognormal(0, 0.02)))
        return np.zeros((len(batch), 10))


def measure_version(ms: float, seed: int, path: Path) -> None:
    """Benchmark a version that takes `ms` a sample against the reference that stays, and save the results."""
    clock, rng = VirtualClock(), np.random.default_rng(seed)
    benchmark = TinyTorchPerf(Settings(target_qps=100), clock=clock, progress=False)
    benchmark.set_model(build=lambda: Version(clock, ms, rng), name="model")
    benchmark.set_baseline(build=lambda: Version(clock, 2.0, rng), name="reference")
    benchmark.set_dataset(np.zeros((100, 1)))
    PerformanceReporter().generate_report(benchmark.run_all_scenarios()).save_as_json(path)


def gate() -> str:
    """Return what `tinytorch compare` prints and its exit status, for a version that takes 10 % longer."""
    said = io.StringIO()
    with tempfile.TemporaryDirectory() as temporary:
        old, new = Path(temporary, "old.json"), Path(temporary, "new.json")
        measure_version(1.0, 1, old)
        measure_version(1.1, 2, new)
        with redirect_stdout(said):
            status = main(["compare", str(old), str(new)])
    return f"$ tinytorch compare old.json new.json\n{said.getvalue()}$ echo $?\n{status}"
