"""What MODEL names: an object or a factory of an own module, set as a system of a benchmark."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tinytorch.adapters.targets import Target


def set_target(set_system: Callable[..., None], target: Target, name: str) -> None:
    """Set what a target names as a system. Raises TypeError for what is no model, and what its factory raises."""
    model, build = target.model, target.build
    if build is not None:
        model = build()
        if not getattr(model, "rebuildable", True):  # a server, an open session: another call gives the same
            build = None
    set_system(model, build=build, name=name)
