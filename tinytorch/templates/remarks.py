"""The sentences that stand below a report's answer: what does not count, what was not compared, what stays open.

Knows results and what was concluded of them; concludes nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tinytorch.runs.results import StoredResults
from tinytorch.templates.words import finished, names_of, title


def remarks(results: StoredResults, validation: Any) -> list[str]:
    """Return a sentence each: rounds that are missing, scenarios that do not count, what the answer does not say."""
    return [
        *_missing(results),
        *_void(results),
        *_slower(results, validation.comparisons),
        *_uncompared(results, validation.comparisons),
        *_accuracy(results, validation.accuracy),
    ]


def times(ratio: float) -> str:
    """Return how many times as long something took, as people read it: 2,180 times, 1.31 times."""
    return f"{float(f'{ratio:.3g}'):,.10g} times"


def _missing(results: StoredResults) -> Iterator[str]:
    measured, planned = results.rounds_measured, results.settings.limit
    if measured is not None and measured < planned and not results.ended:
        yield f"{measured} of {planned} rounds were measured to their end; what the next one began is in the data."


def _void(results: StoredResults) -> Iterator[str]:
    called = names_of(results)
    for scenario, result in results.items():
        claims = {arm: [reason.claim for reason in result.reasons.get(arm, [])] for arm in called}
        for arm, name in called.items():
            if claims[arm]:
                yield f"{title(scenario)} does not count for {name}: {', '.join(dict.fromkeys(claims[arm]))}."


def _slower(results: StoredResults, comparisons: Sequence[Any]) -> Iterator[str]:
    slow = [c for c in comparisons if c.verdict == "slower"]
    if slow:
        named = [f"{times(c.ratio)} in {title(c.scenario)} ({c.quantity})" for c in slow]
        yield f"{results.model_name} takes longer than {results.baseline_name}: {', '.join(named)}."


def _uncompared(results: StoredResults, comparisons: Sequence[Any]) -> Iterator[str]:
    """Why a scenario that both models ended and that counts has no row in the comparison."""
    compared = {c.scenario for c in comparisons}
    for scenario, result in results.items():
        ended = [len(finished(result, arm)) for arm in ("model", "baseline")]
        if results.baseline_name is None or scenario in compared or not all(ended):
            continue
        if any(result.reasons.get(arm) for arm in ("model", "baseline")):
            continue
        if min(ended) < 2:
            why = "one round gives no interval; run 6 or more"
        elif scenario == "multi_stream":
            why = "it has no quantity to compare; the table shows both"
        else:
            why = "the ratio was the same in every round, so there is no interval; the table shows both"
        yield f"{title(scenario)} counts and was not compared: {why}."


def _accuracy(results: StoredResults, accuracy: Any) -> Iterator[str]:
    if accuracy is not None and accuracy.verdict == "inconclusive":
        unit = "% of the error" if results.mean_error else "percentage points of accuracy"
        loss, allowed = f"{100 * accuracy.high:.1f} {unit}", f"{100 * accuracy.limit:.1f}"
        yield f"A loss of up to {loss} is not excluded, where {allowed} are allowed; give more samples."
