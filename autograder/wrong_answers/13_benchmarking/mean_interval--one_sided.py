# Leaves all of 1 - confidence out on each side.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if len(x) < 2:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.t.ppf(confidence, len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)
