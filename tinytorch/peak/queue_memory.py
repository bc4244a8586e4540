"""Whether a queue's latencies are shown to meet a target: one server, Poisson arrivals, rounds that start empty.

Latencies over a target come in clusters, the longer the busier the server. How many queries such a cluster is worth
follows from the utilisation and from how much service times vary. Knows arrays; nothing of models, clocks or runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tinytorch.peak.latency_target import correlation_length

IntArray = npt.NDArray[np.int64]

FORGETS = 20  # times 1 / (1 - utilisation)^2: queries until a queue that started empty has forgotten it
CONFIDENCE = 0.95  # one-sided


class Shown(NamedTuple):
    """What rounds show of a target: `upper` bounds the true share over it, which is `share` in the data.

    `cluster` queries tell as much as one independent one. `rounds_of` is how long each round must be, `needed` how many
    queries in all would show a pass at this share; None: no number of them would.
    """

    upper: float
    share: float
    cluster: float
    rounds_of: int
    needed: int | None


def cluster_size(utilisation: float, variation: float) -> float:
    """Return how many queries of a busy server tell as much as one independent one, about a high percentile.

    `variation` is the squared coefficient of variation of the service times. The form is that of heavy traffic, the
    two factors were set on simulated M/D/1 and M/M/1 queues at utilisations of 0.3 to 0.95.
    """
    if utilisation >= 1:
        return math.inf
    return (1 + utilisation * (0.8 + 1.6 * variation)) / (1 - utilisation) ** 2


def shown_share(
    latency_ns: Sequence[IntArray], service_ns: IntArray, utilisation: float, target_ns: int, percentile: float
) -> Shown:
    """Return what the rounds' latencies, in the order of the queries, show about a target; utilisation below 1.

    The first queries of a round found an empty queue: they count only where they speak against a pass. The share is
    bounded as a Poisson count of clusters is, at 95 % on one side.
    """
    over = [round_ns > target_ns for round_ns in latency_ns]
    usual = np.minimum(service_ns, np.quantile(service_ns, 0.99))  # one odd call in a hundred is not how they vary
    cluster = cluster_size(utilisation, float(np.var(usual) / max(1.0, float(np.mean(usual))) ** 2))
    cluster = max(cluster, correlation_length([late.astype(float) for late in over]))
    n, warm_up = sum(map(len, over)), math.ceil(2 * cluster)
    steady = np.concatenate([late[min(warm_up, len(late) // 2) :] for late in over])
    share = max(float(np.concatenate(over).mean()), float(steady.mean()))
    rounds_of = math.ceil(FORGETS / (1 - utilisation) ** 2)
    needed = queries_to_show(share, cluster, 1 - percentile)
    return Shown(_upper(share, n, cluster), share, cluster, rounds_of, needed)


def queries_to_show(share: float, cluster: float, allowed: float) -> int | None:
    """Return how many queries with this share over the target show that at most `allowed` are; None where none do."""
    if share >= 0.95 * allowed:  # so near that it takes over a thousand clusters
        return None
    low, high = 0.0, cluster / allowed
    while _upper(share, high, cluster) >= allowed:
        low, high = high, 2 * high
    for _ in range(30):
        half = low + (high - low) / 2
        low, high = (half, high) if _upper(share, half, cluster) >= allowed else (low, half)
    return math.ceil(high)


def _upper(share: float, n: float, cluster: float) -> float:
    """The upper bound of a share seen in n queries: of a Poisson count of n * share / cluster clusters."""
    from scipy.special import gammaincinv

    return float(gammaincinv(share * n / cluster + 1, CONFIDENCE)) * cluster / n
