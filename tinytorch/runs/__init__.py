"""What a run is, how it is measured and kept, and the plumbing of a benchmark. Knows no statistics.

`settings` says what is asked, `run` holds what happened, `record` measures it and `outputs` checks the answers;
`drivers` and `offline` ask in further ways, `draws` and `rounds` are what a round consists of, `systems` what is
measured; `rules` say when a run does not count, `results` hold all runs, `packed` writes them as text, `pairs` lays two
systems side by side; `benchmark` sets models and data, `isolated` gives a round a process of its own.
"""

from tinytorch.runs.benchmark import Benchmark
from tinytorch.runs.draws import generator
from tinytorch.runs.drivers import Model, Step, batching_server, concurrent_server, multi_stream
from tinytorch.runs.offline import multi_stream_rounds, offline_rounds, ways
from tinytorch.runs.pairs import (
    Pair,
    cliffs_delta,
    doubt_of,
    exact_ratio,
    model_and_baseline,
    of_pair,
    paired_values,
    varies,
)
from tinytorch.runs.record import KEPT_OUTPUTS, Queries, record
from tinytorch.runs.results import ScenarioRuns, StoredResults
from tinytorch.runs.rounds import MOST_SAMPLES, RoundBase
from tinytorch.runs.rules import coarse_clock, early_stopping, late_issue
from tinytorch.runs.run import UNANSWERED, Array, IntArray, QueryLog, Run, RunFailed, end_to_end
from tinytorch.runs.scripted import ScriptedModel
from tinytorch.runs.settings import METRICS, NS_PER_MS, NS_PER_S, SCENARIOS, Metric, Reason, Settings
from tinytorch.runs.systems import System, as_model, rebuild

__all__ = [
    "KEPT_OUTPUTS",
    "METRICS",
    "MOST_SAMPLES",
    "NS_PER_MS",
    "NS_PER_S",
    "SCENARIOS",
    "UNANSWERED",
    "Array",
    "Benchmark",
    "IntArray",
    "Metric",
    "Model",
    "Pair",
    "Queries",
    "QueryLog",
    "Reason",
    "RoundBase",
    "Run",
    "RunFailed",
    "ScenarioRuns",
    "ScriptedModel",
    "Settings",
    "Step",
    "StoredResults",
    "System",
    "as_model",
    "batching_server",
    "cliffs_delta",
    "coarse_clock",
    "concurrent_server",
    "doubt_of",
    "early_stopping",
    "end_to_end",
    "exact_ratio",
    "generator",
    "late_issue",
    "model_and_baseline",
    "multi_stream",
    "multi_stream_rounds",
    "of_pair",
    "offline_rounds",
    "paired_values",
    "rebuild",
    "record",
    "varies",
    "ways",
]
