"""The highest load that meets a latency target, shown by data.

`latency_target` decides from latencies whether a target is met, `search` looks for the highest rate that does. Knows
arrays and a callable that measures; nothing of models, clocks or runs.
"""

from tinytorch.peak.latency_target import Decision, Goodput, goodput, meets_target
from tinytorch.peak.search import PeakRate, find_peak_qps

__all__ = ["Decision", "Goodput", "PeakRate", "find_peak_qps", "goodput", "meets_target"]
