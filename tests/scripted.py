"""Models whose times and answers a test decides, on virtual time, and benchmarks of them."""

from collections.abc import Callable, Iterable
from typing import Any

import hypothesis
import numpy as np

from tinytorch.benchmarking import NS_PER_MS as MS
from tinytorch.benchmarking import Run, ScriptedModel, Settings, TinyTorchPerf, VirtualClock

# The first example may import scipy, and how long an example takes is not what these tests are about.
LAW = hypothesis.settings(deadline=None, max_examples=60)
INPUTS = np.arange(120, dtype=np.float32).reshape(60, 2)  # no two samples are equal
QUICK = {"rounds": 6, "min_queries": 120, "min_duration_ns": 60 * MS, "target_qps": 100.0}


class Timed:
    """Takes the next of the given times, in ns, at each call; returns what it was given."""

    def __init__(self, clock: VirtualClock, durations_ns: Iterable[int]) -> None:
        self.clock, self.left, self.seen = clock, iter(durations_ns), []

    def __call__(self, batch):
        self.seen.append(np.asarray(batch)[:, 0].tolist())
        self.clock.advance_ns(next(self.left))
        return batch


class Jittery(ScriptedModel):
    """A scripted model that takes longer by a random part of `spread`, and scores four classes alike."""

    def __init__(self, clock: VirtualClock, per_batch_ns: int, rng: np.random.Generator, spread: float = 0.02) -> None:
        super().__init__(clock, per_batch_ns)
        self.rng, self.spread = rng, spread

    def __call__(self, batch):
        self.clock.advance_ns(round(self.per_batch_ns * self.spread * self.rng.random()))
        return np.repeat(super().__call__(batch), 4, axis=1)

    def __deepcopy__(self, memo):
        return type(self)(self.clock, self.per_batch_ns, self.rng, self.spread)


class LateClock(VirtualClock):
    """Wakes up `late_ns` after the moment it was told to wait for."""

    def __init__(self, late_ns: int) -> None:
        super().__init__()
        self.late_ns = late_ns

    def wait_until_ns(self, due_ns: int) -> None:
        super().wait_until_ns(due_ns + self.late_ns)


class Failing:
    """Takes 1 ms a call and does `then` at call number `at` of all objects with the same `calls`."""

    def __init__(self, clock: VirtualClock, calls: list[int], at: int, then: Callable[[Any], Any]) -> None:
        self.clock, self.calls, self.at, self.then = clock, calls, at, then

    def __call__(self, batch):
        self.calls[0] += 1
        self.clock.advance_ns(MS)
        return self.then(batch) if self.calls[0] == self.at else np.zeros((len(batch), 1))

    def __deepcopy__(self, memo):
        return Failing(self.clock, self.calls, self.at, self.then)


def benchmark(model=None, *, build=None, baseline=None, clock=None, data=INPUTS, **changed) -> TinyTorchPerf:
    """Return a benchmark that is ready to run on virtual time, with few queries."""
    perf = TinyTorchPerf(Settings(**(QUICK | changed)), clock=clock or VirtualClock(), progress=False)
    perf.set_model(model, build=build, name="B")
    if baseline is not None:
        perf.set_baseline(baseline, name="A")
    perf.set_dataset(data)
    return perf


def scripted(per_batch_ns: int = MS, **changed) -> TinyTorchPerf:
    """Return a benchmark of a scripted model."""
    clock = VirtualClock()
    return benchmark(ScriptedModel(clock, per_batch_ns), clock=clock, **changed)


def jittery(ratio: float | None = None, rng_seed: int = 13, spread: float = 0.02, **changed) -> TinyTorchPerf:
    """Return a benchmark of a jittery model of `ratio` ms against one of 1 ms, or of 1 ms without a baseline."""
    clock, rng = VirtualClock(), np.random.default_rng(rng_seed)
    baseline = None if ratio is None else Jittery(clock, MS, rng, spread)
    return benchmark(Jittery(clock, round(MS * (ratio or 1)), rng, spread), baseline=baseline, clock=clock, **changed)


def run_of(scenario: str, latency_ns, scheduled_ns=None, issued_ns=None, **fields) -> Run:
    """Return a run with these latencies; scheduled back to back, and issued when scheduled, unless given."""
    latency_ns = np.asarray(latency_ns, dtype=np.int64)
    if scheduled_ns is None:
        scheduled_ns = np.cumsum(latency_ns) - latency_ns
    scheduled_ns = np.asarray(scheduled_ns, dtype=np.int64)
    issued_ns = scheduled_ns if issued_ns is None else np.asarray(issued_ns, dtype=np.int64)
    nothing = np.empty(0, np.int64)
    indices = np.arange(len(latency_ns))
    return Run(scenario, scheduled_ns, issued_ns, scheduled_ns + latency_ns, indices, nothing, nothing, **fields)
