# Looks the rank up in the cumulative distribution.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    ordered = np.sort(np.asarray(values, dtype=float))
    n = ordered.size
    below = stats.binom.cdf(np.arange(n), n, 0.5)
    rank = int(np.searchsorted(below, (1 - confidence) / 2, side="right"))
    if rank < 1:
        raise ValueError(f"{n} values are too few at {confidence}")
    return Interval(float(ordered[rank - 1]), float(ordered[-rank]), confidence)
