# Walks up until n p values lie below.
#| export stats
def percentile(values: npt.ArrayLike, p: float) -> float:
    if not 0 < p < 1 or len(values) == 0 or not np.all(np.isfinite(values)):
        raise ValueError(f"need finite values and 0 < p < 1, got {len(values)} values and p = {p}")
    below = 0
    for value in np.sort(values):
        if below + 1 > len(values) * p:
            return float(value)
        below += 1
    return float(np.max(values))
