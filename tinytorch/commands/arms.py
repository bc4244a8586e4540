"""Where each model of a comparison lives: `--against REV`, and a checkout or an interpreter for either of them."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tinytorch.benchmarking import TinyTorchPerf
    from tinytorch.hosted import Host, HostedClock

OPTIONS = ("against", "model_path", "model_python", "baseline_path", "baseline_python")


def add_arms(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("--against", metavar="REV", help="compare with the same model at a revision of this git repository")
    add("--baseline-path", type=Path, metavar="FOLDER", help="run the baseline in this checkout, in its own process")
    add("--baseline-python", metavar="PYTHON", help="run the baseline on this interpreter, which needs numpy alone")
    add("--model-path", type=Path, metavar="FOLDER", help="the same for the model")
    add("--model-python", metavar="PYTHON", help="the same for the model")


def are_hosted(options: argparse.Namespace) -> bool:
    """Whether the models live in processes of their own."""
    return any(getattr(options, name) is not None for name in OPTIONS)


def check_arms(options: argparse.Namespace) -> None:
    """Raise ValueError for options that do not go together."""
    if options.isolate or (options.workers or 1) > 1:
        raise ValueError("a model in a process of its own is asked by one thread; leave --isolate and --workers out")
    if options.against is not None and (options.baseline_path is not None or options.baseline is not None):
        raise ValueError("--against names the baseline; leave --baseline and --baseline-path out")


def set_arms(benchmark: TinyTorchPerf, clock: HostedClock, options: argparse.Namespace, stack: ExitStack) -> list[Host]:
    """Start a process for each model, set them, and return them; `stack` ends them. Raises HostError, RevisionError."""
    from tinytorch.hosted import Host, Revision

    folder = options.baseline_path
    name = options.baseline or options.model
    if options.against is not None:
        revision = stack.enter_context(Revision(options.against, Path.cwd()))
        folder, name = revision.folder, f"{name} at {options.against}"
        if revision.changed:
            print(f"{revision.changed} files are changed and not committed: the model has them", file=sys.stderr)
    arms = [(benchmark.set_model, options.model, options.model_path, options.model_python, options.model)]
    if options.against or options.baseline or options.baseline_path or options.baseline_python:
        if name == options.model:
            name = f"{name} in {folder}" if folder else f"{name} on {options.baseline_python}"
        arms.append((benchmark.set_baseline, options.baseline or options.model, folder, options.baseline_python, name))
    hosts = []
    for set_system, target, where, python, called in arms:
        host = stack.enter_context(Host(target, clock, where, python or sys.executable, called))
        set_system(build=host.build, name=called)
        hosts.append(host)
    return hosts
