"""The course's links in the book: `course:binder` in a page becomes the address of the students' repository on Binder.

Every page is read with the names of `autograder.links.Links` in place of `course:NAME`, in links, in cards and in
commands alike, so that the book and the published repository say the same. Every page gets the launch buttons, too.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from autograder.links import Links

_LINK = re.compile(r"\bcourse:([a-z_]+)")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("course_links", None, "env", types=(Links,))
    app.connect("source-read", _fill)
    app.connect("html-page-context", _launch_buttons, priority=502)  # after the theme has made its list
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def filled(text: str, links: Links) -> str:
    """Return `text` with every `course:NAME` replaced by that address.

    Raises ExtensionError for a name that is no link, so that no page is built with half an address.
    """

    def address(found: re.Match[str]) -> str:
        value = getattr(links, found[1], None)
        if not isinstance(value, str):
            known = sorted(name for name in dir(links) if not name.startswith("_"))
            raise ExtensionError(f"{found[0]} is no link of the course; the names are {', '.join(known)}")
        return value

    return _LINK.sub(address, text)


def _fill(app: Sphinx, page: str, content: list[str]) -> None:
    if app.env.doc2path(page).suffix == ".md":
        content[0] = filled(content[0], app.config.course_links)


def _launch_buttons(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    links: Links = app.config.course_links
    choices = {
        "Binder": (links.binder, "Run the lesson on Binder; nothing to install", "fas fa-rocket"),
        "Colab": (links.colab, "Run the lesson in Google Colab", "fas fa-cloud"),
        "In this browser": (links.lite, "Run the lesson in this browser alone", "fas fa-window-maximize"),
        "Download": (links.download_archive, "The students' repository as a zip", "fas fa-download"),
    }
    buttons = [
        {"type": "link", "text": text, "url": url, "tooltip": tooltip, "icon": icon}
        for text, (url, tooltip, icon) in choices.items()
    ]
    group = {"type": "group", "tooltip": "Open the lesson", "icon": "fas fa-rocket", "buttons": buttons}
    printing = {"type": "javascript", "javascript": "window.print()", "tooltip": "Print this page"}
    context["header_buttons"] = [
        group | {"label": "launch-buttons"},
        *context.get("header_buttons", []),
        printing | {"icon": "fas fa-print", "label": "print-button", "classes": "pst-navbar-icon"},
    ]
