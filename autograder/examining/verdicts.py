"""Run the hidden suites against one student's package and say what each test found. pytest and the suites run here, in
the trusted process; the package runs in the sandbox, and a verdict is made of what came back from there. Knows nothing
of notebooks, gradebooks or feedback pages."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.examining.collected import SuiteError, collected
from autograder.examining.deadline import Deadline
from autograder.examining.examiner import Examiner, Outcome, Part, Parts
from autograder.examining.session import Session
from autograder.examining.student import Student
from autograder.sandbox import confinement

__all__ = ["Outcome", "Part", "SuiteError", "Verdict", "judge"]


@dataclass(frozen=True)
class Verdict(Parts):
    """What the suites found, by the file of a suite. `tier` says how the package was confined, `seconds` is wall
    time."""

    parts: Mapping[str, Part]
    tier: str
    seed: int
    seconds: float

    @property
    def attention(self) -> bool:
        """Whether an instructor should read the remarks."""
        return any(part.attention for part in self.parts.values())


def judge(
    package: confinement.Package | Path,
    support: Path,
    suites: Path,
    seed: int,
    limits: confinement.Limits | None = None,
    *,
    trust: bool = False,
    only: Collection[str] | None = None,
    deadline: Deadline | None = None,
) -> Verdict:
    """Run every test in `suites` against a package, or a folder of modules, which becomes `tinytorch.benchmarking`.

    `support` is what `confinement.build_support` made; `only` names the files of suites to run; `deadline` is that of
    the submission where more is done for it than this. Raises SandboxUnavailable, SandboxLostError, and SuiteError
    where a suite fails on its own, before the package gave it an answer. One call at a time, from the main thread of a
    process.
    """
    began = time.monotonic()
    tier = confinement.TRUSTED if trust else confinement.probe()
    tests = collected(suites.resolve())
    limits = limits or confinement.Limits()
    deadline = deadline or Deadline(limits.wall_s)
    with Session(package, support, limits, trust, tests.names, deadline, tests.exercises) as session:
        examiner = Examiner(session)
        tests.run(Student(session), seed, deadline, session.begin, examiner.ran, only)
    if examiner.stopped is not None:
        raise examiner.stopped
    return Verdict(examiner.parts, tier.name, seed, time.monotonic() - began)
