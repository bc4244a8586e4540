"""What a file says of its runs, concluded again from them. Knows no rule: the reporter is asked once more."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from tinytorch.benchmarking import PerformanceReporter, Results


def not_said(results: Results, held: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the runs do not say, or what they say and the file does not."""
    again = json.loads(json.dumps(PerformanceReporter().generate_report(results).to_dict(), allow_nan=False))
    for name in again:
        if name != "results":
            yield from differences(held.get(name), again[name], name)


def differences(said: Any, found: Any, where: str) -> Iterator[str]:
    """Yield where plain data differ; numbers may in the ninth digit, as another version of a library computes them."""
    if isinstance(said, dict) and isinstance(found, dict):
        for name in {**found, **said}:
            yield from differences(said.get(name), found.get(name), f"{where}, {name}")
    elif isinstance(said, list) and isinstance(found, list) and len(said) == len(found):
        for position, pair in enumerate(zip(said, found, strict=True)):
            yield from differences(*pair, f"{where} {position + 1}")
    elif not equal(said, found):
        yield f"{where}: the file says {short(said)}, its runs give {short(found)}"


def equal(said: Any, found: Any) -> bool:
    """Return whether two pieces of plain data are the same."""
    if isinstance(said, float) and isinstance(found, float):
        return math.isclose(said, found, rel_tol=1e-9, abs_tol=1e-12)
    return type(said) is type(found) and bool(said == found)


def short(value: Any) -> str:
    """Return a value in at most 200 characters."""
    text = json.dumps(value)
    return text if len(text) <= 200 else f"{text[:197]}..."
