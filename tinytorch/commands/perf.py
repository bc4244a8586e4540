"""`tinytorch perf`: benchmark a model from the command line and write its report.

Exit status: 0 the runs are valid, 1 they are INVALID or the model failed, 2 the command could not start or not write,
130 stopped from the keyboard, 143 told to end. What was measured until then is saved and shown all the same.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinytorch.commands.commandline import refusal
from tinytorch.commands.given_data import FORMS, dataset_of
from tinytorch.commands.keeping import STANDARD_OUTPUT, Keeper, check_writable, save
from tinytorch.commands.stopping import ended_by_signals, prints_to_stderr, status_of

if TYPE_CHECKING:
    from tinytorch.benchmarking import Results, TinyTorchPerf

EXAMPLE = """how a model is named:
  package.module:name               an object: a callable batch (n, ...) -> outputs (n, ...)
  package.module:factory('x', k=1)  a call with plain literals: built anew for every round
Modules are also looked for in the current folder. Nothing is evaluated, but the named module is imported.

models of other frameworks:
  "tinytorch.adapters:onnx_model('model.onnx', threads=1)"
  "tinytorch.adapters:torch_model('mine:Net()')"            mine.py defines the module Net
  "tinytorch.adapters:sklearn_model('mine:train()')"        mine.py defines train, which returns a fitted estimator
  "tinytorch.adapters:http_model('http://127.0.0.1:8000/predict')"

examples:
  tinytorch perf "tinytorch.models:digits_mlp('int8')" --baseline "tinytorch.models:digits_mlp('vectorised')" \\
      --dataset digits --html report.html
  tinytorch perf "mine:model()" --baseline "mine:reference()" --qps 100 --json new.json
  tinytorch perf mine:model --dataset samples.csv --label class
  tinytorch compare old.json new.json      where old.json was measured beside the same baseline

Whatever ends it, --json holds what was measured until then: it is written after every round. What the model prints goes
to standard error.

