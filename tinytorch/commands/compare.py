"""`tinytorch compare old.json new.json`: did the model get slower or worse? For continuous integration.

Exit status: 0 no regression was shown, 1 a regression was shown (with --strict also where one was not resolved), 2 the
two cannot be compared. Two results are two sessions on a machine that changed in between. Where both measured the same
baseline, the change of the ratio to it is tested, which cancels that; where not, the two are shown side by side and
nothing is claimed of their times.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinytorch.commands.annotations import for_github
from tinytorch.commands.commandline import refusal

if TYPE_CHECKING:
    from tinytorch.benchmarking import Results
    from tinytorch.commands.sessions import Change
    from tinytorch.pitfalls import AccuracyDrop

UNPAIRED = (
    "the machine's own change between the two sessions is in their times; measure both with the same --baseline, "
    "which cancels it"
)
EPILOG = """example, the first line once for each version of the model, the baseline the same in both:
  tinytorch perf "mine:model()" --baseline "mine:reference()" --qps 100 --json new.json
  tinytorch compare old.json new.json

exit status: 0 no regression was shown, 1 a regression was shown (slower by more than the margin, or less than 99 % of
the accuracy; with --strict also where that is not resolved), 2 the two cannot be compared: without a shared baseline
they are shown side by side
"""
COMPARED_SETTINGS = (
    "max_batch", "batch_timeout_ns", "workers", "batch_size", "samples_per_query", "control", "percentile",
    "latency_target_ns",
)  # fmt: skip
MACHINE = ("CPU", "CPU cores usable", "operating system", "Python", "numpy", "BLAS", "BLAS threads")


def add_compare(commands: Any) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "compare",
        help="compare two saved results and exit with 1 if the newer is slower",
        description="Say whether the model got slower, against a baseline that both of two saved results share.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("old", type=Path, help="the results before")
    parser.add_argument("new", type=Path, help="the results after")
    parser.add_argument(
        "--margin", type=_margin, default=0.05, help="a change smaller than this passes (default: 0.05)"
    )
    parser.add_argument("--json", action="store_true", help="print the changes as JSON, for a script")
    parser.add_argument("--strict", action="store_true", help='end with 1 also where a change is "not resolved"')
    parser.add_argument("--annotate", action="store_true", help="print what GitHub Actions shows beside a change")
    parser.set_defaults(run=run_compare)


def _margin(text: str) -> float:
    try:
        margin = float(text)
    except ValueError:
        margin = math.nan
    if not 0 <= margin < math.inf:
        raise argparse.ArgumentTypeError(f"a margin is a number from 0 up, such as 0.05, got {text}")
    return margin


def run_compare(options: argparse.Namespace) -> int:
    """Print the changes and return the exit status."""
    from tinytorch.commands.sessions import compare_results, is_paired, side_by_side

    try:
        old, new = read(options.old), read(options.new)
        check_comparable(old, new)
        paired = is_paired(old, new)
        changes = compare_results(old, new, options.margin) if paired else []
        drop = compare_accuracy(old, new)
    except (OSError, ValueError) as error:
        print(f"tinytorch compare: {refusal(error)}", file=sys.stderr)
        return 2
    worse = any(change.verdict == "slower" for change in changes) or (drop is not None and drop.verdict == "fail")
    unresolved = any(change.verdict == "not resolved" for change in changes)
    doubtful = unresolved or (drop is not None and drop.verdict != "pass")
    remarks = list(notes(old, new, options.margin))
    if options.json:
        said = as_data(changes, drop, remarks, worse) | {"comparable": paired, "medians": side_by_side(old, new)}
        print(json.dumps(said, indent=1, allow_nan=False))
    else:
        print_changes(old, new, changes, drop)
        for note in remarks:
            print(f"note: {note}")
    for line in for_github(changes, drop, options.strict) if options.annotate else ():
        print(line, file=sys.stderr if options.json else sys.stdout)
    if not paired:
        print(f"tinytorch compare: not comparable: {UNPAIRED}", file=sys.stderr)
    return 1 if worse or (options.strict and doubtful) else 0 if paired else 2


def print_changes(old: Results, new: Results, changes: Sequence[Change], drop: AccuracyDrop | None) -> None:
    """Print a line a quantity: the change and its verdict, or without a shared baseline both medians and no verdict."""
    from tinytorch.commands.sessions import side_by_side

    for change in changes:
        how = f"{change.ratio:.3f} [{change.low:.3f}, {change.high:.3f}]"
        print(f"{change.scenario:14} {change.quantity:24} new / old {how:24} {change.verdict}")
    for row in side_by_side(old, new) if not changes else []:
        medians = f"old {row['old_ms']:.4g} ms, new {row['new_ms']:.4g} ms"
        print(f"{row['scenario']:14} {row['quantity']:24} {medians:34} not comparable")
    if drop is not None:
        how = f"{drop.drop:.2%} [{drop.low:.2%}, {drop.high:.2%}]"
        error = new.metric == "regression"
        what, rule, did = ("error", "1 % more at most", "grew") if error else ("accuracy", "99 % of the old", "lost")
        print(f"{what:14} {rule:24} {did} {how:29} {drop.verdict}")


def as_data(changes: Sequence[Change], drop: AccuracyDrop | None, remarks: list[str], worse: bool) -> dict[str, Any]:
    """Return what the command says as plain data."""
    return {
        "regression": worse,
        "changes": [asdict(change) for change in changes],
        "accuracy": None if drop is None else drop._asdict(),
        "notes": remarks,
    }


def read(path: Path) -> Results:
    """Return the results in a file. Raises OSError, and NotComparableError if it holds none or is damaged."""
    from tinytorch.benchmarking import load_results
    from tinytorch.commands.sessions import NotComparableError

    try:
        return load_results(path)
    except ValueError as error:
        text = str(error)
        raise NotComparableError(text if path.name in text else f"{path.name}: {text}") from error


def check_comparable(old: Results, new: Results) -> None:
    """Raise NotComparableError unless both are complete, valid and of the same data and settings."""
    import numpy as np

    from tinytorch.commands.sessions import NotComparableError, is_paired

    paired = is_paired(old, new)
    for name, results in (("old", old), ("new", new)):
        if not results.complete:
            raise NotComparableError(f"the {name} results are incomplete: {results.error}; run them again")
        for scenario, result in results.items():
            for arm in ("model", "baseline") if paired else ("model",):
                for reason in result.reasons.get(arm, []):
                    what = f"{scenario} of the {name} results is INVALID for the {arm}: {reason.claim}"
                    raise NotComparableError(f"{what}, {reason.evidence}; {reason.remedy}")
    pairs: dict[str, tuple[Any, Any]] = {"dataset": (old.dataset_fingerprint, new.dataset_fingerprint)}
    pairs["scenarios"] = ", ".join(sorted(old)), ", ".join(sorted(new))
    pairs["metric"] = old.metric, new.metric
    clocks = ["virtual" if results.virtual_time else "the machine's" for results in (old, new)]
    pairs["clock"] = clocks[0], clocks[1]
    pairs |= {name: (getattr(old.settings, name), getattr(new.settings, name)) for name in COMPARED_SETTINGS}
    if "server" in old and "server" in new:
        pairs["target_qps (--qps)"] = old.settings.target_qps, new.settings.target_qps
    for name, (one, other) in pairs.items():
        if one != other:
            raise NotComparableError(f"the two must share their {name}, got {one} and {other}; set it the same in both")
    answers = [results.classes.get("baseline") for results in (old, new)]
    if paired and answers[0] is not None and answers[1] is not None and np.mean(answers[0] != answers[1]) > 0.01:
        raise NotComparableError(f"both baselines are called {old.baseline_name} but answer differently; use one")


def compare_accuracy(old: Results, new: Results) -> AccuracyDrop | None:
    """Return how much accuracy the new model lost against the old one, on the same samples; None without labels."""
    from tinytorch.pitfalls import accuracy_drop, error_growth, score_drop

    if "model" in old.scores and "model" in new.scores:
        compared = error_growth if old.metric == "regression" else score_drop
        return compared(new.scores["model"], old.scores["model"])
    answers = [results.classes.get("model") for results in (old, new)]
    if old.labels is None or answers[0] is None or answers[1] is None or not (answers[0] == old.labels).any():
        return None
    return accuracy_drop(answers[1] == old.labels, answers[0] == old.labels)


def notes(old: Results, new: Results, margin: float) -> Iterator[str]:
    """Yield what a reader must know: what else changed, and what is not cancelled."""
    from tinytorch.commands.sessions import is_paired, machine_change

    if old.model_name != new.model_name:
        yield f"the old results are of {old.model_name}, the new ones of {new.model_name}"
    for fact in MACHINE:
        one, other = old.environment.get(fact), new.environment.get(fact)
        if one != other:
            yield f"{fact} was {one} and is {other}"
    if not is_paired(old, new):
        return
    if abs(math.log(change := machine_change(old, new))) > math.log1p(margin):
        yield f"the baseline took {change:.3g} times as long: queues do not scale with that, so Server is not compared"
