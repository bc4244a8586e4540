"""Task lists as lists one can tick: each box gets a label, a name of its own and the script that remembers it.

MyST writes `- [ ] text` as a box without a label. Here box and text become one label; `_static/checklist.js` keeps what
is ticked in the reader's browser (localStorage), under the page's name and the text, and sends nothing anywhere.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

SCRIPT = "checklist.js"


class LabelledBoxes(SphinxTransform):
    """Puts every task list's box and text into one label."""

    default_priority = 500

    def apply(self, **_: Any) -> None:
        """Go through one page."""
        for item in self.document.findall(nodes.list_item):
            if "task-list-item" not in item["classes"]:
                continue
            paragraph = next(iter(item.findall(nodes.paragraph)))
            name = re.sub(r"\W+", "-", paragraph.astext().partition(">")[2].lower()).strip("-")
            box = f'<label><input type="checkbox" class="task-list-item-checkbox" data-task="{name}"> '
            paragraph[0] = nodes.raw("", box, format="html")
            paragraph.append(nodes.raw("", "</label>", format="html"))


def _script_where_needed(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    if doctree is not None and any("task-list-item" in item["classes"] for item in doctree.findall(nodes.list_item)):
        app.add_js_file(SCRIPT, loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_transform(LabelledBoxes)
    app.connect("html-page-context", _script_where_needed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
