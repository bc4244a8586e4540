"""What every picture shares: numbers are checked, and a drawing comes with the words that state them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tinytorch.charts import drawing
from tinytorch.charts.svg import Svg, plain, render

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BESIDE = 24  # characters of a name that has words beside it on its line


def show(draw: Callable[[Axes], None], title: str, sentences: Sequence[str], height: float) -> Svg:
    """Return the drawing with its words as alternative text."""
    return render(draw, title=title, description=" ".join(sentences), height=height)


def show_on(
    draw: Callable[[Axes], None], ax: Axes | None, title: str, sentences: Sequence[str], height: float
) -> Svg | None:
    """Return the drawing with its words; given Axes, draw on them and return None."""
    if ax is None:
        return show(draw, title, sentences, height)
    draw(ax)
    return None


def in_words(ns: float) -> str:
    """Return a time in the unit that reads best."""
    size, unit = drawing.time_unit(ns)
    return f"{drawing.number(ns / size)} {unit}"


def fresh_name(name: str, taken: Mapping[str, object], longest: int = 40) -> str:
    """Return `name` short enough to draw and unlike those taken: two long names may begin alike."""
    short, number = plain(name, longest), 1
    while short in taken:
        number += 1
        short = f"{plain(name, longest - 6)} ({number})"
    return short


def check_some(items: object, name: str) -> None:
    """Raise ValueError if there is nothing to draw."""
    if not items:
        raise ValueError(f"a chart needs at least one series, {name} is empty; draw it once something was measured")


def check_array(values: npt.ArrayLike, name: str, signed: bool = False) -> npt.NDArray[np.float64]:
    """Return a row of finite numbers, not negative unless `signed`. Raises ValueError for anything else."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} needs one value or more in one dimension, got shape {array.shape}; measure first")
    bad = np.flatnonzero(~np.isfinite(array) | ((array < 0) & (not signed)))
    if bad.size:
        rule = "finite" if signed else "finite and not negative"
        raise ValueError(
            f"{name} must be {rule}, got {array[bad[0]]} at index {bad[0]} ({bad.size} of {array.size}); "
            "leave out what was not measured"
        )
    return array
