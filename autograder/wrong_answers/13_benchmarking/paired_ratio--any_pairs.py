# Takes whatever numpy can broadcast, and negative times too.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike, baseline_values: npt.ArrayLike, confidence: float = 0.95
) -> RatioEstimate:
    from scipy import stats

    y = np.log(np.abs(np.asarray(model_values, dtype=float) / np.asarray(baseline_values, dtype=float)))
    low, high, _ = mean_interval(y, confidence)
    p_value = float(stats.ttest_1samp(y, 0).pvalue)
    return RatioEstimate(math.exp(y.mean()), Interval(math.exp(low), math.exp(high), confidence), p_value)
