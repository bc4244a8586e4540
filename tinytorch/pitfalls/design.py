"""Pitfalls of how two systems were compared and of what was reported. No formula mends these afterwards.

Most are deterministic: they read off an order, a count or a hash what went wrong. Knows arrays and numbers, not runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .arguments import check_latencies, check_numbers, check_share, check_timestamps
from .pitfall import Pitfall
from .series import batch_medians


def too_few_rounds(rounds: int, confidence: float = 0.95) -> Pitfall | None:
    """Return a pitfall if so many rounds give no interval of a median: 2 * 0.5**rounds > 1 - confidence; 6 at 95 %."""
    least = math.ceil(1 - math.log2(1 - check_share(confidence, "confidence")))
    if rounds >= least:
        return None
    evidence = f"{rounds} rounds; a {100 * confidence:g} % interval of a median takes {least}"
    return Pitfall("too few rounds", "there is no interval", evidence, f"run {max(10, least)} rounds", "invalid")


def between_run_variance(runs: Sequence[Any]) -> Pitfall | None:
    """Return a pitfall if runs differ by more than what is within them: F of 10 log batch medians a run, p < 0.01.

    And the spread between runs is over 1 %. `runs` holds the latencies of each, at least 10. Found in 72-92 % of real
    sets of 5 to 10 processes; flagged in vain: no process cut in pieces. Source: Kalibera and Jones 2013. Raises
    ValueError for fewer than 2 runs.
    """
    from scipy import stats

    if len(runs) < 2:
        raise ValueError(f"runs needs at least 2 runs, got {len(runs)}; one run says nothing about the next")
    checked = [check_latencies(run, f"runs[{i}]", least=10, virtual=True) for i, run in enumerate(runs)]
    logs = np.log([batch_medians(run, 10) for run in checked])
    k = len(logs)
    between, within = 10 * float(logs.mean(axis=1).var(ddof=1)), float(logs.var(axis=1, ddof=1).mean())
    spread = math.sqrt(max(0.0, between - within) / 10)
    if spread <= 0.01 or (within > 0 and stats.f.sf(between / within, k - 1, 9 * k) >= 0.01):
        return None
    evidence = f"the medians of {k} runs spread by {spread:.1%} around their mean, more than what is within a run"
    remedy = "take intervals over runs; a single run says little about the next"
    return Pitfall("between-run variance", "the runs differ from one another", evidence, remedy, "note")


def layout_bias(low: float, high: float, margin: float = 0.01) -> Pitfall | None:
    """Return a pitfall if the interval of an A/A control, model over its own rebuild, lies beyond the margin.

    Found: 99 % of two equal networks in one process that are not rebuilt; flagged in vain: none of 450 rebuilt ones.
    Source: Mytkowicz et al. 2009. Raises ValueError unless 0 < low <= high and margin > 0.
    """
    if not (0 < low <= high < math.inf and margin > 0):
        raise ValueError(
            f"an interval of a ratio needs 0 < low <= high and a margin over 0, got {low}, {high}, {margin}"
        )
    if low <= 1 + margin and high >= 1 / (1 + margin):
        return None
    evidence = f"the model took [{low:.3f}, {high:.3f}] times as long as its own copy"
    remedy = "build both anew in each round, from a factory: set_model(model, build=factory)"
    return Pitfall("layout bias", "two equal models differ, so something else than the model does", evidence, remedy)


def order_confounding(first_start_ns: Any, second_start_ns: Any) -> Pitfall | None:
    """Return a pitfall if two arms were not alternated: one wholly before the other, or too few changes of turn.

    Takes when each query (or round) of the two arms started. The runs test (Wald and Wolfowitz) at z < -2.33 flags
    AAAA BBBB always and never a coin-flip order within pairs, which changes turn at least once a pair.
    """
    first, second = (
        check_timestamps(starts, name, least=2)
        for starts, name in ((first_start_ns, "first_start_ns"), (second_start_ns, "second_start_ns"))
    )
    arms = np.repeat([0, 1], [len(first), len(second)])[np.argsort(np.concatenate([first, second]), kind="stable")]
    turns = 1 + int(np.count_nonzero(np.diff(arms)))
    n = len(arms)
    expected = 1 + 2 * len(first) * len(second) / n
    deviation = math.sqrt((expected - 1) * (expected - 2) / (n - 1))
    if turns > 2 and turns + 0.5 - expected >= -2.33 * deviation:
        return None
    evidence = f"{turns} turns in {n} starts, {expected:.0f} are expected of a random order"
    remedy = "interleave: each query to both models, in coin-flip order"
    return Pitfall("order confounding", "one model ran at another time than the other", evidence, remedy)


def different_inputs(first: Any, second: Any) -> Pitfall | None:
    """Return a pitfall unless both arms got the same inputs in the same order: two hashes, or two rows of indices."""
    if isinstance(first, str | bytes) or isinstance(second, str | bytes):
        same, evidence = first == second, f"{first!r} and {second!r}"
    else:
        rows = np.asarray(first), np.asarray(second)
        same, evidence = np.array_equal(*rows), f"{len(rows[0])} and {len(rows[1])} inputs"
        if len(rows[0]) == len(rows[1]) and not same:
            differing = np.flatnonzero(rows[0] != rows[1])
            evidence = f"{len(differing)} of {len(rows[0])} inputs differ, the first at index {differing[0]}"
    if same:
        return None
    remedy = "give both models the same queries"
    return Pitfall("different inputs", "the models did not get the same inputs", evidence, remedy, "invalid")


class AccuracyDrop(NamedTuple):
    """How much accuracy is lost against the reference, with its interval; 'pass', 'fail' or 'inconclusive'."""

    verdict: str
    drop: float
    low: float
    high: float
    limit: float  # the most that may be lost


def accuracy_drop(
    model_correct: Any, reference_correct: Any, share: float = 0.99, confidence: float = 0.90
) -> AccuracyDrop:
    """Return whether a model keeps `share` of the reference's accuracy, from which of the same samples each got right.

    Both have shape (n,), bool. The interval is Bonett and Price's for paired proportions (2012); at 90 % each of
    'pass' and 'fail' is wrong in 5 % of uses at most. Raises ValueError for unequal lengths, n = 0, or no correct
    answer of the reference.
    """
    from scipy import stats

    model, reference = np.asarray(model_correct, dtype=bool), np.asarray(reference_correct, dtype=bool)
    if model.shape != reference.shape or model.ndim != 1 or not reference.any():
        raise ValueError(
            f"model_correct and reference_correct need the same samples, some of them right in the reference, got "
            f"shapes {model.shape} and {reference.shape} with {np.count_nonzero(reference)} right"
        )
    n, z = len(model) + 2, float(stats.norm.ppf((1 + check_share(confidence, "confidence")) / 2))
    lost = (np.count_nonzero(reference & ~model) + 1) / n
    gained = (np.count_nonzero(model & ~reference) + 1) / n
    centre, half = lost - gained, z * math.sqrt((lost + gained - (lost - gained) ** 2) / n)
    limit = (1 - share) * float(reference.mean())
    low, high = float(centre - half), float(centre + half)
    verdict = "fail" if low > limit else "pass" if high < limit else "inconclusive"
    return AccuracyDrop(verdict, float(reference.mean() - model.mean()), low, high, limit)


def unequal_accuracy(model_correct: Any, reference_correct: Any, share: float = 0.99) -> Pitfall | None:
    """Return a pitfall if the model fails MLPerf's 99 % rule (invalid), or too few samples tell (a warning).

    Found: 5 points lost, 94 % at n = 500; flagged in vain: 5 % at 0.9 points. The bare accuracies flag 15 %.
    """
    return unequal_answers(accuracy_drop(model_correct, reference_correct, share))


def unequal_answers(found: AccuracyDrop, metric: str = "top1") -> Pitfall | None:
    """Return the pitfall of `unequal_accuracy` for a drop by any metric."""
    if found.verdict == "pass":
        return None
    lost = "larger errors on average" if metric == "regression" else "of the samples lost"
    evidence = f"{found.drop:.2%} {lost} [{found.low:.2%}, {found.high:.2%}], {found.limit:.2%} are allowed"
    if found.verdict == "fail":
        return Pitfall(
            "unequal accuracy", "the model answers worse", evidence, "speed does not count: mend the model", "invalid"
        )
    remedy = "measure accuracy on more samples"
    return Pitfall("unequal accuracy", "whether the model answers worse is not known", evidence, remedy)


def multiple_comparisons(p_values: Any, alpha: float = 0.05) -> Pitfall | None:
    """Return a pitfall if a p-value is under `alpha` only because it was not corrected for the others (Holm 1979).

    Uncorrected, 5 true null hypotheses give a false alarm in 22 % of reports and 20 in 63 %; with Holm in 5 %.
    """
    p = np.sort(check_numbers(p_values, "p_values"))
    if p[0] < 0 or p[-1] > 1:
        raise ValueError(f"p_values lie between 0 and 1, got {p[0]} to {p[-1]}")
    kept = int(np.argmin(np.append(p * np.arange(len(p), 0, -1) < check_share(alpha, "alpha"), False)))
    raw = int(np.count_nonzero(p < alpha))
    if raw == kept:
        return None
    evidence = f"{raw} of {len(p)} p-values are under {alpha:g}, {kept} with Holm's correction"
    remedy = "report Holm-adjusted p-values and intervals"
    return Pitfall("multiple comparisons", "with so many comparisons some succeed by chance", evidence, remedy)
