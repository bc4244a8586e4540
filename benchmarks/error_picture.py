"""The picture for the book: how often each way to compare says "different", of equals and of a true 5 %.

Knows rates, not traces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from real_rates import APART, FRESH, IN_PROCESS, TOGETHER, Rates

from tinytorch.charts.svg import INK, MUTED, RULE, SERIES, Svg, render

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GROUPS = {
    APART: "two processes, one after the other",
    TOGETHER: "one process: A A A A B B B B",
    IN_PROCESS: "interleaved rounds, rebuilt, one process",
    FRESH: "interleaved rounds, a fresh process each",
}
ROW, SHIFT = 21, 0.05


def draw(rates: Sequence[Rates]) -> Svg:
    """Return a dot for equals and one for a true 5 % for each way to compare, grouped by design."""
    rows: list[tuple[str, Rates | None]] = []
    for design, title in GROUPS.items():
        rows.append((title, None))
        rows += [(each.procedure, each) for each in rates if each.design == design]

    def paint(ax: Axes) -> None:
        for y, (label, each) in enumerate(rows):
            if each is None:
                ax.text(-0.62, y, label, transform=ax.get_yaxis_transform(), va="center", color=MUTED)
                continue
            ours = each.design in (IN_PROCESS, FRESH)
            equal, shifted = 100 * each.of(0.0, verdict=ours), 100 * each.of(SHIFT, verdict=ours)
            ax.text(-0.03, y, label, transform=ax.get_yaxis_transform(), va="center", ha="right", color=INK)
            ax.plot([5, 5], [y - 0.5, y + 0.5], color=MUTED, linewidth=1, zorder=0)
            ax.plot([equal, shifted], [y, y], color=RULE, linewidth=2, zorder=1, solid_capstyle="round")
            ax.plot([shifted], [y], "o", color=SERIES[0], markersize=7, zorder=2)
            ax.plot([equal], [y], "D", color=SERIES[1], markersize=6, zorder=3)
        ax.set(xlim=(-3, 103), ylim=(len(rows) - 0.4, -1.6), xticks=[5, 25, 50, 75, 100], yticks=[])
        ax.set_xlabel("called different, %", color=INK)
        ax.text(0, -1.1, "A against A", color=SERIES[1], va="center")
        ax.text(100, -1.1, "5 % slower", color=SERIES[0], va="center", ha="right")
        for side in ("top", "right", "left"):
            ax.spines[side].set_visible(False)
        ax.spines["bottom"].set_color(RULE)
        ax.tick_params(color=RULE, labelcolor=INK)

    description = "Ours: faster or slower beyond the margin; the others: p < 0.05. " + " ".join(
        _sentence(each) for _, each in rows if each is not None
    )
    title = "False alarms and power of ways to compare two models"
    return render(paint, title=title, description=description, height=60 + ROW * len(rows))


def _sentence(each: Rates) -> str:
    ours = each.design in (IN_PROCESS, FRESH)
    equal, shifted = each.of(0.0, verdict=ours), each.of(SHIFT, verdict=ours)
    return f"{each.procedure}, {GROUPS[each.design]}: {equal:.0%} of equals, {shifted:.0%} of 5 % slower."
