"""Audits: does the benchmark measure what it says? In the spirit of MLPerf's compliance tests."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "13. Audits"; make it again with `tinytorch
# export`.

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from .clock import NS_PER_MS
from .comparison import paired_ratio, varies
from .loadgen import QueryLog, Run, record, single_stream
from .perf import TinyTorchPerf, clock_step_ns, run_round
from .rounds import generator
from .stats import percentile
from .sut import as_model, predict, rebuild

__all__ = ["Audit", "audit", "audit_answers", "audit_caching", "audit_ratio", "audit_seeds", "stream_round"]


class Audit(NamedTuple):
    """What was audited, whether it passed, and what shows it."""

    name: str
    passed: bool
    evidence: str


def audit(benchmark: TinyTorchPerf) -> list[Audit]:
    """Return the audits of the benchmark's model: answers under load, caching, other seeds. Raises RunFailed."""
    return [audit_answers(benchmark), audit_caching(benchmark), audit_seeds(benchmark)]


def stream_round(benchmark: TinyTorchPerf, number: int, seed: int | None = None) -> Run:
    """Return one Single-Stream round of the freshly built model, with another seed where one is given."""
    systems, library = benchmark.ready()
    settings = replace(benchmark.settings, seed=benchmark.settings.seed if seed is None else seed, control=False)
    runs: dict[str, dict[str, list[Run]]] = {"single_stream": {"model": []}}
    run_round({"model": systems["model"]}, library, settings, benchmark.clock, number, runs)
    return runs["single_stream"]["model"][0]


def audit_answers(benchmark: TinyTorchPerf) -> Audit:
    """Compare outputs kept from a performance run with the accuracy pass on the same samples (MLPerf TEST01)."""
    systems, library = benchmark.ready()
    run = stream_round(benchmark, 0)
    model = as_model(rebuild(systems["model"].system, systems["model"].build, np.random.default_rng(0)))
    expected = predict(model, library.inputs[run.sample_indices[run.kept]])
    same = [
        bool(np.allclose(one, other, rtol=1e-3, atol=1e-5)) for one, other in zip(run.outputs, expected, strict=True)
    ]
    evidence = f"{sum(same)} of {len(same)} outputs kept under load equal those of the accuracy pass"
    return Audit("answers under load", all(same), evidence)


def audit_caching(benchmark: TinyTorchPerf) -> Audit:
    """Mix one sample, over and over, with samples never seen before; 10 % faster is a cache (MLPerf TEST04)."""
    systems, library = benchmark.ready()
    if len(library) < 21:
        raise ValueError(f"the audit of caching needs a dataset of at least 21 samples, got {len(library)}")
    pairs = []
    for number in range(max(6, benchmark.settings.rounds)):
        rng = generator(benchmark.settings, number, "order", "audit")
        model = as_model(rebuild(systems["model"].system, systems["model"].build, rng))
        fresh = rng.permutation(np.arange(1, len(library)))[:500]
        indices = rng.permutation(np.concatenate([fresh, np.zeros_like(fresh)]))
        queries = [library.inputs[i : i + 1] for i in [*[0] * 50, *indices.tolist()]]
        log = QueryLog(len(queries))
        drive = partial(single_stream, model, queries, benchmark.clock, log)
        [run] = record("audit", drive, [log], np.concatenate([np.zeros(50, np.int64), indices]), rng)
        same = run.sample_indices == 0
        same[:50] = False  # the warm-up
        latency_ns = run.latency_ns
        pairs.append((percentile(latency_ns[same], 0.5), percentile(latency_ns[run.sample_indices > 0], 0.5)))
    what, step_ns = "a sample seen before / samples never seen", clock_step_ns(benchmark.clock)
    return audit_ratio("caching", what, pairs, 1 / 1.1, math.inf, step_ns)


def audit_seeds(benchmark: TinyTorchPerf) -> Audit:
    """Compare other seeds with the benchmark's own; 10 % apart is tuned to the seed (MLPerf TEST05)."""
    pairs = []
    for number in range(max(6, benchmark.settings.rounds)):
        seeds = {"other": benchmark.settings.seed + 1 + number, "own": benchmark.settings.seed}
        order = generator(benchmark.settings, number, "order", "audit").permutation(list(seeds)).tolist()
        medians = {arm: percentile(stream_round(benchmark, number, seed=seeds[arm]).latency_ns, 0.5) for arm in order}
        pairs.append((medians["other"], medians["own"]))
    what, step_ns = "other seeds / the benchmark's own", clock_step_ns(benchmark.clock)
    return audit_ratio("other seeds", what, pairs, 1 / 1.1, 1.1, step_ns)


def audit_ratio(
    name: str, what: str, pairs: Sequence[tuple[float, float]], least: float, most: float, step_ns: int = 0
) -> Audit:
    """Return an audit that fails if the interval of the ratio lies wholly below `least` or above `most`.

    It fails too where the least median is 0, or under ten steps of the clock: then nothing can be told.
    """
    ones, others = np.array(pairs).T
    shortest_ns = float(min(ones.min(), others.min()))
    if shortest_ns <= 0 or 10 * step_ns > shortest_ns:
        evidence = f"a median latency of {shortest_ns / NS_PER_MS:.3g} ms, the clock is too coarse to tell"
        return Audit(name, False, f"{what}: {evidence}")
    if not varies(ones, others):  # virtual time: the ratio is what it is
        low = high = float(ones[0] / others[0])
    else:
        low, high, _ = paired_ratio(ones, others).interval
    return Audit(name, not (high < least or low > most), f"{what}: median latency [{low:.3f}, {high:.3f}]")
