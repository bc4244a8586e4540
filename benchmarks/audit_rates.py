"""What the detectors of load, caching, layout, dead code, accuracy and many comparisons find and flag in vain.

Queues are worked out from real service times (one FIFO server); caches, empty calls and misplaced weights are real and
measured in a process of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from detector_rates import Rate, clean_windows, share
from procedures import ALPHA, paired_rounds
from real_rates import IN_PROCESS, TRIALS, draw, pools
from scipy import stats
from side_by_side import fresh
from traces import FloatArray, Traces, factory, inputs_of, one_round, run, run_indices

from tinytorch import pitfalls
from tinytorch.benchmarking import Array, IntArray, Model, closed_loop, holm

N, LOAD, SERVICE_NS = 1_000, 0.5, 20_000.0
OPEN, BLOCKING, SLEEPING = "open", "waits for the answer", "sleeps after the answer"


def queue(service_ns: FloatArray, load: float, sender: str, rng: np.random.Generator) -> tuple[IntArray, ...]:
    """Return when queries of one FIFO server were due, issued and completed: Poisson, or a sender that waits."""
    service = np.rint(service_ns).astype(np.int64)
    gaps = rng.exponential(service_ns.mean() / load, len(service)).astype(np.int64)
    due, before = np.cumsum(gaps), np.cumsum(service) - service
    if sender == OPEN:
        completed = np.maximum.accumulate(due - before) + before + service
        return due, completed - service, completed
    completed, free = np.zeros_like(due), 0
    for k, (gap, time_ns) in enumerate(zip(gaps.tolist(), service.tolist(), strict=True)):
        due[k] = free + gap if sender == SLEEPING else max(int(due[k]), free)
        free = completed[k] = due[k] + time_ns
    return due, due, completed


def load_rates(traces: Traces, rng: np.random.Generator, trials: int) -> list[Rate]:
    """Return the rates of the detectors of how queries came."""
    windows, which = clean_windows(traces)
    clipped = [np.minimum(window, np.quantile(window, 0.999))[:N] for window in windows]
    services = [service / service.mean() * SERVICE_NS for service in clipped]

    def drawn(load: float, *senders: str) -> list[tuple[IntArray, ...]]:
        return [queue(services[i % len(services)], load, sender, rng) for sender in senders for i in range(trials)]

    def off_rate(moments: tuple[IntArray, ...]) -> object:
        return pitfalls.wrong_arrivals(np.diff(moments[0]), LOAD * 1e9 / SERVICE_NS)

    def closed(moments: tuple[IntArray, ...]) -> object:
        return closed_loop(*moments)

    def saturated(moments: tuple[IntArray, ...]) -> object:
        return pitfalls.saturated(moments[0], moments[2])

    waiting, opened, over = drawn(LOAD, BLOCKING, SLEEPING), drawn(LOAD, OPEN), drawn(1.05, OPEN)
    name, counts = f"a sender that waits, load {LOAD}", (2 * trials, trials)
    at = "load 1.05; in vain: load 0.5"
    return [
        Rate("closed loop", name, share(closed, waiting), share(closed, opened), counts, 0.975, 0.0),
        Rate("wrong arrivals", name, share(off_rate, waiting), share(off_rate, opened), counts, 1.0, 0.015),
        Rate(
            "saturated",
            at,
            share(saturated, over),
            share(saturated, opened),
            (trials, trials),
            0.93,
            0.005,
            bool(which),
        ),
    ]


@dataclass(frozen=True)
class Audit:
    """Latencies of one model with and without a fault, from one process."""

    visits: dict[str, tuple[IntArray, IntArray]]  # latencies and sample indices, 'cached' and 'plain'
    same: dict[str, tuple[IntArray, IntArray]]  # one sample over and over, different samples
    alive: dict[str, IntArray]  # 'empty', 'lazy' and the 'model' itself
    empty_call_ns: float
    misplaced: FloatArray  # medians (rounds, 2) of two equal products, one 48 bytes further on


class Cached:
    """A model behind a dictionary."""

    def __init__(self, model: Any) -> None:
        self.model, self.answers = model, dict[bytes, Any]()

    def __call__(self, batch: Array) -> Any:
        """Answer from memory where that is possible."""
        key = batch.tobytes()
        if key not in self.answers:
            self.answers[key] = self.model(batch)
        return self.answers[key]


def placed(weights: Array, offset: int) -> Array:
    """Return a copy that begins `offset` bytes after a multiple of 64."""
    block = np.empty(weights.nbytes + 128, dtype=np.uint8)
    start = -block.ctypes.data % 64 + offset
    copy = block[start : start + weights.nbytes].view(weights.dtype).reshape(weights.shape)
    copy[...] = weights
    return copy


def audit_process(name: str, seed: int) -> Audit:
    """Measure one process; call it in a fresh one."""
    rng, build, inputs = np.random.default_rng(seed), factory(name), inputs_of(name)
    if len(inputs) < 500:
        inputs = rng.random((500, *inputs.shape[1:]))
    makers: dict[str, Callable[[], Model]] = {"cached": lambda: Cached(build()), "plain": build}
    visits, same = {}, {}
    for kind, make in makers.items():
        model, indices = make(), rng.integers(0, 400, N).astype(np.int64)
        run(model, inputs[:8] + 1, 50, rng)
        visits[kind] = run_indices(model, inputs, indices), indices
        one, different = np.zeros(300, dtype=np.int64), np.arange(400)[100:400]
        latencies = []
        for order in (different, one):
            model = make()
            run(model, inputs[:8] + 1, 50, rng)
            latencies.append(run_indices(model, inputs, order))
        same[kind] = latencies[1], latencies[0]
    model = build()
    alive = {
        "empty": run(lambda batch: None, inputs, 300, rng),
        "lazy": run(lambda batch: (model(each) for each in batch), inputs, 300, rng),
        "model": run(model, inputs, 300, rng),
    }
    empty = float(np.median(run(lambda batch: None, inputs, 300, rng)))
    weights, vectors = rng.random((256, 256), dtype=np.float32), rng.random((64, 256), dtype=np.float32)
    products: list[Model] = [partial(_times, placed(weights, offset)) for offset in (0, 48)]
    medians = np.array([np.median(one_round(products, vectors, 200, rng), axis=1) for _ in range(20)])
    return Audit(visits, same, alive, empty, medians)


def _times(weights: Array, batch: Array) -> Array:
    product: Array = batch @ weights
    return product


def audit_rates(
    traces: Traces, rng: np.random.Generator, processes: int, trials: int
) -> tuple[list[Rate], dict[str, float]]:
    """Return the rates of the detectors of caches, dead code, layout and accuracy, and what weights 48 bytes on do."""
    names = ("digits_mlp", "matmul_naive")
    audits = [fresh(audit_process, names[i % 2], 700 + i, timeout_s=120) for i in range(processes)]
    kinds = "cached", "plain"
    visits = [share(lambda each: pitfalls.caching(*each), [a.visits[kind] for a in audits]) for kind in kinds]
    uneven = [[sped_up(a.visits[kind], rng) for a in audits] for kind in kinds]
    cached, plain = (share(lambda each: pitfalls.caching(*each), of) for of in uneven)
    same = [share(lambda each: pitfalls.same_sample(*each), [a.same[kind] for a in audits]) for kind in kinds]
    dead, alive = (
        share(lambda each: pitfalls.dead_code(*each), [(a.alive[kind], a.empty_call_ns) for a in audits for kind in of])
        for of in (("empty", "lazy"), ("model",))
    )
    counts, enough = (processes, processes), processes >= 10
    rebuilt = [draw(medians, 20, rng) for medians in pools(traces, IN_PROCESS)]
    control, moved = (float(np.mean([biased(by * one, other) for one, other in rebuilt])) for by in (1.0, 1.02))
    accuracy = [float(np.mean([failed(500, drop, rng) for _ in range(trials)])) for drop in (0.05, 0.009)]
    behind, lost = "a dictionary before the model", "5 % lost, n = 500; in vain: 0.9 % lost"
    layout, of = "2 % between equals, R = 20; in vain: rebuilt", (len(rebuilt) * TRIALS, len(rebuilt) * TRIALS)
    misplaced = np.array([audit.misplaced for audit in audits])
    rates = [
        Rate("caching, second visit", behind, visits[0], visits[1], counts, 1.0, 0.03, enough),
        Rate("caching, on a machine that gets faster", behind, cached, plain, counts, 1.0, 0.03, enough),
        Rate("caching, same sample", behind, same[0], same[1], counts, 1.0, 0.05, enough),
        Rate("dead code", "empty functions, generators", dead, alive, (2 * processes, processes), 1.0, 0.0, enough),
        Rate("layout bias", layout, moved, control, of, 0.99, 0.0, enough),
        Rate("unequal accuracy", lost, accuracy[0], accuracy[1], (trials, trials), 0.94, 0.049),
    ]
    beyond = float(biased(misplaced[:, :, 1], misplaced[:, :, 0]).mean())
    all_with_all = share(lambda each: all_visits(*each), uneven[1])
    return rates, {
        "equal weights, 48 bytes further on: over 1 % apart": beyond,
        "no cache, faster halfway: all second visits against all first": all_with_all,
    }


def sped_up(visits: tuple[IntArray, IntArray], rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Return the visits as on a machine whose neighbour leaves in the first half of the run: from there on in 60 %."""
    latency_ns, indices = visits
    pace = np.where(np.arange(len(latency_ns)) < rng.integers(len(latency_ns) // 20, len(latency_ns) // 2), 1.0, 0.6)
    return (latency_ns * pace).astype(np.int64), indices


def all_visits(latency_ns: IntArray, indices: IntArray) -> bool | None:
    """Say whether there is a cache the way that looks at no time: every second visit against every first."""
    first = np.zeros(len(indices), dtype=bool)
    first[np.unique(indices, return_index=True)[1]] = True
    one, other = latency_ns[~first], latency_ns[first]
    faster = 1 - float(np.median(one) / np.median(other))
    return True if faster > 0.1 and stats.mannwhitneyu(one, other, alternative="less").pvalue < 0.01 else None


def many_comparisons(trials: int, rng: np.random.Generator, m: int = 10) -> tuple[float, float]:
    """Return how often a report of m true hypotheses claims a difference, uncorrected and after Holm."""
    p_values = rng.random((trials, m))
    corrected = [min(holm(row)) < ALPHA for row in p_values.tolist()]
    return float((p_values.min(axis=1) < ALPHA).mean()), float(np.mean(corrected))


def biased(model: FloatArray, baseline: FloatArray) -> FloatArray:
    """Return for each trial (trials, rounds) whether the A/A control's interval lies beyond the margin."""
    found = paired_rounds(model, baseline)
    intervals = zip(found.low.tolist(), found.high.tolist(), strict=True)
    return np.array([pitfalls.layout_bias(low, high) is not None for low, high in intervals], dtype=float)


def failed(n: int, drop: float, rng: np.random.Generator, right: float = 0.95, churn: float = 0.01) -> bool:
    """Return whether a model that loses `drop` of the reference's accuracy is called worse, from n samples.

    The reference gets 95 % right; besides, 1 % of the samples change from right to wrong and as many back.
    """
    reference, luck = rng.random(n) < right, rng.random(n)
    model = np.where(reference, luck >= drop + churn / right, luck < churn / (1 - right))
    return pitfalls.accuracy_drop(model, reference).verdict == "fail"
