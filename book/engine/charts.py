"""Charts inside the page: an SVG that the build or a benchmark drew is put into the page, not behind an address.

There its text can be found and read aloud, and its colours, which are CSS variables, follow the page's theme. Two
charts never share an id: the drawing gives each its own prefix.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

DRAWN = ("_made/", "measured/")  # by the build, and by a benchmark that takes longer than a build may


class InlineCharts(SphinxPostTransform):
    """Replaces every image of an SVG file under `_made/` or `measured/` by the drawing it holds."""

    default_priority = 5  # before the images are collected for copying
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Go through one page."""
        for image in list(self.document.findall(nodes.image)):
            address = str(image["uri"])
            if address.startswith(DRAWN) and address.endswith(".svg"):
                drawing = Path(self.env.srcdir, address).read_text(encoding="utf-8")
                drawing = drawing[drawing.index("<svg") :]
                label = (
                    "" if "aria-labelledby" in drawing else f' role="img" aria-label="{escape(image.get("alt", ""))}"'
                )
                image.replace_self(nodes.raw("", f'<div class="chart"{label}>{drawing}</div>', format="html"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_post_transform(InlineCharts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
