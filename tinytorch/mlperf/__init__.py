"""MLPerf LoadGen's own random streams and early stopping, recomputed: the same seeds give the same queries, to the ns.

Knows nothing of models, clocks or runs, and does not need LoadGen. What runs a model under LoadGen itself is
`tinytorch.mlperf.loadgen`, which is imported by that name: it brings processes and temporary folders.
"""

from tinytorch.mlperf.early_stopping import (
    early_stopping_discard,
    early_stopping_estimate,
    early_stopping_queries,
    min_queries_for,
)
from tinytorch.mlperf.streams import loadgen_arrivals, loadgen_samples

__all__ = [
    "early_stopping_discard",
    "early_stopping_estimate",
    "early_stopping_queries",
    "loadgen_arrivals",
    "loadgen_samples",
    "min_queries_for",
]
