"""The options that say what is asked of a benchmark, and the settings that they make. Knows no models and no data."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinytorch.benchmarking import Settings

SCENARIOS = ("single-stream", "server", "offline", "multi-stream")


def whole(text: str) -> int:
    """Return a whole number from 1 up."""
    number = int(text) if text.isascii() and text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 up is needed, got {text}")
    return number


def seed_of(text: str) -> int:
    """Return a whole number from 0 up."""
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"a whole number from 0 up is needed, got {text}")
    return int(text)


def positive(text: str) -> float:
    """Return a number above 0."""
    number = _number(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"a number above 0 is needed, got {text}")
    return number


def share(text: str) -> float:
    """Return a number between 0 and 1."""
    number = _number(text)
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError(f"a number between 0 and 1 is needed, 0.95 for 95 %, got {text}")
    return number


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def scenario_of(text: str) -> str:
    """Return the name of a scenario as results have it; hyphens, underscores and capitals are all the same here."""
    name = text.lower().replace("_", "-")
    if name not in SCENARIOS:
        raise argparse.ArgumentTypeError(f"scenarios are {', '.join(SCENARIOS)}, got {text}")
    return name.replace("-", "_")


def add_serving(parser: argparse.ArgumentParser) -> None:
    """Declare how Server serves, and what it has to keep to."""
    add = parser.add_argument
    add("--latency-target", type=positive, metavar="MS", help="Server: the percentile within this (default: 15 ms)")
    add("--percentile", type=share, metavar="P", help="Server: the share of queries within the target (default: 0.99)")
    add("--max-batch", type=whole, metavar="N", help="Server: answer up to so many waiting queries together (1)")
    add("--workers", type=whole, metavar="N", help="Server: threads, for a model that waits or leaves Python (1)")
    add("--deadline", type=positive, metavar="S", help="a scenario that takes longer in a round has failed (120 s)")
    add("--confidence", type=share, metavar="P", help="of intervals and verdicts, above 0.5 (default: 0.95)")
    add("--seed", type=seed_of, metavar="N", help="the schedule's seed (default: 13)")


def add_rounds(parser: argparse.ArgumentParser) -> None:
    """Declare what is run, how often, and when a difference matters."""
    add = parser.add_argument
    add(
        "--scenario",
        type=scenario_of,
        action="append",
        metavar="NAME",
        help=f"run this one only; may be given more than once: {', '.join(SCENARIOS)} (default: the first three)",
    )
    add("--rounds", type=whole, help="a fixed number of rounds, 6 at least for an interval (default: until answered)")
    add("--most-rounds", type=whole, metavar="N", help="end after so many at the latest, 6 to 40 (default: 40)")
    add("--min-queries", type=whole, metavar="N", help="at least so many a scenario, all rounds together (1000)")
    add("--min-duration", type=positive, metavar="S", help="at least so long a scenario, all rounds together (1 s)")
    add("--qps", type=positive, help="Server: queries per second (default: 0.3 of the slowest's capacity)")
    add("--batch-size", type=whole, metavar="N", help="Offline and the accuracy pass: samples in a batch (32)")
    add("--margin", type=positive, metavar="SHARE", help="a smaller difference matters to nobody (0.01: 1 %%)")
    add("--no-control", action="store_true", help="leave out the rebuild of the model that shows what chance does")


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings that the options ask for, the others as they are. Raises ValueError, naming the option."""
    from tinytorch.benchmarking import NS_PER_MS, NS_PER_S, Settings

    given = vars(options)
    if (given["workers"] or 1) > 1 and (given["max_batch"] or 1) > 1:
        raise ValueError("--workers and --max-batch are two ways to serve; give one of them")
    names = {"qps": "target_qps", "deadline": "deadline_s"}
    plain = ["rounds", "most_rounds", "min_queries", "qps", "percentile", "max_batch", "workers", "batch_size"]
    plain += ["deadline", "confidence", "margin", "seed"]
    asked: dict[str, Any] = {names.get(name, name): given.get(name) for name in plain}
    asked["control"] = False if given.get("no_control") else None
    for name, field, unit in (
        ("min_duration", "min_duration_ns", NS_PER_S),
        ("latency_target", "latency_target_ns", NS_PER_MS),
    ):
        asked[field] = round(given[name] * unit) if given.get(name) else None
    return Settings(**{name: value for name, value in asked.items() if value is not None})
