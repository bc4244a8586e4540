"""`tinytorch compare old.json new.json`: did the model get slower? For continuous integration.

Exit status: 0 no regression was shown, 1 a regression was shown, 2 the two cannot be compared. Two results are two
sessions on a machine that changed in between. Where both measured the same baseline, the change of the ratio to it is
tested, which cancels that; where not, the output says so.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tinytorch.benchmarking import Results

EXAMPLE = """example:
  tinytorch perf "package.module:build()" --baseline "package.module:reference()" --json new.json
  tinytorch compare old.json new.json
"""
COMPARED_SETTINGS = ("max_batch", "batch_timeout_ns", "workers", "batch_size", "percentile", "latency_target_ns")


class NotComparableError(ValueError):
    """Two results that do not answer the same question."""


@dataclass(frozen=True)
class Change:
    """New over old, for something where less is better; `paired` where a shared baseline cancels the machine."""

    scenario: str
    quantity: str
    ratio: float
    low: float
    high: float
    verdict: str
    paired: bool


def add_compare(commands: Any) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "compare",
        help="compare two saved results and exit with 1 if the newer is slower",
        description="Say whether the model got slower between two results that `tinytorch perf --json` saved.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("old", type=Path, help="the results before")
    parser.add_argument("new", type=Path, help="the results after")
    parser.add_argument("--margin", type=float, default=0.05, help="a change smaller than this passes (default: 0.05)")
    parser.set_defaults(run=run_compare)


def run_compare(options: argparse.Namespace) -> int:
    """Print the changes and return the exit status."""
    from tinytorch.benchmarking import load_results

    try:
        old, new = load_results(options.old), load_results(options.new)
        check_comparable(old, new)
        changes = compare_results(old, new, options.margin)
    except (OSError, ValueError) as error:
        print(f"tinytorch compare: {error}", file=sys.stderr)
        return 2
    for change in changes:
        how = f"{change.ratio:.3f} [{change.low:.3f}, {change.high:.3f}]"
        print(f"{change.scenario:14} {change.quantity:24} new / old {how:24} {change.verdict}")
    if changes and not changes[0].paired:
        print(
            "note: without a baseline in both files the machine's own change between the two sessions is in the ratio;"
        )
        print("      set the same --baseline in both to cancel it")
    return 1 if any(change.verdict == "slower" for change in changes) else 0


def check_comparable(old: Results, new: Results) -> None:
    """Raise NotComparableError unless both are complete, valid and of the same data and settings."""
    for name, results in (("old", old), ("new", new)):
        if not results.complete:
            raise NotComparableError(f"the {name} results are incomplete: {results.error}; run them again")
        for scenario, result in results.items():
            if not result.valid:
                reason = result.reasons["model"][0]
                raise NotComparableError(
                    f"{scenario} of the {name} results is INVALID: {reason.claim}; {reason.remedy}"
                )
    pairs = {"dataset": (old.dataset_fingerprint, new.dataset_fingerprint), "scenarios": (sorted(old), sorted(new))}
    pairs |= {name: (getattr(old.settings, name), getattr(new.settings, name)) for name in COMPARED_SETTINGS}
    if "server" in old and "server" in new:
        pairs["target_qps"] = old.settings.target_qps, new.settings.target_qps
    for name, (one, other) in pairs.items():
        if one != other:
            raise NotComparableError(f"the two must share their {name}, got {one} and {other}; set it the same in both")
    cpus = old.environment.get("CPU"), new.environment.get("CPU")
    if cpus[0] != cpus[1] and old.baseline_name is None:
        raise NotComparableError(f"measured on {cpus[0]} and on {cpus[1]}; set a baseline in both to compare machines")


def compare_results(old: Results, new: Results, margin: float, confidence: float = 0.95) -> list[Change]:
    """Return the change of every quantity, Welch's interval on logs of the rounds at a Bonferroni level.

    Raises NotComparableError if a result has fewer than 6 rounds.
    """
    from scipy import stats

    from tinytorch.benchmarking import Interval, verdict

    paired = old.baseline_name is not None and old.baseline_name == new.baseline_name
    rows = list(_log_rounds(old, new, paired))
    changes = []
    for scenario, quantity, before, after in rows:
        if min(len(before), len(after)) < 6:
            raise NotComparableError(f"{scenario} has {min(len(before), len(after))} rounds; 6 are the least")
        result = stats.ttest_ind(after, before, equal_var=False)
        interval, wide = (result.confidence_interval(level) for level in (1 - (1 - confidence) / len(rows), 0.9))
        low, high = np.exp([interval.low, interval.high]).tolist()
        equal = Interval(*np.exp([wide.low, wide.high]).tolist(), 0.9)
        word = verdict(Interval(low, high, confidence), equal, margin)
        ratio = float(np.exp(after.mean() - before.mean()))
        changes.append(Change(scenario, quantity, ratio, low, high, word, paired))
    return changes


def _log_rounds(
    old: Results, new: Results, paired: bool
) -> Iterator[tuple[str, str, npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    from tinytorch.benchmarking import QUANTITIES

    for (scenario, quantity), value in QUANTITIES.items():
        if scenario not in old:
            continue
        logs = []
        for results in (old, new):
            runs = results[scenario].runs
            log = np.log([value(run) for run in runs["model"]])
            logs.append(log - np.log([value(run) for run in runs["baseline"]]) if paired else log)
        yield scenario, quantity, logs[0], logs[1]
