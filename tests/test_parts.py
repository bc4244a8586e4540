"""Importing a package part by part is importing it: the same names, lines and errors, and less to compile."""

import importlib
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from autograder.examining.errors import StudentError
from autograder.proving.on_file import read_answers
from autograder.reading.places import ANSWERS, LESSON
from autograder.sandbox import confinement, parts
from tests.confined import session, student_of, tier_of
from tinytorch.export import export_modules, read_lesson

HEAD = '"""What it is."""\n\nfrom __future__ import annotations\n\nimport math\n\n__all__ = ["f", "g"]'
GIVEN = "def g(x: int) -> int:\n    return x + 1"
OWN = "def f(x):\n    # a comment\n    return 1 / (x - g(0))"
Make = Callable[[Mapping[str, str]], ModuleType]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Import the package of these modules, part by part, with `ours` as the released ones."""
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "outer").mkdir()
    (tmp_path / "outer" / "__init__.py").touch()

    def imported(files: Mapping[str, str], ours: Mapping[str, str] | None = None) -> ModuleType:
        folder = tmp_path / "outer" / "inner"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text)
        parts.install("outer.inner", ours or {}, str(folder))
        return importlib.import_module("outer.inner")

    yield imported
    for name in [name for name in sys.modules if name.partition(".")[0] == "outer"]:
        del sys.modules[name]


def module(*texts: str) -> str:
    return parts.JOINT.join([HEAD, *texts]) + "\n"


def test_parts_together_are_the_module(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts of the release come compiled; a line of the student's is the line of the file."""
    compiled: list[str] = []
    real = parts._compiled
    monkeypatch.setattr(parts, "_compiled", lambda part, *rest: compiled.append(part) or real(part, *rest))
    ours = {"one.py": module("def f(x):\n    raise NotImplementedError", GIVEN)}
    text = module(OWN, GIVEN)
    made = make({"__init__.py": "from .one import f, g\n", "one.py": text}, ours)
    assert compiled[3:] == [OWN], "the head, the stub and what was given had been compiled before"
    assert made.g(2) == 3
    assert made.g.__annotations__ == {"x": "int", "return": "int"}
    assert sys.modules["outer.inner.one"].__doc__ == "What it is."
    with pytest.raises(ZeroDivisionError) as caught:
        made.f(1)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert last.filename.endswith("/outer/inner/one.py")
    assert text.split("\n")[last.lineno - 1] == "    return 1 / (x - g(0))"


@pytest.mark.parametrize(
    "own",
    [
        f'TEXT = """{parts.JOINT}def hidden(): ...{parts.JOINT}"""\n\ndef f(x):\n    return TEXT',
        f"def f(x):\n    return 1{parts.JOINT}    unreachable = 2",
        f"if True:\n    def f(x): return 1{parts.JOINT}else:\n    def f(x): return 2",
        f"import functools{parts.JOINT}@functools.cache{parts.JOINT}\ndef f(x): return 1",
        f"def f(x):\n    return (1 +{parts.JOINT}1)",
        f"f = 1 \\{parts.JOINT}",
    ],
    ids=["a text", "indented", "else", "decorator", "bracket", "continued"],
)
def test_blank_lines_inside_change_nothing(make: Make, own: str) -> None:
    """What does not compile part by part is imported as a whole, with the names and errors of the whole."""
    text = module(own, GIVEN)
    names: dict[str, object] = {"__name__": "whole"}
    try:
        exec(compile(text, "whole.py", "exec", dont_inherit=True), names)
    except SyntaxError as error:
        with pytest.raises(SyntaxError, match=str(error.msg)):
            make({"__init__.py": "from . import one\n", "one.py": text})
        return
    one = make({"__init__.py": "from . import one\n", "one.py": text}).one
    assert {name for name in vars(one) if not name.startswith("__")} == {n for n in names if not n.startswith("__")}
    result = names["f"](0) if callable(names["f"]) else names["f"]
    assert (one.f(0) if callable(one.f) else one.f) == result


def test_what_was_not_generated_is_imported_as_it_is(make: Make) -> None:
    """Without the line about annotations in its head, parts compiled with it would mean something else."""
    one = make({"__init__.py": "from . import one\n", "one.py": f"X = int{parts.JOINT}def f(x: X): ...\n"}).one
    assert one.f.__annotations__ == {"x": int}


def test_most_of_a_package_is_known() -> None:
    """Of a lesson with another answer to one exercise, the answer is new, and at most the names that it needs."""
    cells = read_lesson(LESSON)
    known = {part for text in export_modules(cells, source="x").values() for part in text.split(parts.JOINT)}
    assert len(known) > 60
    for part in known:
        assert parts._compiled(part, "x")
    for answer in read_answers(ANSWERS).wrong[::20]:
        own = [replace(c, source=answer.source) if c.grade_id == answer.exercise else c for c in cells]
        modules = export_modules(own, source="x", strict=False)
        new = {part for text in modules.values() for part in text.split(parts.JOINT)} - known
        assert 1 <= len(new) <= 2, f"{answer.exercise}: {len(new)} parts are new"


@pytest.mark.parametrize("kind", ["namespaces", "container"])
def test_a_submission_is_imported_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """In a warm process's child, where an error has its line as well."""
    tier = tier_of(kind)
    monkeypatch.setattr(confinement, "probe", lambda: tier)
    source = "def loader(): return type(__spec__.loader).__name__\n\n\ndef bad(x):\n    y = x\n    return 1 / y\n"
    with session(tmp_path / "s", source) as running:
        student = student_of(running)
        assert student.loader() == "_Loader"
        with pytest.raises(StudentError, match="ZeroDivisionError") as caught:
            student.bad(0)
        assert caught.value.where == "line 3 of bad"
