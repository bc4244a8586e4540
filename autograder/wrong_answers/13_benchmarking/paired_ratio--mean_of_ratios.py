# Averages the ratios: each model is slower than the other.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike, baseline_values: npt.ArrayLike, confidence: float = 0.95
) -> RatioEstimate:
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or min(model.min(), baseline.min()) <= 0:
        raise ValueError(f"pairs of positive values are due, got {model.size} and {baseline.size}")
    y = np.log(model / baseline)
    low, high, _ = mean_interval(y, confidence)
    p_value = float(stats.ttest_1samp(y, 0).pvalue)
    return RatioEstimate(float((model / baseline).mean()), Interval(math.exp(low), math.exp(high), confidence), p_value)
