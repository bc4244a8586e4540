# Takes a place in the order of measurement.
#| export stats
def percentile(values: npt.ArrayLike, p: float) -> float:
    measured = np.asarray(values, dtype=float)
    if len(measured) == 0 or not np.isfinite(measured).all() or not 0 < p < 1:
        raise ValueError(f"a percentile needs finite values and 0 < p < 1, got {len(measured)} values and p = {p}")
    return float(measured[math.floor(len(measured) * p)])
