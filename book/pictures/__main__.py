"""Draw every picture of the book, and the front of the first page: `python -m book.pictures`.

Each module's `make(folder)` is called on book/_made/, one after another.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import book.pictures
from book.engine.front import write_front

MADE = Path(__file__).resolve().parents[1] / "_made"


def makers() -> list[str]:
    """Return the names of the modules that have pictures to make, sorted."""
    names = sorted(f"book.pictures.{found.name}" for found in pkgutil.iter_modules(book.pictures.__path__))
    names.remove("book.pictures.__main__")
    return [name for name in names if hasattr(importlib.import_module(name), "make")]


if __name__ == "__main__":
    MADE.mkdir(exist_ok=True)
    for name in makers():
        importlib.import_module(name).make(MADE)
    write_front(MADE)
