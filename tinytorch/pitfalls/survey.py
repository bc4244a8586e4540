"""All detectors, each where it belongs in a benchmark's results. Decides on no result: it reports what it sees.

One that looks at rounds one by one is believed when most rounds show it: what one round in ten shows is chance. The
detectors that a student writes are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tinytorch.looks import looks
from tinytorch.runs.pairs import Pair
from tinytorch.runs.results import StoredResults
from tinytorch.runs.run import IntArray, Run

from .answers import error_growth, score_drop
from .design import (
    AccuracyDrop,
    accuracy_drop,
    between_run_variance,
    different_inputs,
    layout_bias,
    order_confounding,
    too_few_rounds,
    unequal_answers,
)
from .latencies import coarse_timer, contention, dead_code, multimodality, stalls, too_few_samples
from .load import caching, offered_load, saturated, wrong_arrivals
from .pitfall import Pitfall
from .report import best_of_k, mean_of_ratios, optional_stopping
from .series import autocorrelation, level_step, slow_warm_up

Found = list[Pitfall | None]
COMPARED = ("model", "baseline")
BoolArray = npt.NDArray[np.bool_]


class Detectors(NamedTuple):
    """The detectors that are handed in, and the rule that believes what most rounds show."""

    cold_start: Callable[[IntArray], Pitfall | None]
    drift: Callable[[IntArray], Pitfall | None]
    closed_loop: Callable[[IntArray, IntArray, IntArray], Pitfall | None]
    in_most: Callable[[Sequence[Pitfall | None]], Sequence[Pitfall]]


def survey(
    results: StoredResults,
    detectors: Detectors,
    control: tuple[float, float] | None,
    margin: float,
    pairs: Sequence[Pair],
) -> list[Pitfall]:
    """Return every pitfall that the detectors see, with where they see it. On virtual time nothing is noisy.

    `control` is the interval of the A/A ratio, where it was measured; `pairs` what was compared, round by round. Raises
    ValueError for a margin that is not positive.
    """
    if not 0 < margin < np.inf:
        raise ValueError(f"margin is above 0 and finite, for example 0.01 for 1 %, got {margin}")
    found = [pitfall for pitfall in _of_the_design(results, detectors, control, margin, pairs) if pitfall is not None]
    looks = {"server": _of_the_load} | ({} if results.virtual_time else {"single_stream": _of_the_stream})
    for scenario, look in looks.items():
        for arm in COMPARED:
            every = results[scenario].runs.get(arm, []) if scenario in results else []
            runs = [run for run in every if run.n > 20 and run.error is None]
            seen = look(runs, results, detectors) if runs else []
            found += [pitfall._replace(where=f"{scenario}, {arm}") for pitfall in seen if pitfall is not None]
    places: dict[Pitfall, list[str]] = {}
    for each in found:
        places.setdefault(each._replace(where=""), []).append(each.where)
    return [pitfall._replace(where="; ".join(filter(None, where))) for pitfall, where in places.items()]


def _of_the_stream(runs: Sequence[Run], results: StoredResults, detectors: Detectors) -> Found:
    """What one arm's Single-Stream rounds show."""
    rounds = [run.latency_ns for run in runs]
    latency_ns, indices = np.concatenate(rounds), np.concatenate([run.sample_indices for run in runs])
    lazy = dead_code(latency_ns, results.empty_call_ns) if results.empty_call_ns else None
    coarse = coarse_timer(latency_ns, results.clock_step_ns or None)
    if latency_ns.min() <= 0:
        return [coarse, lazy]
    preempted, cpu_ns = sum(run.preempted for run in runs), sum(run.cpu_ns for run in runs)
    wall_ns = sum(run.duration_ns for run in runs)
    each: list[Callable[[Any], Pitfall | None]] = [slow_warm_up, stalls, multimodality]
    cold = [clearly_cold(one, detectors.cold_start) for one in rounds]
    by_round = [cold, *([detect(one) for one in rounds] for detect in each)]
    return [
        *(pitfall for found in by_round for pitfall in detectors.in_most(found)),
        coarse,
        lazy,
        detectors.drift(latency_ns),
        level_step(latency_ns, np.random.default_rng(results.settings.seed)),
        autocorrelation(latency_ns),
        between_run_variance(rounds) if len(rounds) > 1 else None,
        caching(latency_ns, indices),
        contention(preempted, cpu_ns, wall_ns) if cpu_ns else None,
        too_few_samples(len(latency_ns), 0.9),
    ]


def clearly_cold(latency_ns: IntArray, cold_start: Callable[[IntArray], Pitfall | None]) -> Pitfall | None:
    """What `cold_start` finds if the first call also took 1.2 times the median: 15 MAD can be very little.

    Found: the first calls of all 45 processes; flagged in vain: 5 % of 82 quiet warm runs, `cold_start` alone 7 %.
    """
    return cold_start(latency_ns) if latency_ns[0] > 1.2 * np.median(latency_ns) else None


