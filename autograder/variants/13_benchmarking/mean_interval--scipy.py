# Leaves it to scipy.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    if len(values) < 2:
        raise ValueError(f"need 2 values, got {len(values)}")
    low, high = stats.t.interval(confidence, df=len(values) - 1, loc=np.mean(values), scale=stats.sem(values))
    return Interval(float(low), float(high), confidence)
