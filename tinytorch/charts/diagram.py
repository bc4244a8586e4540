"""The picture of MLPerf's four components: who asks, who holds what is asked, who answers. Knows no numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tinytorch.charts.shared import show
from tinytorch.charts.svg import BAND, INK, MUTED, SERIES, Svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 224.0  # units, as the width of 400 is: a box of 142 holds the longest label at the text's one size
# left, top, width, height
GENERATOR = (2.0, 2.0, 142.0, 74.0)
DATASET = (2.0, 146.0, 142.0, 76.0)
SYSTEM = (248.0, 2.0, 150.0, 220.0)
MODEL = (268.0, 78.0, 110.0, 78.0)


def components() -> Svg:
    """Show the load generator, the dataset, and the model inside the system under test, with what passes between."""
    return show(
        _draw,
        "The four components of an MLPerf benchmark",
        [
            "The load generator asks the dataset, the query sample library, for samples.",
            "It sends queries to the system under test at their scheduled times and gets each answer back.",
            "The system under test reads the samples from the dataset and runs the model, which stands inside it.",
        ],
        HEIGHT + 4,
    )


def _draw(ax: Axes) -> None:
    ax.set(xlim=(0, 400), ylim=(HEIGHT, 0))
    ax.set_axis_off()
    _box(ax, GENERATOR, SERIES[1], ("Load generator", "when to ask"))
    _box(ax, DATASET, SERIES[2], ("Dataset", "query sample", "library (QSL)"))
    _box(ax, SYSTEM, SERIES[0], ("System under", "test (SUT)"), bold=2)
    _box(ax, MODEL, SERIES[3], ("Model", "answers"))
    _arrow(ax, (146, 26), (246, 26), "queries", above=True)
    _arrow(ax, (246, 50), (146, 50), "answers")
    _arrow(ax, (146, 184), (246, 184), "samples", above=True)
    _arrow(ax, (73, 78), (73, 144), "which samples", beside=True)


def _box(
    ax: Axes, place: tuple[float, float, float, float], colour: str, lines: tuple[str, ...], bold: int = 1
) -> None:
    """Draw a box with its name, `bold` lines of it, at the top and a few words below."""
    left, top, width, height = place
    inside = [left + 1, left + width - 1, left + width - 1, left + 1]
    ax.fill(
        inside, [top + 1, top + 1, top + height - 1, top + height - 1], facecolor=BAND, edgecolor=colour, linewidth=2
    )
    for i, line in enumerate(lines):
        weight, ink = ("bold", colour) if i < bold else ("normal", INK)
        ax.text(left + width / 2, top + 22 + 18 * i, line, color=ink, weight=weight, ha="center", va="baseline")


def _arrow(
    ax: Axes, tail: tuple[float, float], head: tuple[float, float], word: str, above: bool = False, beside: bool = False
) -> None:
    ax.annotate("", head, tail, arrowprops={"arrowstyle": "-|>", "color": MUTED, "shrinkA": 0, "shrinkB": 0})
    x, y = (tail[0] + head[0]) / 2, (tail[1] + head[1]) / 2
    if beside:
        ax.text(x + 8, y, word, color=MUTED, ha="left", va="center")
    else:
        ax.text(x, y - 7 if above else y + 16, word, color=MUTED, ha="center", va="baseline")
