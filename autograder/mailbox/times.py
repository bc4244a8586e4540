"""Moments as the mailbox writes them: ISO 8601, UTC, whole seconds, `2026-12-20T22:00:00Z`. Such texts sort by time."""

from __future__ import annotations

from datetime import UTC, datetime


def text_of(moment: float) -> str:
    """Return a moment, seconds since 1970, as text."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(text: str) -> float:
    """Return the seconds since 1970 that `text_of` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def read_time(text: str) -> str:
    """Return the moment that a person wrote, with its offset from UTC. Raises ValueError for anything else."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"a time needs date, hour and offset from UTC, like 2026-12-20T23:00+01:00, got {text!r}")
    return text_of(moment.timestamp())
