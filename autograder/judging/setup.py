"""What every submission of a class is judged with. Knows nothing of how."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from autograder.sandbox.confinement import Limits


@dataclass(frozen=True)
class Setup:
    """What every submission of a class is graded with. `support` is what `sandbox.build_support` made.

    `judged` is the folder of the judgements that are there already; None keeps none. With `seed_given` only judgements
    made with that seed count.
    """

    release: Path
    support: Path
    suites: Path
    seed: int
    limits: Limits = field(default_factory=Limits)
    trust: bool = False
    judged: Path | None = None
    seed_given: bool = True
