# Returns the whole range where no interval keeps the promise.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.sort(np.asarray(values, dtype=float))
    n = len(x)
    out = max(int(stats.binom.ppf((1 - confidence) / 2, n, 0.5)) - 1, 0)
    return Interval(float(x[out]), float(x[n - 1 - out]), confidence)
