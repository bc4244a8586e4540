"""TinyTorch: small neural networks, and a small MLPerf to measure them with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinytorch.checking import Standing

__all__ = ["check"]


def check(namespace: dict[str, Any] | None = None) -> Standing:
    """Show what stands in this notebook: each exercise, its visible check, and what to do next.

    Runs the visible checks on the names of the notebook (or of `namespace`, or of the calling module) and changes none
    of them. The grade comes from hidden tests.
    """
    from tinytorch.checking import check_namespace
    from tinytorch.checking.quiet import shell

    if namespace is None:
        running = shell()
        namespace = running.user_ns if running is not None else sys._getframe(1).f_globals
    return check_namespace(namespace)
