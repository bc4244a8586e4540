# Takes the root of the variance of the mean.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    sample = np.array(values, dtype=np.float64)
    if sample.size < 2:
        raise ValueError("two values at least")
    quantiles = stats.t(sample.size - 1).ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    low, high = sample.mean() + quantiles * np.sqrt(np.var(sample, ddof=1) / sample.size)
    return Interval(float(low), float(high), confidence)
