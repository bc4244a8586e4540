"""What the benchmarks share: a process of its own for the measuring, and plain tables. Measures nothing itself."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, pairwise, repeat
from pathlib import Path
from typing import Any

import numpy as np

from tinytorch.benchmarking import Array, Model
from tinytorch.machine import environment
from tinytorch.machine.own_process import ChildFailedError as ChildFailedError  # the benchmarks import both from here
from tinytorch.machine.own_process import run_in_own_process

fresh = run_in_own_process
ONE_OUTPUT = np.zeros((1, 1))


def null_model(batch: Array) -> Array:
    """Answer at once, always with the same array: what is left to measure is the harness."""
    return ONE_OUTPUT


def stamping_model(every: int) -> tuple[Model, list[int]]:
    """Return a null model, and the list in which it stamps the time in ns at each stretch of `every` queries.

    A stretch is shorter than what a busy machine grants at a time, so that most stretches are not interrupted. The
    call of `next(iterator, batch)` costs what a call of `null_model` does.
    """
    stamps: list[int] = []

    def stretches() -> Iterator[Iterator[Array]]:
        while True:
            stamps.append(time.perf_counter_ns())
            yield repeat(ONE_OUTPUT, every)

    return partial(next, chain.from_iterable(stretches())), stamps


def ns_per_query(stamps: Sequence[int], every: int) -> float:
    """Return the median over the stretches."""
    return statistics.median(later - earlier for earlier, later in pairwise(stamps)) / every


def spread(values: Sequence[float], digits: int = 3) -> str:
    """Return 'median [smallest-largest]', or '-' without values."""
    if not values:
        return "-"
    middle, low, high = (number(value, digits) for value in (statistics.median(values), min(values), max(values)))
    return f"{middle} [{low}-{high}]"


def number(value: float, digits: int = 3) -> str:
    """Return a number with so many significant digits, thousands separated and without exponent."""
    if value == 0 or not np.isfinite(value):
        return f"{value:g}"
    decimals = digits - 1 - int(np.floor(np.log10(abs(value))))
    return f"{round(value, decimals):,.{max(0, decimals)}f}"


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a plain table: the first column is aligned to the left, the others to the right."""
    lines = [list(header), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    text = [
        "  ".join(cell.rjust(width) if column else cell.ljust(width) for column, (cell, width) in enumerate(cells))
        for cells in (list(zip(line, widths, strict=True)) for line in lines)
    ]
    return "\n".join([title, "", text[0], "  ".join("-" * width for width in widths), *text[1:], ""])


def command_line(description: str | None, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the options that every benchmark has: `json` (a path or None) and `tiny`."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE too")
    parser.add_argument("--tiny", action="store_true", help="a few queries only, to see that it runs")
    return parser.parse_args(arguments)


def publish(tables: Sequence[str], data: dict[str, Any], json_path: Path | None) -> None:
    """Print the tables and the machine they were measured on; write the numbers where that is asked."""
    facts = environment.describe()
    print("\n".join(tables))
    shown = ("CPU", "CPU cores usable", "load average at start", "Python", "numpy")
    print("This machine: " + ", ".join(f"{name} {facts[name]}" for name in shown if name in facts))
    if json_path is not None:
        json_path.write_text(json.dumps({"environment": facts} | data, indent=1) + "\n")
