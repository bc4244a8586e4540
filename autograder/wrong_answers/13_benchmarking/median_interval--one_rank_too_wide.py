# Takes the ranks one further out than needed.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.sort(np.asarray(values, dtype=float))
    n = len(x)
    out = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5)) - 1
    if out < 0:
        raise ValueError(f"{n} values cannot bound a median at {confidence:.0%}; measure more")
    out = max(out - 1, 0)
    return Interval(float(x[out]), float(x[n - 1 - out]), confidence)
