"""What is asked of a benchmark, and the names of its scenarios and their numbers. Knows no run and no model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from tinytorch.looks import LOOKS, MOST, looks

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000


class Reason(NamedTuple):
    """Why a run does not count: what is wrong, what shows it, and what to do."""

    claim: str
    evidence: str
    remedy: str


class Metric(NamedTuple):
    """A scenario's headline number."""

    name: str
    unit: str
    higher_is_better: bool


METRICS = {
    "multi_stream": Metric("99th percentile latency", "ms", False),
    "single_stream": Metric("90th percentile latency", "ms", False),
    "server": Metric("scheduled load", "samples/s", True),
    "offline": Metric("throughput", "samples/s", True),
}
WITHOUT_A_BASELINE = 10  # rounds, unless told: nothing is compared that looks could end
SCENARIOS = ("single_stream", "server", "offline")  # what run_all_scenarios runs, in this order


@dataclass(frozen=True)
class Settings:
    """What is asked of a benchmark. Counts and durations are per scenario and model, spread over the rounds."""

    rounds: int | None = None  # None: until planned looks find the question answered, at most `most_rounds`
    most_rounds: int = MOST  # where `rounds` is None
    min_queries: int = 1_000
    min_duration_ns: int = 1_000_000_000
    target_qps: float | None = None  # Server; None: 0.3 of what the slowest model can do, at most 1000
    latency_target_ns: int = 15_000_000  # Server; MLPerf's limit for ResNet-50
    percentile: float = 0.99  # Server: this share of queries meets the target
    max_batch: int = 1  # Server; more than 1: what has queued up is answered together
    batch_timeout_ns: int = 0  # Server; how long the first of a batch waits for the batch to fill
    workers: int = 1  # Server; more than 1: threads, for a model that leaves Python while it works
    batch_size: int = 32  # Offline, and the accuracy pass
    samples_per_query: int = 8  # Multi-Stream
    deadline_s: float = 120.0  # a scenario that takes longer in one round has failed; 0: no limit
    control: bool = True  # give the queries to a rebuild of the model as well: A against A
    confidence: float = 0.95
    margin: float = 0.01  # a difference smaller than this matters to nobody
    seed: int = 13  # who goes first, and with the four below everything else that is drawn
    qsl_seed: int = 2085463073848966840  # MLPerf's own four: mlperf.conf
    sample_index_seed: int = 2747215439041700203
    schedule_seed: int = 16159082839903944936
    accuracy_log_seed: int = 0
    mlperf_trace: bool = False  # samples and arrivals exactly as MLPerf LoadGen draws them from these seeds

    def __post_init__(self) -> None:
        if self.rounds is not None and self.rounds < 1:
            raise ValueError(f"rounds is 1 or more, or None for planned looks, got {self.rounds}")
        looks(self.most_rounds)
        for name in ("min_queries", "max_batch", "workers", "batch_size", "samples_per_query"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is 1 or more, got {getattr(self, name)}")
        for name, least in (("percentile", 0), ("confidence", 0.5)):  # two one-sided tests need the other half
            if not least < getattr(self, name) < 1:
                raise ValueError(f"{name} lies between {least} and 1, for example 0.95, got {getattr(self, name)}")
        if not 0 < self.margin < math.inf:
            raise ValueError(f"margin is above 0 and finite, for example 0.01 for 1 %, got {self.margin}")
        for name in ("min_duration_ns", "latency_target_ns", "batch_timeout_ns", "deadline_s"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} is 0 or more and finite, got {getattr(self, name)}")
        if self.target_qps is not None and not (math.isfinite(self.target_qps) and self.target_qps > 0):
            raise ValueError(f"target_qps is positive and finite, or None, got {self.target_qps}")

    @property
    def limit(self) -> int:
        """How many rounds there are at the most: so many parts has what is asked of all of them."""
        return self.most_rounds if self.rounds is None else self.rounds

    @property
    def at_least(self) -> int:
        """How many rounds there are at the least."""
        return LOOKS[0] if self.rounds is None else self.rounds
