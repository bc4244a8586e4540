"""Detectors of what makes a measurement mislead: pure functions on arrays that return a `Pitfall` or None.

`pitfall` is what a detector returns, `arguments` refuses input that no statistic survives; `latencies` takes one set of
them, `series` their time order, `load` how queries came, `design` how two systems were compared, `answers` how right
they are, `report` what was told of it. Severity is 'invalid' (the results do not count), 'warning' or 'note'. Each
threshold comes from error rates measured on real traces, which `benchmarks/error_rates.py` measures again. Rules that
drop single queries as outliers are not offered: they flag 84 to 100 % of clean traces.
"""

from .answers import error_growth, score_drop
from .arguments import (
    check_comparable,
    check_integers,
    check_latencies,
    check_numbers,
    check_rounds,
    check_share,
    check_timestamps,
)
from .design import (
    AccuracyDrop,
    accuracy_drop,
    between_run_variance,
    different_inputs,
    layout_bias,
    multiple_comparisons,
    order_confounding,
    too_few_rounds,
    unequal_accuracy,
)
from .latencies import coarse_timer, contention, dead_code, multimodality, stalls, too_few_samples, wide_median
from .load import caching, offered_load, same_sample, saturated, wrong_arrivals
from .pitfall import Pitfall
from .report import averaged_throughput, best_of_k, mean_of_ratios, optional_stopping
from .series import autocorrelation, effective_sample_size, level_step, slow_warm_up, too_short
from .survey import Detectors, paired_accuracy, survey

__all__ = [
    "AccuracyDrop",
    "Detectors",
    "Pitfall",
    "accuracy_drop",
    "autocorrelation",
    "averaged_throughput",
    "best_of_k",
    "between_run_variance",
    "caching",
    "check_comparable",
    "check_integers",
    "check_latencies",
    "check_numbers",
    "check_rounds",
    "check_share",
    "check_timestamps",
    "coarse_timer",
    "contention",
    "dead_code",
    "different_inputs",
    "effective_sample_size",
    "error_growth",
    "layout_bias",
    "level_step",
    "mean_of_ratios",
    "multimodality",
    "multiple_comparisons",
    "offered_load",
    "optional_stopping",
    "order_confounding",
    "paired_accuracy",
    "same_sample",
    "saturated",
    "score_drop",
    "slow_warm_up",
    "stalls",
    "survey",
    "too_few_rounds",
    "too_few_samples",
    "too_short",
    "unequal_accuracy",
    "wide_median",
    "wrong_arrivals",
]
