"""Systems under test: any call that answers a batch, and how an equal one is built anew. Knows no time and no data."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from tinytorch.runs.drivers import Model


@dataclass(frozen=True)
class System:
    """A system under test, the factory that builds it anew where there is one, and the name it goes by."""

    system: Any
    build: Callable[[], Any] | None
    name: str

    def build_anew(self, rng: np.random.Generator) -> Model:
        """Return the call of an equal system at another place in memory; `rng` says where."""
        return as_model(rebuild(self.system, self.build, rng))

    def as_recipe(self) -> Self:
        """Return it without the object where a factory makes another: only the factory need be sent elsewhere."""
        return self if self.build is None else replace(self, system=None)

    def is_shared(self, model: Model) -> bool:
        """Return whether this call is the system itself, which could not be built anew."""
        own = self.system is not None
        return own and (model is self.system or getattr(model, "__self__", None) is self.system)


def as_model(system: Any) -> Model:
    """Return the call that answers a batch: the object itself, or its `issue` method.

    Raises TypeError for an object that has neither.
    """
    if callable(system):
        return system  # type: ignore[no-any-return]
    if callable(getattr(system, "issue", None)):
        return system.issue  # type: ignore[no-any-return]
    raise TypeError(f"a system under test is callable or has issue(queries), got {type(system).__name__}")


def rebuild(system: Any, build: Callable[[], Any] | None, rng: np.random.Generator) -> Any:
    """Return an equal system at another place in memory: from its factory, else a deep copy, else the system itself.

    The pad of random size moves whatever is allocated after it (Mytkowicz et al. 2009, layout bias).
    """
    pad = np.empty(int(rng.integers(64, 1 << 16)), dtype=np.uint8)
    try:
        return build() if build is not None else copy.deepcopy(system)
    except (TypeError, ValueError, RuntimeError, copy.Error):
        if build is not None:
            raise
        return system  # an open session or a lock cannot be copied: the caller reports that layout is not controlled
    finally:
        del pad


def with_control(systems: Mapping[str, System], scenarios: Iterable[str], control: bool) -> dict[str, System]:
    """Return the systems by arm, with the model once more as "control" where Single-Stream compares A against A."""
    again = {"control": systems["model"]} if control and "single_stream" in scenarios else {}
    return dict(systems) | again
