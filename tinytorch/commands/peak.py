"""`tinytorch peak`: the highest load at which a model meets a latency target, from the command line.

Exit status: 0 it was found, 1 it was not, 2 the command could not start or not write, 130 stopped from the keyboard.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinytorch.commands.asked import add_serving, positive, settings_of, whole
from tinytorch.commands.commandline import refusal
from tinytorch.commands.given_data import FORMS, dataset_of
from tinytorch.commands.given_model import set_target
from tinytorch.commands.keeping import check_writable
from tinytorch.commands.stopping import ended_by_signals, prints_to_stderr, status_of

if TYPE_CHECKING:
    from tinytorch.benchmarking import Settings, TinyTorchPerf
    from tinytorch.peak import PeakRate

EXAMPLE = """example:
  tinytorch peak "tinytorch.models:digits_mlp('vectorised')" --latency-target 1

Queries come at Poisson rates. A rate passes where its latencies show that the target is met, fails where they show that
it is not, and stays undecided where they show neither: latencies of a queue come in waves, so that many tell little.
The peak lies between the highest rate that passed and the lowest that failed, on this machine and as busy as it was.

exit status: 0 the peak was found, 1 it was not or the model failed, 2 it could not start or not write,
130 stopped from the keyboard, 143 told to end
"""


def add_peak(commands: Any) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "peak",
        help="find the highest load at which a model meets a latency target",
        description="Run Server at one rate after another and say between which two the highest that meets it lies.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", help="package.module:model, or package.module:factory(...) to build it anew at each rate")
    add("--dataset", default="digits", help=f"digits or cifar10, {FORMS} (default: %(default)s)")
    add("--label", metavar="COLUMN", help="the column of a .csv file that holds the class, a whole number from 0")
    add_serving(parser)
    add("--queries", type=whole, metavar="N", default=2000, help="in each run at a rate (default: %(default)s)")
    add("--repeats", type=whole, metavar="N", default=8, help="runs at a rate before it stays undecided (default: 8)")
    add("--tolerance", type=positive, metavar="SHARE", default=0.05, help="how near is near enough (0.05: 5 %%)")
    add("--most-runs", type=whole, metavar="N", default=200, help="end after so many (default: %(default)s)")
    add("--json", type=Path, metavar="FILE", help="write what was found at each rate")
    add("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=run_peak)


def run_peak(options: argparse.Namespace) -> int:
    """Search, print what was found at each rate and where the peak lies; return the exit status."""
    from tinytorch.datasets import DatasetUnavailable

    found: list[PeakRate] = []
    try:
        check_writable(options.json)
        with prints_to_stderr():
            benchmark = prepare(options)
    except (ValueError, TypeError, OSError, SystemExit, DatasetUnavailable) as error:
        print(f"tinytorch peak: {refusal(error)}", file=sys.stderr)
        return 2

    def keep(peak: PeakRate) -> None:
        found.append(peak)
        save(options.json, benchmark, peak)

    status = search(benchmark, options, keep)
    if found:
        print(table(found[-1]))
        print(f"\n{answer(found[-1], benchmark.settings)}")
    return status or (0 if found[-1].complete else 1)


def search(benchmark: TinyTorchPerf, options: argparse.Namespace, keep: Callable[[PeakRate], None]) -> int:
    """Search, keep what is found after each rate, and return 0 or the status of what ended it early."""
    from tinytorch.adapters.targets import TargetError
    from tinytorch.benchmarking import RunFailed

    try:
        with prints_to_stderr(), ended_by_signals():
            found = benchmark.find_peak_qps(
                queries=options.queries,
                seeds=range(options.repeats),
                tolerance=options.tolerance,
                max_runs=options.most_runs,
                confidence=benchmark.settings.confidence,
                keep=keep,
            )
            keep(found)
    except (RunFailed, TargetError, KeyboardInterrupt, SystemExit) as failure:
        print(f"tinytorch peak: {str(failure) or type(failure).__name__}", file=sys.stderr)
        return status_of(failure, 1)
    except (ValueError, OSError) as error:
        print(f"tinytorch peak: {refusal(error)}", file=sys.stderr)
        return 2
    return 0


def prepare(options: argparse.Namespace) -> TinyTorchPerf:
    """Return the benchmark with its model and data. Raises ValueError, TypeError or DatasetUnavailable."""
    from tinytorch.adapters.targets import load_target
    from tinytorch.benchmarking import TinyTorchPerf

    benchmark = TinyTorchPerf(settings_of(options), progress=not options.quiet)
    benchmark.set_dataset(dataset_of(options.dataset, options.label))
    target = load_target(options.model)
    set_target(benchmark.set_model, target, target.name)
    return benchmark


def table(peak: PeakRate) -> str:
    """The rates, lowest first: what was measured at each, and what it shows."""
    rows = [("queries/s", "queries", "over the target", "")]
    for qps, found in sorted(peak.decisions, key=lambda decision: decision[0]):
        share = f"{found.share:.2%} [{found.lower:.2%}, {found.upper:.2%}]"
        rows.append((f"{qps:,.4g}" if qps < 1000 else f"{qps:,.0f}", f"{found.n:,}", share, found.verdict))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.rjust, row, widths)).rstrip() for row in rows)


def answer(peak: PeakRate, settings: Settings) -> str:
    """Where the peak lies, in a sentence, and why the search ended."""
    asked = f"{settings.percentile:.4g} of the queries within {settings.latency_target_ns / 1e6:,.4g} ms"
    ends = [f"{qps:,.4g}" if qps is not None and qps < 1000 else f"{qps or 0:,.0f}" for qps in (peak.low, peak.high)]
    if peak.low is None and peak.high is None:
        found = "no rate was shown to pass or to fail"
    elif peak.high is None:
        found = f"{ends[0]} queries/s passed, and none was shown to fail"
    elif peak.low is None:
        found = f"{ends[1]} queries/s failed, and none was shown to pass"
    else:
        found = f"the highest rate lies between {ends[0]} and {ends[1]} queries/s"
    return f"For {asked}: {found} ({peak.why})."


def save(path: Path | None, benchmark: TinyTorchPerf, peak: PeakRate) -> None:
    """Write what was asked and found so far, where a file was asked for. Raises OSError."""
    if path is None:
        return
    from tinytorch.machine import environment
    from tinytorch.machine.files import write_whole

    found = asdict(peak) | {"decisions": [{"qps": qps, **asdict(decision)} for qps, decision in peak.decisions]}
    model = benchmark.systems["model"].name
    asked = {"model": model, "dataset": getattr(benchmark.library, "name", ""), "settings": asdict(benchmark.settings)}
    document = {**asked, "peak": found, "environment": environment.describe()}
    write_whole(path, json.dumps(document, indent=1))
