# Takes any p and clips the place into the values.
#| export stats
def percentile(values: npt.ArrayLike, p: float) -> float:
    ordered = np.sort(np.asarray(values, dtype=float))
    if len(ordered) == 0 or not np.isfinite(ordered).all():
        raise ValueError(f"a percentile needs finite values, got {len(ordered)}")
    return float(ordered[min(max(math.floor(len(ordered) * p), 0), len(ordered) - 1)])
