"""Any file in, answers or a reason out: files that are no notebooks, where files are found, and fuzzed notebooks."""

import copy
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.collecting.choose import plain_name
from autograder.collecting.collect import find_submissions
from autograder.reading.notebook import MAX_BYTES, MAX_CELLS
from autograder.reading.submission import Submission, read_submission
from tests import mini
from tests.mini import Document

ALL = {"middle", "Clock", "spread"}


@pytest.fixture
def solved() -> Document:
    return mini.solved()


@pytest.fixture
def read(tmp_path: Path) -> Callable[[Document | bytes], Submission]:
    return lambda content: mini.read(content, tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"[1, 2]", "JSON but not a notebook"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"cells": []}', "no cells"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"<<<<<<< HEAD\n{}\n>>>>>>> x\n", "unfinished git merge"),
        (b"{'cells': 1}", "not valid JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' * 50_000, "nested too deeply"),
        (b"[" * 1_100_000, "too many lists"),
        (b"9" * 5000, "number that is too long"),
        (b"\xff\xfe\x00", "not valid JSON"),
        (b'{"cells": [' + b'{"cell_type": "raw", "source": ""},' * MAX_CELLS + b"1]}", "more than the 2,000"),
        (b"x" * (MAX_BYTES + 1), "larger than 20 MB"),
    ],
)
def test_what_cannot_be_read_gets_a_reason(content: bytes, reason: str, read: Any) -> None:
    submission = read(content)
    assert not submission.readable
    assert submission.attention
    assert reason in submission.remarks[0]
    assert str(submission.path) not in submission.remarks[0]


def test_what_no_file_can_hold_is_replaced(read: Any, solved: Document) -> None:
    mini.cell(solved, "spread")["source"] = f"{mini.ANSWERS['spread']}\n    # \ud800"
    mini.cell(solved, "question_measured")["source"] = "3 ms \udfff\0"
    submission = read(solved)
    assert submission.answers.keys() == ALL
    assert submission.written["question_measured"] == "3 ms \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"
    for text in mini.package(submission).values():
        text.encode()


