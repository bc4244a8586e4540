"""The reader of lessons and notebooks, held against Jupytext, which authors use and the reader does without."""

import json
import re
from pathlib import Path

import jupytext
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from autograder.reading.lesson import to_notebook
from tinytorch.export import Cell, ExportError, headings, read_lesson

# What Jupytext notes about the text file itself, and no cell of a lesson needs.
LAYOUT = {"lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker", "region_name"}


def by_jupytext(text: str) -> list[tuple[str, str, dict[str, object]]]:
    """What Jupytext reads from a percent file, without the blank lines that it leaves at the end of some cells."""
    notebook = jupytext.reads(text, fmt="py:percent")
    return [
        (cell.cell_type, cell.source.rstrip("\n"), {key: cell.metadata[key] for key in cell.metadata.keys() - LAYOUT})
        for cell in notebook.cells
    ]


def by_us(text: str, tmp_path: Path) -> list[tuple[str, str, dict[str, object]]]:
    """What our reader makes of the same file."""
    path = tmp_path / "lesson.py"
    path.write_bytes(text.encode())
    return [(cell.kind, cell.source, cell.metadata) for cell in read_lesson(path)]


def test_the_small_lesson_reads_as_with_jupytext(mini_text: str, tmp_path: Path) -> None:
    assert by_us(mini_text, tmp_path) == by_jupytext(mini_text)


def test_the_lesson_reads_as_with_jupytext(lesson_path: Path, tmp_path: Path) -> None:
    text = lesson_path.read_text()
    assert by_us(text, tmp_path) == by_jupytext(text)


CASES = {
    "title and metadata": '# %% A title [markdown] tags=["x", "y"] slideshow={"slide_type": "skip"}\n# text\n',
    "title of a code cell": "# %% Setup\nx = 1\n",
    "bare marker": "# %%\nx = 1\n# %%\ny = 2\n",
    "marker without a space": "#%%\nx = 1\n#%% [md]\n# hello\n",
    "raw cell": "# %% [raw]\n# <b>as it is</b>\n",
    "marker inside a string": '# %%\nx = """\n# %% not a cell\n"""\n# %%\ny = 1\n',
    "marker after a string that ends on its line": "# %%\nx = '''a''' + \"#\"\n# %%\ny = 1\n",
    "escaped quote": "# %%\nx = \"\\\"'''\"\n# %%\ny = 1\n",
    "magic inside a string": '# %%\nx = """\n# %time f()\n"""\n',
    "quotes in comments": '# %%\nx = 1  # it\'s """ not a string\n# %%\ny = 1\n',
    "Markdown as a string": '# %% [markdown]\n"""\n# A heading\n\nText with `code`.\n"""\n\n# %%\nx = 1\n',
    "Markdown as a raw string": '# %% [markdown]\nr"""$\\alpha$"""\n',
    "empty lines in Markdown": "# %% [markdown]\n# one\n#\n# two\n#\n#     code\n",
    "empty cells": "# %%\n\n# %% [markdown]\n\n# %%\nx = 1\n",
    "magics are commented": "# %%\n# %matplotlib inline\n# !pip install x\nif True:\n    # %time f()\n    pass\n",
    "cell magic": "# %%\n# %%time\nx = 1\n",
    "front matter": "# ---\n# title: A lesson\n# jupyter:\n#   jupytext:\n#     a: b\n# ---\n\n# %%\nx = 1\n",
    "shebang": "#!/usr/bin/env python\n# ---\n# jupyter:\n#   jupytext:\n#     a: b\n# ---\n\n# %%\nx = 1\n",
    "blank lines at the start of a cell": "# %%\n\nx = 1\n",
    "windows line ends": "# %%\r\nx = 1\r\n# %% [markdown]\r\n# text\r\n",
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_what_authors_write_reads_as_with_jupytext(text: str, tmp_path: Path) -> None:
    assert by_us(text, tmp_path) == by_jupytext(text)


words = st.text(
    st.characters(codec="ascii", categories=["L", "N"], include_characters=" .,:#>%|'\"`*_$-=()[]{}"), max_size=30
)
prose = st.lists(words.map(str.strip), min_size=1, max_size=5).map("\n".join).map(lambda text: text.strip("\n"))
code = st.lists(
    st.sampled_from(
        ["x = 1", "def f():\n    return 'a'", "# note", "", 'y = """\n# %% text\n"""', "%timeit x", 'z = "\'"']
    ),
    min_size=1,
    max_size=5,
).map("\n".join)
values = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a b", 'q"{=}']),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b c"]), inner, max_size=2),
    max_leaves=4,
)
metadata = st.dictionaries(st.sampled_from(["nbgrader", "a.b", "k_1"]), values, max_size=3)


