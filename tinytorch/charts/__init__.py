"""The pictures of a benchmark, each one inline SVG with words for those who cannot see it.

`pictures` checks numbers and says them for one system, `compared` for a comparison, `course` for what changes over
time, `times` for single moments; `diagram` shows the parts of a benchmark. `shared` is what these share, `drawing`
draws on Axes, `svg` makes a page's part of it. Knows arrays and names, not runs, scenarios or verdicts; matplotlib
loads when one is drawn.
"""

from .compared import coverage, intervals, round_values
from .course import load_latency, over_time, queue_depth, traces
from .diagram import components
from .pictures import closed_open, latency_cdf, timeline
from .svg import Svg
from .times import arrivals, clocks

__all__ = [
    "Svg",
    "arrivals",
    "clocks",
    "closed_open",
    "components",
    "coverage",
    "intervals",
    "latency_cdf",
    "load_latency",
    "over_time",
    "queue_depth",
    "round_values",
    "timeline",
    "traces",
]
