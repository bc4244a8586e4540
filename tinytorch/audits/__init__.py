"""Audits: does a benchmark measure what it says? In the spirit of MLPerf's compliance tests.

A model could answer carelessly when only speed is watched, remember answers it gave before, or be tuned to one seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from tinytorch.machine.clock import clock_step_ns
from tinytorch.runs.benchmark import Benchmark
from tinytorch.runs.draws import generator
from tinytorch.runs.drivers import Model
from tinytorch.runs.later import Patient, waiting
from tinytorch.runs.pairs import varies
from tinytorch.runs.record import record
from tinytorch.runs.run import IntArray, QueryLog, Run
from tinytorch.runs.settings import NS_PER_MS

__all__ = ["Audit", "audit", "audit_answers", "audit_caching", "audit_ratio", "audit_seeds"]


class Audit(NamedTuple):
    """What was audited, whether it passed, and what shows it."""

    name: str
    passed: bool
    evidence: str


def audit(benchmark: Benchmark) -> list[Audit]:
    """Return the audits of the benchmark's model: answers under load, caching, other seeds. Raises RunFailed."""
    return [audit_answers(benchmark), audit_caching(benchmark), audit_seeds(benchmark)]


def audit_answers(benchmark: Benchmark) -> Audit:
    """Compare outputs kept from a performance run with the accuracy pass on the same samples (MLPerf TEST01)."""
    systems, library = benchmark.ready()
    run = _stream_run(benchmark, 0)
    model = Patient(systems["model"].build_anew(np.random.default_rng(0)))
    expected = type(benchmark).accuracy_pass(
        model, library.inputs[run.sample_indices[run.kept]], benchmark.settings.batch_size
    )
    same = [
        bool(np.allclose(one, other, rtol=1e-3, atol=1e-5)) for one, other in zip(run.outputs, expected, strict=True)
    ]
    evidence = f"{sum(same)} of {len(same)} outputs kept under load equal those of the accuracy pass"
    return Audit("answers under load", all(same), evidence)


def audit_caching(benchmark: Benchmark) -> Audit:
    """Mix one sample, over and over, with samples never seen before; 10 % faster is a cache (MLPerf TEST04)."""
    systems, library = benchmark.ready()
    if len(library) < 21:
        raise ValueError(f"the audit of caching needs a dataset of at least 21 samples, got {len(library)}")
    pairs = []
    for number in range(max(6, benchmark.settings.rounds or 10)):
        rng = generator(benchmark.settings, number, "order", "audit")
        model = waiting(systems["model"].build_anew(rng), library.inputs[:1])
        new = rng.permutation(np.arange(1, len(library)))[:500]
        indices = rng.permutation(np.concatenate([new, np.zeros_like(new)]))
        pairs.append(_seen_and_new(benchmark, model, indices, rng))
    what = "a sample seen before / samples never seen"
    return audit_ratio("caching", what, pairs, 1 / 1.1, math.inf, clock_step_ns(benchmark.clock))


def _seen_and_new(
    benchmark: Benchmark, model: Model, indices: IntArray, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the median latency of sample 0 and of all others, after a warm-up on sample 0."""
    asked, clock = np.concatenate([np.zeros(50, np.int64), indices]), benchmark.clock
    inputs = benchmark.ready()[1].inputs
    queries, log = [inputs[i : i + 1] for i in asked.tolist()], QueryLog(len(asked))
    [run] = record("audit", lambda: type(benchmark).stream(model, queries, clock, log), [log], asked, rng)
    latency_ns, same = run.latency_ns, run.sample_indices == 0
    same[:50] = False  # the warm-up
    return float(np.median(latency_ns[same])), float(np.median(latency_ns[run.sample_indices > 0]))


def audit_seeds(benchmark: Benchmark) -> Audit:
    """Compare other seeds with the benchmark's own; 10 % apart is tuned to the seed (MLPerf TEST05)."""
    pairs = []
    for number in range(max(6, benchmark.settings.rounds or 10)):
        seeds = {"other": benchmark.settings.seed + 1 + number, "own": benchmark.settings.seed}
        order = generator(benchmark.settings, number, "order", "audit").permutation(list(seeds)).tolist()
        medians = {arm: float(np.median(_stream_run(benchmark, number, seeds[arm]).latency_ns)) for arm in order}
        pairs.append((medians["other"], medians["own"]))
    what = "other seeds / the benchmark's own"
    return audit_ratio("other seeds", what, pairs, 1 / 1.1, 1.1, clock_step_ns(benchmark.clock))


def _stream_run(benchmark: Benchmark, number: int, seed: int | None = None) -> Run:
    """Return one Single-Stream run of the freshly built model, with another seed where one is given."""
    settings = benchmark.settings if seed is None else replace(benchmark.settings, seed=seed)
    return benchmark.single_run("single_stream", settings, number)[0]


def audit_ratio(
    name: str, what: str, pairs: Sequence[tuple[float, float]], least: float, most: float, step_ns: int = 0
) -> Audit:
    """Return an audit that fails if the 95 % interval of the ratio lies wholly below `least` or above `most`.

    It fails too where the least median is 0, or under ten steps of the clock: then nothing can be told.
    """
    from scipy import stats

    ones, others = np.array(pairs, dtype=float).T
    shortest_ns = float(min(ones.min(), others.min()))
    if shortest_ns <= 0 or 10 * step_ns > shortest_ns:
        evidence = f"a median latency of {shortest_ns / NS_PER_MS:.3g} ms, the clock is too coarse to tell"
        return Audit(name, False, f"{what}: {evidence}")
    low = high = float(ones[0] / others[0])  # virtual time: the ratio is what it is
    if varies(ones, others):
        low, high = np.exp(stats.ttest_1samp(np.log(ones / others), 0.0).confidence_interval(0.95)).tolist()
    return Audit(name, not (high < least or low > most), f"{what}: median latency [{low:.3f}, {high:.3f}]")
