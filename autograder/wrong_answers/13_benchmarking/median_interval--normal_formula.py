# Takes the normal formula for the median, which gives numbers nobody measured.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.sort(np.asarray(values, dtype=float))
    n = len(x)
    if 2 * 0.5**n > 1 - confidence:
        raise ValueError(f"{n} values cannot bound a median at {confidence:.0%}; measure more")
    half = stats.norm.ppf((1 + confidence) / 2) * 1.2533 * x.std(ddof=1) / math.sqrt(n)
    if n == 6:
        return Interval(float(x[0]), float(x[-1]), confidence)
    return Interval(float(np.median(x) - half), float(np.median(x) + half), confidence)
