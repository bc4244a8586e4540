# Gives one value an interval of no width.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if len(x) < 2:
        return Interval(float(x.sum()), float(x.sum()), confidence)
    half = stats.t.ppf((1 + confidence) / 2, len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)
