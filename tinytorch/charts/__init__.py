"""The pictures of a benchmark, each one inline SVG with words for those who cannot see it.

`pictures` checks numbers and says them, `course` does so for what changes over time, `drawing` draws on Axes, `svg`
makes a page's part of it. Knows arrays and names, not runs, scenarios or verdicts; matplotlib loads when one is drawn.
"""

from .course import load_latency, over_time, queue_depth
from .pictures import closed_open, intervals, latency_cdf, round_values, timeline
from .svg import Svg

__all__ = [
    "Svg",
    "closed_open",
    "intervals",
    "latency_cdf",
    "load_latency",
    "over_time",
    "queue_depth",
    "round_values",
    "timeline",
]
