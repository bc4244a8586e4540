"""Run the hidden suites against one student's package and say what each test found. pytest and the suites run here, in
the trusted process; the package runs in the sandbox, and a verdict is made of what came back from there. Knows nothing
of notebooks, gradebooks or feedback pages."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from autograder.examining.collected import SuiteError, collected
from autograder.examining.examiner import Examiner, Outcome
from autograder.examining.session import Session
from autograder.examining.student import Student
from autograder.sandbox import confinement

__all__ = ["Outcome", "SuiteError", "Verdict", "judge"]


@dataclass(frozen=True)
class Verdict:
    """What the suites found. `tier` says how the package was confined, `seconds` is wall time. With `attention` an
    instructor should read the remarks: a test did not go as its author meant."""

    outcomes: tuple[Outcome, ...]
    remarks: tuple[str, ...]
    tier: str
    seed: int
    seconds: float
    attention: bool = False


def judge(
    package: Path,
    support: Path,
    suites: Path,
    seed: int,
    limits: confinement.Limits | None = None,
    *,
    trust: bool = False,
) -> Verdict:
    """Run every test in `suites` against the modules in `package`, which become `tinytorch.benchmarking`.

    `support` is what `confinement.build_support` made. Raises SandboxUnavailable, and SuiteError where a suite
    fails on its own, before the package gave it an answer. One call at a time, from the main thread of a process.
    """
    began = time.monotonic()
    tier = confinement.TRUSTED if trust else confinement.probe()
    tests = collected(suites.resolve())
    with Session(package, support, limits or confinement.Limits(), trust) as session:
        examiner = Examiner(session)
        tests.run(Student(session), seed, session.begin, examiner.ran)
    if examiner.stopped is not None:
        raise examiner.stopped
    remarks = [f"The package could not be imported: {session.failure}"] if session.failure else []
    remarks += examiner.remarks
    seconds = time.monotonic() - began
    unique = tuple(dict.fromkeys(remarks))
    return Verdict(tuple(examiner.outcomes), unique, tier.name, seed, seconds, examiner.attention)
