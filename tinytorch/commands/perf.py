"""`tinytorch perf`: benchmark a model from the command line and write its report.

Exit status: 0 the runs are valid, 1 they are INVALID or the model failed, 2 the command could not start or not write,
130 stopped from the keyboard, 143 told to end. What was measured until then is saved and shown all the same.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinytorch.commands.arms import add_arms, are_hosted, check_arms, set_arms
from tinytorch.commands.asked import add_rounds, add_serving, settings_of
from tinytorch.commands.commandline import refusal
from tinytorch.commands.given_data import FORMS, dataset_of
from tinytorch.commands.given_model import set_target
from tinytorch.commands.keeping import STANDARD_OUTPUT, Keeper, check_writable, save
from tinytorch.commands.stopping import ended_by_signals, prints_to_stderr, status_of

if TYPE_CHECKING:
    from tinytorch.benchmarking import Results, TinyTorchPerf

METRIC = (
    "what makes an answer right: top1 (labels are classes, the default), binary, multilabel, regression, none, or "
    "package.module:function (outputs, labels) -> how right each answer is, from 0 to 1"
)
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
  tinytorch perf mine:model --dataset houses.csv --label price --metric regression
  tinytorch perf "mine:model()" --against main          the same model at another revision of this repository
  tinytorch compare old.json new.json      where old.json was measured beside the same baseline

Whatever ends it, --json holds what was measured until then: it is written after every round. What the model prints goes
to standard error.

exit status: 0 the runs are valid, 1 they are INVALID or the model failed, 2 it could not start or not write,
130 stopped from the keyboard, 143 told to end
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
    add = parser.add_argument
    add("model", help="package.module:model, or package.module:factory(...) to build it anew each round")
    add("--baseline", help="what it is compared with, named in the same way")
    add("--dataset", default="digits", help=f"digits or cifar10, {FORMS} (default: %(default)s)")
    add("--label", metavar="COLUMN", help="the column of a .csv file that holds the label")
    add("--metric", metavar="NAME", help=METRIC)
    add_arms(parser)
    add_rounds(parser)
    add_serving(parser)
    add("--isolate", action="store_true", help="give each round a process of its own")
    add("--html", type=Path, metavar="FILE", help="write the report as a page")
    add("--markdown", type=Path, metavar="FILE", help="write the report as Markdown")
    add("--json", type=Path, metavar="FILE", help="write the results, to be read again; - prints them instead")
    add("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=run_perf)


def run_perf(options: argparse.Namespace) -> int:
    """Run the benchmark and return the exit status; the results are saved before they are judged."""
    from tinytorch.datasets import DatasetUnavailable
    from tinytorch.hosted import HostError, RevisionError

    try:
        for path in (options.html, options.markdown, options.json):
            check_writable(path)
        with ExitStack() as stack:
            with prints_to_stderr(), ended_by_signals():
                benchmark = prepare(options, stack)
            keeper = benchmark.keep = Keeper(options)
            status = measure(benchmark, keeper, options.scenario)
    except (ValueError, TypeError, OSError, SystemExit, DatasetUnavailable, HostError, RevisionError) as error:
        print(f"tinytorch perf: {refusal(error)}", file=sys.stderr)
        return status_of(error, 2)
    if benchmark.results is None:
        return status
    return report_on(benchmark.results, options, keeper, status)


def measure(benchmark: TinyTorchPerf, keeper: Keeper, scenarios: Collection[str] | None) -> int:
    """Measure and keep the results, whatever ends it; return 0, or the status of what ended it early.

    `scenarios` are those that were asked for, None for the usual ones.
    Raises OSError where the results cannot be written to begin with.
    """
    from tinytorch.adapters.targets import TargetError
    from tinytorch.benchmarking import METRICS, SCENARIOS, RunFailed

    status = 0
    try:
        with prints_to_stderr(), ended_by_signals():
            benchmark.run([name for name in METRICS if name in scenarios] if scenarios else SCENARIOS)
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


def prepare(options: argparse.Namespace, stack: ExitStack) -> TinyTorchPerf:
    """Return the benchmark with its models and data; `stack` ends what they live in.

    Raises ValueError, TypeError, DatasetUnavailable, HostError or RevisionError.
    """
    from tinytorch.adapters.targets import load_target
    from tinytorch.benchmarking import TinyTorchPerf

    if are_hosted(options):
        return prepare_hosted(options, stack)
    benchmark = TinyTorchPerf(settings_of(options), progress=not options.quiet, isolate=options.isolate)
    benchmark.set_dataset(dataset_of(options.dataset, options.label, options.metric))
    texts = [text for text in (options.model, options.baseline) if text is not None]
    targets = [load_target(text) for text in texts]
    distinct = len({target.name for target in targets}) == len(targets)
    for target, set_system in zip(targets, (benchmark.set_model, benchmark.set_baseline), strict=False):
        set_target(set_system, target, target.name if distinct else target.text)
    return benchmark


def prepare_hosted(options: argparse.Namespace, stack: ExitStack) -> TinyTorchPerf:
    """Return a benchmark of models that live in processes of their own. Raises what `prepare` raises."""
    from tinytorch.benchmarking import TinyTorchPerf
    from tinytorch.hosted import HostedClock

    check_arms(options)
    clock = HostedClock()
    benchmark = TinyTorchPerf(settings_of(options), clock, progress=not options.quiet)
    benchmark.set_dataset(dataset_of(options.dataset, options.label, options.metric))
    for host in set_arms(benchmark, clock, options, stack):
        there = ", ".join(f"{name} {value}" for name, value in host.about.items())
        benchmark.environment[f"process of {host.name}"] = there
    return benchmark
