"""Thirty-five notebooks as classes hand them in: every answer in them is right, and something else is broken.

Stock nbgrader 0.9.6 loses 17 such submissions and stops at four kinds of them. `KINDS` maps each kind to what damages
the solved notebook; `LOSES` says which exercises the damage costs, `UNREADABLE` what is said where nothing can be read.
"""

import codecs
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.reading.notebook import MAX_BYTES
from tests import mini
from tests.mini import Document

Damage = Callable[[Document], object]


def edited(name: str, change: Callable[[Document], object]) -> Damage:
    """Damage one cell."""
    return lambda document: change(mini.cell(document, name))


def marked(**fields: Any) -> Callable[[Document], object]:
    """Change a cell's nbgrader metadata."""
    return lambda cell: cell["metadata"]["nbgrader"].update(fields)


def doubled(name: str) -> Damage:
    """Copy and paste a cell to the end."""
    return lambda document: document["cells"].append(copy.deepcopy(mini.cell(document, name)))


def each_cell(change: Callable[[Document], object]) -> Damage:
    """Damage every cell."""
    return lambda document: [change(cell) for cell in document["cells"]]


def old_format(document: Document) -> None:
    """Write it as IPython 2 did."""
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
            cell["language"] = "python"
            cell["prompt_number"] = cell.pop("execution_count")
    document.update(nbformat=3, nbformat_minor=0, worksheets=[{"cells": document.pop("cells"), "metadata": {}}])


def through_colab(document: Document) -> None:
    """Colab writes its own ids into the metadata, drops the cells', and adds outputs, forms and a scratch cell."""
    document["metadata"] = {"colab": {"provenance": [], "toc_visible": True}, "kernelspec": {"name": "python3"}}
    document["nbformat_minor"] = 0
    for number, cell in enumerate(document["cells"]):
        cell.pop("id", None)
        cell["metadata"] |= {"id": f"Zx{number}", "outputId": "f00"} if cell["cell_type"] == "code" else {"id": "t"}
        cell["metadata"].pop("deletable", None)
    document["cells"].append({**mini.code(""), "metadata": {"colab": {"base_uri": "https://localhost/"}}})


def through_vscode(document: Document) -> None:
    """VS Code makes new cell ids, marks languages, drops nbgrader's flags that are false, and keeps CRLF of Windows."""
    document["metadata"] = {"language_info": {"name": "python", "version": "3.12.1"}, "orig_nbformat": 4}
    for number, cell in enumerate(document["cells"]):
        cell["id"] = f"#VSC-{number:08x}"
        cell["metadata"] = {"vscode": {"languageId": "python"}, **cell["metadata"]}
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n").splitlines(keepends=True)


KINDS: dict[str, Damage] = {
    "check cell copied": doubled("middle_check"),
    "answer cell copied": doubled("middle"),
    "schema version 1": edited("middle", marked(schema_version=1)),
    "schema version 99": edited("middle", marked(schema_version=99)),
    "schema version missing": edited("middle", lambda cell: cell["metadata"]["nbgrader"].pop("schema_version")),
    "check cell deleted": lambda document: document["cells"].remove(mini.cell(document, "middle_check")),
    "all metadata deleted": each_cell(lambda cell: cell.update(metadata={})),
    "grade id renamed": edited("middle", marked(grade_id="middle-Copy1")),
    "grade id missing": edited("middle", lambda cell: cell["metadata"]["nbgrader"].pop("grade_id")),
    "flags flipped": edited("middle", marked(grade=True, solution=False, points=4)),
    "another grade cell": lambda document: document["cells"].append(
        {**mini.code("1"), "metadata": {"nbgrader": {**mini.cell(document, "middle_check")["metadata"]["nbgrader"],
                                                     "grade_id": "mine", "points": 40}}}
    ),
    "check cell edited": edited("middle_check", lambda cell: cell.update(source="assert True")),
    "given cell edited": edited("given_units", lambda cell: cell.update(source="#| export clock\nNS_PER_S = 1")),
    "points changed": edited("middle_check", marked(points=4000)),
    "kernel unknown": lambda document: document.update(metadata={"kernelspec": {"name": "sage"}}),
    "code turned into text": edited("middle", lambda cell: cell.update(cell_type="markdown")),
    "outputs forged": edited("middle_check", lambda cell: cell.update(
        outputs=[{"output_type": "execute_result", "data": {"text/plain": "40.0"}, "metadata": {}}])),
    "cell ids all the same": each_cell(lambda cell: cell.update(id="same")),
    "export line removed": edited("middle", lambda cell: cell.update(source=mini.ANSWERS["middle"])),
    "export line to another module": edited("middle", lambda cell: cell.update(
        source="#| export .tmp.pwned\n" + mini.ANSWERS["middle"])),
    "5 MB in one line of output": edited("middle", lambda cell: cell.update(
        outputs=[{"output_type": "stream", "name": "stdout", "text": "x" * 5_000_000}])),
    "1,500 empty cells": lambda document: document["cells"].extend(mini.code("") for _ in range(1_500)),
    "nbformat 3": old_format,
    "through Colab": through_colab,
    "through VS Code": through_vscode,
    "byte order mark": lambda document: None,
    "UTF-16": lambda document: None,
    "file renamed": lambda document: None,
    "timestamp damaged": lambda document: None,
    "syntax error": edited("middle", lambda cell: cell.update(source="def middle(values):\n    return (values[0]")),
    "answer cell deleted": lambda document: document["cells"].remove(mini.cell(document, "spread")),
    "cut off": lambda document: None,
    "empty": lambda document: None,
    "too large": lambda document: None,
    "a link": lambda document: None,
}  # fmt: skip

LOSES = {"syntax error": {"middle"}, "answer cell deleted": {"spread"}}
UNREADABLE = {"cut off": "cut off", "empty": "is empty", "too large": "larger than 20 MB", "a link": "is a link"}


def make_class(folder: Path) -> list[str]:
    """Write one submission a kind to `folder/<kind>/13_benchmarking/` and return the names of the kinds."""
    for kind, damage in KINDS.items():
        document = mini.solved()
        damage(document)
        path = folder / kind / "13_benchmarking" / "benchmarking_dev.ipynb"
        path.parent.mkdir(parents=True)
        _write(kind, json.dumps(document), path)
    return list(KINDS)


def _write(kind: str, text: str, path: Path) -> None:
    data = text.encode()
    match kind:
        case "byte order mark":
            data = codecs.BOM_UTF8 + data
        case "UTF-16":
            data = text.encode("utf-16")
        case "file renamed":
            path = path.with_name("benchmarking_dev (1).ipynb")
        case "timestamp damaged":
            path.with_name("timestamp.txt").write_text("yesterday evening, I think")
        case "cut off":
            data = data[: len(data) // 2]
        case "empty":
            data = b""
        case "too large":
            data = data[:-1] + b" " * MAX_BYTES + b"}"
        case "a link":
            real = path.with_name("elsewhere.txt")
            real.write_bytes(data)
            path.symlink_to(real)
            return
    path.write_bytes(data)
