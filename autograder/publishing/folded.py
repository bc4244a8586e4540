"""Folds the long given cells of the student's notebook, by the marks of JupyterLab and of Colab.

What a student need not read to go on is one click away, and runs as before. The author's source stays free of it.
Knows cells as plain data; nothing of solutions, points or nbgrader's checksums, which are made after this.
"""

import re
from typing import Any

LONGEST = 12  # non-blank lines that a given cell may show: more stand between a reader and the next exercise
_WIDTH = 88  # characters: a line of the lesson is not cut where notebooks are shown

_DEFINED = re.compile(r"^(?:async def|def|class) ([A-Za-z]\w*)", re.MULTILINE)  # public, at the top level


def fold(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return the notebook with each given cell of more than `LONGEST` non-blank lines folded, the others untouched.

    JupyterLab reads `jupyter.source_hidden`; Colab reads `cellView`, and wants a line `# @title` that it shows instead.
    """
    cells = [_folded(cell) if _is_long(cell) else cell for cell in notebook["cells"]]
    return {**notebook, "cells": cells}


def _is_long(cell: dict[str, Any]) -> bool:
    marks = cell["metadata"].get("nbgrader", {})
    given = marks.get("locked") and not marks["solution"] and not marks["grade"]
    return cell["cell_type"] == "code" and bool(given) and sum(bool(line.strip()) for line in cell["source"]) > LONGEST


def _folded(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = {**cell["metadata"], "cellView": "form"}
    metadata["jupyter"] = {**metadata.get("jupyter", {}), "source_hidden": True}
    return {**cell, "metadata": metadata, "source": [f"# @title {_title(cell['source'])}\n", *cell["source"]]}


def _title(source: list[str]) -> str:
    """Say what the cell defines, as many names as one line holds."""
    names = list(dict.fromkeys(_DEFINED.findall("".join(source))))
    whole = f"Given: {', '.join(names)}" if names else "Given code"
    for kept in range(len(names) - 1, 0, -1):
        if len(f"# @title {whole}") <= _WIDTH:
            break
        whole = f"Given: {', '.join(names[:kept])} and {len(names) - kept} more"
    return whole
