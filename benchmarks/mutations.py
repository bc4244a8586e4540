"""Seeded damage to a notebook, for fuzzing the reader: to its structure, to its texts, and to its bytes.

The same number always gives the same file. Knows nothing of the reader; what it makes may be anything.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

Document = dict[str, Any]

# Texts that a reader may trip over: directives, definitions, half statements, marks, characters.
SNIPPETS = (
    "", "#| export stats", "#| export clock\nX = 1", "#|export", "# | exporti os.path", "#| default_exp .tmp.x",
    "\f#| hide", "def f(values):\n    return 1", "class Clock: ...", "import math\n", "from x import *", "1/0",
    "%%time\n", "!ls", "x = (", "if 1:\n  def f(): ...", "## 9. Heading", "\ud800", "\0", "\u2028", "\u00a0\u00a0x = 1",
    "'''", '"""\n#| export stats\n"""', "from __future__ import annotations", "from tinytorch.benchmarking import *",
    "### BEGIN SOLUTION", "YOUR ANSWER HERE", "x: int", "lambda: (yield)", "return 5", "\\", "\t\tx = 1",
    "def f(x, x): ...", "9" * 5_000, "(" * 300, "-" * 20_000 + "1", "async def f(): ...", "match x:\n  case _: ...",
    "type X = int", "f'{x!r:{y}}'", "nonlocal x", "del x", "# -*- coding: x -*-",
)  # fmt: skip
KEYS = (
    "cells", "cell_type", "source", "metadata", "nbgrader", "grade_id", "outputs", "id", "worksheets", "input",
    "nbformat",
)  # fmt: skip


def mutant(notebook: str, number: int, names: Sequence[str]) -> bytes:
    """Return the bytes of a notebook (JSON text) after damage; `names` are the lesson's grade ids."""
    rng = random.Random(number)
    damaged: Document = json.loads(notebook)
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        rng.choice(_STRUCTURAL)(damaged, rng, names)
    text = json.dumps(damaged, ensure_ascii=rng.random() < 0.5)
    if rng.random() < 0.15:
        text = json.dumps(_anywhere(damaged, rng))
    data = text.encode(rng.choice(("utf-8",) * 12 + ("utf-8-sig", "utf-16", "utf-32", "utf-16-be")), "surrogatepass")
    return _bytes(data, rng) if rng.random() < 0.25 else data


def junk(rng: random.Random, depth: int = 2) -> Any:
    """Return any JSON value."""
    kinds: tuple[Callable[[], Any], ...] = (
        lambda: None,
        lambda: rng.random() < 0.5,
        lambda: rng.choice((0, -1, 3, 10**30)),
        lambda: rng.choice((0.5, 1e308)),
        lambda: rng.choice(SNIPPETS),
        lambda: [junk(rng, depth - 1) for _ in range(rng.randrange(3))] if depth else [],
        lambda: {rng.choice(KEYS): junk(rng, depth - 1) for _ in range(rng.randrange(3))} if depth else {},
    )
    return rng.choice(kinds)()


def _cell(document: Document, rng: random.Random) -> Document:
    cells = document.get("cells")
    found = rng.choice(cells) if isinstance(cells, list) and cells else {}
    return found if isinstance(found, dict) else {}


def _new_source(document: Document, rng: random.Random, names: Sequence[str]) -> None:
    lines = rng.choices(SNIPPETS, k=rng.randrange(4))
    lines += [f"def {rng.choice(names)}(*args): return args"] * rng.randrange(2)
    rng.shuffle(lines)
    _cell(document, rng)["source"] = rng.choice(("\n".join(lines), [f"{line}\n" for line in lines]))


def _broken_source(document: Document, rng: random.Random, names: Sequence[str]) -> None:
    cell = _cell(document, rng)
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    at = rng.randrange(len(text) + 1)
    cell["source"] = text[:at] + rng.choice(SNIPPETS) + text[at + rng.randrange(4) :]


def _renamed(document: Document, rng: random.Random, names: Sequence[str]) -> None:
    name = rng.choice((rng.choice(names), rng.choice(names) + "-2", junk(rng)))
    _cell(document, rng)["metadata"] = {"nbgrader": {"grade_id": name, "solution": True, "points": junk(rng)}}


def _doubled(document: Document, rng: random.Random, names: Sequence[str]) -> None:
    cells = document.get("cells")
    if isinstance(cells, list):
        cells.insert(rng.randrange(len(cells) + 1), json.loads(json.dumps(_cell(document, rng))))


def _dropped(document: Document, rng: random.Random, names: Sequence[str]) -> None:
    cells = document.get("cells")
    if isinstance(cells, list) and cells:
        del cells[rng.randrange(len(cells)) : rng.randrange(len(cells) + 1)]


def _shuffled(document: Document, rng: random.Random, names: Sequence[str]) -> None:
    cells = document.get("cells")
    if isinstance(cells, list):
        rng.shuffle(cells)


def _junk_field(document: Document, rng: random.Random, names: Sequence[str]) -> None:
    _cell(document, rng)[rng.choice(KEYS)] = junk(rng)


def _lost_field(document: Document, rng: random.Random, names: Sequence[str]) -> None:
    _cell(document, rng).pop(rng.choice(KEYS), None)


def _another_kind(document: Document, rng: random.Random, names: Sequence[str]) -> None:
    _cell(document, rng)["cell_type"] = rng.choice(("code", "markdown", "raw", "heading", "x" * 99))


def _lost_metadata(document: Document, rng: random.Random, names: Sequence[str]) -> None:
    for cell in document.get("cells") or ():
        if isinstance(cell, dict) and rng.random() < 0.7:
            cell["metadata"] = {}


def _junk_document(document: Document, rng: random.Random, names: Sequence[str]) -> None:
    document[rng.choice(KEYS)] = junk(rng, 3) if rng.random() < 0.3 else document.get("cells")


_STRUCTURAL = (
    _new_source, _new_source, _broken_source, _broken_source, _broken_source, _renamed, _doubled, _dropped, _shuffled,
    _junk_field, _lost_field, _another_kind, _lost_metadata, _junk_document,
)  # fmt: skip


def _anywhere(value: Any, rng: random.Random) -> Any:
    """Return the document with one value somewhere in it replaced."""
    if rng.random() < 0.1 or not isinstance(value, dict | list) or not value:
        return junk(rng, 3)
    if isinstance(value, list):
        at = rng.randrange(len(value))
        return [*value[:at], _anywhere(value[at], rng), *value[at + 1 :]]
    key = rng.choice(sorted(value))
    return {**value, key: _anywhere(value[key], rng)}


def _bytes(data: bytes, rng: random.Random) -> bytes:
    at, end = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    match rng.randrange(4):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + rng.randbytes(rng.randrange(9)) + data[at + rng.randrange(9) :]
        case 2:
            return data[:at] + data[end:]
        case _:
            return data[:end] + data[at:]