def test_a_truncated_file_says_so(read: Any, solved: Document) -> None:
    data = json.dumps(solved, indent=1).encode()
    for part in (3, 2):
        assert "cut off" in read(data[: len(data) // part]).remarks[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_other_encodings_are_converted(encoding: str, read: Any, solved: Document) -> None:
    mini.cell(solved, "question_measured")["source"] = "3 µs, naïve"
    submission = read(json.dumps(solved, ensure_ascii=False).encode(encoding))
    assert submission.answers.keys() == ALL
    assert submission.written["question_measured"] == "3 µs, naïve"
    assert len(submission.remarks) == 1


def test_old_format_and_foreign_notebooks(read: Any, solved: Document) -> None:
    for cell in solved["cells"]:
        cell["input"] = cell.pop("source")
    old = {"nbformat": 3, "worksheets": [{"cells": solved["cells"]}]}
    assert read(old).answers.keys() == ALL
    foreign = read({"nbformat": 4, "cells": [mini.code("print(1)")]})
    assert foreign.attention
    assert "another notebook" in foreign.remarks[-1]


def test_links_and_pipes_are_refused(solved: Document, tmp_path: Path) -> None:
    real = mini.save(solved, tmp_path / "real.ipynb")
    (tmp_path / "link.ipynb").symlink_to(real)
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    for name, reason in (("link", "is a link"), ("pipe", "not a regular"), ("folder", "not a"), ("none", "opened")):
        submission = read_submission(tmp_path / f"{name}.ipynb", "ada", mini.layout())
        assert not submission.readable
        assert reason in submission.remarks[0], name


def test_submissions_are_found_in_nbgraders_layout(tmp_path: Path) -> None:
    def touch(*parts: str) -> None:
        path = tmp_path.joinpath("submitted", *parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")

    touch("ada", "13_benchmarking", "benchmarking_dev.ipynb")
    touch("ada", "13_benchmarking", ".ipynb_checkpoints", "benchmarking_dev-checkpoint.ipynb")
    touch("blaise", "13_benchmarking", "benchmarking_dev (1).ipynb")
    touch("blaise", "13_benchmarking", "benchmarking_dev (2).ipynb")
    touch("chen", "13_benchmarking", "notes.txt")
    touch("dora", "12_other", "x.ipynb")
    (tmp_path / "submitted" / "eve").mkdir()
    (tmp_path / "submitted" / "eve" / "13_benchmarking").symlink_to(tmp_path / "submitted" / "ada" / "13_benchmarking")
    for folder in (tmp_path, tmp_path / "submitted"):
        found = {entry.student: entry for entry in find_submissions(folder)}
        assert list(found) == ["ada", "blaise", "chen", "eve"]
        assert found["ada"].remarks == ()
        assert found["blaise"].path == tmp_path / "submitted/blaise/13_benchmarking/benchmarking_dev (2).ipynb"
        assert found["blaise"].attention
        assert found["chen"].path is None
        assert found["eve"].path is None


def test_submissions_are_found_in_a_flat_folder(tmp_path: Path) -> None:
    names = ["ada", "ada (1)", "benchmarking_dev (1)", "benchmarking_dev-blaise", "s (1)", "s (2)", "user_2", ".hidden"]
    for name in names:
        (tmp_path / f"{name}.ipynb").write_text("{}")
    found = {entry.student: entry for entry in find_submissions(tmp_path)}
    assert list(found) == ["ada", "benchmarking_dev (1)", "blaise", "s (1)", "s (2)", "user_2"]
    assert found["ada"].path == tmp_path / "ada (1).ipynb"
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="no submissions in"):
        find_submissions(tmp_path / "empty")
    with pytest.raises(FileNotFoundError, match="no folder"):
        find_submissions(tmp_path / "nowhere")
    assert plain_name("x-Copy1") == ("x", 1)
    assert plain_name("(1)") == ("(1)", 0)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
junk = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))
snippets = st.sampled_from(
    ["", "#| export stats", "#| export clock\nX = 1", "def middle(v): return 1", "class Clock: ...", "import math\n",
     "from x import *", "1/0", "%%time", "x = (", "#| exporti a.b\ndef f(): ...", "if 1:\n  def spread(v): ...",
     "## 9. Heading", "\ud800", "#| export stats\n#| exporti clock\nY = 2", "\f#| export clock",
     "x = 1; y = 2; print(x)", "from tinytorch import benchmarking"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_ends_in_a_traceback(data: st.DataObject, read: Any, solved: Document) -> None:
    """Structure-aware: random cells get random sources, ids, types and junk, in random order."""
    document = copy.deepcopy(solved)
    cells = document["cells"]
    for _ in range(data.draw(st.integers(1, 6))):
        cell = data.draw(st.sampled_from(cells))
        match data.draw(st.integers(0, 6)):
            case 0:
                cell["source"] = "\n".join(data.draw(st.lists(snippets, max_size=4)))
            case 1:
                cell["metadata"] = data.draw(junk)
            case 2:
                names = st.sampled_from(
                    ["middle", "Clock", "question_measured", "given_units", "middle_check", "other"]
                )
                cell["metadata"] = {"nbgrader": {"grade_id": data.draw(names | junk)}}
            case 3:
                cell["cell_type"] = data.draw(st.sampled_from(["code", "markdown", "raw", 3]))
            case 4:
                cells.insert(data.draw(st.integers(0, len(cells))), copy.deepcopy(cell))
            case 5:
                cell[data.draw(st.sampled_from(["source", "metadata", "outputs", "cell_type"]))] = data.draw(junk)
            case _:
                cells.remove(cell) if len(cells) > 1 else None
    submission = read(document)
    assert submission.answers.keys() <= ALL
    if submission.readable:
        files = mini.package(replace(submission, written={}))
        assert files.keys() == {"__init__.py", "stats.py", "clock.py"}
    else:
        assert submission.remarks


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 4000), patch=st.binary(max_size=6))
def test_no_damaged_bytes_end_in_a_traceback(cut: int, patch: bytes, read: Any, solved: Document) -> None:
    data = json.dumps(solved).encode()
    submission = read(data[:cut] + patch + data[cut + len(patch) :])
    assert submission.readable or submission.remarks
