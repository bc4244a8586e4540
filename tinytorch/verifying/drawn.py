"""What the seeds decide, drawn again: samples, due times, whose turn it was. Knows no statistics."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from tinytorch.benchmarking import Results, coin_flip_order, poisson_arrivals, sample_order
from tinytorch.runs.draws import draw_arrivals, draw_samples, generator
from tinytorch.runs.run import IntArray, Run
from tinytorch.runs.settings import NS_PER_S, Settings

Runs = Mapping[str, Run]  # of one scenario and round, by arm


def not_drawn(results: Results) -> Iterator[str]:
    """Yield what is not as the seeds draw it."""
    for scenario, result in results.items():
        for number in range(max(map(len, result.runs.values()), default=0)):
            runs = {arm: each[number] for arm, each in result.runs.items() if number < len(each)}
            where = f"{scenario}, round {number + 1}"
            yield from other_samples(results, scenario, number, runs, where)
            yield from other_lengths(results.settings, scenario, runs, where)
            yield from other_turns(results, scenario, number, runs, where)
            if scenario == "server":
                yield from other_arrivals(results, number, runs, where)


def other_samples(results: Results, scenario: str, number: int, runs: Runs, where: str) -> Iterator[str]:
    """Yield which arm was asked other samples than the seeds draw."""
    settings, size = results.settings, 1
    if scenario == "multi_stream":
        size = settings.samples_per_query
    for arm, run in runs.items():
        if scenario == "offline":
            expected = np.arange(run.n) % results.n_samples
        else:
            asked = math.ceil(run.n / size)
            drawn = draw_samples(sample_order, settings, number, scenario, asked, results.n_samples, size)
            expected = drawn[: run.n]
        if different := np.flatnonzero(run.sample_indices != expected).tolist():
            first = different[0]
            yield (
                f"{where}: query {first} of the {arm} holds sample {run.sample_indices[first]}, its seeds draw "
                f"{expected[first]} (queries were swapped or deleted, or the seeds are others)"
            )


def other_lengths(settings: Settings, scenario: str, runs: Runs, where: str) -> Iterator[str]:
    """Yield where a batch has samples missing, or models that got the same queries did not get equally many."""
    counts = {arm: run.n for arm, run in runs.items() if run.error is None}
    size = {"offline": settings.batch_size, "multi_stream": settings.samples_per_query}.get(scenario, 1)
    for arm in (arm for arm, n in counts.items() if n % size):
        has = f"the {arm} has {counts[arm]} samples (deleted, or added)"
        yield f"{where}: only whole batches of {size} are asked, {has}"
    shared = scenario in ("single_stream", "server") and not any(run.error for run in runs.values())
    if shared and len(set(counts.values())) > 1:
        told = ", ".join(f"the {arm} {n}" for arm, n in counts.items())
        yield f"{where}: all get the same queries, but there are {told} (queries were deleted)"


def other_arrivals(results: Results, number: int, runs: Runs, where: str) -> Iterator[str]:
    """Yield which arm's queries were due at other moments than the seeds draw, or too few of them."""
    settings = results.settings
    if settings.target_qps is None:  # it failed before the load was chosen
        return
    least, most = [
        len(draw_arrivals(poisson_arrivals, settings, number, settings.target_qps, *asked))
        for asked in asked_of_server(results)
    ]
    for arm, run in runs.items():
        if run.error is None and not least <= run.n <= most:
            yield f"{where}: these settings draw {least} to {most} queries, the {arm} has {run.n} (deleted, or added)"
            continue
        expected = draw_arrivals(poisson_arrivals, settings, number, settings.target_qps, max(run.n, 1), 0)[: run.n]
        shift = run.scheduled_ns - expected
        if run.n and (different := np.flatnonzero(shift != shift[0]).tolist()):
            first = different[0]
            late = int(shift[first] - shift[0]) / NS_PER_S
            yield f"{where}: query {first} of the {arm} was due {late:+.6f} s from where the seeds draw it"


def asked_of_server(results: Results) -> list[tuple[int, int]]:
    """Return the least and the most (queries, ns) that may have been asked of each round of Server.

    What planned looks left of the settings is their part of what was asked, rounded up.
    """
    settings, done = results.settings, results.rounds_measured or 0
    n, ns = settings.min_queries, settings.min_duration_ns
    asked = [(n, ns), (n, ns)]
    if results.ended and results.planned and 0 < done < settings.limit:
        asked = [
            ((n - 1) * settings.limit // done + 1, max(0, ns - 1) * settings.limit // done),
            (n * settings.limit // done, ns * settings.limit // done),
        ]
    rounds = settings.at_least
    return [(math.ceil(n / rounds), math.ceil(ns / rounds)) for n, ns in asked]


def other_turns(results: Results, scenario: str, number: int, runs: Runs, where: str) -> Iterator[str]:
    """Yield where the models were asked in another order than the seeds draw."""
    if any(run.error or not run.n for run in runs.values()) or set(runs) != set(results[scenario].runs):
        return
    systems = max((list(result.runs) for result in results.values()), key=len)
    built = generator(results.settings, number, "build").permutation(systems).tolist()
    if scenario == "single_stream":
        if len({run.n for run in runs.values()}) > 1 or set(runs) != set(systems):
            return
        starts = np.stack([runs[arm].scheduled_ns for arm in built], axis=1)
        drawn = coin_flip_order(len(starts), len(built), generator(results.settings, number, "order"))
        in_turn: IntArray = np.take_along_axis(starts, drawn, axis=1)
        if wrong := np.flatnonzero((np.diff(in_turn, axis=1) < 0).any(axis=1)).tolist():
            yield f"{where}: at query {wrong[0]} it was another model's turn than the seeds draw"
        return
    drawn_arms = generator(results.settings, number, "turns", scenario).permutation(
        [arm for arm in built if arm != "control"]
    )
    if sorted(runs, key=lambda arm: int(runs[arm].scheduled_ns[0])) != drawn_arms.tolist():
        yield f"{where}: the models had the machine in another order than the seeds draw"
