"""The hidden suites are read once and run for every submission of a class: what one leaves in a module, the next meets.
So no suite may keep anything there."""

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.examining.collected import Collected, collected
from autograder.examining.verdicts import judge
from autograder.reading.places import LESSON, RELEASE, SUITES
from autograder.sandbox import confinement
from tests.confined import QUICK, package, support
from tinytorch.export import export_modules, read_lesson

HOARDER = """
import functools
import itertools
import pytest

SEEN, COUNT = [], 0
NUMBERS = itertools.count()

class Kept:
    last = None

def default(value, had=[]):
    had.append(value)

@functools.cache
def remembered(value):
    return [value]

@pytest.mark.exercise("f", points=1)
def test_f(student, seed):
    yours = student.f(seed)
    {line}
    assert yours == seed
"""
HOARDS = {
    "a list": "SEEN.append(yours)",
    "a number": "global COUNT; COUNT += 1",
    "an iterator": "next(NUMBERS)",
    "a class": "Kept.last = yours",
    "a default": "default(yours)",
    "an attribute": "default.last = yours",
    "a cache": "remembered(yours)",
}


def modules(tests: Collected, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The globals of each suite in a folder and of what the suites share, as the tests see them, by name."""
    found: dict[str, dict[str, Any]] = {}
    for item in tests.items:
        assert isinstance(item, pytest.Function)
        fixtures = [each for defined in item._fixtureinfo.name2fixturedefs.values() for each in defined]
        for function in (item.function, *(fixture.func for fixture in fixtures)):
            names = getattr(function, "__globals__", {})
            if names.get("__file__", "").startswith(f"{folder}/"):
                found[names["__file__"]] = names
    yield from sorted(found.items())


def print_of(value: Any, depth: int = 0) -> Any:
    """All that can change in a value, as something that compares; what is imported from elsewhere is only named."""
    if depth > 6 or isinstance(value, types.ModuleType | types.BuiltinFunctionType):
        return type(value).__name__
    match value:
        case dict():
            return {repr(key): print_of(each, depth + 1) for key, each in value.items() if key != "__builtins__"}
        case list() | tuple() | set() | frozenset():
            return type(value).__name__, [print_of(each, depth + 1) for each in value]
        case np.ndarray():
            return value.dtype.str, value.tolist()
        case types.FunctionType():
            return print_of([value.__defaults__, value.__kwdefaults__, value.__dict__], depth + 1)
        case type():
            ours = "suites" in getattr(value, "__module__", "") or value.__module__.startswith(("test_", "conftest"))
            return print_of({k: v for k, v in vars(value).items() if k != "__dict__"}, depth + 1) if ours else value
    if hasattr(value, "cache_info"):
        return value.cache_info().currsize
    return repr(value), print_of(getattr(value, "__dict__", {}), depth + 1)


def state(tests: Collected, folder: Path) -> dict[str, Any]:
    """What is in the modules now, by file."""
    return {Path(name).name: print_of(names) for name, names in modules(tests, folder)}


def packaged(lesson: Path) -> confinement.Package:
    """The package of the lesson, or of the release, as it stands."""
    return confinement.Package(export_modules(read_lesson(lesson), source="x", strict=False))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return confinement.build_support(tmp_path_factory.mktemp("state") / "support")


def test_the_suites_keep_nothing(base: Path) -> None:
    """After a submission that is right and one that is not written, every module is as it was when it was read."""
    folder = SUITES.resolve()
    tests = collected(folder)
    before = state(tests, folder)
    assert sorted(before) == sorted(path.name for path in folder.glob("*.py"))
    for lesson in (LESSON, RELEASE):
        judge(packaged(lesson), base, folder, 13)
    assert collected(folder) is tests, "the same modules were used"
    assert [name for name, now in state(tests, folder).items() if now != before[name]] == []


@pytest.mark.parametrize("what", HOARDS)
def test_what_is_kept_is_found(tmp_path: Path, what: str) -> None:
    """The look above sees each way in which a suite could keep something."""
    folder = tmp_path / "suites"
    folder.mkdir()
    (folder / "test_f.py").write_text(HOARDER.replace("{line}", HOARDS[what]))
    tests = collected(folder.resolve())
    before = state(tests, folder.resolve())
    judge(package(tmp_path / "p", "def f(x): return x"), support(tmp_path / "support"), folder, 13, QUICK)
    assert list(before) == ["test_f.py"]
    assert state(tests, folder.resolve()) != before


def test_a_submission_does_not_meet_the_one_before(base: Path) -> None:
    """Whoever was judged first, each gets what it deserves."""
    right, stub = packaged(LESSON), packaged(RELEASE)
    first = [judge(each, base, SUITES, 13).outcomes for each in (right, stub)]
    assert [judge(each, base, SUITES, 13).outcomes for each in (stub, right)] == first[::-1]
