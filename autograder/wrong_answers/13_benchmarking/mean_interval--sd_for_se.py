# Forgets the root of n: where single values lie, not where the mean lies.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if len(x) < 2:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.t.ppf((1 + confidence) / 2, len(x) - 1) * x.std(ddof=1)
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)
