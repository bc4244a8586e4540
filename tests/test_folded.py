"""Long given cells are folded in the release: by marks that change nothing for the exporter, nbgrader or the grader."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from autograder.proving.demo_class import answers, filled
from autograder.publishing.folded import LONGEST, fold
from autograder.reading.layout import Layout
from autograder.reading.lesson import load_lesson
from autograder.reading.submission import read_submission
from tinytorch.export import export_modules, read_lesson

ROOT = Path(__file__).parents[1]
RELEASE = ROOT / "modules/release/13_benchmarking/benchmarking_dev.ipynb"
GIVEN = {"locked": True, "solution": False, "grade": False, "grade_id": "given_long"}
LONG = ["#| export stats\n", "def shown():\n", *["    a = 1\n"] * (LONGEST - 1)]


def cell(source: list[str], kind: str = "code", **metadata: Any) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": metadata, "source": source}


def folded(one: dict[str, Any]) -> dict[str, Any]:
    """Return what `fold` makes of a notebook's one cell."""
    before = copy.deepcopy(one)
    (after,) = fold({"cells": [one], "nbformat": 4})["cells"]
    assert one == before
    return dict(after)


def is_folded(one: Any) -> bool:
    return bool(one["metadata"].get("cellView") == "form" and one["metadata"]["jupyter"]["source_hidden"] is True)


def test_a_long_given_cell_gets_the_marks_of_jupyterlab_and_colab() -> None:
    after = folded(cell(LONG, nbgrader=GIVEN, jupyter={"outputs_hidden": True}, tags=["x"]))
    assert after["source"] == ["# @title Given: shown\n", *LONG]
    assert after["metadata"] == {
        "nbgrader": GIVEN,
        "tags": ["x"],
        "cellView": "form",
        "jupyter": {"outputs_hidden": True, "source_hidden": True},
    }


@pytest.mark.parametrize(
    "other",
    [
        cell([*LONG[1:], "\n", "    \n"], nbgrader=GIVEN),  # 12 lines, the blank ones not counted
        cell(LONG, kind="markdown", nbgrader=GIVEN),
        cell(LONG),
        cell(LONG, nbgrader={**GIVEN, "locked": False, "solution": True}),
        cell(LONG, nbgrader={**GIVEN, "solution": True}),
        cell(LONG, nbgrader={**GIVEN, "grade": True}),
        cell(LONG, nbgrader={**GIVEN, "locked": False}),
    ],
)
def test_no_other_cell_is_touched(other: dict[str, Any]) -> None:
    assert folded(other) == other


def test_a_cell_is_folded_whether_it_is_exported_or_not() -> None:
    assert is_folded(folded(cell(["%time\n", "!ls\n", *["print(1)\n"] * LONGEST], nbgrader=GIVEN)))


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["x = 1"], "Given code"),
        (["def _inner(): ...", "class Run:", "    def stop(self): ..."], "Given: Run"),
        (["def f(): ...", "async def g(): ...", "def f(): ..."], "Given: f, g"),
        ([f"def {letter * 25}(): ..." for letter in "abcd"], f"Given: {'a' * 25}, {'b' * 25} and 2 more"),
        ([f"def {'a' * 100}(): ..."], f"Given: {'a' * 100}"),
    ],
)
def test_the_title_names_what_the_cell_defines_on_one_line(lines: list[str], title: str) -> None:
    source = [f"{line}\n" for line in lines] + ["a = 1\n"] * LONGEST
    assert folded(cell(source, nbgrader=GIVEN))["source"][0] == f"# @title {title}\n"


def test_the_committed_release_folds_the_lessons_long_given_cells_and_no_others(lesson_path: Path) -> None:
    document = json.loads(RELEASE.read_bytes())
    marked = [each["id"] for each in document["cells"] if is_folded(each)]
    long = [
        each.id
        for each in load_lesson(lesson_path).cells
        if each.kind == "code"
        and each.nbgrader.get("locked")
        and not each.nbgrader["grade"]
        and len(re.findall(r"^.*\S", each.source, re.MULTILINE)) > 12
    ]
    assert marked == long != []
    assert RELEASE.read_text().count("@title") == len(long)
    assert not re.search("@title|cellView|source_hidden", lesson_path.read_text())


def test_nbgrader_and_nbformat_take_the_folded_release() -> None:
    notebook = nbformat.read(RELEASE, 4)
    nbformat.validate(notebook)
    marked = [each for each in notebook.cells if is_folded(each)]
    assert [each.metadata.nbgrader.checksum for each in marked] == [compute_checksum(each) for each in marked]


def test_the_package_of_the_folded_release_is_the_lessons(lesson_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "benchmarking_dev.ipynb"
    path.write_bytes(filled(load_lesson(RELEASE), answers(load_lesson(lesson_path))))
    assert "@title" in path.read_text()
    ours, theirs = (export_modules(read_lesson(each), source="lesson") for each in (path, lesson_path))
    assert ours == theirs


@pytest.mark.parametrize("change", ["as released", "unfolded in JupyterLab", "title edited", "title removed"])
def test_the_grader_has_no_remark_on_how_a_cell_is_folded(change: str, tmp_path: Path) -> None:
    document = json.loads(RELEASE.read_bytes())
    for each in filter(is_folded, document["cells"]):
        if change == "unfolded in JupyterLab":
            each["metadata"]["jupyter"] = {}
        elif change != "as released":
            each["source"][:1] = ["#@title Mine { display-mode: 'form' }\n"] if change == "title edited" else []
    path = tmp_path / "ada.ipynb"
    path.write_text(json.dumps(document))
    submission = read_submission(path, "ada", Layout.of(load_lesson(RELEASE).cells))
    assert (submission.remarks, submission.attention) == ((), False)
