"""Names for what the theme leaves nameless: the arrows that open a part of the navigation are buttons without a word.

A reader who hears the page is told which part each of them opens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bs4 import BeautifulSoup
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", _name_arrows, priority=900)  # after the theme has put its functions there
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def named(navigation: BeautifulSoup) -> BeautifulSoup:
    """Return the navigation with a label on every arrow."""
    for part in navigation.select("li.has-children"):
        link, arrow = part.select("a")[0], part.select("summary")[0]
        arrow["aria-label"] = f"Pages of: {link.get_text(strip=True)}"
    return navigation


def _name_arrows(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    make: Callable[..., BeautifulSoup] = context["generate_toctree_html"]
    context["generate_toctree_html"] = lambda *given, **options: named(make(*given, **options))