# Derandomised, because an oracle with odd corners of its own should not fail a build on a rare draw.
@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(["code", "markdown", "raw"]), prose, code, metadata), min_size=1, max_size=4))
def test_what_jupytext_writes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, str, str, dict]]
) -> None:
    make = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
    notebook = new_notebook(
        cells=[
            make[kind](source=code if kind == "code" else prose, metadata=dict(metadata))
            for kind, prose, code, metadata in drawn
        ]
    )
    text = jupytext.writes(notebook, fmt="py:percent")
    assert by_us(text, tmp_path_factory.mktemp("drawn")) == by_jupytext(text)


def test_a_comment_that_begins_like_a_shell_command_stays_a_comment(tmp_path: Path) -> None:
    """Jupytext makes `copy the row` of it, which no notebook can run: a lesson that has one fails the test above."""
    text = "# %%\n# copy the row\nx = 1\n"
    assert by_us(text, tmp_path) == [("code", "# copy the row\nx = 1", {})]
    assert by_jupytext(text) == [("code", "copy the row\nx = 1", {})]


def test_ids_are_grade_ids_else_section_and_ordinal(mini_lesson: Path) -> None:
    ids = [cell.id for cell in read_lesson(mini_lesson)]
    assert ids[:6] == ["build-1", "build-2", "1-clock-1", "given_clock", "1-clock-2", "VirtualClock"]
    assert len(set(ids)) == len(ids)
    assert ids == [cell.id for cell in read_lesson(mini_lesson)]


def test_a_doubled_or_unusable_grade_id_is_no_cell_id(tmp_path: Path) -> None:
    path = tmp_path / "lesson.py"
    line = '# %% nbgrader={{"grade_id": "{}"}}\nx = 1\n'
    path.write_text(line.format("a") + line.format("a") + line.format("has space") + line.format("start-1"))
    assert [cell.id for cell in read_lesson(path)] == ["a", "start-2", "start-3", "start-1"]


def test_a_notebook_reads_as_the_lesson_it_was_made_from(mini_lesson: Path, tmp_path: Path) -> None:
    cells = read_lesson(mini_lesson)
    path = tmp_path / "made.ipynb"
    path.write_text(json.dumps(to_notebook(cells)))
    assert read_lesson(path) == cells


def test_a_notebook_of_another_tool_is_read(tmp_path: Path) -> None:
    path = tmp_path / "colab.ipynb"
    cells = [
        {"cell_type": "code", "source": "x = 1\r\ny = '\ud800'", "metadata": None, "outputs": [1]},
        {"cell_type": "markdown", "source": ["# A\n", "text"], "id": "not an id!"},
    ]
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"cells": cells}).encode())
    assert read_lesson(path) == [
        Cell("code", "x = 1\ny = '?'", "start-1", {}),
        Cell("markdown", "# A\ntext", "a-1", {}),
    ]


BROKEN = {
    "not JSON": ("a.ipynb", b"{", "a.ipynb is not a notebook"),
    "a list": ("a.ipynb", b"[]", "no list of cells"),
    "nested too deep": ("a.ipynb", b"[" * 100_000, "is not a notebook"),
    "a cell of no kind": ("a.ipynb", b'{"cells": [{"cell_type": "graph", "source": ""}]}', "cell 1 is neither"),
    "a cell that is a number": ("a.ipynb", b'{"cells": [3]}', "cell 1 is neither"),
    "not UTF-8": ("a.py", b"# %%\nx = '\xff'\n", "not UTF-8"),
    "text before the first cell": ("a.py", b"x = 1\n# %%\n", "line 1: text before the first cell"),
    "metadata that is not JSON": ("a.py", b"# %%\nx = 1\n# %% nbgrader={'grade': True}\n", "line 3: cannot read"),
    "metadata without a value": ("a.py", b'# %% tags=["a"] hidden\n', "line 1: cannot read"),
}


@pytest.mark.parametrize(("name", "content", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_read_is_refused_by_name(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ExportError, match=re.escape(message)):
        read_lesson(tmp_path / name)


def test_headings_leave_code_fences_out() -> None:
    cell = Cell("markdown", "## 1. Clock ##\n> Time.\n```python\n# a comment\n```\n### Next", "a", {})
    assert headings(cell) == [(2, "1. Clock", ["> Time.", "```python", "# a comment", "```"]), (3, "Next", [])]
