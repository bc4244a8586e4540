"""The validator: whether results count, what they show, and what may mislead. Knows only results."""

# Generated from modules/source/13_benchmarking/benchmarking_dev.py, section "9. StatisticalValidator"; make it again
# with `tinytorch export`.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from tinytorch.pitfalls import AccuracyDrop, Detectors, Pitfall, paired_accuracy, survey
from tinytorch.runs import IntArray, Step

from .comparison import Comparison, RatioEstimate, compare, compare_control, round_pairs
from .scenarios import Results

__all__ = [
    "STEPS",
    "AccuracyDrop",
    "Pitfall",
    "StatisticalValidator",
    "Steps",
    "Validation",
    "closed_loop",
    "cold_start",
    "conclude",
    "drift",
    "find_pitfalls",
    "in_most",
]


def cold_start(latency_ns: IntArray) -> Pitfall | None:
    """Return a pitfall if the first of the latencies (n,) stands far above all.

    Found 99 % of real cold starts, and 2 to 10 % of warm runs: ask more than one round.
    """
    first, median = float(latency_ns[0]), float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if first - median <= 14.8 * mad:
        return None
    evidence = f"the first call took {first:,.0f} ns, the median is {median:,.0f} ns"
    remedy = "warm the model up before measuring"
    return Pitfall("cold start", "the first call was not warm", evidence, remedy)


def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    """Return a pitfall if the medians of 20 batches rise or fall by over `least`.

    Found: 99 % of drifts of 10 %; flagged in vain: 1 %. Source: Hoefler and Belli 2015.
    """
    from scipy import stats

    if len(latency_ns) < 200:
        return None
    medians = [float(np.median(batch)) for batch in np.array_split(latency_ns, 20)]
    flat = max(medians) == min(medians)
    if flat or stats.kendalltau(range(20), medians).pvalue >= 0.01:
        return None
    total = 19 * float(stats.theilslopes(medians).slope) / float(np.median(medians))
    if abs(total) <= least:
        return None
    evidence = f"{total:+.0%} from the first to the last of 20 batches"
    remedy = "let the machine settle, close other programs, run again"
    return Pitfall("drift", "latency drifted", evidence, remedy)


def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    """Return a pitfall if no query was due before the one before it was answered.

    Found: every sender that waits, from a load of 0.3; flagged in vain: no open loop.
    """
    took_ns = max(1, int(completed_ns.max() - scheduled_ns[0]))
    busy = int((completed_ns - issued_ns).sum()) / took_ns
    overlaps = bool((scheduled_ns[1:] < completed_ns[:-1]).any())
    if len(scheduled_ns) < 30 or busy <= 0.2 or overlaps:
        return None
    claim, n = "the sender waited for answers", len(scheduled_ns)
    evidence = f"none of {n} was due before the last was answered, at {busy:.0%} load"
    remedy = "fix the arrivals beforehand and count latency from them, as server() does"
    return Pitfall("closed loop", claim, evidence, remedy, "invalid")


def in_most(found: Sequence[Pitfall | None]) -> list[Pitfall]:
    """Return [the first pitfall] if more than half of the rounds show one, else []."""
    seen = [pitfall for pitfall in found if pitfall is not None]
    return seen[:1] if 2 * len(seen) > len(found) else []


def conclude(
    comparisons: Sequence[Comparison],
    has_baseline: bool,
    counts: bool,
    accuracy: str | None,
) -> tuple[bool, str]:
    """Return whether an improvement was shown, and why or why not.

    `counts`: some runs count; `accuracy`: its check's verdict, such as 'fail', or None.
    """
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict != "no claim":
            places.setdefault(c.verdict, c.scenario)
    if accuracy == "fail":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    if not counts or (has_baseline and not places):
        return False, "the runs do not count, so they show nothing"
    if not has_baseline:
        return False, "no baseline was set, so nothing was compared"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "slower" in places:
        return False, f"it was shown to be slower in {places['slower']}"
    if "faster" not in places:
        return False, "no improvement beyond the margin was shown"
    return True, "an improvement beyond the margin was shown"


@dataclass(frozen=True)
class Validation:
    """What the results show. `significant`: an improvement was shown."""

    significant: bool
    valid: bool
    comparisons: list[Comparison]
    pitfalls: list[Pitfall]
    accuracy: AccuracyDrop | None
    why: str
    control: RatioEstimate | None = None


def find_pitfalls(
    results: Results, control: RatioEstimate | None, margin: float
) -> list[Pitfall]:
    """Return every pitfall that a detector sees, yours and those of the library."""
    yours = Detectors(cold_start, drift, closed_loop, in_most)
    interval = None if control is None else control.interval[:2]
    return survey(results, yours, interval, margin, round_pairs(results))


class Steps(NamedTuple):
    """The functions that a validator asks, one after the other."""

    control: Step  # results, confidence
    pitfalls: Step  # results, control, margin
    compare: Step  # results, confidence, margin
    accuracy: Step  # results
    conclude: Step  # comparisons, has_baseline, counts, accuracy


STEPS = Steps(compare_control, find_pitfalls, compare, paired_accuracy, conclude)


class StatisticalValidator:
    """Says what results show, at the results' own confidence and margin unless told."""

    def __init__(
        self,
        confidence: float | None = None,
        margin: float | None = None,
        steps: Steps = STEPS,
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        """Return whether they are valid, how the model compares, and the pitfalls."""
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        each = [result.valid for result in results.values()]
        compared, word = (
            results.baseline_name is not None,
            accuracy and accuracy.verdict,
        )
        facts = comparisons, compared, sound and any(each), word
        shown, why = self.steps.conclude(*facts)
        valid = sound and bool(each) and all(each)
        return Validation(shown, valid, comparisons, pitfalls, accuracy, why, control)
