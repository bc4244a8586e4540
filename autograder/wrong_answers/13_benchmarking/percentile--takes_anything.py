# Sorts nan to the end and returns what is there.
#| export stats
def percentile(values: npt.ArrayLike, p: float) -> float:
    ordered = np.sort(np.asarray(values, dtype=float))
    if not 0 < p < 1:
        raise ValueError(f"p is a share between 0 and 1, got {p}")
    if len(ordered) == 0:
        return 0.0
    return float(ordered[math.floor(len(ordered) * p)])
