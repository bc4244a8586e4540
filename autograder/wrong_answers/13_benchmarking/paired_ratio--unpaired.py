# Compares the two as if the rounds had nothing to do with each other.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike, baseline_values: npt.ArrayLike, confidence: float = 0.95
) -> RatioEstimate:
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or min(model.min(), baseline.min()) <= 0:
        raise ValueError(f"pairs of positive values are due, got {model.size} and {baseline.size}")
    test = stats.ttest_ind(np.log(model), np.log(baseline), equal_var=False)
    bounds = test.confidence_interval(confidence)
    ratio = math.exp(np.log(model).mean() - np.log(baseline).mean())
    return RatioEstimate(ratio, Interval(math.exp(bounds.low), math.exp(bounds.high), confidence), float(test.pvalue))
