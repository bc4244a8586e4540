"""What the peers say of two equal models, as their users run them, and what the answer costs; ours beside them.

pyperf and pytest-benchmark come with the extra `peers`, PyTorch with `torch`; what is not installed is said to be. Each
runs in processes of its own, model after model, and is asked in its own way whether the two differ.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HEADER = ["", "its rule", "called different", "CPU s a comparison", "rounds"]
SETUP = "from tinytorch.models import digits_mlp; from tinytorch.datasets import digits; "
SETUP += "model, batch = digits_mlp(), digits('test').inputs[:1]"
TEST = f"""{SETUP.replace("; ", chr(10))}


def test_model(benchmark):
    benchmark(model, batch)
"""
OURS = """
from tinytorch.benchmarking import StatisticalValidator, TinyTorchPerf
from tinytorch.models import digits_mlp
benchmark = TinyTorchPerf(progress=False)
benchmark.set_model(build=digits_mlp, name="B")
benchmark.set_baseline(build=digits_mlp, name="A")
benchmark.set_dataset("digits")
benchmark.run_scenario("single_stream")
found = StatisticalValidator().validate_results(benchmark.results).comparisons
print(benchmark.results.rounds_measured, any(c.verdict in ("faster", "slower") for c in found))
"""
TORCH = f"""
from torch.utils.benchmark import Timer
found = [Timer("model(batch)", {SETUP!r}).blocked_autorange(min_run_time=1) for _ in range(2)]
print(abs(found[0].median - found[1].median) > max(each.iqr for each in found))
"""


@dataclass(frozen=True)
class Answer:
    """How often a peer called equals different, by its own rule, and the processor time of one comparison."""

    name: str
    rule: str
    different: int
    comparisons: int
    cpu_s: float  # a comparison
    rounds: float | None = None


def run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of this interpreter with the peers' single thread."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    words = [sys.executable, *command]
    return subprocess.run(words, capture_output=True, text=True, timeout=600, cwd=folder, check=False, env=environment)


def children_s() -> float:
    """Return the processor seconds of all processes that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def by_pyperf(folder: Path) -> bool:
    """Run `pyperf timeit` on each model, then `pyperf compare_to`."""
    options = ("-q", "--inherit-environ=OPENBLAS_NUM_THREADS", "-s", SETUP)
    for name in ("a.json", "b.json"):
        done = run("-m", "pyperf", "timeit", *options, "-o", name, "model(batch)", folder=folder)
        if done.returncode:
            raise RuntimeError(done.stderr)
    compared = run("-m", "pyperf", "compare_to", "a.json", "b.json", folder=folder)
    if compared.returncode or not compared.stdout:
        raise RuntimeError(compared.stderr)
    for name in ("a.json", "b.json"):
        (folder / name).unlink()
    return "not significant" not in compared.stdout.lower()


def by_pytest_benchmark(folder: Path) -> bool:
    """Run it twice, the second held against the first: mean:5%, as its own pages do."""
    (folder / "test_model.py").write_text(TEST)
    shared = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_model.py")
    first = run(*shared, "--benchmark-save=first", folder=folder)
    second = run(*shared, "--benchmark-compare", "--benchmark-compare-fail=mean:5%", folder=folder)
    said = second.stdout + second.stderr
    regressed = "Performance has regressed" in said
    if first.returncode or (second.returncode and not regressed):
        raise RuntimeError(first.stdout + said)
    return regressed


def by_torch(folder: Path) -> bool:
    """Run `blocked_autorange` on each: medians further apart than either's interquartile range."""
    done = run("-c", TORCH, folder=folder)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip() == "True"


PEERS: dict[str, tuple[str, str, Callable[[Path], bool]]] = {
    "pyperf": ("pyperf", "compare_to is significant", by_pyperf),
    "pytest-benchmark": ("pytest_benchmark", "compare-fail=mean:5%", by_pytest_benchmark),
    "torch.utils.benchmark": ("torch", "medians an IQR apart", by_torch),
}


def ours(times: int) -> Answer:
    """Return what `TinyTorchPerf` says with planned looks, in a process of its own each time."""
    different, rounds, before = 0, 0, children_s()
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(times):
            count, said = run("-c", OURS, folder=Path(folder)).stdout.split()
            rounds, different = rounds + int(count), different + (said == "True")
    return Answer("ours", "a verdict", different, times, (children_s() - before) / times, rounds / times)


def answers(times: int) -> list[Answer | str]:
    """Return an answer each of ours and the peers; the name of one that is not installed."""
    found: list[Answer | str] = [ours(times)]
    for name, (module, rule, ask) in PEERS.items():
        if importlib.util.find_spec(module) is None:
            found.append(name)
            continue
        before = children_s()
        with tempfile.TemporaryDirectory() as folder:
            different = sum(ask(Path(folder)) for _ in range(times))
        found.append(Answer(name, rule, different, times, (children_s() - before) / times))
    return found


def rows(found: list[Answer | str]) -> list[list[str]]:
    """Return a row each."""
    table = []
    for each in found:
        if isinstance(each, str):
            table.append([each, "not installed", "-", "-", "-"])
        else:
            rounds = "-" if each.rounds is None else f"{each.rounds:.1f}"
            said = f"{each.different} of {each.comparisons}"
            table.append([each.name, each.rule, said, f"{each.cpu_s:.1f}", rounds])
    return table


if __name__ == "__main__":
    print(json.dumps(rows(answers(int(sys.argv[1]) if len(sys.argv) > 1 else 2)), indent=1))
