"""Whether a saved result can be what it says: drawn again from its seeds, possible in time, judged again.

Invented times that keep all these rules pass: nothing here proves that a model ran.
"""

from __future__ import annotations

from tinytorch.verifying.verified import Verified, verify

__all__ = ["Verified", "verify"]
