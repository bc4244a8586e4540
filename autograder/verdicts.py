"""Run the hidden suites against one student's package and say what each test found. pytest and the suites run here, in
the trusted process; the package runs in the sandbox, and a verdict is made of what came back from there. Knows nothing
of notebooks, gradebooks or feedback pages."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder import sandbox
from autograder.examiner import Examiner, Outcome, SuiteError
from autograder.session import Session

__all__ = ["Outcome", "SuiteError", "Verdict", "judge"]

# They would write into the suites' folder, or stay behind in this process.
_UNWANTED = ("cacheprovider", "faulthandler", "threadexception", "unraisableexception")


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
    limits: sandbox.Limits | None = None,
    *,
    trust: bool = False,
) -> Verdict:
    """Run every test in `suites` against the modules in `package`, which become `tinytorch.benchmarking`.

    `support` is what `sandbox.build_support` made. Raises SandboxUnavailable, and SuiteError where a suite fails on its
    own, before the package gave it an answer. One call at a time, from the main thread of a process.
    """
    began = time.monotonic()
    tier = sandbox.TRUSTED if trust else sandbox.probe()
    with Session(package, support, limits or sandbox.Limits(), trust) as session:
        examiner = Examiner(session, seed)
        code, said = _pytest(suites.resolve(), examiner)
    if examiner.stopped is not None:
        raise examiner.stopped
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise SuiteError(f"suite error: pytest ended with {pytest.ExitCode(code).name}: {said.strip()[-800:]}")
    remarks = [f"The package could not be imported: {session.failure}"] if session.failure else []
    remarks += examiner.remarks
    seconds = time.monotonic() - began
    unique = tuple(dict.fromkeys(remarks))
    return Verdict(tuple(examiner.outcomes), unique, tier.name, seed, seconds, examiner.attention)


def _pytest(suites: Path, examiner: Examiner) -> tuple[int, str]:
    """One run of pytest with nothing from outside: no configuration, no plugins, no terminal."""
    said = io.StringIO()
    words = [str(suites), f"--rootdir={suites}", "-c", os.devnull, "--import-mode=importlib", "--assert=plain", "-s"]
    words += ["--disable-plugin-autoload", "--strict-markers", "-W", "default", "--tb=short", "--no-summary", "-q"]
    words += [word for name in _UNWANTED for word in ("-p", f"no:{name}")]
    with _apart(suites), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = pytest.main(words, plugins=[examiner])
    return int(code), said.getvalue()


@contextlib.contextmanager
def _apart(suites: Path) -> Iterator[None]:
    """Keep a pytest that may be running us out, its options and its rewriting of assertions; load suites anew."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PYTEST_")}
    finders = sys.meta_path[:]
    sys.meta_path[:] = [finder for finder in finders if not type(finder).__module__.startswith("_pytest")]
    try:
        yield
    finally:
        sys.meta_path[:] = finders
        os.environ.update(kept)
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(f"{suites}{os.sep}"):
                del sys.modules[name]
