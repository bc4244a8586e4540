"""A book of which only the changed pages were built again is the book that a build from nothing gives.

Sphinx leaves three things undone. It does not take a built page away whose source is gone. It does not write a page
again whose navigation or links name what has changed elsewhere. And its search forgets the index entries of every page
that was not written this time (sphinx-doc/sphinx, issue 12599).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.search import js_index

Entry = tuple[str, str, str]  # the words, where in the page, and "main" or nothing


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("env-get-outdated", _before_reading)
    app.connect("env-get-updated", _after_reading)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def remove_pages(html: Path, names: Collection[str]) -> None:
    """Remove the built pages with these names, as far as they are there."""
    for name in names:
        (html / f"{name}.html").unlink(missing_ok=True)


def entries(index: Mapping[str, Any], pages: Collection[str]) -> dict[str, list[Entry]]:
    """Return the index entries of these pages that a search index holds, as Sphinx keeps them while it builds."""
    found: dict[str, list[Entry]] = {page: [] for page in index["docnames"] if page in pages}
    for words, places in index["indexentries"].items():
        for number, target, is_main in places:
            if (page := index["docnames"][number]) in found:
                found[page].append((words, target, "main" if is_main else ""))
    return found


def names_of(env: Any) -> str:
    """Return a hash of all that one page can say of another: its place, its headings, and what can be linked to."""
    pages = [f"{name} {env.tocs[name].pformat()}" for name in sorted(env.found_docs)]
    targets = sorted(str(each) for domain in env.domains.sorted() for each in domain.get_objects())
    return hashlib.sha256("\n".join([*pages, *targets]).encode()).hexdigest()


def _before_reading(app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    if app.builder.name == "html":
        html = Path(app.outdir)
        remove_pages(html, removed)
        if (old := html / "searchindex.js").is_file():
            index = js_index.loads(old.read_text(encoding="utf-8"))
            env._search_index_index_entries.update(entries(index, env.found_docs))
    return []


def _after_reading(app: Sphinx, env: Any) -> Collection[str]:
    before, env.book_names = getattr(env, "book_names", None), names_of(env)
    return () if before == env.book_names else env.found_docs
