"""README: its links lead somewhere, its targets exist, its numbers are the lesson's, its program runs. Its commands are
parsed in test_commands.py, its table is what the demo class is graded with in test_class.py."""

import re
import struct
from functools import partial
from pathlib import Path

import pytest

from book.engine.readme import PICTURES, SCALE, SIZE, table_of, with_table
from tinytorch.benchmarking import Settings
from tinytorch.checking.outline import load_course

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_link_and_picture_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)|(?:src|srcset)=\"([^\"]+)\"", README)
    assert len(links) > 8
    for link, picture in links:
        assert (ROOT / (link or picture)).exists(), link or picture


def test_the_pictures_are_as_large_as_they_were_made() -> None:
    for name in PICTURES:
        assert f"docs/{name}" in README
        head = (ROOT / "docs" / name).read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", head[16:]) == (SIZE[0] * SCALE, SIZE[1] * SCALE)


def test_the_first_screen_is_picture_table_and_commands() -> None:
    first = README.split("\n## ")[0]
    at = [first.index(mark) for mark in ("report.png", "```\nstudent ", "make demo ")]
    assert at == sorted(at)
    assert first.count("\n") < 50


def test_make_has_every_target_that_is_named() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)`", README, re.MULTILINE))
    assert targets
    for target in {one or other for one, other in targets}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


LESSON = "modules/source/13_benchmarking/benchmarking_dev.py"


@pytest.mark.parametrize("path", ["README.md", LESSON, "book/index.md", "book/modules/13_benchmarking.md"])
def test_the_number_of_exercises_is_the_lessons(path: str) -> None:
    course = load_course()
    text = (ROOT / path).read_text(encoding="utf-8")
    assert set(re.findall(r"(\d+) exercises", text)) == {str(len(course.exercises))}
    assert set(re.findall(r"(\d+) questions", text)) <= {str(len(course.questions))}


def test_the_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """As it stands, but for shorter runs: what it prints is an answer, what it writes a report."""
    [program] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    short = partial(Settings, rounds=6, min_queries=60, min_duration_ns=10_000_000)
    monkeypatch.setattr("tinytorch.runs.benchmark.Settings", short)
    exec(compile(program, "README.md", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out in ("True\n", "False\n")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "int8" in page
    assert "float32" in page


def test_another_table_takes_the_place_of_the_old_one_alone() -> None:
    table = table_of("student  total\nada         85\n\nRemarks\n  none\n")
    assert table == "student  total\nada         85\n"
    changed = with_table(README, table)
    assert f"```\n{table}```" in changed
    assert with_table(changed, table) == changed
    assert changed.replace(table, "") == re.sub(r"student  .*?(?=```)", "", README, count=1, flags=re.DOTALL)
    with pytest.raises(ValueError, match="it holds 0"):
        with_table("no table", table)
