# Logarithm of the quotient, its own mean_interval, exp of the pair.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike, baseline_values: npt.ArrayLike, confidence: float = 0.95
) -> RatioEstimate:
    from scipy import stats

    model_ms, baseline_ms = np.array(model_values, float), np.array(baseline_values, float)
    if model_ms.shape != baseline_ms.shape:
        raise ValueError(f"{model_ms.shape} values against {baseline_ms.shape}: give one pair a round")
    if not (np.minimum(model_ms, baseline_ms) > 0).all():
        raise ValueError("times are positive: look for a 0 or a negative value")
    quotient = np.log(model_ms / baseline_ms)
    interval = mean_interval(quotient, confidence)
    return RatioEstimate(
        ratio=float(np.exp(np.mean(quotient))),
        interval=Interval(*(float(np.exp(end)) for end in interval[:2]), confidence),
        p_value=float(stats.ttest_1samp(quotient, popmean=0.0, alternative="two-sided").pvalue),
    )