def _of_the_load(runs: Sequence[Run], results: StoredResults, detectors: Detectors) -> Found:
    """What one arm's Server rounds show."""
    settings, in_most = results.settings, detectors.in_most
    moments = [(run.scheduled_ns, run.issued_ns, run.completed_ns) for run in runs]
    gaps = np.concatenate([np.diff(run.scheduled_ns) for run in runs])
    one_by_one = settings.max_batch == 1 and settings.workers == 1
    behind: Found = list(in_most([saturated(due, done) for due, _, done in moments]))
    if one_by_one and settings.target_qps:  # then work and rate are known, and say more than a short queue
        service_ns = np.concatenate([run.completed_ns - run.issued_ns for run in runs])
        behind = [offered_load(service_ns, settings.target_qps)]
    return [
        *in_most([detectors.closed_loop(*moment) if one_by_one else None for moment in moments]),
        *behind,
        wrong_arrivals(gaps, settings.target_qps) if settings.target_qps else None,
        too_few_samples(sum(run.n for run in runs), settings.percentile),
    ]


def _of_the_choice(results: StoredResults) -> Found:
    """Whether these are all the rounds that were planned and measured, and all the runs there were."""
    found: Found = []
    if results.rounds_measured is not None and results.complete:
        held = [len(runs) for result in results.values() for runs in result.runs.values()]
        planned = results.settings.rounds or looks(results.settings.most_rounds)
        found.append(optional_stopping(planned, results.rounds_measured))
        found.append(best_of_k(max([results.rounds_measured, *held]), min([results.rounds_measured, *held])))
    if again := best_of_k(results.runs_before + 1, 1):
        remedy = "report the first run, or say how many there were"
        found.append(again._replace(remedy=remedy, severity="warning"))  # a rehearsal is no crime
    return found


def _of_the_design(
    results: StoredResults,
    detectors: Detectors,
    control: tuple[float, float] | None,
    margin: float,
    pairs: Sequence[Pair],
) -> Found:
    """What is wrong with the way in which the models were compared."""
    rounds = results.settings.rounds or results.rounds_measured or 0
    found: Found = [too_few_rounds(rounds, results.settings.confidence), *_of_the_choice(results)]
    if control is not None:
        found.append(layout_bias(*control, margin))
    if results.baseline_name is None:
        return found
    if not results.layout_controlled:
        remedy = "pass a factory: set_model(model, build=factory)"
        evidence = "a model could not be built anew for each round"
        found.append(Pitfall("layout bias", "memory layout is not controlled", evidence, remedy))
    found += _of_the_baseline(results, detectors)
    for pair in pairs:
        if uneven := mean_of_ratios(np.array(pair.model) / np.array(pair.baseline)):
            where = f"{pair.scenario}, {pair.quantity}"
            found.append(uneven._replace(severity="note", where=where))  # nobody averages them here
    return [*found, _of_the_answers(results)]


def _of_the_baseline(results: StoredResults, detectors: Detectors) -> Found:
    """Whether the baseline's runs count, and whether both were given the same in a fair order."""
    found: Found = []
    for scenario, result in results.items():
        for reason in result.reasons.get("baseline", []):
            claim, where = f"the baseline's runs do not count: {reason.claim}", f"{scenario}, baseline"
            found.append(Pitfall("invalid baseline", claim, reason.evidence, reason.remedy, where=where))
        pairs = list(zip(result.runs["model"], result.runs["baseline"], strict=False))
        if scenario != "offline":
            found += detectors.in_most(
                [different_inputs(one.sample_indices, other.sample_indices) for one, other in pairs]
            )
        if scenario == "single_stream":
            starts = [(one.scheduled_ns, other.scheduled_ns) for one, other in pairs if min(one.n, other.n) > 20]
            found += detectors.in_most([order_confounding(*start) for start in starts])
    return found


def paired_accuracy(results: StoredResults) -> AccuracyDrop | None:
    """Return how much worse the model answers than the baseline; None where that was not measured."""
    if {"model", "baseline"} <= set(results.scores):
        compared = error_growth if results.metric == "regression" else score_drop
        return compared(results.scores["model"], results.scores["baseline"])
    right = _right_answers(results)
    return accuracy_drop(*right) if right is not None and right[1].any() else None


def _right_answers(results: StoredResults) -> tuple[BoolArray, BoolArray] | None:
    """Which samples (n,) model and baseline answered rightly; None where that was not measured of both."""
    if results.labels is None or not {"model", "baseline"} <= set(results.classes):
        return None
    return results.classes["model"] == results.labels, results.classes["baseline"] == results.labels


def _of_the_answers(results: StoredResults) -> Pitfall | None:
    """Whether the model answers worse than its baseline, which must answer something rightly itself."""
    found, right = paired_accuracy(results), _right_answers(results)
    if found is not None or right is None:
        return None if found is None else unequal_answers(found, results.metric)
    evidence = f"0 of {len(right[1])} answers are right"
    remedy = "look at the labels, or name a baseline that answers"
    return Pitfall("unequal accuracy", "the baseline answers nothing rightly", evidence, remedy, "invalid")
