"""A model for virtual time, which takes exactly the time that its script says. Knows no query and no schedule."""

from __future__ import annotations

from typing import Any, Protocol, Self

import numpy as np

from tinytorch.runs.run import Array


class VirtualTime(Protocol):
    """A clock that can be moved on."""

    def advance_ns(self, duration_ns: int, /) -> None: ...


class ScriptedModel:
    """A model for virtual time: a batch of n takes `per_batch_ns + n * per_sample_ns`, every `stall_every`th more."""

    def __init__(
        self, clock: VirtualTime, per_batch_ns: int, per_sample_ns: int = 0, stall_every: int = 0, stall_ns: int = 0
    ) -> None:
        self.clock, self.per_batch_ns, self.per_sample_ns = clock, per_batch_ns, per_sample_ns
        self.stall_every, self.stall_ns = stall_every, stall_ns
        self.batch_sizes: list[int] = []

    def __call__(self, batch: Array) -> Array:
        """Let the scripted time pass and return zeros of shape (n, 1)."""
        self.batch_sizes.append(len(batch))
        stalls = self.stall_every > 0 and len(self.batch_sizes) % self.stall_every == 0
        self.clock.advance_ns(self.per_batch_ns + len(batch) * self.per_sample_ns + (self.stall_ns if stalls else 0))
        return np.zeros((len(batch), 1))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy the script, share the clock: there is one time."""
        return type(self)(self.clock, self.per_batch_ns, self.per_sample_ns, self.stall_every, self.stall_ns)
