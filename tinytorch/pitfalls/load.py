"""Pitfalls of the load that was put on a system: how queries arrived, whether they were answered, and from memory.

Takes the moments of queries in ns (due, issued, completed) and sample indices, not runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .arguments import IntArray, check_integers, check_latencies, check_numbers, check_timestamps
from .pitfall import Pitfall
from .series import batch_medians

FASTER = "lower target_qps, or make the model faster"


def _moments(scheduled_ns: Any, **later: Any) -> tuple[IntArray, ...]:
    """Return due times in order and, for the same queries, later moments in any order: servers may work in parallel."""
    scheduled = check_timestamps(scheduled_ns, "scheduled_ns")
    moments = [scheduled]
    for name, values in later.items():
        each = check_integers(values, name)
        if len(each) != len(scheduled):
            raise ValueError(f"each query has one moment of each kind, got {len(scheduled)} due and {len(each)} {name}")
        if (each < moments[-1]).any():
            index = int(np.argmax(each < moments[-1]))
            raise ValueError(f"{name}[{index}] of {len(each)} lies before the query was due or issued")
        moments.append(each)
    return tuple(moments)


def wrong_arrivals(gaps_ns: Any, target_qps: float) -> Pitfall | None:
    """Return a pitfall if arrivals are not Poisson at `target_qps`, from the gaps between them.

    The rate is off by over 5 % and 3 standard errors, or the gaps are not exponential (Kolmogorov-Smirnov, p < 0.01).
    Found: every sender that waits for answers, from a load of 0.3; flagged in vain: 1.5 %. None for fewer than 20 gaps.
    Raises ValueError for a negative gap or a target that is not positive.
    """
    from scipy import stats

    gaps = check_numbers(gaps_ns, "gaps_ns", least=2) / 1e9
    if (gaps < 0).any() or not target_qps > 0:
        index = int(np.argmin(gaps))
        raise ValueError(
            f"arrivals need gaps of 0 or more and a positive target, got gaps_ns[{index}] = {gaps[index] * 1e9:.0f} "
            f"and target_qps = {target_qps}"
        )
    n = len(gaps)
    if n < 20:
        return None
    rate = 1 / max(float(gaps.mean()), 1e-12)
    p_value = float(stats.kstest(gaps, "expon", args=(0, 1 / target_qps)).pvalue)
    if abs(rate / target_qps - 1) <= max(0.05, 3 / np.sqrt(n)) and p_value >= 0.01:
        return None
    evidence = f"{rate:.4g} per second where {target_qps:.4g} were asked; gaps exponential with p = {p_value:.2g}"
    return Pitfall("wrong arrivals", "arrivals are not Poisson at the target rate", evidence, "use poisson_arrivals")


def offered_load(service_ns: Any, target_qps: float) -> Pitfall | None:
    """Return a pitfall if queries come faster than one server answers them: rate times mean service time over 0.99.

    `service_ns` (n,) is completed - issued of all rounds. A queue says little of its load in a hundred queries, work
    and rate say it directly. Found: 97 % at a load of 1.05 (exponential service, 1,000 queries), all at 1.1; flagged
    in vain: none at 0.8, 0.1 % at 0.9, 9 % at 0.95. None for fewer than 100. Raises ValueError for a rate that is not
    positive.
    """
    service = check_numbers(service_ns, "service_ns")
    if not target_qps > 0:
        raise ValueError(f"a load needs a positive rate, got target_qps = {target_qps}")
    load = float(service.mean()) * target_qps / 1e9 if len(service) else 0.0
    if len(service) < 100 or load <= 0.99:
        return None
    evidence = f"a load of {load:.2f}: {target_qps:.4g} queries per second of {service.mean() / 1e6:.3g} ms each"
    return Pitfall("saturated", "queries came faster than the model answers", evidence, FASTER)


def saturated(scheduled_ns: Any, completed_ns: Any) -> Pitfall | None:
    """Return a pitfall if the server fell behind: too much work, under 0.97 of it completed in time, or ever slower.

    Too much: the server was busy for longer than the queries took to come. Ever slower: 10 batch medians of latency
    rise (Mann-Kendall p < 0.01) more than twofold. Found: 95 % at a load of 1.05; flagged in vain: 0.5 % up to a load
    of 0.5, 2 % at 0.8, of runs of 1,000 queries. None for fewer than 100.
    """
    from scipy import stats

    scheduled, completed = _moments(scheduled_ns, completed_ns=completed_ns)
    n, span = len(scheduled), max(1, int(scheduled[-1] - scheduled[0]))
    if n < 100:
        return None
    load = _busy_ns(scheduled, completed) / span
    medians = batch_medians(check_latencies(completed - scheduled, virtual=True, zeros=True), 10)
    growth = float(medians[-1] / max(1.0, medians[0]))
    grows = growth > 2 and stats.kendalltau(np.arange(10), medians, alternative="greater").pvalue < 0.005
    kept = span / max(1, int(completed.max() - scheduled[0]))
    if not grows and kept >= 0.97 and load <= 1:
        return None
    evidence = f"at a load of {load:.2f}, {kept:.0%} was completed in time and latency grew {growth:.1f}-fold"
    return Pitfall("saturated", "queries came faster than the model answers", evidence, FASTER)


def _busy_ns(started: IntArray, completed: IntArray) -> int:
    """Return for how long at least one query was being answered or waited."""
    answered = np.maximum.accumulate(completed)
    free = np.concatenate([[started[0]], answered[:-1]])
    return int(np.maximum(0, answered - np.maximum(started, free)).sum())


def caching(latency_ns: Any, sample_indices: Any) -> Pitfall | None:
    """Return a pitfall if repeat visits of samples are over 10 % faster than first ones (Wilcoxon p < 0.01).

    Each first visit is paired with the repeat visit nearest to it, at most 16 queries away: most first visits come
    early, so comparing all with all takes a machine that picks up speed for a cache (25 to 100 % of such runs). Found:
    every model behind a dictionary; flagged in vain: 0 %, on a machine that changes its pace too. Source: MLPerf's
    audit TEST04. None for fewer than 20 pairs. Raises ValueError for unequal lengths.
    """
    from scipy import stats

    latencies, indices = check_latencies(latency_ns, virtual=True), check_numbers(sample_indices, "sample_indices")
    if len(latencies) != len(indices):
        raise ValueError(f"latency_ns has {len(latencies)} queries and sample_indices has {len(indices)}")
    is_first = np.zeros(len(indices), dtype=bool)
    is_first[np.unique(indices, return_index=True)[1]] = True
    firsts, seconds = np.flatnonzero(is_first), np.flatnonzero(~is_first)
    if min(len(firsts), len(seconds)) < 20:
        return None
    after = np.searchsorted(seconds, firsts)
    before, after = seconds[np.maximum(after - 1, 0)], seconds[np.minimum(after, len(seconds) - 1)]
    nearest = np.where(np.abs(after - firsts) < np.abs(before - firsts), after, before)
    near = np.abs(nearest - firsts) <= 16
    first, again = latencies[firsts[near]], latencies[nearest[near]]
    if len(first) < 20:
        return None
    faster = 1 - float(np.median(again / np.maximum(first, 1)))
    if faster <= 0.10 or stats.wilcoxon((again - first) / (again + first + 1), alternative="less").pvalue >= 0.01:
        return None
    evidence = f"repeat visits of samples were {faster:.0%} faster than first visits"
    return Pitfall("caching", "the model remembers its inputs", evidence, "switch its cache off", "invalid")


def same_sample(same_ns: Any, different_ns: Any) -> Pitfall | None:
    """Return a pitfall if a run on one sample over and over is over 10 % faster than one on different samples.

    Takes the latencies of the two runs. Found: every model behind a dictionary; flagged in vain: 5 %. Source: MLPerf's
    audit TEST04.
    """
    same, different = (
        float(np.median(check_latencies(values, name, virtual=True)))
        for values, name in ((same_ns, "same_ns"), (different_ns, "different_ns"))
    )
    faster = 1 - same / different
    if faster <= 0.10:
        return None
    evidence = f"one and the same sample was answered {faster:.0%} faster than different ones"
    return Pitfall("caching", "the model remembers its inputs", evidence, "switch its cache off", "invalid")
