"""The exporter: what it writes, that ruff finds nothing in it, and the command."""

import ast
import importlib.util
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.exporting import ONE, code, export, section
from tinytorch import cli
from tinytorch.export import ExportError, differences, export_modules, read_lesson, write_package

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "tinytorch/benchmarking"


def ruff(*words: str) -> str:
    """Run ruff with the project's settings and return all it says."""
    command = [sys.executable, "-m", "ruff", *words, "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def assert_clean(folder: Path, *words: str) -> None:
    """Fail if ruff would change or mark anything in a folder."""
    assert ruff("check", "--quiet", *words, str(folder)) == ""
    assert ruff("format", "--quiet", "--diff", str(folder)) == ""


@pytest.fixture
def package(mini_lesson: Path, tmp_path: Path) -> Iterator[ModuleType]:
    """The small lesson, exported and imported under a name of its own."""
    folder = tmp_path / "exported_by_test"
    write_package(export_modules(read_lesson(mini_lesson), source="lesson.py"), folder)
    spec = importlib.util.spec_from_file_location(folder.name, folder / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[folder.name] = module
    spec.loader.exec_module(module)
    yield module
    for name in [name for name in sys.modules if name.split(".")[0] == folder.name]:
        del sys.modules[name]


def test_the_package_does_what_the_lesson_does(package: ModuleType) -> None:
    clock = package.VirtualClock(500_000_000)
    clock.advance_ns(package.NS_PER_S)
    assert package.describe(clock, [3.0, 1.0, 2.0]) == "1.5 s, median 2.0"
    assert package.__all__ == ["NS_PER_S", "Clock", "IntArray", "Interval", "VirtualClock", "describe", "percentile"]


def test_a_module_holds_docstring_origin_imports_all_and_cells(mini_lesson: Path) -> None:
    files = export_modules(read_lesson(mini_lesson), source="lesson.py")
    assert list(files) == ["clock.py", "stats.py", "report.py", "__init__.py"]
    assert files["report.py"] == (
        '"""Words for a clock\'s numbers."""\n\n'
        '# Generated from lesson.py, section "3. Report"; make it again with `tinytorch export`.\n\n'
        "from __future__ import annotations\n\n"
        "from collections.abc import Sequence\n\n"
        "from .clock import NS_PER_S, Clock\n"
        "from .stats import percentile\n\n"
        '__all__ = ["describe"]\n\n\n'
        "def _seconds(ns: int) -> float:\n"
        "    return ns / NS_PER_S\n\n\n"
        "def describe(clock: Clock, durations: Sequence[float]) -> str:\n"
        '    """Return the time and the median in words."""\n'
        '    return f"{_seconds(clock.now_ns()):.1f} s, median {percentile(durations, 0.5)}"\n'
    )
    assert '"""What a handful of durations can support."""' in files["stats.py"]
    assert not any(word in text for text in files.values() for word in ("SOLUTION", "#|", "assert", "np.pi"))


def test_the_package_needs_no_linter(mini_lesson: Path, tmp_path: Path) -> None:
    write_package(export_modules(read_lesson(mini_lesson), source="lesson.py"), tmp_path / "package")
    assert_clean(tmp_path / "package")


def test_imports_and_all_come_out_as_ruff_sorts_and_wraps_them(tmp_path: Path) -> None:
    """Sixty random modules over modules and names that differ in case, digits, length and kind."""
    rng = random.Random(13)
    plain = ["os", "os.path", "re", "json", "numpy as np", "numpy.typing as npt", "scipy.stats", "tinytorch.core"]
    places = [
        "collections",
        "typing",
        "numpy",
        "scipy",
        "tinytorch.models",
        "tinytorch.core.x",
        "zlib",
        "PIL",
        "A",
        "a",
    ]
    names = ["a1", "a10", "a2", "Alpha", "alpha", "BETA", "beta_long_name_of_all", "X", "x", "Zed9", "Zed10", "_hidden"]
    own = [f"{name}_own" for name in names]
    for number in range(60):
        cells = [section("1. One"), code("#| export one\n" + "\n".join(f"{name} = 1" for name in own))]
        used = set(rng.sample(own, rng.randint(1, len(own))))
        for line in rng.sample(plain, rng.randint(0, 4)):
            cells.append(code(f"import {line}"))
            used.add(line.split(" as ")[-1].split(".")[0])
        for place in rng.sample(places, rng.randint(0, 5)):
            for name in rng.sample(names, rng.randint(1, 8)):
                bound = rng.choice([name, f"{name}_{rng.randint(1, 20)}"])
                if bound not in used:
                    cells.append(code(f"from {place} import {name}" + (f" as {bound}" if bound != name else "")))
                    used.add(bound)
        made = rng.sample([f"made_{name}" for name in names] + [f"{name}_made" for name in names], rng.randint(1, 9))
        uses = "\n".join(f"    {name}," for name in sorted(used))
        body = "\n".join(f"{name} = 1" for name in made)
        cells += [section("2. Two"), code(f"#| export two\n{body}\nALL = [\n{uses}\n]")]
        write_package(export(*cells), tmp_path / f"p{number}")
    assert_clean(tmp_path, "--ignore=N")


@pytest.mark.parametrize("repeat", [1, 40])
def test_summaries_and_titles_of_any_length_and_letters(repeat: int, tmp_path: Path) -> None:
    summary = "It says \"hello\\n\" and '''more''' " + "words " * repeat + '"end"'
    files = export(section("1. " + "long " * repeat, summary), code("#| export one\nx = 1"))
    assert max(map(len, files["one.py"].split("\n"))) <= 120
    assert " ".join((ast.get_docstring(ast.parse(files["one.py"])) or "").split()) == summary
    write_package(files, tmp_path)
    assert_clean(tmp_path)


def test_lines_are_wrapped_exactly_where_ruff_wraps_them(tmp_path: Path) -> None:
    for width in range(85, 110):
        name, summary = "n" * width, "w" * 60 + " " + "w" * (width - 50)
        first = [section("1. One", summary), code(f"#| export one\n{name} = 1")]
        second = [section("2. Two", summary), code(f"#| export two\nuse = {name}")]
        write_package(export(*first, *second), tmp_path / f"p{width}")
    assert_clean(tmp_path)


def test_a_marker_leaves_no_double_blank_line() -> None:
    body = '    """Doc."""\n\n    ### BEGIN SOLUTION\n\n    x = 1\n\n    ### END SOLUTION\n\n    return x'
    text = export(ONE, code(f"#| export one\n\ndef f():\n{body}"))["one.py"]
    assert text.endswith('\n\n\ndef f():\n    """Doc."""\n\n    x = 1\n\n    return x\n')


@pytest.mark.parametrize(
    "head", ["# @title Given: f\n#| export one", "#| export one\n\n#@title", "\n#@title F\n#| export one"]
)
def test_the_title_of_a_folded_cell_is_not_exported(head: str) -> None:
    """Colab writes one over the directive where a student hides a cell's code."""
    text = "f = 1\n# @title of a plot\ng = 2"
    files = {export(ONE, code(f"{start}\n{text}"))["one.py"] for start in (head, "#| export one")}
    assert len(files) == 1
    assert files.pop().endswith(f"\n\n\n{text}\n")


def test_what_a_cell_uses_is_found_wherever_it_stands() -> None:
    head = code("import a, b, c, d, e, f, g, h, p, q\nimport unused\nimport i.j\nimport i.k\nfrom m import n as o")
    used = (
        "#| export one\n@a.wraps\ndef run(x: b.B, *, y=c) -> 'd.D':\n    z: e.E = [f for x in y]\n    def inner(a):\n"
        "        return lambda: g\n    try:\n        u: p.P = 1\n    except ValueError:\n        match x:\n"
        "            case 1:\n                v: q.Q = 2\n    return i.j, i.k\n\n\n"
        "class Run(o):\n    h: int = 1\n    kind: h.H"
    )
    imports = re.findall(r"^(?:import|from) .*", export(head, section("1. One"), code(used))["one.py"], re.MULTILINE)
    assert imports == [
        "from __future__ import annotations",
        *[f"import {name}" for name in ("a", "b", "c", "e", "f", "g", "i.j", "i.k", "p", "q")],
        "from m import n as o",
    ]


def test_imports_of_an_exported_cell_move_to_the_head() -> None:
    cell = code(
        "#| export one\nfrom __future__ import annotations\n\nimport math\nfrom os import (\n  sep,\n)\n\n\nx = math.pi"
    )
    text = export(section("1. One"), cell)["one.py"]
    assert text.endswith('import math\n\n__all__ = ["x"]\n\n\nx = math.pi\n')


def test_a_private_name_crosses_sections_but_stays_out_of_all() -> None:
    files = export(
        section("1. One"),
        code("#| exporti one\nhelper = 1\n_other = 2"),
        section("2. Two"),
        code("#| export two\nx: int = helper + _other\n(y, _z), w = (1, 2), 3"),
    )
    assert "__all__: list[str] = []" in files["one.py"]
    assert "from .one import _other, helper" in files["two.py"]
    assert '__all__ = ["w", "x", "y"]' in files["__init__.py"]


def test_only_changes_are_written_and_only_generated_files_removed(mini_lesson: Path, tmp_path: Path) -> None:
    files = export_modules(read_lesson(mini_lesson), source="lesson.py")
    folder = tmp_path / "package"
    assert write_package(files, folder) == sorted(folder / name for name in files)
    assert write_package(files, folder) == differences(files, folder) == []
    (folder / "old.py").write_text(files["stats.py"])
    (folder / "by_hand.py").write_text("x = 1\n")
    (folder / "clock.py").write_text(files["clock.py"] + "# edited\n")
    assert write_package(files, folder) == [folder / "clock.py", folder / "old.py"]
    assert sorted(path.name for path in folder.iterdir()) == sorted([*files, "by_hand.py"])


def test_a_file_written_by_hand_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("x = 1\n")
    (tmp_path / "__init__.py").write_text("")
    with pytest.raises(ExportError, match=r"one\.py in .* was written by hand"):
        write_package(export(ONE, code("#| export one\ny = 1")), tmp_path)
    assert (tmp_path / "__init__.py").read_text() == ""
    with pytest.raises(ExportError, match="not a module's file name"):
        write_package({"../evil.py": ""}, tmp_path)


def test_nothing_that_is_exported_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    export(ONE, code(f"#| export one\n__all__ = [open({str(trap)!r}, 'w')]\nx = __import__('os').mkdir({str(trap)!r})"))
    assert not trap.exists()


def test_the_command_writes_checks_and_names_what_is_missing(
    mini_lesson: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["export", str(mini_lesson), "--to", str(tmp_path / "package")]
    assert cli.main([*command, "--check"]) == 1
    assert "differs package/clock.py" in capsys.readouterr().out
    assert cli.main(command) == 0
    assert "wrote package/clock.py" in capsys.readouterr().out
    assert cli.main([*command, "--check"]) == 0
    assert cli.main(["export", str(tmp_path / "absent.ipynb")]) == 2
    assert "there is no" in capsys.readouterr().err
    mini_lesson.write_text(mini_lesson.read_text().replace("import math\n", ""))
    assert cli.main(command) == 2
    assert "cell 'percentile' uses 'math'" in capsys.readouterr().err


def test_the_command_says_what_is_unsound_in_a_students_notebook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = '{"cell_type": "markdown", "source": "## 1. One"}, {"cell_type": "code", "source": "#| export one\\nx = y"}'
    (tmp_path / "mine.ipynb").write_text(f'{{"cells": [{cells}]}}')
    assert cli.main(["export", str(tmp_path / "mine.ipynb"), "--to", str(tmp_path / "package")]) == 0
    assert "note: " in capsys.readouterr().err
    assert "x = y" in (tmp_path / "package/one.py").read_text()


def test_the_committed_package_is_the_lessons(lesson_path: Path) -> None:
    files = export_modules(read_lesson(lesson_path), source=lesson_path.relative_to(ROOT).as_posix())
    assert files == {path.name: path.read_text() for path in PACKAGE.glob("*.py")}
    assert_clean(PACKAGE)
