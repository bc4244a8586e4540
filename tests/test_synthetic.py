"""A class made from what is on file: the same each time, mixed, and as the lesson's grader takes it."""

import json
from pathlib import Path

import pytest

from autograder import cli
from autograder.collecting.collect import find_submissions
from autograder.proving.synthetic import synthetic_class


def test_the_class_is_the_same_each_time_and_grows(tmp_path: Path) -> None:
    small = synthetic_class(tmp_path / "small", 12, seed=13)
    large = synthetic_class(tmp_path / "large", 60, seed=13)
    other = synthetic_class(tmp_path / "other", 12, seed=14)
    texts = [path.read_bytes() for path in large]
    assert [path.read_bytes() for path in small] == texts[:12]
    assert [path.read_bytes() for path in other] != texts[:12]
    assert len(set(texts)) < 60, "nobody copied"
    assert sum(not text.rstrip().endswith(b"}") for text in texts) < 6, "too many are cut off"
    stamps = [path.stat().st_mtime_ns for path in small]
    synthetic_class(tmp_path / "small", 12, seed=13)
    assert [path.stat().st_mtime_ns for path in small] == stamps


def test_answers_are_right_wrong_and_missing(tmp_path: Path) -> None:
    found: dict[str, set[str]] = {}
    for path in synthetic_class(tmp_path, 40, seed=13):
        try:
            cells = json.loads(path.read_bytes())["cells"]
        except ValueError:  # one that is cut off
            continue
        for cell in cells:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            found.setdefault(name, set()).add("".join(cell["source"]))
    arrivals = found["poisson_arrivals"]
    assert any("write your answer here" in text for text in arrivals)
    assert len(arrivals) > 4
    assert not any("BEGIN SOLUTION" in text for texts in found.values() for text in texts)


def test_the_command_makes_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "course" / "submitted"
    assert cli.main(["demo-class", str(folder), "--students", "7", "--seed", "5"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 7
    assert [entry.student for entry in find_submissions(tmp_path / "course")] == [f"s{n:05d}" for n in range(1, 8)]
