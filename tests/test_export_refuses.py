"""What the exporter refuses, and what it forgives in a student's notebook."""

import re
from collections.abc import Sequence

import pytest

from tests.exporting import ONE, TWO, code, export
from tinytorch.export import Cell, ExportError

REFUSED: dict[str, tuple[Sequence[Cell], str]] = {
    "nothing exported": ([ONE, code("x = 1")], "nothing to export"),
    "unknown name": ([ONE, code("#| export one\nx = y", "x")], "cell 'x' uses 'y', which no cell defines"),
    "forward reference": (
        [ONE, code("#| export one\ndef f():\n    return g()", "f"), TWO, code("#| export two\ndef g(): ...", "g")],
        "cell 'f' uses 'g', which only cell 'g' of a later section defines",
    ),
    "name of a loose cell": (
        [code("y = 1", "loose"), ONE, code("#| export one\nx = y", "x")],
        "cell 'x' uses 'y', which only cell 'loose' defines, and that is not exported",
    ),
    "does not parse": ([ONE, code("#| export one\ndef f(:", "f")], "cell 'f' is not valid Python"),
    "does not compile": ([ONE, code("#| export one\nreturn 1", "f")], "cell 'f' is not valid Python: 'return'"),
    "null byte": ([ONE, code("#| export one\nx = '\0'", "f")], "cell 'f' is not valid Python"),
    "nested too deep": ([ONE, code("#| export one\nx = " + "(" * 9999, "f")], "cell 'f' is not valid Python"),
    "late future import": (
        [ONE, code("#| export one\nfrom __future__ import division; x = 1", "f")],
        "cell 'f' is not",
    ),
    "line magic": ([ONE, code("#| export one\n%timeit x", "f")], "cell 'f': '%timeit x' is IPython's"),
    "shell": ([ONE, code("#| export one\nfiles = !ls", "f")], "cell 'f': 'files = !ls' is IPython's"),
    "no section": ([code("#| export one\nx = 1", "x")], "cell 'x' is exported but stands in no section"),
    "no section after a part": (
        [ONE, Cell("markdown", "# Use", "u", {}), code("#| export one\nx = 1", "x")],
        "no section",
    ),
    "no docstring": ([Cell("markdown", "## 1. One\ntext", "h", {}), code("#| export one\nx = 1")], "no `> ` line"),
    "two modules in a section": (
        [ONE, code("#| export one\nx = 1"), code("#| export two\ny = 1", "y")],
        "cell 'y' goes to two, but its section is one",
    ),
    "two sections of a module": (
        [ONE, code("#| export one\nx = 1"), TWO, code("#| export one\ny = 1", "y")],
        "cell 'y': the module name 'one' belongs to section '1. One'",
    ),
    "keyword": ([ONE, code("#| export class\nx = 1", "x")], "the module name 'class' belongs to Python itself"),
    "no module name": ([ONE, code("#| export\nx = 1", "x")], "cell 'x': `#| export` needs a module name"),
    "path as module": ([ONE, code("#| export ../../x\nx = 1", "x")], "needs a module name"),
    "dotted module": ([ONE, code("#| export a.b\nx = 1", "x")], "needs a module name"),
    "dunder module": ([ONE, code("#| export __init__\nx = 1", "x")], "needs a module name"),
    "misspelt directive": ([ONE, code("#| exprot one\nx = 1", "x")], "cell 'x': '#| exprot one' is none of"),
    "late directive": ([ONE, code("x = 1\n#| export one", "x")], "cell 'x': '#| export one' comes after code"),
    "exported twice": ([ONE, code("#| export one\n#| exporti one\nx = 1", "x")], "cell 'x': exported twice"),
    "defined twice": (
        [ONE, code("#| export one\nx = 1", "first"), code("#| export one\nx = 2", "second")],
        "cell 'second' defines 'x' again, after cell 'first'",
    ),
    "public twice": (
        [ONE, code("#| export one\nx = 1"), TWO, code("#| export two\nx = 2")],
        "'x' of two.py also names",
    ),
    "named as a module": ([ONE, code("#| export one\none = 1")], "'one' of one.py also names"),
    "star": ([code("from math import *", "i"), ONE, code("#| export one\nx = 1")], "cell 'i': import names, not *"),
    "relative": ([code("from . import y", "i"), ONE, code("#| export one\nx = 1")], "cell 'i': import names, not *"),
    "imports at odds": (
        [code("import numpy as np", "i"), code("import math as np", "j"), ONE, code("#| export one\nx = 1")],
        "cell 'j' imports 'np' from another place than cell 'i'",
    ),
    **{
        f"own package by {line!r}": (
            [code(f"def f():\n    {line}", "i"), ONE, code("#| export one\nx = 1")],
            "cell 'i' imports",
        )
        for line in (
            "import tinytorch.benchmarking",
            "import tinytorch.benchmarking.stats as s",
            "from tinytorch.benchmarking import percentile",
            "from tinytorch import benchmarking",
        )
    },
}


@pytest.mark.parametrize(("cells", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_an_unsound_lesson_is_refused_with_its_cells_named(cells: Sequence[Cell], message: str) -> None:
    with pytest.raises(ExportError, match=re.escape(message)):
        export(*cells)


def test_a_students_notebook_fails_in_one_function_not_as_a_whole() -> None:
    files = export(
        code(
            "!pip install x\nfrom math import *\nfrom numpy import sqrt\nfrom tinytorch.benchmarking import percentile"
        ),
        ONE,
        code("#| export one\ndef f():\n    return helper() + g() + percentile([]) + sqrt(2)"),
        code("#| export one\ndef f():\n    return sqrt(2)"),
        code("from cmath import sqrt\n\n\ndef helper(): ..."),
        TWO,
        code("#| export two\ndef g():\n    return sqrt(2)"),
        strict=False,
    )
    assert "from numpy import sqrt" in files["one.py"]
    assert "from cmath import sqrt" in files["two.py"]
    assert not re.search(r"import .*(percentile|helper|\*)", "".join(files.values()))
    assert '__all__ = ["f", "g"]' in files["__init__.py"]
