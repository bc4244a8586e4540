"""Answers found in damaged notebooks of the kinds that classes hand in, and laid into our own."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.reading.source import loose_statements, parse
from autograder.reading.submission import Submission, normalise
from tests import mini
from tests.mini import Document

SPREAD_STUB = """def spread(values: list[float]) -> float:
    \"\"\"Return the largest distance from the middle.\"\"\"
    raise NotImplementedError("write your answer here")"""
ALL = {"middle", "Clock", "spread"}


@pytest.fixture
def solved() -> Document:
    return mini.solved()


@pytest.fixture
def read(tmp_path: Path) -> Callable[[Document | bytes], Submission]:
    return lambda content: mini.read(content, tmp_path)


def test_answers_are_taken_and_laid_into_our_notebook(read: Any, solved: Document) -> None:
    submission = read(solved)
    assert submission.answers.keys() == ALL
    assert submission.remarks == ()
    assert "4.2 ms" in submission.written["question_measured"]
    cells = normalise(submission, mini.layout().cells)
    assert [cell.id for cell in cells] == [cell.id for cell in mini.layout().cells]
    assert [cell.metadata for cell in cells] == [cell.metadata for cell in mini.layout().cells]
    assert "abs(value - middle(values))" in mini.package(submission)["clock.py"]


def test_the_untouched_release_holds_no_answers(read: Any) -> None:
    submission = read((mini.made() / mini.NOTEBOOK).read_bytes())
    assert (submission.answers, submission.refused, submission.written, submission.remarks) == ({}, {}, {}, ())
    assert not submission.attention


def edit(name: str, change: Callable[[Document], object]) -> Callable[[Document], None]:
    return lambda document: [change(cell) for cell in [mini.cell(document, name)]] and None


def lose_ids(document: Document) -> None:
    for cell in document["cells"]:
        cell["metadata"] = {}


def double(document: Document) -> None:
    copied = copy.deepcopy(mini.cell(document, "middle"))
    copied["source"] = "#| export stats\ndef middle(values):\n    return 'second'\n"
    document["cells"].append(copied)


def double_with_a_stub(document: Document) -> None:
    copied = copy.deepcopy(mini.cell(document, "middle"))
    copied["source"] = '#| export stats\ndef middle(values):\n    raise NotImplementedError("write your answer here")\n'
    document["cells"].append(copied)


def both_in_one(document: Document) -> None:
    cell = mini.cell(document, "Clock")
    cell["source"] = "".join(cell["source"]) + "\n\n" + mini.ANSWERS["spread"]
    mini.cell(document, "spread")["source"] = f"#| export clock\n{SPREAD_STUB}"


def set_meta(**fields: Any) -> Callable[[Document], object]:
    return lambda cell: cell["metadata"]["nbgrader"].update(fields)


def put(source: str) -> Callable[[Document], object]:
    return lambda cell: cell.update(source=source)


def retitle(cell: Document) -> None:
    """What Colab does where a student hides the code of a cell."""
    cell["metadata"]["cellView"] = "form"
    cell["source"] = ["# @title Default title text\n", *"".join(cell["source"]).splitlines(keepends=True)]


REPAIRED: dict[str, tuple[Callable[[Document], None], str]] = {
    "ids lost": (lose_ids, "Cell id lost, answer found by the name it defines: middle, Clock, spread."),
    "id renamed": (edit("middle", set_meta(grade_id="middle-2")), "Cell id lost"),
    "id of the wrong type": (edit("middle", set_meta(grade_id=7)), "Cell id lost"),
    "id missing": (edit("middle", lambda cell: cell["metadata"]["nbgrader"].pop("grade_id")), "Cell id lost"),
    "cell doubled": (double, "Cell found more than once, the last edited one counts: middle."),
    "doubled by an untouched stub": (double_with_a_stub, "Cell found more than once"),
    "two answers in one cell": (both_in_one, "Answer found in the cell of another exercise: spread."),
    "code turned into Markdown": (edit("middle", lambda cell: cell.update(cell_type="markdown")), "read as code"),
    "export line removed": (edit("middle", put(mini.ANSWERS["middle"])), "Export line missing or changed, put back"),
    "another module": (edit("middle", put("#| export .tmp.x\n" + mini.ANSWERS["middle"])), "Export line missing"),
    "given cell edited": (edit("given_units", put("#| export clock\nNS_PER_S = 1")), "Given cell changed"),
    "given cell hidden in Colab": (edit("given_units", retitle), ""),
    "answer hidden in Colab": (edit("middle", retitle), ""),
    "loose calls": (edit("middle", put(mini.ANSWERS["middle"] + "\nprint(middle([1]))\nassert 1")), "Loose calls"),
    "magics": (edit("middle", put("%%time\n#| export stats\n" + mini.ANSWERS["middle"])), "notebook commands"),
    "no-break spaces": (edit("middle", put(mini.ANSWERS["middle"].replace("    ", "\u00a0" * 4))), "no-break spaces"),
    "future": (edit("middle", put("from __future__ import annotations\n" + mini.ANSWERS["middle"])), "Loose calls"),
    "schema version": (edit("middle", set_meta(schema_version=99)), ""),
    "flipped flags": (edit("middle_check", set_meta(grade=False, solution=True)), ""),
    "changed points": (edit("middle_check", set_meta(points=4000)), ""),
    "forged output": (edit("middle_check", lambda cell: cell.update(outputs=[{"output_type": "error"}])), ""),
    "edited check": (edit("middle_check", put("assert True")), ""),
    "deleted check": (lambda document: document["cells"].remove(mini.cell(document, "middle_check")), ""),
    "kernel": (lambda document: document.update(metadata={"kernelspec": {"name": "sage"}}), ""),
    "cell ids": (lambda document: [cell.update(id="same") for cell in document["cells"]] and None, ""),
    "source as text": (edit("middle", lambda cell: cell.update(source="".join(cell["source"]))), ""),
    "CRLF": (edit("middle", lambda cell: cell.update(source="".join(cell["source"]).replace("\n", "\r\n"))), ""),
    "format missing": (lambda document: document.pop("nbformat"), "does not say that it is in format 4"),
    "damaged cells": (lambda document: document["cells"].extend([3, {"cell_type": "code"}]), "is damaged"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REPAIRED)
def test_damage_is_repaired_and_said(kind: str, read: Any, solved: Document) -> None:
    damage, remark = REPAIRED[kind]
    damage(solved)
    submission = read(solved)
    assert submission.answers.keys() == ALL
    assert not submission.attention
    assert any(remark in said for said in submission.remarks) if remark else not submission.remarks
    files = mini.package(submission)
    assert files.keys() == {"__init__.py", "stats.py", "clock.py"}
    assert "NS_PER_S = 1_000_000_000" in files["clock.py"]
    assert ("'second'" in files["stats.py"]) == (kind == "cell doubled")


REFUSED: dict[str, tuple[str, str]] = {
    "syntax error": ("def middle(values):\n    return (1,\n", "does not compile (line 3: '(' was never closed)"),
    "tab error": ("def middle(values):\n\tif 1:\n        pass\n", "does not compile (line"),
    "return outside": ("def middle(values): pass\nreturn 1", "does not compile (line 3: 'return' outside function)"),
    "too deep": ("def middle(values): return " + "-" * 50_000 + "1", "nested too deeply"),
    "NUL": ("def middle(values): return 1\0", "does not compile"),
    "another name": ("def median(values):\n    return 1", "does not define middle"),
    "no such module": ("import torch_nowhere\ndef middle(values):\n    return 1", "does not have torch_nowhere"),
    "the installed package": ("from tinytorch.benchmarking import middle", "does not define middle"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_an_unusable_answer_costs_its_own_exercise_only(kind: str, read: Any, solved: Document) -> None:
    source, reason = REFUSED[kind]
    mini.cell(solved, "middle")["source"] = "#| export stats\n" + source
    submission = read(solved)
    assert submission.answers.keys() == {"Clock", "spread"}
    assert reason in submission.refused["middle"]
    assert "NotImplementedError" in mini.package(submission)["stats.py"]


def test_helpers_and_imports_of_the_student_are_kept(read: Any, solved: Document) -> None:
    mini.cell(solved, "spread")["source"] = [
        "#| export clock\n",
        "def _far(values):\n    return max(map(fabs, values)) * TWICE\n\n\n",
        "def spread(values):\n    return _far(values) / len(list(accumulate(values)))\n",
    ]
    solved["cells"][2:2] = [
        mini.code("from math import fabs\nfrom itertools import accumulate\nimport nowhere_to_be_found\nx = 1"),
        mini.code("#| export clock\nTWICE = 2\nprint('loose')"),
        mini.code("#| export\ndef shifted(values):\n    return values\n"),
        mini.code("#| export stats\nNS_PER_S = 1"),
        mini.code("#| export stats\ndef broken(:\n"),
        mini.code("#| exporti os.path\nSTATE = {}"),
    ]
    submission = read(solved)
    files = mini.package(submission)
    assert "from itertools import accumulate" in files["clock.py"]
    assert "TWICE = 2" in files["clock.py"]
    assert "_far(values)" in files["clock.py"]
    assert "def shifted" in files["stats.py"]
    assert "STATE = {}" in files["stats.py"]
    assert files.keys() == {"__init__.py", "stats.py", "clock.py"}
    assert "loose" not in "".join(files.values())
    said = " ".join(submission.remarks)
    assert "Added cell left out, because it defines a name of the lesson: cell 6 (NS_PER_S)." in said
    assert "Added cell left out, because it does not compile: cell 7." in said


def test_a_helper_that_was_not_exported_is_named(read: Any, solved: Document) -> None:
    solved["cells"].insert(2, mini.code("def helper(values):\n    return sorted(values)"))
    mini.cell(solved, "middle")["source"] = "#| export stats\ndef middle(values):\n    return helper(values)[1]"
    assert "Uses helper, which stands in a cell without an export line: middle." in read(solved).remarks


def test_definitions_that_belong_elsewhere_are_left_out(read: Any, solved: Document) -> None:
    mini.cell(solved, "middle")["source"] = "#| export stats\nNS_PER_S = 5\n" + mini.ANSWERS["middle"]
    submission = read(solved)
    assert "NS_PER_S" not in mini.package(submission)["stats.py"]
    assert "Left out of the cell of middle, because other cells define it: NS_PER_S." in submission.remarks


def test_written_answers_without_id_or_with_headings(read: Any, solved: Document) -> None:
    question = mini.cell(solved, "question_measured")
    question["metadata"] = {}
    question["source"] = [*question["source"], "\n## 9. A heading\nmore"]
    submission = read(solved)
    assert submission.written["question_measured"].endswith("## 9. A heading\nmore")
    assert "Cell id lost, written answer found by its question: question_measured." in submission.remarks


def test_statements_that_share_a_line_stay() -> None:
    code = parse("x = 1; print(x)\nprint(x)\ny = [\n  2]\nassert y")
    assert code.without(loose_statements(code)).text == "x = 1; print(x)\n\ny = [\n  2]"
    assert code.segment("y") == "y = [\n  2]"
