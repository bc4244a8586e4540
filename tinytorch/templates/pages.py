"""Fills the templates beside it: HTML with every value escaped, Markdown with every value harmless in a table.

Knows the templates' file names and nothing of what they say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tinytorch.charts.drawing import spread
from tinytorch.charts.svg import plain, variables
from tinytorch.templates.tables import metric_words, share_of


def render(template: str, **context: object) -> str:
    """Return the template (`report.html`, `report.md`) filled with `context`; a name that it lacks is an error.

    What is already markup, such as a chart, comes as `charts.Svg`: it is trusted because this package drew it.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("tinytorch"),
        autoescape=select_autoescape(["html"]),
        finalize=_visible if template.endswith(".html") else markdown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        palette=variables,
        plain=plain,
        spread=spread,
        setting_pairs=setting_pairs,
        share_of=share_of,
        metric_words=metric_words,
    )
    return environment.get_template(template).render(**context)


def markdown(value: object) -> str:
    """Return `value` as one line of literal text: no markup, no link, no end of a table's cell."""
    line = plain(str(value)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("](", "]&#40;")
    return re.sub(r"([\\`*_|~$])", r"\\\1", line)


def _visible(value: object) -> object:
    """Drop what would turn or hide the text around it: control characters, and marks of writing direction."""
    # Markup, such as a macro's output, is a subclass of str: it is ours.
    return plain(value) if type(value) is str else value


def setting_pairs(settings: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return (name, value) as people read them: min_duration_ns 100000000 is ("min duration", "100 ms")."""
    pairs = []
    for name, value in settings.items():
        if name.endswith("_ns") and isinstance(value, int):
            name, value = name.removesuffix("_ns"), f"{value / 1_000_000:g} ms"
        shown = "not set" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
        pairs.append((name.replace("_", " "), shown))
    return pairs