exit status: 0 the runs are valid, 1 they are INVALID or the model failed, 2 it could not start or not write,
130 stopped from the keyboard, 143 told to end
"""


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
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise argparse.ArgumentTypeError(f"a number above 0 is needed, got {text}")
    return number


def add_perf(commands: Any) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "perf",
        help="benchmark a model, against a baseline where one is named, and write the report",
        description="Run Single-Stream, Server and Offline on a model and say whether it is faster than its baseline.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", help="package.module:model, or package.module:factory(...) to build it anew each round")
    add("--baseline", help="what it is compared with, named in the same way")
    add("--dataset", default="digits", help=f"digits or cifar10, {FORMS} (default: %(default)s)")
    add("--label", metavar="COLUMN", help="the column of a .csv file that holds the class, a whole number from 0")
    add("--rounds", type=whole, help="a fixed number of rounds, 6 at least for an interval (default: until answered)")
    add("--most-rounds", type=whole, metavar="N", help="end after so many at the latest, 6 to 40 (default: 40)")
    add("--min-queries", type=whole, metavar="N", help="at least so many a scenario, all rounds together (1000)")
    add("--min-duration", type=positive, metavar="S", help="at least so long a scenario, all rounds together (1 s)")
    add("--qps", type=positive, help="Server: queries per second (default: 0.3 of the slowest's capacity)")
    add("--latency-target", type=positive, metavar="MS", help="Server: 99 %% within this (default: 15 ms)")
    add("--max-batch", type=whole, metavar="N", help="Server: answer up to so many waiting queries together (1)")
    add("--workers", type=whole, metavar="N", help="Server: threads, for a model that waits or leaves Python (1)")
    add("--seed", type=seed_of, metavar="N", help="the schedule's seed (default: 13)")
    add("--isolate", action="store_true", help="give each round a process of its own")
    add("--html", type=Path, metavar="FILE", help="write the report as a page")
    add("--markdown", type=Path, metavar="FILE", help="write the report as Markdown")
    add("--json", type=Path, metavar="FILE", help="write the results, to be read again; - prints them instead")
    add("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=run_perf)


def run_perf(options: argparse.Namespace) -> int:
    """Run the benchmark and return the exit status; the results are saved before they are judged."""
    from tinytorch.datasets import DatasetUnavailable

    try:
        for path in (options.html, options.markdown, options.json):
            check_writable(path)
        with prints_to_stderr():
            benchmark = prepare(options)
        keeper = benchmark.keep = Keeper(options)
        status = measure(benchmark, keeper)
    except (ValueError, TypeError, OSError, SystemExit, DatasetUnavailable) as error:
        print(f"tinytorch perf: {refusal(error)}", file=sys.stderr)
        return 2
    if benchmark.results is None:
        return status
    return report_on(benchmark.results, options, keeper, status)


def measure(benchmark: TinyTorchPerf, keeper: Keeper) -> int:
    """Measure and keep the results, whatever ends it; return 0, or the status of what ended it early.

    Raises OSError where the results cannot be written to begin with.
    """
    from tinytorch.adapters.targets import TargetError
    from tinytorch.benchmarking import RunFailed

    status = 0
    try:
        with prints_to_stderr(), ended_by_signals():
            benchmark.run_all_scenarios()
    except (RunFailed, TargetError, KeyboardInterrupt, SystemExit) as failure:
        print(f"tinytorch perf: {str(failure) or type(failure).__name__}", file=sys.stderr)
        status = status_of(failure, 1)
    finally:
        if benchmark.results is not None:
            keeper(benchmark.results)
    return status


def report_on(results: Results, options: argparse.Namespace, keeper: Keeper, status: int) -> int:
    """Judge the results, write the files that were asked for, print the table and the answer; return the status."""
    from tinytorch.benchmarking import PerformanceReporter
    from tinytorch.templates.terminal import terminal_answer, terminal_table

    report = PerformanceReporter().generate_report(results)
    on_stdout, written = options.json == STANDARD_OUTPUT, list[Path]()
    try:  # before anything is printed: whoever reads may have gone
        for path in save(report, options):
            written.append(path)  # one after another: those before a failure are there
        keeper.forget()
    except OSError as error:
        print(f"tinytorch perf: {refusal(error)}", file=sys.stderr)
        status = status or 2
    print(json.dumps(report.to_dict(), indent=1, allow_nan=False) if on_stdout else terminal_table(report))
    for path in written:
        print(f"wrote {path}", file=sys.stderr if on_stdout else sys.stdout)
    if not on_stdout:
        print(f"\n{terminal_answer(report)}")
    return status or (0 if report.validation.valid else 1)


def prepare(options: argparse.Namespace) -> TinyTorchPerf:
    """Return the benchmark with its models and data. Raises ValueError, TypeError or DatasetUnavailable."""
    from tinytorch.adapters.targets import load_target
    from tinytorch.benchmarking import NS_PER_MS, NS_PER_S, Settings, TinyTorchPerf

    given = {
        "rounds": options.rounds,
        "most_rounds": options.most_rounds,
        "min_queries": options.min_queries,
        "min_duration_ns": options.min_duration and round(options.min_duration * NS_PER_S),
        "target_qps": options.qps,
        "latency_target_ns": options.latency_target and round(options.latency_target * NS_PER_MS),
        "max_batch": options.max_batch,
        "workers": options.workers,
        "seed": options.seed,
    }
    if (options.workers or 1) > 1 and (options.max_batch or 1) > 1:
        raise ValueError("--workers and --max-batch are two ways to serve; give one of them")
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    benchmark = TinyTorchPerf(settings, progress=not options.quiet, isolate=options.isolate)
    benchmark.set_dataset(dataset_of(options.dataset, options.label))
    texts = [text for text in (options.model, options.baseline) if text is not None]
    targets = [load_target(text) for text in texts]
    distinct = len({target.name for target in targets}) == len(targets)
    for target, set_system in zip(targets, (benchmark.set_model, benchmark.set_baseline), strict=False):
        model, build = target.model, target.build
        if build is not None:
            model = build()
            if not getattr(model, "rebuildable", True):  # a server, an open session: another call gives the same
                build = None
        set_system(model, build=build, name=target.name if distinct else target.text)
    return benchmark
