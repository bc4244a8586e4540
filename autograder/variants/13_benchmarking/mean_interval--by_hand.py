# Sums by hand.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy.stats import t

    x = [float(v) for v in values]
    n = len(x)
    if n <= 1:
        raise ValueError(f"need at least 2 values, got {n}")
    mean = math.fsum(x) / n
    variance = math.fsum((v - mean) ** 2 for v in x) / (n - 1)
    alpha = 1 - confidence
    reach = float(t.isf(alpha / 2, n - 1)) * math.sqrt(variance / n)
    return Interval(low=mean - reach, high=mean + reach, confidence=confidence)
