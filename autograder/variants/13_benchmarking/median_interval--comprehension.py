# Takes the largest rank of those that qualify.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy.stats import binom

    v = np.sort(values)
    fits = [k for k in range(len(v)) if 2 * binom.cdf(k, len(v), 0.5) <= 1 - confidence]
    if not fits:
        raise ValueError(f"too few values ({len(v)}) for a {confidence} interval of the median")
    return Interval(float(v[fits[-1]]), float(v[len(v) - 1 - fits[-1]]), confidence)
