# Leaves interval and p to scipy.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike, baseline_values: npt.ArrayLike, confidence: float = 0.95
) -> RatioEstimate:
    from scipy import stats

    a, b = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if len(a) != len(b) or len(a) < 2 or (a <= 0).any() or (b <= 0).any():
        raise ValueError(f"need 2 or more pairs of positive values, got {len(a)} and {len(b)}")
    test = stats.ttest_rel(np.log(a), np.log(b))
    bounds = np.exp(test.confidence_interval(confidence))
    ratio = float(stats.gmean(a / b))
    return RatioEstimate(ratio, Interval(float(bounds[0]), float(bounds[1]), confidence), float(test.pvalue))
