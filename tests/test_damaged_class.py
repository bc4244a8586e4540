"""Damaged notebooks as a class and as fuzz: each ends in a grade or a reason, none stops the others."""

import json
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from autograder.collecting.collect import find_submissions
from autograder.grading.results import load_all
from autograder.grading.whole_class import grade_class
from autograder.reading.submission import normalise, read_submission
from tests import damaged, mini

POINTS = {"middle": 40.0, "Clock": 25.0, "spread": 20.0}


def test_thirty_five_damaged_notebooks_get_thirty_five_outcomes(tmp_path: Path) -> None:
    """One batch through the real grader: every answer that survived gets its points."""
    kinds = damaged.make_class(tmp_path / "submitted")
    assert len(kinds) == 35
    found = find_submissions(tmp_path)
    setup = replace(mini.setup(), judged=tmp_path / "judged")  # most of them hold the same answers: judged once
    graded = grade_class(found, setup, tmp_path, mini.gradebook(tmp_path), jobs=2)
    results = {result.student: result for result in graded}
    assert sorted(results) == sorted(kinds)
    assert load_all(tmp_path / "results") == [results[kind] for kind in sorted(kinds)]
    for kind, result in results.items():
        if kind in damaged.UNREADABLE:
            assert not result.readable
            assert result.attention
            assert damaged.UNREADABLE[kind] in result.remarks[0]
            continue
        lost = damaged.LOSES.get(kind, set())
        # what reads another exercise's answer, as `spread` reads `middle`, loses its own points with it
        lost = lost | ({"spread"} if "middle" in lost else set())
        assert mini.points(result) == {name: 0.0 if name in lost else points for name, points in POINTS.items()}, kind
        assert not result.attention, (kind, result.remarks)
        assert result.to_read == 1, kind


@pytest.mark.parametrize(
    "head",
    [
        "", "#| export clock", "#| export", "#|export os.path", "#| exporti stats", "#| default_exp .tmp.x",
        "#| hide\n#| export clock", "\f#| export clock", "\u00a0#| export clock", "# | export clock",
        "#| export stats\n#| eval: false",
    ],
)  # fmt: skip
def test_a_changed_export_line_costs_nothing_and_moves_nothing(head: str, tmp_path: Path) -> None:
    """The directives of every answer are those of our own cell, wherever in the text the student wrote another."""
    document = mini.solved()
    inside = '"""\n#| export clock\n"""'
    mini.cell(document, "middle")["source"] = f"{head}\n{mini.ANSWERS['middle']}\n#| export clock\nX = {inside}\n"
    submission = mini.read(document, tmp_path)
    assert submission.answers.keys() == POINTS.keys()
    for cell, released in zip(normalise(submission, mini.layout().cells), mini.layout().cells, strict=True):
        written = [line for line in cell.source.split("\n") if line.lstrip().startswith(("#|", "# |"))]
        assert written == [line for line in released.source.split("\n") if line.startswith("#|")], cell.grade_id
    files = mini.package(submission)
    assert files.keys() == {"__init__.py", "stats.py", "clock.py"}
    assert "def middle" in files["stats.py"]
    assert "def middle" not in files["clock.py"]


def test_fuzzed_notebooks_end_in_a_grade_or_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few hundred of the mutants of `benchmarks/fuzz_notebooks.py`, which takes 2,000 of the real lesson."""
    monkeypatch.syspath_prepend(str(mini.ROOT / "benchmarks"))
    found = import_module("fuzz_notebooks").fuzz(json.dumps(mini.solved()), mini.layout(), 300)
    assert found.tracebacks == {}
    assert sum(found.endings.values()) == 300
    assert {ending.partition(":")[0] for ending in found.endings} == {"a grade", "a reason"}


def test_the_same_number_gives_the_same_mutant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(mini.ROOT / "benchmarks"))
    mutant = import_module("mutations").mutant
    text = json.dumps(mini.solved())
    files = [mutant(text, number, ["middle"]) for number in range(20)]
    assert files == [mutant(text, number, ["middle"]) for number in range(20)]
    assert len(set(files)) == 20
    (tmp_path / "x.ipynb").write_bytes(text.encode())
    assert read_submission(tmp_path / "x.ipynb", "ada", mini.layout()).answers.keys() == POINTS.keys()
