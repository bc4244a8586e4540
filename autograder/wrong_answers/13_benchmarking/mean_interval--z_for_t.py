# Takes the normal quantile, as if the spread were known.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if len(x) < 2:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.norm.ppf((1 + confidence) / 2) * x.std(ddof=1) / math.sqrt(len(x))
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)
