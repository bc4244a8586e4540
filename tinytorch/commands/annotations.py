"""Lines that GitHub Actions shows beside a change: the scenario, the ratio and its interval. Judges nothing.

Source: GitHub's documentation, workflow commands for GitHub Actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tinytorch.commands.sessions import Change
    from tinytorch.pitfalls import AccuracyDrop


def for_github(changes: Sequence[Change], drop: AccuracyDrop | None, strict: bool) -> Iterator[str]:
    """Yield a line for each change that fails the job, or that was not resolved."""
    for change in changes:
        if change.verdict in ("slower", "not resolved"):
            interval = f"[{change.low:.3f}, {change.high:.3f}]"
            said = f"{change.verdict}: new / old {change.ratio:.3f} {interval}"
            fails = strict or change.verdict == "slower"
            yield annotation(fails, f"{change.scenario}, {change.quantity}", said)
    if drop is not None and drop.verdict != "pass":
        said = f"{drop.verdict}: lost {drop.drop:.2%} [{drop.low:.2%}, {drop.high:.2%}]"
        yield annotation(strict or drop.verdict == "fail", "accuracy", said)


def annotation(fails: bool, title: str, said: str) -> str:
    """Return one line; what would end it, or its title, early is escaped."""
    for plain, escaped in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        title, said = title.replace(plain, escaped), said.replace(plain, escaped)
    title = title.replace(":", "%3A").replace(",", "%2C")
    return f"::{'error' if fails else 'warning'} title={title}::{said}"
