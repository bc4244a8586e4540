"""A small book, changed and built again: what is left in the folder is what a build from nothing gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CONF = 'extensions = {}\nhtml_theme = "basic"\nhtml_copy_source = False\nhtml_sidebars = {{"**": ["globaltoc.html"]}}\n'
INDEX = "Index\n=====\n\n.. toctree::\n\n{}\n"
ONE = "One\n===\n\n.. index:: apple\n\nSee :doc:`two`.\n"
TWO = "{}\n======\n\n.. index:: pear\n\nText.\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The sources of a book of three pages."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "conf.py").write_text(CONF.format(["book.engine.rebuilt"]))
    (folder / "index.rst").write_text(INDEX.format("   one\n   two\n   three"))
    (folder / "one.rst").write_text(ONE)
    (folder / "two.rst").write_text(TWO.format("Two"))
    (folder / "three.rst").write_text("Three\n=====\n\nText.\n")
    return folder


def build(source: Path, name: str) -> dict[str, Any]:
    """Build the book into a folder of this name and return its pages, and what its search finds."""
    html, doctrees = source.parent / name, source.parent / f"{name}-doctrees"
    subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "-n", "-q", "-d", str(doctrees), str(source), str(html)],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip
    found: dict[str, Any] = {page.name: page.read_text() for page in html.glob("*.html")}
    index = (html / "searchindex.js").read_text()
    index = json.loads(index[index.index("(") + 1 : index.rindex(")")])
    return found | {"titles": index["titles"], "entries": index["indexentries"]}


def later(path: Path, text: str) -> None:
    """Write a source that is newer than what was built of it, however fast the test is."""
    path.write_text(text)
    newer = path.stat().st_mtime + 10
    os.utime(path, (newer, newer))


def test_a_page_whose_source_is_gone_is_gone_with_every_mention_of_it(source: Path) -> None:
    assert "three.html" in build(source, "again")["one.html"]
    (source / "three.rst").unlink()
    later(source / "index.rst", INDEX.format("   one\n   two"))
    again = build(source, "again")
    assert "three.html" not in again
    assert "three.html" not in again["one.html"]
    assert again == build(source, "anew")


def test_a_new_title_is_on_the_pages_that_name_it(source: Path) -> None:
    build(source, "again")
    later(source / "two.rst", TWO.format("Second"))
    again = build(source, "again")
    assert "Second" in again["one.html"]
    assert "Two" not in again["one.html"]
    assert again == build(source, "anew")


def test_the_search_keeps_the_entries_of_pages_that_were_not_built_again(source: Path) -> None:
    build(source, "again")
    later(source / "two.rst", TWO.format("Two") + "\nMore text.\n")
    again = build(source, "again")
    assert sorted(again["entries"]) == ["apple", "pear"]
    assert again == build(source, "anew")
