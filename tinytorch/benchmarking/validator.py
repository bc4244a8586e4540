"""The validator: whether results count, what they show, and what may mislead. Knows only results."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "9. Validator"; make it again with
# `tinytorch export`.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tinytorch.pitfalls import (
    AccuracyDrop,
    Pitfall,
    accuracy_drop,
    autocorrelation,
    best_of_k,
    between_run_variance,
    caching,
    closed_loop,
    coarse_timer,
    contention,
    dead_code,
    different_inputs,
    drift,
    layout_bias,
    level_step,
    mean_of_ratios,
    multimodality,
    optional_stopping,
    order_confounding,
    saturated,
    slow_warm_up,
    stalls,
    too_few_rounds,
    too_few_samples,
    unequal_accuracy,
    wrong_arrivals,
)

from .clock import NS_PER_MS
from .comparison import Comparison, RatioEstimate, compare, compare_control, round_pairs
from .loadgen import Run
from .results import Results
from .sut import IntArray

__all__ = [
    "StatisticalValidator",
    "Validation",
    "choice_pitfalls",
    "clearly_cold",
    "cold_start",
    "design_pitfalls",
    "find_pitfalls",
    "in_most",
    "server_pitfalls",
    "stream_pitfalls",
]


def cold_start(latency_ns: IntArray) -> Pitfall | None:
    """Return a pitfall if the first of the latencies (n,) stands far above the rest, else None.

    Threshold 14.8 MAD: found 99 % of real cold starts, and 2 to 10 % of warm runs: ask more than one round.
    """
    first, median = float(latency_ns[0]), float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if first - median <= 14.8 * mad:
        return None
    evidence = f"the first call took {first / NS_PER_MS:.3g} ms where the median is {median / NS_PER_MS:.3g} ms"
    return Pitfall("cold start", "the first call was not warm", evidence, "warm the model up before measuring")


def clearly_cold(latency_ns: IntArray) -> Pitfall | None:
    """Return what `cold_start` finds if the first call also took 1.2 times the median: 15 MAD can be very little.

    Found: the first calls of all 45 processes; flagged in vain: 5 % of 82 quiet warm runs, `cold_start` alone 7 %.
    """
    return cold_start(latency_ns) if latency_ns[0] > 1.2 * np.median(latency_ns) else None


def in_most(found: Sequence[Pitfall | None]) -> list[Pitfall]:
    """Return the first pitfall found if more than half of the rounds show one, else []."""
    seen = [pitfall for pitfall in found if pitfall is not None]
    return seen[:1] if 2 * len(seen) > len(found) else []


def stream_pitfalls(runs: Sequence[Run], results: Results) -> list[Pitfall | None]:
    """Return what the detectors see in one arm's Single-Stream rounds."""
    rounds = [run.latency_ns for run in runs]
    latency_ns, indices = np.concatenate(rounds), np.concatenate([run.sample_indices for run in runs])
    lazy = dead_code(latency_ns, results.empty_call_ns) if results.empty_call_ns else None
    coarse = coarse_timer(latency_ns, results.clock_step_ns or None)
    if latency_ns.min() <= 0:
        return [coarse, lazy]
    preempted, cpu_ns = sum(run.preempted for run in runs), sum(run.cpu_ns for run in runs)
    wall_ns = sum(run.duration_ns for run in runs)
    by_round = [
        in_most([detect(one) for one in rounds]) for detect in (clearly_cold, slow_warm_up, stalls, multimodality)
    ]
    return [
        *(pitfall for found in by_round for pitfall in found),
        coarse,
        lazy,
        drift(latency_ns),
        level_step(latency_ns, np.random.default_rng(results.settings.seed)),
        autocorrelation(latency_ns),
        between_run_variance(rounds),
        caching(latency_ns, indices),
        contention(preempted, cpu_ns, wall_ns) if cpu_ns else None,
        too_few_samples(len(latency_ns), 0.9),
    ]


def server_pitfalls(runs: Sequence[Run], results: Results) -> list[Pitfall | None]:
    """Return what the detectors see in one arm's Server rounds."""
    settings = results.settings
    moments = [(run.scheduled_ns, run.issued_ns, run.completed_ns) for run in runs]
    gaps = np.concatenate([np.diff(run.scheduled_ns) for run in runs])
    alone = settings.max_batch == 1 and settings.workers == 1
    return [
        *in_most([closed_loop(*moment) if alone else None for moment in moments]),
        *in_most([saturated(due, done) for due, _, done in moments]),
        wrong_arrivals(gaps, settings.target_qps) if settings.target_qps else None,
        too_few_samples(sum(run.n for run in runs), settings.percentile),
    ]


def choice_pitfalls(results: Results) -> list[Pitfall | None]:
    """Return whether these are all the rounds that were planned and measured, and all the runs there were."""
    found: list[Pitfall | None] = []
    if results.rounds_measured is not None and results.complete:
        held = [len(runs) for result in results.values() for runs in result.runs.values()]
        found.append(optional_stopping(results.settings.rounds, results.rounds_measured))
        found.append(best_of_k(max([results.rounds_measured, *held]), min([results.rounds_measured, *held])))
    if again := best_of_k(results.runs_before + 1, 1):
        remedy = "report the first run, or say how many there were"
        found.append(again._replace(remedy=remedy, severity="warning"))  # a rehearsal is no crime
    return found


