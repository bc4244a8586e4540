"""What a detector returns: a claim, its evidence and its remedy. Knows no detector."""

from __future__ import annotations

from typing import NamedTuple


class Pitfall(NamedTuple):
    """A way in which these numbers may mislead."""

    name: str
    claim: str
    evidence: str
    remedy: str
    severity: str = "warning"  # 'invalid': the results do not count; 'warning'; 'note'
    where: str = ""
