"""Draws on a matplotlib figure of its own and returns the drawing as one inline `<svg>`.

Text stays text, colours become CSS variables with a fallback, ids get a prefix of their own, and the same drawing gives
the same bytes every time. Knows nothing of what is drawn; leaves no figure open and no setting of matplotlib changed.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# CSS variable -> (on light, on dark). As text every ink, muted and series colour reaches 4.5:1 on either ground.
PALETTE = {
    "--chart-ink": ("#1f2328", "#e6e9ec"),
    "--chart-muted": ("#59636e", "#9da7b1"),
    "--chart-rule": ("#d3d9df", "#3a424a"),
    "--chart-band": ("#e8ecf0", "#262d34"),
    "--series-1": ("#2563a8", "#7fb4ec"),
    "--series-2": ("#b0501a", "#f0a46c"),
    "--series-3": ("#3a7a4a", "#84c795"),
    "--series-4": ("#7a4f96", "#c6a2df"),
}
INK, MUTED, RULE, BAND = (PALETTE[f"--chart-{name}"][0] for name in ("ink", "muted", "rule", "band"))
SERIES = tuple(PALETTE[f"--series-{i}"][0] for i in range(1, 5))

# One text size everywhere: 12.5 of 400 units is 11.2 px in the 358 px that a phone leaves, 15 px at full width.
WIDTH = 400
TEXT_SIZE = 12.5
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_SETTINGS: dict[str, object] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tinytorch",
    "text.parse_math": False,
    "text.color": INK,
    "font.size": TEXT_SIZE,
    **{f"{part}.labelsize": TEXT_SIZE for part in ("axes", "xtick", "ytick")},
    "legend.fontsize": TEXT_SIZE,
}


class Svg(str):
    """The text of one `<svg>` element; a notebook shows it as a picture."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return f'<div style="{variables()} background: #fff; padding: 0.5rem; max-width: 31rem">{self}</div>'


def variables(dark: bool = False) -> str:
    """The palette as CSS declarations, for a page to put where its charts are."""
    return " ".join(f"{name}: {shades[dark]};" for name, shades in PALETTE.items())


def render(draw: Callable[[Axes], None], *, title: str, description: str, height: float) -> Svg:
    """Draw on fresh Axes, `WIDTH` by `height` units, and return the picture with its alternative text."""
    from matplotlib import style
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    # The reader's own fonts hold the letters that the measuring font lacks, so matplotlib's warning is no news.
    with style.context(["default", _SETTINGS], after_reset=True), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(WIDTH / 72, height / 72), layout="constrained")
        axes = figure.add_subplot()
        for patch in (figure.patch, axes.patch):
            patch.set_visible(False)
        draw(axes)
        page = io.StringIO()
        # savefig would draw twice, first for the layout alone, which this one drawing makes as well.
        FigureCanvasSVG(figure).print_svg(page, metadata={"Date": None})  # type: ignore[no-untyped-call]
    return _inline(page.getvalue(), plain(title), plain(description))


def plain(text: str, longest: int | None = None) -> str:
    """One line of `text` that XML can hold: no control characters, cut at `longest` characters with an ellipsis."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if longest is None or len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _inline(raw: str, title: str, description: str) -> Svg:
    prefix = "c" + hashlib.sha256(f"{raw}{title}{description}".encode()).hexdigest()[:8]
    root = ET.fromstring(raw)  # noqa: S314 - matplotlib wrote it a moment ago
    for parent in list(root.iter()):
        for child in list(parent):
            # A <style> inside an inline <svg> would restyle the whole page.
            if child.tag.endswith(("}metadata", "}style")):
                parent.remove(child)
    used = dict.fromkeys(re.findall(r'(?:url\(|href=")#([\w-]+)', raw))
    names = {old: f"{prefix}-{number}" for number, old in enumerate(used)}
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        attributes = {key.rpartition("}")[2]: _tidy(value, names) for key, value in element.attrib.items()}
        if attributes.get("id") not in names.values():
            attributes.pop("id", None)
        element.attrib = {key: value for key, value in attributes.items() if value}
        element.text = element.text if element.tag in ("text", "tspan") else None
        element.tail = None
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": f"{prefix}-title {prefix}-desc",
        # A page with room for more sets --chart-width.
        "style": f"display: block; width: 100%; max-width: var(--chart-width, 30rem); font-family: {FONTS}; "
        "stroke-linejoin: round",
    }
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(tag, {"id": f"{prefix}-{tag}"})
        element.text = text
        root.insert(position, element)
    return Svg(ET.tostring(root, encoding="unicode"))


def _tidy(value: str, names: dict[str, str]) -> str:
    """One attribute: colours to variables, fonts left to the page, two decimals, ids by their new names."""
    if value in names:
        return names[value]
    value = re.sub(r"#([\w-]+)", lambda m: "#" + names.get(m[1], m[1]), value)
    value = re.sub(r"font-family: [^;]*;? ?", "", value)
    value = re.sub(r"font: ([\d.]+px) [^;]*", r"font-size: \1", value)  # how matplotlib before 3.10 wrote both
    value = re.sub(r"^rotate\(-?0 [^)]*\)$", "", value)
    value = re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m.group()):.2f}".rstrip("0").rstrip("."), value)
    for name, (light, _) in PALETTE.items():
        value = value.replace(light, f"var({name}, {light})")
    return " ".join(value.split())
