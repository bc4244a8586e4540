"""`tinytorch perf`: benchmark a model from the command line and write its report.

Exit status: 0 the runs are valid, 1 they are INVALID or the model failed, 2 the command could not start.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

EXAMPLE = """example:
  tinytorch perf "tinytorch.models:digits_mlp('int8')" --baseline "tinytorch.models:digits_mlp('vectorised')" \\
      --dataset digits --html report.html
"""


def add_perf(commands: Any) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "perf",
        help="benchmark a model, against a baseline where one is named, and write the report",
        description="Run Single-Stream, Server and Offline on a model and say whether it is faster than its baseline.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "model", help="package.module:model, or package.module:factory(...) to build it anew each round"
    )
    parser.add_argument("--baseline", help="what it is compared with, named in the same way")
    parser.add_argument("--dataset", default="digits", help="digits or cifar10 (default: %(default)s)")
    parser.add_argument("--rounds", type=int, help="how many rounds, 6 at least for an interval (default: 10)")
    parser.add_argument("--qps", type=float, help="Server: queries per second (default: 0.3 of the slowest's capacity)")
    parser.add_argument("--latency-target", type=float, metavar="MS", help="Server: 99 %% within this (default: 15 ms)")
    parser.add_argument("--seed", type=int, help="the schedule's seed (default: 13)")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the report as a page")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the report as Markdown")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results, to be read again")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=run_perf)


def run_perf(options: argparse.Namespace) -> int:
    """Run the benchmark and return the exit status."""
    from tinytorch.benchmarking import PerformanceReporter, RunFailed, Settings, TinyTorchPerf
    from tinytorch.datasets import DatasetUnavailable
    from tinytorch.targets import load_target

    given = {
        "rounds": options.rounds,
        "target_qps": options.qps,
        "seed": options.seed,
        "latency_target_ns": None if options.latency_target is None else round(options.latency_target * 1_000_000),
    }
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
        benchmark = TinyTorchPerf(settings, progress=not options.quiet)
        for text, setter in ((options.model, benchmark.set_model), (options.baseline, benchmark.set_baseline)):
            if text is not None:
                target = load_target(text)
                setter(target.model, build=target.build, name=target.text.partition(":")[2])
        benchmark.set_dataset(options.dataset)
    except (ValueError, TypeError, DatasetUnavailable) as error:
        print(f"tinytorch perf: {error}", file=sys.stderr)
        return 2
    try:
        results = benchmark.run_all_scenarios()
    except RunFailed as failure:
        print(f"tinytorch perf: {failure}", file=sys.stderr)
        if benchmark.results is None:
            return 1
        results = benchmark.results
    report = PerformanceReporter().generate_report(results)
    print(report.to_markdown())
    for path, save in (
        (options.html, report.save_as_html),
        (options.markdown, report.save_as_markdown),
        (options.json, report.save_as_json),
    ):
        if path is not None:
            print(f"wrote {save(path)}")
    return 0 if report.validation.valid else 1