def design_pitfalls(results: Results, control: RatioEstimate | None, margin: float) -> list[Pitfall | None]:
    """Return what is wrong with the way in which the models were compared."""
    found = [too_few_rounds(results.settings.rounds, results.settings.confidence), *choice_pitfalls(results)]
    if control is not None:
        found.append(layout_bias(*control.interval[:2], margin))
    if results.baseline_name is None:
        return found
    if not results.layout_controlled:
        remedy = "pass a factory: set_model(model, build=factory)"
        evidence = "a model could not be built anew for each round"
        found.append(Pitfall("layout bias", "memory layout is not controlled", evidence, remedy))
    for scenario, result in results.items():
        for reason in result.reasons.get("baseline", []):
            claim, where = f"the baseline's runs do not count: {reason.claim}", f"{scenario}, baseline"
            found.append(Pitfall("invalid baseline", claim, reason.evidence, reason.remedy, where=where))
        pairs = list(zip(result.runs["model"], result.runs["baseline"], strict=False))
        if scenario != "offline":
            found += in_most([different_inputs(one.sample_indices, other.sample_indices) for one, other in pairs])
        if scenario == "single_stream":
            starts = [(one.scheduled_ns, other.scheduled_ns) for one, other in pairs if min(one.n, other.n) > 20]
            found += in_most([order_confounding(*start) for start in starts])
    for (scenario, quantity), (model, baseline) in round_pairs(results).items():
        if uneven := mean_of_ratios(np.array(model) / np.array(baseline)):
            found.append(uneven._replace(severity="note", where=f"{scenario}, {quantity}"))  # nobody averages them here
    if results.labels is not None and {"model", "baseline"} <= set(results.classes):
        found.append(unequal_accuracy(*(results.classes[arm] == results.labels for arm in ("model", "baseline"))))
    return found


def find_pitfalls(results: Results, control: RatioEstimate | None, margin: float) -> list[Pitfall]:
    """Return every pitfall that the detectors see, with where they see it. On virtual time nothing is noisy."""
    found = [pitfall for pitfall in design_pitfalls(results, control, margin) if pitfall is not None]
    detectors = {"server": server_pitfalls} | ({} if results.virtual_time else {"single_stream": stream_pitfalls})
    for scenario, detect in detectors.items():
        for arm in ("model", "baseline"):
            every = results[scenario].runs.get(arm, []) if scenario in results else []
            runs = [run for run in every if run.n > 20 and run.error is None]
            seen = detect(runs, results) if runs else []
            found += [pitfall._replace(where=f"{scenario}, {arm}") for pitfall in seen if pitfall is not None]
    places: dict[Pitfall, list[str]] = {}
    for pitfall in found:
        places.setdefault(pitfall._replace(where=""), []).append(pitfall.where)
    return [pitfall._replace(where="; ".join(filter(None, where))) for pitfall, where in places.items()]


@dataclass(frozen=True)
class Validation:
    """What the results show. `significant` is True only for a shown improvement over the baseline."""

    significant: bool
    valid: bool
    comparisons: list[Comparison]
    pitfalls: list[Pitfall]
    accuracy: AccuracyDrop | None
    why: str
    control: RatioEstimate | None = None  # A against A: the model's rebuild over the model

    @property
    def required_rounds(self) -> int | None:
        """How many rounds would resolve every comparison; None where all are resolved."""
        return max((c.required_rounds for c in self.comparisons if c.required_rounds), default=None)


class StatisticalValidator:
    """Says what results show. Uses the results' own confidence and margin unless told otherwise."""

    def __init__(self, confidence: float | None = None, margin: float | None = None) -> None:
        self.confidence, self.margin = confidence, margin

    def validate_results(self, results: Results) -> Validation:
        """Return whether the results are valid, how the model compares with the baseline, and the pitfalls found."""
        confidence = results.settings.confidence if self.confidence is None else self.confidence
        margin = results.settings.margin if self.margin is None else self.margin
        control = compare_control(results, confidence)
        pitfalls = find_pitfalls(results, control, margin)
        sound = all(result.valid for result in results.values()) and not any(p.severity == "invalid" for p in pitfalls)
        valid = bool(results) and results.complete and sound
        voided = not results.complete or any(pitfall.severity == "invalid" for pitfall in pitfalls)
        comparisons = compare(results, confidence, margin) if results.baseline_name is not None else []
        if voided:
            comparisons = [replace(c, verdict="no claim", required_rounds=None) for c in comparisons]
        correct = {arm: classes == results.labels for arm, classes in results.classes.items()}
        accuracy = accuracy_drop(correct["model"], correct["baseline"]) if "baseline" in correct else None
        shown, why = self.conclude(results, voided, comparisons, accuracy)
        return Validation(shown, valid, comparisons, pitfalls, accuracy, why, control)

    def conclude(
        self, results: Results, voided: bool, comparisons: Sequence[Comparison], accuracy: AccuracyDrop | None
    ) -> tuple[bool, str]:
        """Return whether an improvement was shown in a scenario whose runs count, and why or why not."""
        places: dict[str, str] = {}
        for comparison in comparisons:
            if comparison.verdict != "no claim":
                places.setdefault(comparison.verdict, comparison.scenario)
        compared = results.baseline_name is not None
        if compared and accuracy is not None and accuracy.verdict == "fail":
            return False, "the model answers worse than 99 % of the baseline's accuracy"
        if voided or not (places if compared else any(result.valid for result in results.values())):
            return False, "the runs do not count, so they show nothing"
        if not compared:
            return False, "no baseline was set, so nothing was compared"
        if "faster" in places and "slower" in places:
            return False, f"faster in {places['faster']}, slower in {places['slower']}"
        if "slower" in places:
            return False, f"it was shown to be slower in {places['slower']}"
        if "faster" not in places:
            return False, "no improvement beyond the margin was shown"
        return True, "an improvement beyond the margin was shown"
