# numpy's default lies between two measured values.
#| export stats
def percentile(values: npt.ArrayLike, p: float) -> float:
    ordered = np.sort(np.asarray(values, dtype=float))
    if len(ordered) == 0 or not np.isfinite(ordered).all() or not 0 < p < 1:
        raise ValueError(f"a percentile needs finite values and 0 < p < 1, got {len(ordered)} values and p = {p}")
    return float(np.quantile(ordered, p))
